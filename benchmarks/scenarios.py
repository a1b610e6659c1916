"""One scenario for all importers and minerals, against the same written plainly in pandas.

Both start from tables that lie in memory, and give one row a buyer and mineral with the same
columns; the rows are compared before anything is measured.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.database import bundled
from benchmarks.runner import Measured, alternate
from riskscore.curation import scenario_edits
from riskscore.engine.derive.supply import mean_hhi
from riskscore.models import Scenario
from riskscore.sourcing.scenarios import scenario_effects, world_supply
from riskscore.sourcing.scenarios.scenario_effects import Question
from riskscore.sourcing.scenarios.world_supply import WorldSupply

CODE, CUT_PLACE = "china-stops", "CHN"
GOAL_S = 2.0
COMPARED = (
    "supply_lost01", "imports_lost01", "lost_t", "world_output_hit01", "imports_t_before",
    "imports_t_after", "own_production_t_before", "largest_supplier_before",
    "largest_supplier_after", "largest_supplier_share01_before", "largest_supplier_share01_after",
    "import_quantity_hhi01_before", "import_quantity_hhi01_after", "geopolrisk01_before",
    "geopolrisk01_after", "agreement_share01_before", "agreement_share01_after",
)  # fmt: skip


@dataclass(frozen=True)
class Frames:
    """The kept tables as long frames, as one would have them in pandas."""

    trade: pd.DataFrame
    output: pd.DataFrame
    hhi: pd.Series
    sells: pd.Series
    minerals: tuple[str, ...]
    buyers: dict[str, frozenset[str]]
    importers: frozenset[str]


def frames(world: WorldSupply) -> Frames:
    """Importer, mineral, place, tonnes, risk and agreement; mineral, place, output."""
    importer, mineral, place = np.nonzero(~np.isnan(world.imports_t))
    minerals, places = np.array(world.axes.minerals), np.array(world.axes.places)
    trade = pd.DataFrame(
        {
            "importer": np.array(world.importers)[importer],
            "mineral": minerals[mineral],
            "place": places[place],
            "tonnes": world.imports_t[importer, mineral, place],
            "risk": world.risk01[place],
            "agreed": world.agreed[importer, mineral, place],
        }
    )
    made_m, made_p = np.nonzero(world.output_t != 0)
    output = pd.DataFrame(
        {"mineral": minerals[made_m], "place": places[made_p],
         "output": world.output_t[made_m, made_p]}
    )  # fmt: skip
    sold_m, sold_p = np.nonzero(~np.isnan(world.exports_t))
    sells = pd.Series(
        world.exports_t[sold_m, sold_p],
        index=pd.MultiIndex.from_arrays([minerals[sold_m], places[sold_p]]),
    )
    buyers = {one.name: world.members_of(one.codes) for one in scenario_effects.on_record(world)}
    hhi = pd.Series(mean_hhi(world.yearly_output), index=minerals)
    return Frames(
        trade, output, hhi, sells, world.axes.minerals, buyers, frozenset(world.importers)
    )


def in_pandas(known: Frames) -> list[dict[str, Any]]:
    """The scenario, buyer by buyer and mineral by mineral."""
    return [row for buyer in known.buyers for row in _of_buyer(known, buyer)]


def _of_buyer(known: Frames, buyer: str) -> Iterator[dict[str, Any]]:
    members = known.buyers[buyer]
    trade = known.trade[known.trade.importer.isin(members)].copy()
    trade.loc[trade.place.isin(members), "tonnes"] = 0.0
    trade["left"] = trade.tonnes.where(trade.place != CUT_PLACE, 0.0)
    traded = dict(list(trade.groupby("mineral")))
    made = dict(list(known.output.groupby("mineral")))
    for mineral in known.minerals:
        output = made.get(mineral, known.output[:0])
        home = output.output[output.place.isin(members)].sum(skipna=False)
        hit = output.output[(output.place == CUT_PLACE) & ~output.place.isin(members)].sum()
        row = {"buyer": buyer, "mineral": mineral, "own_production_t_before": home,
               "world_output_hit01": _over(hit, output.output.sum())}  # fmt: skip
        yield row | _of_mineral(known, mineral, traded.get(mineral), home)


def _of_mineral(
    known: Frames, mineral: str, rows: pd.DataFrame | None, home: float
) -> dict[str, Any]:
    if rows is None:
        return dict.fromkeys(COMPARED[:3] + COMPARED[4:6] + COMPARED[7:]) | {"fillers": []}
    found: dict[str, Any] = {}
    for name, column in (("before", "tonnes"), ("after", "left")):
        by_place = rows.groupby("place")[[column, "risk"]].agg({column: "sum", "risk": "first"})
        total = by_place[column].sum()
        share = by_place[column] / total if total > 0 else by_place[column] * math.nan
        exposed = (by_place[column] * by_place.risk).sum()
        found |= {
            f"imports_t_{name}": total,
            f"largest_supplier_{name}": share.idxmax() if total > 0 else None,
            f"largest_supplier_share01_{name}": share.max(),
            f"import_quantity_hhi01_{name}": (share**2).sum(skipna=False),
            f"geopolrisk01_{name}": known.hhi[mineral] * _over(exposed, total + home),
            f"agreement_share01_{name}": _agreed(rows, column),
        }
    before, after = found["imports_t_before"], found["imports_t_after"]
    by_place = rows.groupby("place")[["tonnes", "left"]].sum()
    spared = by_place.left[by_place.left >= by_place.tonnes].nlargest(3)
    return found | {
        "lost_t": before + home - (after + home),
        "imports_lost01": _over(before - after, before),
        "supply_lost01": _over(before + home - (after + home), before + home),
        "fillers": [
            {
                "place": place,
                "sells_buyer_t": tonnes,
                "exports_t": known.sells.get((mineral, place)),
            }
            for place, tonnes in spared.items()
            if tonnes > 0 and after < before
        ],
    }


def _agreed(rows: pd.DataFrame, column: str) -> float:
    bought = rows[rows[column] > 0]
    if bought.agreed.isna().any():
        return math.nan
    return _over((bought.agreed * bought[column]).sum(), bought[column].sum())


def _over(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else math.nan


def compare(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    """Refuse rows that differ by more than rounding."""
    assert [(row["buyer"], row["mineral"]) for row in ours] == [
        (row["buyer"], row["mineral"]) for row in theirs
    ]
    for one, other in zip(ours, theirs, strict=True):
        for name in COMPARED:
            assert _same(one[name], other[name]), (one["id"], name, one[name], other[name])
        assert [each["place"] for each in one["fillers"]] == [
            each["place"] for each in other["fillers"]
        ], one["id"]


def _same(one: Any, other: Any) -> bool:
    if one is None or isinstance(one, str):
        return one == other or (one is None and (other is None or math.isnan(other)))
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def scenario() -> Measured:
    """All importers and minerals for one scenario: rows as the API gives them."""
    with bundled():
        asked = Question(scenario_edits.checked(Scenario.objects.get(code=CODE).shocks))
        known = frames(world_supply.current())
        compare(scenario_effects.rows(asked), in_pandas(known))
        ours, theirs = alternate(
            lambda: scenario_effects.rows(asked), lambda: in_pandas(known), rounds=1
        )
    assert ours < GOAL_S, f"{ours:.2f} s"
    return Measured(
        value=ours,
        unit=f"s for {len(known.buyers)} buyers × {len(known.minerals)} minerals",
        against=f"pandas, {theirs:.2f} s; goal 20 ×, under {GOAL_S:g} s",
        ratio=theirs / ours,
    )


BENCHMARKS = {"sourcing.scenario": scenario}
