"""What scenarios do to buyers: damage by buyer and mineral, beside the figures as they are.

The baseline is never written over: shocks are applied on reading, and what is stored is the list of
shocks. All importers and minerals are computed at once from tables that the process keeps.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from riskscore.engine.arrays import Counts, Floats, over
from riskscore.engine.derive.supply import mean_hhi
from riskscore.engine.sourcing.damage import Figures, figures, fillers
from riskscore.engine.sourcing.shocks import Left, lost_share01, output_hit01, remaining
from riskscore.engine.sourcing.stated_shocks import Stated
from riskscore.engine.sourcing.supply_mix import Supply
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.sourcing.scenarios import scenario_shocks, world_supply
from riskscore.sourcing.scenarios.scenario_shocks import Shaken
from riskscore.sourcing.scenarios.world_supply import WorldSupply

Row = dict[str, Any]
#: Figures that are shown before and after, by the name they have in rows.
BEFORE_AND_AFTER = {
    "imports_t": "imports_t",
    "own_production_t": "home_t",
    "largest_supplier_share01": "n1_imports01",
    "import_quantity_hhi01": "hhi01",
    "geopolrisk01": "geopolrisk01",
}


@dataclass(frozen=True, slots=True)
class Question:
    """Shocks, and whom and what to look at. None is everybody on record, and every mineral."""

    shocks: tuple[Stated, ...]
    buyers: tuple[Buyer, ...] | None = None
    minerals: Collection[str] | None = None
    on: date | None = None

    @property
    def applied(self) -> tuple[Stated, ...]:
        """The shocks that count: all, or those in force on the day."""
        return tuple(one for one in self.shocks if self.on is None or one.is_on(self.on))


@dataclass(frozen=True, slots=True)
class Effects:
    """(B, M) arrays of all buyers and minerals, and (B, M, P) supplies."""

    world: WorldSupply
    buyers: tuple[Buyer, ...]
    before: Figures
    after: Figures
    worst: Figures
    imports_t: Floats
    left_t: Floats
    agreed_before: Floats
    agreed_after: Floats
    output_hit01: Floats
    told: dict[str, list[str]]

    @property
    def lost_t(self) -> Floats:
        """Tonnes lost; negative where supply grows."""
        return np.asarray(self.before.supply_t - self.after.supply_t)

    @property
    def lost01(self) -> Floats:
        """Share of supply lost: the damage."""
        return lost_share01(self.before.supply_t, self.after.supply_t)

    @property
    def lost_at_most01(self) -> Floats:
        """The same if all that may be hit is."""
        return lost_share01(self.before.supply_t, self.worst.supply_t)


def on_record(world: WorldSupply) -> tuple[Buyer, ...]:
    """Every importer whose trade is on record, and every group all of whose members are."""
    held = set(world.importers)
    groups = sorted(
        code for code, members in world.axes.groups.items() if members and members <= held
    )
    return tuple(Buyer.of(code) for code in (*world.importers, *groups))


def effects(question: Question) -> Effects:
    """What the shocks of the question do, for all minerals."""
    world = world_supply.current()
    buyers = on_record(world) if question.buyers is None else question.buyers
    done = scenario_shocks.shaken(question.applied, world)
    before = _supplies(world, buyers, world.imports_t, world.output_t)
    after = _supplies_left(world, buyers, done.left)
    worst = after if done.at_most is done.left else _supplies_left(world, buyers, done.at_most)
    hhi = mean_hhi(world.yearly_output)
    hhi_after = mean_hhi(world.yearly_output * done.left.output)
    return Effects(
        world,
        buyers,
        figures(before, hhi, world.risk01),
        figures(after, hhi_after, world.risk01),
        figures(worst, hhi_after, world.risk01),
        before.imports,
        after.imports,
        _agreed01(world, buyers, world.imports_t, world.agreed),
        _agreed01(world, buyers, remaining(world.imports_t, done.left.exports), done.agreed),
        _hit01(world, buyers, done),
        scenario_shocks.told(question.applied, world, done.left),
    )


def _supplies_left(world: WorldSupply, buyers: Sequence[Buyer], found: Left) -> Supply:
    return _supplies(
        world,
        buyers,
        remaining(world.imports_t, found.exports),
        remaining(world.output_t, found.output),
    )


def _supplies(
    world: WorldSupply, buyers: Sequence[Buyer], imports_t: Floats, output_t: Floats
) -> Supply:
    """(B, M, P) and (B, M): what each buyer gets."""
    each = [
        world.seen(_rows(world, buyer), world.is_in(buyer.codes), imports_t, output_t)
        for buyer in buyers
    ]
    shape = (len(buyers), *output_t.shape)
    return Supply(
        np.array([one.imports for one in each]).reshape(shape),
        np.array([one.home for one in each]).reshape(shape[:2]),
    )


def _rows(world: WorldSupply, buyer: Buyer) -> Counts:
    """The buyer's importers, as indices."""
    return np.flatnonzero(world.importers_in(buyer.codes))


def _agreed01(
    world: WorldSupply, buyers: Sequence[Buyer], imports_t: Floats, agreed: Floats
) -> Floats:
    """(B, M) share of the imports from places with an agreement with the member that buys; NaN
    where nobody looked."""
    result = np.full((len(buyers), len(world.axes.minerals)), np.nan)
    for at, buyer in enumerate(buyers):
        rows, outside = _rows(world, buyer), ~world.is_in(buyer.codes)
        if len(rows):
            tonnes = imports_t[rows][..., outside]
            unknown = (np.isnan(agreed[rows][..., outside]) & (tonnes > 0)).any(axis=(0, 2))
            part = np.nansum(tonnes * np.nan_to_num(agreed[rows][..., outside]), axis=(0, 2))
            share = over(part, np.nansum(tonnes, axis=(0, 2)))
            result[at] = np.where(unknown, np.nan, share)
    return result


