"""Ranks with ties, and how many share a score.

Counted over all ranked projects of a lens: published, assessed, and without a flag that keeps
them out. One grouped query, since most projects share their score with others.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from riskscore.models import Project, Score
from riskscore.models.scores import NODES

UNRANKED = {str(flag) for flag in Project.UNRANKED}


@dataclass(frozen=True, slots=True)
class Ranks:
    """For each score that occurs: its rank (1 is the riskiest) and how many projects have it."""

    by_score: dict[float, tuple[int, int]]

    def standing(self, score: float | None, flags: list[str]) -> dict[str, int | None]:
        """Rank, and the number of *other* ranked projects with exactly this score."""
        if score is None:
            return {"rank": None, "shared_with": None}
        rank, sharing = self.by_score.get(score, (None, 0))
        ranked = UNRANKED.isdisjoint(flags)
        return {"rank": rank if ranked else None, "shared_with": sharing - ranked}


def ranks(lens: int, node: str, *, at_least: float | None = None) -> Ranks:
    """The ranks of a node's scores; with ``at_least`` only of those not below it."""
    found = ranked(lens).filter(**{f"{node}__isnull": False})
    if at_least is not None:
        found = found.filter(**{f"{node}__gte": at_least})
    by_score: dict[float, tuple[int, int]] = {}
    before = 0
    for score, sharing in found.values_list(node).annotate(n=Count("id")).order_by(f"-{node}"):
        by_score[score] = (before + 1, sharing)
        before += sharing
    return Ranks(by_score)


def standings(lens: int, scores: dict[str, float | None], flags: list[str]) -> dict[str, Any]:
    """One project's standing on every node, by one query over the lens."""
    wanted = {node: score for node, score in scores.items() if score is not None}
    counts = ranked(lens).aggregate(
        **{f"{node}_above": Count("id", Q(**{f"{node}__gt": x})) for node, x in wanted.items()},
        **{f"{node}_same": Count("id", Q(**{node: x})) for node, x in wanted.items()},
        **{f"{node}_of": Count(node) for node in NODES},
    )
    itself = UNRANKED.isdisjoint(flags)
    return {
        node: {
            "rank": counts[f"{node}_above"] + 1 if node in wanted and itself else None,
            "of": counts[f"{node}_of"],
            "shared_with": counts[f"{node}_same"] - itself if node in wanted else None,
        }
        for node in NODES
    }


def ranked(lens: int) -> QuerySet[Score]:
    """The scores that count in rankings."""
    return Score.objects.filter(lens=lens, project__state=Project.State.PUBLISHED).exclude(
        project__flags__overlap=list(Project.UNRANKED)
    )
