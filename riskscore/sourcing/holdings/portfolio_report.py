"""The figures of a portfolio as rows: exposures, splits, contributions, what is unknown."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.sourcing import contributions, portfolio
from riskscore.engine.sourcing.holdings import Split
from riskscore.engine.sourcing.portfolio import Exposure
from riskscore.models import Company, Lens, Portfolio, PortfolioLimit
from riskscore.models.scores import NODES
from riskscore.sourcing.holdings import portfolio_limits, portfolios
from riskscore.sourcing.holdings.portfolios import Figures, Holding
from riskscore.sourcing.sites.stakes import Stake

Row = dict[str, Any]
SUMMED = (
    "Thousand tonnes a year of the product that each position states. Tonnes of different minerals "
    "are added as weight; a tonne of one is not worth a tonne of another, so see each alone."
)
OWNERS = (
    "At least: what statements of owners count for what they are worth; at most: if all of them "
    "are true. HHI and N-1 reach from unknown owners divided without end to all the largest's."
)


def of(kept: Portfolio, holdings: Iterable[Holding], day: date) -> Row:
    """Everything about a portfolio, as if it held this."""
    found = portfolios.figures(holdings, kept.lens, day)
    return {
        "portfolio": kept.name,
        "as_of": day.isoformat(),
        **_view(kept.lens, found),
        "summed": SUMMED,
        "kt_per_year": found.kt,
        "exposures": exposures(found.exposure),
        "minerals": _minerals(found),
        "places": _split(found.places()),
        "owners": {**_split(found.holders(), _names(found)), "about": OWNERS},
        "owner_homes": _split(found.homes()),
        "positions": positions(found),
        "limits": [limit_row(limit, found) for limit in kept.limits.select_related("company")],
        "unknown": list(_unknown(found)),
    }


def _view(lens: Lens, found: Figures) -> Row:
    scores = found.scores.values()
    return {
        "method": lens.method_code,
        "method_versions": sorted({score.method.version for score in scores}),
        "importer": lens.importer_id,
        "edition": max((score.edition for score in scores), default=None),
        "scores_as_of": sorted({score.as_of.isoformat() for score in scores}),
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def exposures(found: Exposure) -> list[Row]:
    """One row per dimension, the composite first."""
    return [
        {
            "dimension": name,
            "score": _known(float(found.score[at])),
            "low": _known(float(found.low[at])),
            "high": _known(float(found.high[at])),
            "of_assessed": _known(float(found.assessed[at])),
            "coverage01": _known(float(found.coverage01[at])),
        }
        for at, name in enumerate(NODES)
    ]


def _split(split: Split, names: Mapping[str, str] | None = None) -> Row:
    return {
        "shares": [
            {
                "code": code,
                "name": names.get(code, code) if names else code,
                "kt_low": split.least[code],
                "kt_high": split.most[code],
                "share_low": split.low[code],
                "share_high": split.high[code],
            }
            for code in split.low
        ],
        "unknown_share": _known(split.unknown01),
        "hhi01_low": _known(split.hhi01[0]),
        "hhi01_high": _known(split.hhi01[1]),
        "n1_low": _known(split.n1[0]),
        "n1_high": _known(split.n1[1]),
    }


def _names(found: Figures) -> dict[str, str]:
    """Names of the holders by key."""
    holders: dict[str, Company] = {
        stake.holder.key: stake.holder for rows in found.owners.values() for stake in rows
    }
    return {key: company.name for key, company in holders.items()}


def _minerals(found: Figures) -> list[Row]:
    """Exposure of each mineral alone: tonnes of one thing."""
    mineral = np.array([one.mineral for one in found.holdings], dtype=object)
    return [
        {
            "mineral": code,
            "kt_per_year": math.fsum(found.positions.kt[mineral == code]),
            "share": share,
            "exposures": exposures(portfolio.exposure(found.positions.take(mineral == code))),
        }
        for code, share in found.minerals().low.items()
    ]


def positions(found: Figures) -> list[Row]:
    """One row per position: scores, contributions, and what the rest would be without it."""
    held = found.positions
    added = _contributions(found)
    others = portfolio.without(held)
    return [
        {
            "project": one.project.key,
            "name": one.project.name,
            "place": one.project.place_id,
            "mineral": one.mineral,
            "kt_per_year": one.kt,
            "share": one.kt / found.kt if found.kt > 0 else None,
            "kept": one.position is not None,
            "dimensions": [
                {
                    "dimension": name,
                    "score": _known(float(held.score[at, node])),
                    "low": float(held.low[at, node]),
                    "high": float(held.high[at, node]),
                    "contribution": _known(float(added[0][at, node])),
                    "contribution_to_low": _known(float(added[1][at, node])),
                    "contribution_to_high": _known(float(added[2][at, node])),
                    "without": _known(float(others[at].score[node])),
                    "without_low": _known(float(others[at].low[node])),
                    "without_high": _known(float(others[at].high[node])),
                }
                for node, name in enumerate(NODES)
            ],
            "owners": [stake_row(stake) for stake in found.owners.get(one.project.pk, ())],
        }
        for at, one in enumerate(found.holdings)
    ]


def _contributions(found: Figures) -> Sequence[Floats]:
    """What each position adds to the score, its least and its most; (n, D) each."""
    held = found.positions
    cells = np.concatenate([held.score, held.low, held.high], axis=1)
    # A position of 0 kt leaves the score as it is, known or not.
    cells[held.kt == 0] = 0.0
    return np.split(contributions.of_mean(held.kt, cells), 3, axis=1)


def stake_row(stake: Stake) -> Row:
    """An owner with bounds of its share, and what the statement counts."""
    stated = stake.statement
    return {
        "company": stated.company.key,
        "name": stated.company.name,
        "holder": stake.holder.key,
        "home": stake.home,
        "share": stated.share,
        "share_low": stake.low,
        "share_high": stake.high,
        "state": stated.state,
        "worth": stake.worth,
        "home_worth": stake.home_worth,
        "source": stated.source,
        "doubt": stated.doubt,
    }


def limit_row(limit: PortfolioLimit, found: Figures) -> Row:
    """A limit, and how these figures stand to it."""
    measured = portfolio_limits.measure(limit, found)
    return {
        "what": limit.what,
        "place": limit.place_id,
        "company": limit.company.key if limit.company else None,
        "at_most": limit.at_most,
        "value": measured.value,
        "low": measured.low,
        "high": measured.high,
        "standing": measured.standing(limit.at_most).value,
    }


def _unknown(found: Figures) -> Iterable[str]:
    """What is missing, in words, one line each."""
    for one in found.holdings:
        score, key = found.scores.get(one.project.pk), one.project.key
        if score is None:
            yield f"{key}: not scored through this view; counts 0 to 100"
        elif missing := [name for name in NODES if getattr(score, name) is None]:
            yield f"{key}: not assessed: {', '.join(missing)}; counts with its bounds"
        if one.project.pk not in found.owners:
            yield f"{key}: no owner is on file"
        if one.project.state != "published":
            yield f"{key}: is {one.project.state}; its last score counts"
