"""Two models of a kind side by side, by the figures of their cards. No model is opened.

A card has each figure with its interval, and not the difference of two models on the same rows. So
the interval of a difference is that of two estimates that know nothing of each other (Zou and
Donner 2008, doi:10.1002/sim.3095). Two models of one kind mostly err on the same rows; then the
true interval is narrower, and what is certain by this one is certain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot
from typing import Any

Card = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the cards: its name, what it says, and whether more of it is better."""

    name: str
    words: str
    more_is_better: bool = True


FIGURES = (
    Figure("auc", "AUC: how often the right one of a pair is ranked higher; 0.5 is a coin"),
    Figure("brier_skill", "share of the base rate's error that it takes away"),
    Figure("average_precision", "average precision: how many of those it ranks first happened"),
    Figure("log_loss", "log loss: what a wrong probability costs", more_is_better=False),
)


@dataclass(frozen=True, slots=True)
class Beside:
    """One figure of two models; ``low`` and ``high`` are the 95 % interval of the difference.

    None where a card does not have it.
    """

    figure: Figure
    mine: float | None
    theirs: float | None
    low: float | None
    high: float | None

    @property
    def difference(self) -> float | None:
        """Mine less theirs."""
        if self.mine is None or self.theirs is None:
            return None
        return self.mine - self.theirs

    @property
    def verdict(self) -> str:
        """Which is better, as far as it is certain."""
        if self.low is None or self.high is None:
            return "the cards do not say"
        if self.low <= 0 <= self.high:
            return "not told apart"
        return "better" if (self.low > 0) == self.figure.more_is_better else "worse"


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Every figure of two models, and in words whether they were judged on the same rows."""

    rows: tuple[Beside, ...]
    tests: str
    same_test: bool


def side_by_side(mine: Card, theirs: Card) -> SideBySide:
    """Compare a model with another one of its kind."""
    same = _test(mine) == _test(theirs)
    tests = f"Both were judged on {_rows(mine)}." if same else (
        f"This one was judged on {_rows(mine)}, the other on {_rows(theirs)}: a difference may "
        "lie in what they were judged on."
    )  # fmt: skip
    pairs = mine.get("metrics", {}), theirs.get("metrics", {})
    return SideBySide(tuple(_beside(figure, *pairs) for figure in FIGURES), tests, same)


def _beside(figure: Figure, mine: Card, theirs: Card) -> Beside:
    first, second = mine.get(figure.name), theirs.get(figure.name)
    mine_between, their_between = (card.get(f"{figure.name}_ci") for card in (mine, theirs))
    if first is None or second is None or not mine_between or not their_between:
        return Beside(figure, first, second, None, None)
    (low, high), (their_low, their_high) = mine_between, their_between
    difference = first - second
    return Beside(
        figure,
        first,
        second,
        difference - hypot(first - low, their_high - second),
        difference + hypot(high - first, second - their_low),
    )


def _test(card: Card) -> tuple[Any, ...]:
    metrics = card.get("metrics", {})
    held = tuple(metrics.get("held_out", ()))
    return (held, metrics.get("rows"), metrics.get("events"), _releases(card))


def _releases(card: Card) -> str:
    return repr(card.get("data_releases"))


def _rows(card: Card) -> str:
    metrics = card.get("metrics", {})
    if "rows" not in metrics or "events" not in metrics:
        return "rows that its card does not count"
    years = metrics.get("held_out")
    of = f" of {years[0]} to {years[1]}" if years else ""
    return f"{metrics['rows']:,.0f} cases{of}, {metrics['events']:,.0f} of them events"
