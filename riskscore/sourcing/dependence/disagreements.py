"""Where the formulas point opposite ways for one buyer and mineral, and why.

Each finding is a row: ``between`` names the figures, ``words`` says what they say and why they
differ. A page shows them beside the figures, so that nobody quotes one formula alone.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from riskscore.engine.inputs.axes import Axes
from riskscore.engine.sourcing import supply_mix as of
from riskscore.engine.sourcing.moves import moves
from riskscore.engine.sourcing.supply_mix import EU_TEST01, Supply
from riskscore.scoring.indicators.import_dependence import Dependence

Row = dict[str, Any]
#: The part of the imports that is moved in thought.
PART = 0.1
#: A place that makes less than this part of the world's output is no alternative.
LEAST_OUTPUT01 = 0.01
MOST_PLACES = 15
#: Expected loss below which a supply looks harmless; own output above which imports tell little.
HARMLESS01, MOSTLY_OWN01 = 0.05, 0.5


def moves_of(supply: Supply, found: Dependence, at: int, axes: Axes) -> list[Row]:
    """What moving a tenth of the imports from the largest partner to other producers would do.

    A move is ``feasible`` where the place produces that many tonnes; None: its output is unknown.
    The places with the most output first.
    """
    partner = int(of.largest_partner(supply))
    if partner < 0:
        return []
    hhi = float(found.columns["production_hhi01"][at])
    moved = moves(supply, partner, PART, hhi, found.risk01)
    output = found.output_t[at]
    opposite = moved.opposite()
    return [
        {
            "from": axes.places[partner],
            "to": axes.places[i],
            "tonnes": moved.tonnes,
            "output_t": float(output[i]),
            "feasible": bool(output[i] >= moved.tonnes),
            "n1_change01": float(moved.n1[i]),
            "import_hhi_change01": float(moved.hhi[i]),
            "geopolrisk_change_part": _or_none(moved.geopolrisk_part[i]),
            "opposite": bool(opposite[i]),
        }
        for i in _alternatives(output, partner, axes)
    ]


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _alternatives(output: Any, partner: int, axes: Axes) -> list[int]:
    world = np.nansum(np.where(axes.is_country(), output, 0.0))
    others = np.where(axes.is_member() | ~axes.is_country(), 0.0, np.nan_to_num(output))
    others[partner] = 0.0
    order = np.argsort(-others, kind="stable")[:MOST_PLACES]
    return [int(i) for i in order if others[i] > 0 and others[i] >= LEAST_OUTPUT01 * world]


def of_row(row: Row, moved: list[Row]) -> Row:
    """The moves, and what the figures of a buyer's row disagree about."""
    return {"moves": moved, "findings": [*_findings(row, moved)]}


def _findings(row: Row, moved: list[Row]) -> Iterator[Row]:
    largest = row["largest"]
    if largest is None:
        return
    yield from _geopolrisk(largest, moved)
    yield from _expected_loss(row, largest)
    yield from _own_output(row, largest)
    yield from _stages(row)
    yield from _value(row)


def _finding(code: str, between: tuple[str, str], words: str) -> Row:
    return {"code": code, "between": list(between), "words": words}


def _geopolrisk(largest: Row, moved: list[Row]) -> Iterator[Row]:
    places = [move["to"] for move in moved if move["opposite"]]
    if places:
        yield _finding(
            "stable_monopolist",
            ("import_hhi01", "geopolrisk01"),
            f"Moving a tenth of the imports from {largest['place']} to {_listed(places)} spreads "
            f"the supply and still raises GeoPolRisk, which holds {largest['place']} for "
            "politically more stable. It says nothing about what one seller can do with its share.",
        )


def _expected_loss(row: Row, largest: Row) -> Iterator[Row]:
    lost = row["expected_loss01"]
    if lost is not None and lost < HARMLESS01 and largest["share01"] > EU_TEST01 / 2:
        yield _finding(
            "unforeseen_decree",
            ("largest", "expected_loss01"),
            f"{largest['share01']:.0%} come from {largest['place']}, but the disruption model "
            f"expects to lose {lost:.1%} next year. It learns from falls of exports that happened "
            "and cannot foresee a decree; N-1 asks what is lost if there is one.",
        )


def _own_output(row: Row, largest: Row) -> Iterator[Row]:
    own, bought = row["own_production_t"], row["imports_t"]
    if own is None or not own + bought or own < MOSTLY_OWN01 * (own + bought):
        return
    yield _finding(
        "mostly_own",
        ("import_hhi01", "supply_hhi01"),
        f"Imports are {bought / (own + bought):.0%} of imports and own output. Of imports "
        f"{largest['share01']:.0%} hang on {largest['place']}, of the supply "
        f"{largest['share_of_supply01']:.0%}.",
    )


def _stages(row: Row) -> Iterator[Row]:
    traded, made = row["trade_stage"], row["production_stage"]
    refined = {"processing", "refinery"}
    if traded and made and (traded in refined) != (made in refined):
        yield _finding(
            "two_stages",
            ("imports_t", "own_production_t"),
            f"Trade is counted at the stage {traded}, production at the stage {made}: reliance and "
            "GeoPolRisk add up tonnes of two kinds.",
        )


def _value(row: Row) -> Iterator[Row]:
    value, tonnes = row["import_value_hhi01"], row["import_quantity_hhi01"]
    if value is not None and tonnes is not None and abs(value - tonnes) > 0.1:
        yield _finding(
            "value_and_tonnes",
            ("import_value_hhi01", "import_quantity_hhi01"),
            f"By value the HHI of imports is {value:.2f}, by tonnes {tonnes:.2f}: what is bought "
            "from different sellers has different prices, or is not the same product.",
        )


def _listed(places: list[str]) -> str:
    return places[0] if len(places) == 1 else f"{', '.join(places[:-1])} or {places[-1]}"
