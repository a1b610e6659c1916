"""What buyers get of each mineral, year by year: the tables of one buyer, kept by the process.

All years of a buyer are made at once and kept by the releases in force: the cost does not depend on
projects. Releases never change and their ids are never given again.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.catalogue import WGI_LABELS
from riskscore.engine.derive import supply
from riskscore.engine.derive.complete_years import buyer_years, reached_year
from riskscore.engine.inputs.axes import Axes, Observations
from riskscore.models import Mineral, Place, PlaceMember
from riskscore.releases import effective
from riskscore.releases.effective import InForce
from riskscore.scoring import inputs
from riskscore.scoring.indicators.buyer import Buyer, axes_at_any_time, axes_on
from riskscore.scoring.indicators.import_dependence import (
    PRODUCTION,
    QUANTITY,
    VALUE,
    Dependence,
    dependence,
)

TRADE = (QUANTITY, VALUE)
OTHERS = (
    PRODUCTION, *(f"wgi.{name}" for name in WGI_LABELS), "ec.trade", "ec.eol_rir", "ec.substitution"
)  # fmt: skip
#: What pages about buyers read besides; no figure of a buyer's table depends on it.
BESIDE = ("trade.agreement", "trade.restriction", "iea.mining", "iea.refining")
EXPORTS = "baci-exports"
Ids = tuple[int, ...]


class View(NamedTuple):
    """Whose tables, and over how many years each figure is a mean."""

    buyer: Buyer
    span: int


class Goods(NamedTuple):
    """What a row says of its mineral besides figures."""

    production_stage: str
    trade_stage: str
    hs6: tuple[str, ...]


class Reference(NamedTuple):
    """What tables depend on besides releases: places, minerals, and members with their dates."""

    places: tuple[str, ...]
    goods: tuple[tuple[str, Goods], ...]
    members: tuple[tuple[str, str, date | None, date | None], ...]


class YearTable(NamedTuple):
    """One year of a buyer: who belongs to it then, and the figures along places and minerals."""

    axes: Axes
    found: Dependence


def by_year(view: View, releases: InForce) -> Mapping[int, YearTable]:
    """The buyer's tables by year of its trade; without trade, of the newest year of production."""
    return _by_year(
        view,
        reference(view.buyer),
        tuple(releases.complete),
        tuple(releases.corrected),
        tuple(releases.of(EXPORTS).ids),
    )


def shared(buyer: Buyer, releases: InForce) -> Mapping[str, Observations]:
    """What the tables of all buyers are made from, and what pages read beside them, by key."""
    known = reference(buyer)
    minerals = tuple(code for code, _ in known.goods)
    return _shared(known.places, minerals, tuple(releases.complete), tuple(releases.corrected))


def reference(buyer: Buyer) -> Reference:
    """As it is now: places, minerals and members may be edited without a release."""
    members = PlaceMember.objects.filter(group__in=buyer.codes).order_by(
        "group_id", "member_id", "since"
    )
    return Reference(
        tuple(Place.objects.order_by("code").values_list("code", flat=True)),
        tuple(
            (mineral.code, Goods(mineral.production_stage, mineral.trade_stage, tuple(mineral.hs6)))
            for mineral in Mineral.objects.order_by("code")
        ),
        tuple(members.values_list("group_id", "member_id", "since", "until")),
    )


@lru_cache(maxsize=64)
def _by_year(
    view: View, known: Reference, complete: Ids, corrected: Ids, exports: Ids
) -> dict[int, YearTable]:
    goods = dict(known.goods)
    stated = _shared(known.places, tuple(goods), complete, corrected)
    bought = _trade(view.buyer, InForce(list(complete), list(corrected), {}))
    result = {}
    for year in _years(view.buyer, bought, stated):
        # A group's members are those of the year's last day.
        axes = axes_on(view.buyer, date(year, 12, 31))
        sold = _exports(axes, goods, exports, view.span, bought.get(QUANTITY))
        result[year] = YearTable(axes, dependence({**stated, **bought}, axes, sold, view.span))
    return result


@lru_cache(maxsize=2)
def _shared(
    _places: tuple[str, ...], _minerals: tuple[str, ...], complete: Ids, corrected: Ids
) -> dict[str, Observations]:
    """What the tables of all buyers are made from, along these places and minerals."""
    return inputs.observations(
        axes_on(Buyer.of("WLD"), date.max),
        InForce(list(complete), list(corrected), {}),
        "AND indicator = ANY(%(keys)s)",
        keys=[*OTHERS, *BESIDE],
    )


def _trade(buyer: Buyer, releases: InForce) -> dict[str, Observations]:
    """The imports of whoever belonged to the buyer in any year."""
    axes = axes_at_any_time(buyer)
    return inputs.observations(axes, releases, "AND indicator = ANY(%(keys)s)", keys=list(TRADE))


def _years(
    buyer: Buyer, bought: dict[str, Observations], shared: dict[str, Observations]
) -> list[int]:
    """The years whose trade is complete for the whole buyer; an incomplete one has no table."""
    axes = axes_at_any_time(buyer)
    years = {year for key, rows in bought.items() for year in buyer_years(key, rows, axes)}
    made = supply.output(shared, axes) if not years else None
    if made is not None:
        years = {reached_year(made.newest)} - {0}
    return sorted(years)


_SOLD = """
SELECT place_id, hs6, year, quantity FROM riskscore_exportflow
WHERE release_id = ANY(%(releases)s) AND place_id = ANY(%(places)s)
    AND year BETWEEN %(since)s AND %(until)s
"""


def _exports(
    axes: Axes, goods: dict[str, Goods], releases: Ids, span: int, bought: Observations | None
) -> Floats:
    """(M,) yearly exports in tonnes to others, NaN where unknown.

    Of several members: what all of them sell, less what they sell to each other. The export tables
    leave out sellers of less than 0.2 % of the world's; what these sell to members is left out too.
    """
    result = np.full(len(axes.minerals), np.nan)
    if not releases or not axes.members:
        return result
    until = axes.as_of.year
    asked = {"places": sorted(axes.members), "since": until - span + 1, "until": until}
    rows = effective.fetch(_SOLD, {"releases": list(releases), **asked})
    years = {year for _, _, year, _ in rows}
    inside = _inside(axes, years, bought)
    for at, mineral in enumerate(axes.minerals):
        codes = goods[mineral].hs6
        here = [(place, tonnes) for place, hs6, _, tonnes in rows if hs6 in codes]
        if not codes or not years or None in (tonnes for _, tonnes in here):
            continue
        among = _among(axes, at, {place for place, _ in here}, inside)
        result[at] = max(sum(tonnes for _, tonnes in here) - among, 0.0) / len(years)
    return result


def _inside(axes: Axes, years: Iterable[int], bought: Observations | None) -> Observations | None:
    """What members sold each other in these years; None if one's imports are not on record.

    Told apart once for all minerals: the imports of a large group are a hundred thousand rows.
    """
    members = [axes.place(code) for code in axes.members]
    if bought is None or not np.isin(members, bought.importer).all():
        return None
    rows = bought.take(np.isin(bought.year, list(years)) & np.isin(bought.place, members))
    return rows.take(np.isin(rows.importer, members))


def _among(axes: Axes, mineral: int, sellers: set[str], inside: Observations | None) -> float:
    """Tonnes of a mineral that members sold each other; NaN where that is not on record."""
    if len(axes.members) < 2 or not sellers:
        return 0.0
    if inside is None:
        return float("nan")
    places = [axes.place(code) for code in sellers]
    rows = inside.take((inside.mineral == mineral) & np.isin(inside.place, places))
    return float(rows.value.sum())
