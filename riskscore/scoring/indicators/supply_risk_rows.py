"""Supply risk per importer, mineral and year: one row each, with its releases and what is unknown.

All rows of an importer are made at once and kept by the process, by the releases in force: the cost
does not depend on projects. Releases never change and their ids are never given again.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.catalogue import WGI_LABELS
from riskscore.engine.inputs.axes import Axes, Observations
from riskscore.models import Mineral, Place, PlaceMember
from riskscore.releases import effective, register
from riskscore.releases.effective import InForce
from riskscore.scoring import inputs
from riskscore.scoring.indicators import releases_of_values
from riskscore.scoring.indicators.import_dependence import (
    PRODUCTION,
    QUANTITY,
    VALUE,
    Dependence,
    dependence,
)
from riskscore.scoring.stored_score import not_nan

TRADE = (QUANTITY, VALUE)
OTHERS = (
    PRODUCTION, *(f"wgi.{name}" for name in WGI_LABELS), "ec.trade", "ec.eol_rir", "ec.substitution"
)  # fmt: skip
EXPORTS = "baci-exports"
Row = dict[str, Any]
Ids = tuple[int, ...]


class View(NamedTuple):
    """Whose rows, and over how many years each figure is a mean."""

    importer: str
    span: int


class Goods(NamedTuple):
    """What a row says of its mineral besides figures."""

    production_stage: str
    trade_stage: str
    hs6: tuple[str, ...]


class Reference(NamedTuple):
    """What rows depend on besides releases: places, minerals, and members with their dates."""

    places: tuple[str, ...]
    goods: tuple[tuple[str, Goods], ...]
    members: tuple[tuple[str, date | None, date | None], ...]


def of_importer(importer: str, span: int) -> list[Row]:
    """The rows of an importer as known now: every mineral in every year of its trade.

    Keys are the names that the API gives the figures; what is unknown is None, and ``why`` says
    why. ``releases`` are the codes of the releases that the figures came from.
    """
    releases, view = effective.in_force(), View(importer, span)
    known = register.in_force(effective.LATEST, (*TRADE, *OTHERS))
    code_of = {row.id: row.citation["release"] for row in known}
    partial = [row.id for row in known if row.states and row.partial]
    complete = [code_of[row.id] for row in known if row.states and not row.partial]
    exports = [code_of[row.id] for row in known if row.source == EXPORTS]
    credited = releases_of_values.credited(releases, partial, lambda then: _rows(view, then))
    return [
        {
            **row,
            "releases": [
                *complete,
                *(exports if row["import_reliance01"] is not None else ()),
                *(code_of[key] for key in credited.get(row["id"], ())),
            ],
        }
        for row in _rows(view, releases).values()
    ]


def _rows(view: View, releases: InForce) -> dict[str, Row]:
    exports = tuple(releases.of(EXPORTS).ids)
    complete, corrected = tuple(releases.complete), tuple(releases.corrected)
    return _rows_by_id(view, _reference(view.importer), complete, corrected, exports)


def _reference(importer: str) -> Reference:
    """As it is now: places, minerals and members may be edited without a release."""
    members = PlaceMember.objects.filter(group_id=importer).order_by("member_id", "since")
    return Reference(
        tuple(Place.objects.order_by("code").values_list("code", flat=True)),
        tuple(
            (mineral.code, Goods(mineral.production_stage, mineral.trade_stage, tuple(mineral.hs6)))
            for mineral in Mineral.objects.order_by("code")
        ),
        tuple(members.values_list("member_id", "since", "until")),
    )


@lru_cache(maxsize=64)
def _rows_by_id(
    view: View, reference: Reference, complete: Ids, corrected: Ids, exports: Ids
) -> dict[str, Row]:
    goods = dict(reference.goods)
    shared = _shared(reference.places, tuple(goods), complete, corrected)
    bought = _trade(view.importer, InForce(list(complete), list(corrected), {}))
    result = {}
    for year in _years(bought, shared):
        axes = _axes(view.importer, year)
        sold = _exports(axes, goods, exports, view.span)
        found = dependence({**shared, **bought}, axes, sold, view.span)
        for at, mineral in enumerate(axes.minerals):
            row = _row(found, at, axes, goods[mineral], year)
            result[row["id"]] = row
    return result


def _axes(importer: str, year: int) -> Axes:
    """A group's members are those of the year's last day."""
    return inputs.axes_of(inputs.Pinned(0, date(year, 12, 31), importer))


@lru_cache(maxsize=2)
def _shared(
    _places: tuple[str, ...], _minerals: tuple[str, ...], complete: Ids, corrected: Ids
) -> dict[str, Observations]:
    """What the rows of all importers are made from, along these places and minerals."""
    return inputs.observations(
        _axes("WLD", date.max.year),
        InForce(list(complete), list(corrected), {}),
        "AND indicator = ANY(%(keys)s)",
        keys=list(OTHERS),
    )


def _trade(importer: str, releases: InForce) -> dict[str, Observations]:
    """The imports of whoever belonged to the importer in any year."""
    axes = inputs.axes_at_any_time(importer)
    return inputs.observations(axes, releases, "AND indicator = ANY(%(keys)s)", keys=list(TRADE))


def _years(bought: dict[str, Observations], shared: dict[str, Observations]) -> list[int]:
    """The years of trade; without trade, the newest of production."""
    years = {int(year) for rows in bought.values() for year in np.unique(rows.year)}
    if not years and PRODUCTION in shared:
        years = {int(shared[PRODUCTION].year.max())}
    return sorted(years)


_SOLD = """
SELECT hs6, year, quantity FROM riskscore_exportflow
WHERE release_id = ANY(%(releases)s) AND place_id = %(place)s
    AND year BETWEEN %(since)s AND %(until)s