def _hit01(world: WorldSupply, buyers: Sequence[Buyer], done: Shaken) -> Floats:
    """(B, M) share of the world's output behind the shocks that a buyer feels."""
    factors = []
    for buyer in buyers:
        rows, own = _rows(world, buyer), world.is_in(buyer.codes)
        felt = done.of_world.exports[rows].min(axis=0) if len(rows) else done.of_world.output
        factors.append(np.where(own, done.of_world.output, felt))
    shape = (len(buyers), *world.output_t.shape)
    return output_hit01(world.output_t, np.array(factors).reshape(shape))


# --- Rows ---------------------------------------------------------------------------------------
def rows(question: Question) -> list[Row]:
    """One row a buyer and mineral: the damage, the figures before and after, who could step in."""
    found = effects(question)
    wanted = [
        at
        for at, code in enumerate(found.world.axes.minerals)
        if question.minerals is None or code in question.minerals
    ]
    columns = _columns(found)
    missing = [_missing(found.world, buyer) for buyer in found.buyers]
    steps = fillers(found.left_t, found.left_t < found.imports_t)
    return [
        {
            **_named(found, at, mineral, missing[at]),
            **{name: values[at][mineral] for name, values in columns.items()},
            "fillers": _fillers(found, at, mineral, steps[at, mineral].tolist()),
        }
        for at in range(len(found.buyers))
        for mineral in wanted
    ]


def _named(found: Effects, at: int, mineral: int, missing: list[str]) -> Row:
    code, buyer = found.world.axes.minerals[mineral], found.buyers[at]
    return {
        "id": f"{buyer.name}-{code}",
        "pk": f"{buyer.name}-{code}",
        "buyer": buyer.name,
        "mineral": code,
        "year": found.world.axes.as_of.year,
        "import_years": list(found.world.import_years),
        "releases": list(found.world.releases),
        "says": [*found.told.get(code, ()), *missing],
        "why": _why(found, at, mineral),
    }


def _columns(found: Effects) -> dict[str, list[list[Any]]]:
    """By name of column: a list a buyer of one value a mineral, None where it is unknown."""
    numbers = {
        "supply_lost01": found.lost01,
        "supply_lost_at_most01": found.lost_at_most01,
        "lost_t": found.lost_t,
        "imports_lost01": lost_share01(found.before.imports_t, found.after.imports_t),
        "world_output_hit01": found.output_hit01,
        "largest_supplier_share_if_all_out01": found.worst.n1_imports01,
        "agreement_share01_before": found.agreed_before,
        "agreement_share01_after": found.agreed_after,
    }
    for name, of in BEFORE_AND_AFTER.items():
        numbers[f"{name}_before"] = getattr(found.before, of)
        numbers[f"{name}_after"] = getattr(found.after, of)
    result = {name: _without_nan(values) for name, values in numbers.items()}
    for name, side in (("before", found.before), ("after", found.after)):
        result[f"largest_supplier_{name}"] = _codes(found.world, side)
        tested = side.above_eu_test.astype(object)
        tested[np.isnan(side.n1_imports01)] = None
        result[f"above_eu_test_{name}"] = list(tested.tolist())
    return result


def _without_nan(values: Floats) -> list[list[Any]]:
    shown = values.astype(object)
    shown[np.isnan(values)] = None
    return list(shown.tolist())


def _codes(world: WorldSupply, side: Figures) -> list[list[Any]]:
    places = np.array([*world.axes.places, None], dtype=object)
    return list(places[side.largest].tolist())


def _fillers(found: Effects, at: int, mineral: int, places: Sequence[int]) -> list[Row]:
    """Partners that nothing hits, largest first, where something is lost: what each sells the
    buyer, and everybody."""
    if not found.after.imports_t[at, mineral] < found.before.imports_t[at, mineral]:
        return []
    return [
        {
            "place": found.world.axes.places[place],
            "sells_buyer_t": float(found.left_t[at, mineral, place]),
            "exports_t": _number(found.world.exports_t[mineral, place]),
        }
        for place in places
        if place >= 0
    ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _missing(world: WorldSupply, buyer: Buyer) -> list[str]:
    """Members of the buyer whose imports are not on record, where others' are."""
    members = world.members_of(buyer.codes)
    missing = sorted(members - set(world.importers))
    if not missing or len(missing) == len(members):
        return []
    return [f"imports of {', '.join(missing)} are not on record: they are left out"]


def _why(found: Effects, at: int, mineral: int) -> str | None:
    """Why figures are null."""
    code = found.world.axes.minerals[mineral]
    if not found.world.goods[code].hs6:
        return f"{code} has no customs code of its own: no trade of it is on record"
    if np.isnan(found.before.imports_t[at]).all():
        return f"no imports of {found.buyers[at].name} are on record"
    if np.isnan(found.before.imports_t[at, mineral]):
        return f"no imports of {code} by {found.buyers[at].name} are on record"
    if found.before.imports_t[at, mineral] == 0:
        return f"{found.buyers[at].name} imports no {code}: shares of imports have no answer"
    if found.after.imports_t[at, mineral] == 0:
        return "nothing is left of the imports: shares of them have no answer"
    if np.isnan(found.before.home_t[at, mineral]):
        return f"output of {code} is not counted in tonnes: shares of supply have no answer"
    return None
