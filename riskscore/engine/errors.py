"""Every error the engine raises on purpose. Each names the place and the remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class EngineError(ValueError):
    """The parent of all engine errors; catch this to turn any of them into a message."""


class UnknownIndicator(EngineError):
    """A key that the catalogue does not hold."""

    def __init__(self, key: str, keys: Iterable[str]) -> None:
        self.key = key
        super().__init__(f"no indicator is called {key!r}{did_you_mean(key, keys)}")


class MethodError(EngineError):
    """A method spec breaks a rule.

    ``path`` is the node path from the root (``composite/labour/lab.voice``) and ``rule`` a stable
    short name of the rule, so that callers can test for it without reading the message.
    """

    def __init__(self, path: str, rule: str, message: str) -> None:
        self.path, self.rule = path, rule
        super().__init__(f"{path or 'method'}: {message} [{rule}]")


class FrameError(EngineError):
    """Input arrays whose shape, type or values cannot be scored."""


class FitError(EngineError):
    """A reference population from which a scaling or a weight cannot be learnt."""


class NumberError(EngineError):
    """A calculation left the range of finite numbers."""


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """``"; did you mean 'x'?"`` when one of the known words is close, else an empty string."""
    near = difflib.get_close_matches(word, list(options), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
