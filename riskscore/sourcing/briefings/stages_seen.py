"""The stages of a mineral's way to a buyer, in words."""

from typing import Any

from riskscore.sourcing.briefings import words
from riskscore.sourcing.briefings.words import Names
from riskscore.sourcing.chain.stages import Hands, Route, StageOfRoute

Row = dict[str, Any]


def stage_rows(chain: Route, names: Names) -> Row:
    """The rows of a table of stages, whose share is named, and what is not on record."""
    return {
        "rows": [_row(stage, chain, names) for stage in chain.stages],
        "named": words.place(chain.named, names),
        "missing": [words.spelled(text, names) for text in chain.missing],
    }


def _row(stage: StageOfRoute, chain: Route, names: Names) -> Row:
    hands = stage.counts
    return {
        "name": stage.stage,
        "is_weakest": stage is chain.weakest,
        "lost": _share(hands.lost if hands else None, names, known=bool(hands)),
        "largest": _share(hands.largest if hands else None, names, known=False),
        "named": words.percent(hands.named.share01 if hands else None),
        "whose": _whose(hands),
    }


def _share(share: Any, names: Names, *, known: bool) -> str:
    if share is None:
        return "nothing: it depends on nobody" if known else words.UNKNOWN
    return f"{words.percent(share.share01)}, {words.place(share.place, names)}"


def _whose(hands: Hands | None) -> str:
    if hands is None:
        return "neither trade nor output is on record"
    of = "own imports" if hands.scope == "buyer" else "the world’s output, which stands in"
    return f"{of}, {words.years(hands.years)}"


def weakest(found: Row | None, names: Names) -> str:
    """The weakest stage of a shortlist's mineral, as a sentence."""
    if found is None:
        return ""
    of = "of its own imports" if found["scope"] == "buyer" else "of the world's output"
    return (
        f"The weakest stage is {found['stage']}: {words.percent(found['share01'])} {of} would be "
        f"lost with {words.place(found['place'], names)}."
    )