"""


def _exports(axes: Axes, goods: dict[str, Goods], releases: Ids, span: int) -> Floats:
    """(M,) yearly exports in tonnes. Unknown for a group: flows to its own members are in them."""
    result = np.full(len(axes.minerals), np.nan)
    if not releases or axes.members != {axes.importer}:
        return result
    until = axes.as_of.year
    asked = {"place": axes.importer, "since": until - span + 1, "until": until}
    rows = effective.fetch(_SOLD, {"releases": list(releases), **asked})
    years = len({year for _, year, _ in rows})
    for at, mineral in enumerate(axes.minerals):
        codes = goods[mineral].hs6
        sold = [quantity for hs6, _, quantity in rows if hs6 in codes]
        if codes and years and None not in sold:
            result[at] = sum(sold) / years
    return result


def _row(found: Dependence, at: int, axes: Axes, goods: Goods, year: int) -> Row:
    figures = {name: not_nan(float(column[at])) for name, column in found.columns.items()}
    mineral = axes.minerals[at]
    row = {
        "id": f"{axes.importer}/{mineral}/{year}",
        "importer": axes.importer,
        "mineral": mineral,
        "year": year,
        "production_stage": goods.production_stage or None,
        "trade_stage": goods.trade_stage or None,
        **figures,
        "largest_supplier": found.supplier[at] or None,
        "ec_mix": _mix(figures),
        "import_years": found.import_years,
        "production_years": found.production_years,
        "governance_year": found.governance_year,
        "members": sorted(axes.members - {axes.importer}),
        "note": _note(axes),
    }
    return {**row, "why": "; ".join(_reasons(row, goods)) or None}


def _mix(figures: dict[str, float | None]) -> str | None:
    world, own = (figures[f"ec_hhi_wgi_t_{name}10"] is not None for name in ("world", "importer"))
    return {(True, True): "both", (True, False): "world", (False, True): "importer"}.get(
        (world, own)
    )


def _note(axes: Axes) -> str | None:
    if axes.members == {axes.importer}:
        return None
    return (
        f"{axes.importer} is its {len(axes.members)} members of {axes.as_of}: what they trade "
        "among themselves is left out"
    )


def _reasons(row: Row, goods: Goods) -> Iterable[str]:
    """Why each unknown figure is unknown; what follows from it is not repeated."""
    if row["imports_t"] is None:
        yield (
            f"imports: no tonnes on record for {row['importer']} in these years"
            if goods.hs6
            else "imports: the mineral has no customs code of its own"
        )
    elif row["import_value_kusd"] is None:
        yield "import_value_kusd: no value on record"
    if row["own_production_t"] is None:
        yield "own_production_t: output is not stated in a unit of mass"
    if row["production_hhi01"] is None:
        yield "production_hhi01: no output on record in these years"
    if row["ec_hhi_wgi_t_world10"] is None:
        yield (
            "ec_hhi_wgi_t_world10: no trade parameter of the Commission, no output, or the "
            "governance of its producers is unknown"
        )
    if row["ec_hhi_wgi_t_importer10"] is None and row["imports_t"] is not None:
        yield (
            "ec_hhi_wgi_t_importer10: no trade parameter of the Commission, own output without "
            "mass, or the governance of the sellers is unknown"
        )
    if row["import_reliance01"] is None and row["imports_t"] is not None:
        yield (
            "import_reliance01: exports to others are not told apart from those to members"
            if row["note"]
            else "import_reliance01: exports or own output are not on record in tonnes"
        )
    if row["eol_rir01"] is None:
        yield "eol_rir01: no recycling rate on record"
    if row["substitution01"] is None:
        yield "substitution01, ec_supply_risk: no release states the substitution index"
