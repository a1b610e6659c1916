"""What a withdrawal does, counted and in words, before or after it is done."""

from dataclasses import dataclass, field

from riskscore.errors import ConflictError
from riskscore.models import LandLayer, Release

#: Whatever is named one by one is named so often at most.
MOST_NAMED = 20
Target = Release | LandLayer


class CannotWithdraw(ConflictError):
    """It cannot be withdrawn; the message says why."""

    code = "cannot_withdraw"
    remedy = "Do what the message says."


def called(target: Target) -> str:
    """A release or layer in words."""
    return f"{'release' if isinstance(target, Release) else 'layer'} {target.code}"


@dataclass(slots=True)
class Outcome:
    """What comes of a withdrawal.

    ``counts`` is a list of (how many, of what, becomes what); ``left`` names what somebody has
    edited since, which stays as it is until a person decides, ``left_count`` counts it.
    ``warnings`` are sentences. ``projects`` are those whose own records change, as far as they were
    looked at.
    """

    counts: list[tuple[int, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    left_count: int = 0
    warnings: list[str] = field(default_factory=list)
    projects: set[int] = field(default_factory=set)

    def count(self, number: int, words: str) -> None:
        """So many of something."""
        if number:
            self.counts.append((number, words))

    def leave(self, words: str) -> None:
        """One more record that is left to a person."""
        self.left_count += 1
        if len(self.left) < MOST_NAMED:
            self.left.append(words)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a withdrawal is done: all of it, or the first ``most`` records of each kind."""

    most: int | None = None
