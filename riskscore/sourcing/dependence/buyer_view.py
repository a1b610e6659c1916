"""The buyer's view: where each mineral comes from, on whom it hangs, by every formula at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.sourcing import supply_mix as of
from riskscore.engine.sourcing.supply_mix import EU_TEST01, Supply
from riskscore.releases import effective
from riskscore.scoring import inputs
from riskscore.scoring.indicators import supply_risk_rows
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.scoring.indicators.buyer_tables import YearTable
from riskscore.scoring.stored_score import not_nan
from riskscore.sourcing.buyers import SPAN, Now, has_trade, now, years_of
from riskscore.sourcing.dependence import agreements, disagreements

#: The country whose share is shown when nobody names another.
NAMED = "CHN"
#: What the disruption model calls an event: exports fall by this part or more.
LOSS01 = 0.4
MOST_PARTNERS = 12
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A buyer, the minerals (None: all), the country to name, and the year (None: the newest)."""

    buyer: Buyer
    minerals: Collection[str] | None = None
    named: str = NAMED
    year: int | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows of one buyer and year are made from."""

    now: Now
    named: str
    years: Mapping[int, YearTable]
    agreed: agreements.Agreements
    disruption: Floats
    figures: Mapping[str, Row]


def rows(question: Question) -> list[Row]:
    """One row a mineral, in the order of their codes.

    Raises NotFoundError for a year without trade.
    """
    known = _known(question)
    wanted = question.minerals
    return [
        _row(known, at)
        for at, mineral in enumerate(known.now.axes.minerals)
        if wanted is None or mineral in wanted
    ]


def _known(question: Question) -> _Known:
    found = now(question.buyer, question.year)
    figures = supply_risk_rows.of_buyer(question.buyer, SPAN)
    return _Known(
        found,
        question.named,
        years_of(question.buyer),
        agreements.of_buyer(question.buyer, found.year, found.axes),
        _disruption(found),
        {row["mineral"]: row for row in figures if row["year"] == found.year},
    )


def _disruption(found: Now) -> Floats:
    """(M, P) the learned chance that a place's exports fall next year; NaN where no model says."""
    table = inputs.learned(found.axes, effective.LATEST).get("geo.disruption")
    if table is None:
        return np.full((len(found.axes.minerals), len(found.axes.places)), np.nan)
    return table.values.T


def _one(supply: Supply, at: int) -> Supply:
    """One mineral's supply."""
    return Supply(supply.imports[at], supply.home[at])


def _row(known: _Known, at: int) -> Row:
    found, mineral = known.now, known.now.axes.minerals[at]
    supply, stated = _one(found.supply, at), known.figures[mineral]
    row = {
        **stated,
        "buyer": found.buyer.name,
        "mix": _mix(known, supply, at),
        "largest": _largest(known, supply),
        "named": _named(known, supply),
        "agreement_share01": not_nan(float(known.agreed.share01[at])),
        **_expected_loss(known, supply, at),
        "trend": [_trend(known, at, year) for year in known.years if year <= found.year],
    }
    return {**row, "disagreements": disagreements.of_row(row, _moves(known, supply, at))}


def _moves(known: _Known, supply: Supply, at: int) -> list[Row]:
    if not has_trade(known.now, at):
        return []
    return disagreements.moves_of(supply, known.now.table.found, at, known.now.axes)


def _mix(known: _Known, supply: Supply, at: int) -> list[Row]:
    """The partners with the most tonnes, the largest first; what is left is one row without a
    place."""
    tonnes, shares = np.nan_to_num(supply.imports), of.import_share01(supply)
    order = [int(i) for i in np.argsort(-tonnes, kind="stable") if tonnes[i] > 0]
    shown = [
        {
            "place": known.now.axes.places[i],
            "tonnes": float(tonnes[i]),
            "share01": float(shares[i]),
            "agreement": known.agreed.word(at, i),
            "instability01": float(known.now.table.found.risk01[i]),
        }
        for i in order[:MOST_PARTNERS]
    ]
    rest = order[MOST_PARTNERS:]
    if rest:
        shown.append(
            {
                "place": None,
                "tonnes": float(tonnes[rest].sum()),
                "share01": float(shares[rest].sum()),
                "agreement": None,
                "instability01": None,
            }
        )
    return shown


def _largest(known: _Known, supply: Supply) -> Row | None:
    """N-1 with a name."""
    partner = int(of.largest_partner(supply))
    if partner < 0:
        return None
    return {
        "place": known.now.axes.places[partner],
        "tonnes": float(supply.imports[partner]),
        "share01": float(of.n1_imports01(supply)),
        "share_of_supply01": not_nan(float(of.n1_supply01(supply))),
    }


def _named(known: _Known, supply: Supply) -> Row:
    """One country's share of the imports, and the EU's test of 65 % on it."""
    mask = np.array([code == known.named for code in known.now.axes.places])
    share = not_nan(float(of.share_of01(supply, mask)))
    return {
        "place": known.named,
        "tonnes": not_nan(float(supply.imports[mask].sum())),
        "share01": share,
        "above_65_percent": None if share is None else share > EU_TEST01,
    }


def _expected_loss(known: _Known, supply: Supply, at: int) -> Row:
    chance = known.disruption[at]
    covered = not_nan(float(of.share_of01(supply, ~np.isnan(chance))))
    lost = not_nan(float(of.expected_loss01(supply, chance, LOSS01)))
    return {
        "expected_loss01": lost if covered else None,
        "expected_loss_covers01": covered,
    }


def _trend(known: _Known, at: int, year: int) -> Row:
    axes, found = known.years[year]
    supply = _one(found.supply, at)
    partner = int(of.largest_partner(supply))
    mask = np.array([code == known.named for code in axes.places])
    return {
        "year": year,
        "imports_t": not_nan(float(of.imports_t(supply))),
        "largest": axes.places[partner] if partner >= 0 else None,
        "largest_share01": not_nan(float(of.n1_imports01(supply))),
        "named_share01": not_nan(float(of.share_of01(supply, mask))),
        "import_hhi01": not_nan(float(of.import_hhi01(supply))),
        "geopolrisk01": not_nan(float(found.columns["geopolrisk01"][at])),
    }
