"""Supply risk per buyer, mineral and year: one row each, with its releases and what is unknown."""

from collections.abc import Iterable
from typing import Any

from riskscore.engine.inputs.axes import Axes
from riskscore.releases import effective, register
from riskscore.releases.effective import InForce
from riskscore.scoring.indicators import buyer_tables, releases_of_values
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.scoring.indicators.buyer_tables import EXPORTS, OTHERS, TRADE, Goods, View
from riskscore.scoring.indicators.import_dependence import Dependence
from riskscore.scoring.stored_score import not_nan

Row = dict[str, Any]


def of_buyer(buyer: Buyer, span: int) -> list[Row]:
    """The rows of a buyer as known now: every mineral in every year of its trade.

    Keys are the names that the API gives the figures; what is unknown is None, and ``why`` says
    why. ``releases`` are the codes of the releases that the figures came from.
    """
    releases, view = effective.in_force(), View(buyer, span)
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
    goods = dict(buyer_tables.reference(view.buyer).goods)
    return {
        row["id"]: row
        for year, (axes, found) in buyer_tables.by_year(view, releases).items()
        for at, mineral in enumerate(axes.minerals)
        for row in (_row(found, at, axes, goods[mineral], year),)
    }


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
            "import_reliance01: exports to others or own output are not on record in tonnes for "
            "every member"
            if row["note"]
            else "import_reliance01: exports or own output are not on record in tonnes"
        )
    if row["eol_rir01"] is None:
        yield "eol_rir01: no recycling rate on record"
    if row["substitution01"] is None:
        yield "substitution01, ec_supply_risk: no release states the substitution index"
