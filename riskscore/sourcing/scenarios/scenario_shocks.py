"""Stated shocks set upon the world's supplies: which cells each hits, and what it cannot say."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from riskscore.engine.arrays import Bools, Floats
from riskscore.engine.sourcing.shocks import Left, Shock, left
from riskscore.engine.sourcing.stated_shocks import ALL, IN_OUTPUT, IN_TRADE, Kind, Stated
from riskscore.sourcing.scenarios import social_conditions
from riskscore.sourcing.scenarios.world_supply import WorldSupply

AGREEMENTS = {Kind.AGREEMENT_SIGNED: 1.0, Kind.AGREEMENT_ENDED: 0.0}
CUTS = (Kind.EXPORT_CUT, Kind.OUTPUT_CUT, Kind.SOCIAL_CONDITION)


class Shaken(NamedTuple):
    """What shocks leave. ``left`` of what customs codes show; ``at_most`` the same if all that may
    be hit is; ``of_world`` at the stage where output is counted; ``agreed`` as in WorldSupply."""

    left: Left
    at_most: Left
    of_world: Left
    agreed: Floats


def shaken(shocks: Sequence[Stated], world: WorldSupply) -> Shaken:
    """All shocks at once."""
    material = [one for one in shocks if one.kind not in AGREEMENTS]
    shown = [_shock(one, world, trade=True) for one in material]
    made = [_shock(one, world, trade=False) for one in material]
    importers = len(world.importers)
    found = left(shown, world.output_t, importers)
    at_most = found
    if any(one.maybe is not None for one in shown):
        at_most = left([one.at_most() for one in shown], world.output_t, importers)
    of_world = left(made, world.output_t, importers)
    return Shaken(found, at_most, of_world, _agreed(shocks, world))


def _shock(stated: Stated, world: WorldSupply, *, trade: bool) -> Shock:
    buyers = world.importers_in(stated.buyers)
    if stated.kind is Kind.SOCIAL_CONDITION:
        about = _minerals(stated, world)[:, np.newaxis]
        out = social_conditions.out(stated, world)
        return Shock(out.certain & about, buyers, cut=1.0, maybe=out.maybe & about)
    place = world.is_in([stated.place])
    output = np.outer(_minerals(stated, world) & _counted(stated, world), place)
    exports = np.outer(_minerals(stated, world) & _shown(stated, world), place)
    changed = None if stated.kind is Kind.EXPORT_CUT else output
    return Shock(
        exports if trade else output,
        buyers,
        cut=stated.cut if stated.kind in CUTS else 0.0,
        more=stated.more,
        lost_t=stated.tonnes if stated.kind is Kind.PROJECT_LOST else 0.0,
        new_t=stated.tonnes if stated.kind is Kind.NEW_CAPACITY else 0.0,
        made=changed,
    )


def _minerals(stated: Stated, world: WorldSupply) -> Bools:
    """(M,) the minerals that it is about."""
    return np.array([stated.concerns(code) for code in world.axes.minerals], dtype=bool)


def _shown(stated: Stated, world: WorldSupply) -> Bools:
    """(M,) whether customs codes show its stage."""
    return _at_stage(world, "trade_stage", IN_TRADE.get(stated.stage))


def _counted(stated: Stated, world: WorldSupply) -> Bools:
    """(M,) whether production figures count its stage."""
    return _at_stage(world, "production_stage", IN_OUTPUT.get(stated.stage))


def _at_stage(world: WorldSupply, column: str, stage: str | None) -> Bools:
    stages = (getattr(world.goods[code], column) for code in world.axes.minerals)
    return np.array([stage is None or found == stage for found in stages], dtype=bool)


def _agreed(shocks: Iterable[Stated], world: WorldSupply) -> Floats:
    """(I, M, P) agreements after those that are signed or ended, the later in the list last."""
    result = world.agreed
    for one in shocks:
        if one.kind in AGREEMENTS:
            result = result.copy()
            rows = np.ix_(world.importers_in(one.buyers), _minerals(one, world),
                          world.is_in([one.place]))  # fmt: skip
            result[rows] = AGREEMENTS[one.kind]
    return result


# --- What the numbers cannot say ----------------------------------------------------------------
def told(shocks: Sequence[Stated], world: WorldSupply, found: Left) -> dict[str, list[str]]:
    """By mineral: what a reader must know of the shocks that are about it."""
    result: dict[str, list[str]] = defaultdict(list)
    for at, mineral in enumerate(world.axes.minerals):
        for one in shocks:
            if one.concerns(mineral):
                result[mineral] += _of_shock(one, mineral, world)
        for place in np.flatnonzero(found.unplaced[at]):
            result[mineral].append(
                f"{world.axes.places[place]} has no output of {mineral} on record that the stated "
                "tonnes could be a part of: they are left out"
            )
    return {mineral: list(dict.fromkeys(texts)) for mineral, texts in result.items()}


def _of_shock(one: Stated, mineral: str, world: WorldSupply) -> list[str]:
    if one.kind in AGREEMENTS:
        return []
    said = [*_of_stage(one, mineral, world), *_of_dates(one, world)]
    if one.kind is Kind.SOCIAL_CONDITION and one.mineral != ALL:
        said.append("a place is out as a whole: how many of its tonnes come from which project is "
                    "not known")  # fmt: skip
    if one.about and one.mineral != ALL:
        said.append(one.about)
    return said


def _of_stage(one: Stated, mineral: str, world: WorldSupply) -> list[str]:
    goods = world.goods[mineral]
    said = []
    if one.stage != "any" and goods.hs6 and goods.trade_stage != IN_TRADE[one.stage]:
        said.append(
            f"{one.place}: the shock is at the stage {one.stage}, customs codes of {mineral} show "
            f"{goods.trade_stage or 'none'}: imports stay as they are"
        )
    if one.stage != "any" and goods.production_stage != IN_OUTPUT[one.stage]:
        said.append(
            f"{one.place}: the shock is at the stage {one.stage}, output of {mineral} is counted "
            f"at the {goods.production_stage or 'stage that nobody states'}: it stays as it is"
        )
    return said


def _of_dates(one: Stated, world: WorldSupply) -> list[str]:
    if one.since is None or not world.import_years:
        return []
    first, last = world.import_years[0], world.import_years[-1]
    where = f"{one.place or one.condition}, since {one.since}"
    if one.since.year < first:
        return [f"{where}: what it stopped before {first} is not in the tonnes it is taken from"]
    if one.since.year <= last:
        return [f"{where}: the mean of {first} to {last} holds time before and after it"]
    return []
