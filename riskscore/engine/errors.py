"""Every error the engine raises on purpose. Each names the place and the remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from riskscore.errors import RiskscoreError


class EngineError(RiskscoreError, ValueError):
    """The parent of all engine errors; catch this to turn any of them into a message."""

    code = "engine_error"
    remedy = "Correct the method or the inputs that the message names."


class UnknownIndicator(EngineError):
    """A key that the catalogue does not hold."""

    code = "unknown_indicator"
    remedy = "Write a key of the catalogue."

    def __init__(self, key: str, keys: Iterable[str]) -> None:
        self.key = key
        super().__init__(f"no indicator is called {key!r}{did_you_mean(key, keys)}")


class MethodError(EngineError):
    """A method spec breaks a rule.

    ``path`` is the node path from the root (``composite/labour/lab.voice``) and ``rule`` a stable
    short name of the rule, so that callers can test for it without reading the message.
    """

    code = "bad_method"
    remedy = "Correct the method at the node that the message names."

    def __init__(self, path: str, rule: str, message: str) -> None:
        self.path, self.rule = path, rule
        super().__init__(f"{path or 'method'}: {message} [{rule}]")


class FrameError(EngineError):
    """Input arrays whose shape, type or values cannot be scored."""

    code = "bad_frame"
    remedy = "Correct the input arrays."


class FitError(EngineError):
    """A reference population from which a scaling or a weight cannot be learnt."""

    code = "cannot_fit"
    remedy = "Fit the method on a population that has what the message asks for."


class NumberError(EngineError):
    """A calculation left the range of finite numbers."""

    code = "not_finite"
    remedy = "Use a clipped scale for the inputs."


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """``"; did you mean 'x'?"`` when one of the known words is close, else an empty string."""
    near = difflib.get_close_matches(word, list(options), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
