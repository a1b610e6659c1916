"""What a portfolio holds on a day, with scores and owners, and the figures of it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from django.db.models import Q

from riskscore.engine.sourcing import holdings
from riskscore.engine.sourcing.holdings import Split
from riskscore.engine.sourcing.portfolio import Exposure, Positions, exposure
from riskscore.models import Lens, Portfolio, Position, Project, Score
from riskscore.models.scores import NODES
from riskscore.sourcing.sites import stakes
from riskscore.sourcing.sites.stakes import Stake

#: Bounds of a score of which nothing is known.
LEAST, MOST = 0.0, 100.0


class Holding(NamedTuple):
    """kt a year of one mineral of a project. ``position`` is its number; None: only asked about."""

    project: Project
    mineral: str
    kt: float
    position: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Holdings in the order of their projects' keys, and what follows from them, row by row.

    ``scores``: the current score of each project through the lens, by project; a project that has
    none counts from 0 to 100. ``owners``: the stakes in each project, by project.
    """

    holdings: Sequence[Holding]
    scores: Mapping[int, Score]
    owners: Mapping[int, list[Stake]]
    positions: Positions
    exposure: Exposure

    @property
    def kt(self) -> float:
        """Tonnes in all."""
        return math.fsum(self.positions.kt)

    def split(self, names: Iterable[str]) -> Split:
        """By a name of each holding that is known for sure, such as its place."""
        parts: dict[str, list[float]] = {}
        for name, one in zip(names, self.holdings, strict=True):
            parts.setdefault(name, []).append(one.kt)
        exact = {name: math.fsum(kt) for name, kt in sorted(parts.items())}
        return holdings.split(exact, exact, self.kt)

    def places(self) -> Split:
        """By country of the site."""
        return self.split(one.project.place_id for one in self.holdings)

    def minerals(self) -> Split:
        """By mineral."""
        return self.split(one.mineral for one in self.holdings)

    def holders(self) -> Split:
        """By key of the company at the end of each owner's chain of parents."""
        return self._owned(lambda stake: (stake.holder.key, stake.certain))

    def homes(self) -> Split:
        """By country where owners are at home, as far as that is on file."""
        return self._owned(lambda stake: (stake.home or "", stake.certain * stake.home_worth))

    def _owned(self, read: stakes.Read) -> Split:
        low: dict[str, list[float]] = {}
        high: dict[str, list[float]] = {}
        for one in self.holdings:
            parts: dict[str, float] = {}
            for stake in self.owners.get(one.project.pk, ()):
                name, certain = read(stake)
                if name:
                    parts[name] = min(parts.get(name, 0.0) + stake.high, 1.0)
                    low.setdefault(name, []).append(one.kt * certain)
            for name, share in parts.items():
                high.setdefault(name, []).append(one.kt * share)
        most = {name: math.fsum(kt) for name, kt in high.items()}
        return holdings.split({name: math.fsum(low[name]) for name in most}, most, self.kt)

    def without_owner_kt(self) -> float:
        """Tonnes of projects of which no owner is on file."""
        return math.fsum(one.kt for one in self.holdings if one.project.pk not in self.owners)


def held(portfolio: Portfolio, day: date) -> list[Holding]:
    """What a portfolio holds on a day."""
    then = Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day)
    rows = Position.objects.filter(*then, portfolio=portfolio).select_related("project__place")
    return [Holding(row.project, row.mineral_id, row.kt_per_year, row.pk) for row in rows]


def figures(holdings_: Iterable[Holding], lens: Lens, day: date) -> Figures:
    """The figures of holdings, whatever their order."""
    rows = sorted(holdings_, key=lambda one: (one.project.key, one.mineral, one.position or 0))
    projects = {one.project.pk for one in rows}
    found = Score.objects.filter(lens=lens, project__in=projects).select_related("method")
    scores = {score.project_id: score for score in found}
    positions = _positions(rows, scores)
    return Figures(rows, scores, stakes.of(projects, day), positions, exposure(positions))


def _positions(rows: Sequence[Holding], scores: Mapping[int, Score]) -> Positions:
    cells = np.array(
        [_cells(scores.get(one.project.pk)) for one in rows], dtype=np.float64
    ).reshape(len(rows), 3, len(NODES))
    kt = np.array([one.kt for one in rows], dtype=np.float64)
    return Positions(kt, cells[:, 0], cells[:, 1], cells[:, 2])


def _cells(score: Score | None) -> tuple[list[float], list[float], list[float]]:
    """Score, least and most of each node; unknown is NaN, and 0 to 100."""
    if score is None:
        size = len(NODES)
        return [math.nan] * size, [LEAST] * size, [MOST] * size
    known = [_number(getattr(score, name), math.nan) for name in NODES]
    low = [_number(value, LEAST) for value in score.node_low]
    high = [_number(value, MOST) for value in score.node_high]
    # A score is never outside of its bounds; rounding of theirs must not say so.
    return (
        known,
        [a if math.isnan(b) else min(a, b) for a, b in zip(low, known, strict=True)],
        [a if math.isnan(b) else max(a, b) for a, b in zip(high, known, strict=True)],
    )


def _number(value: float | None, unknown: float) -> float:
    return unknown if value is None or math.isnan(value) else value
