"""Ranks with ties, and with how many others a project shares its score.

Everything here counts **ranked projects**: published, scored through the lens, assessed, and
without a flag that keeps them out (duplicates, steel plants, sites without known output). *Shared
with* is the number of **other** ranked projects with exactly the same score, so the project itself
never counts. The API, the admin pages and the tables of the demo all count by these functions.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from riskscore.models import Project, Score
from riskscore.models.scores import NODES

UNRANKED = {str(flag) for flag in Project.UNRANKED}
#: What a page says beside the number of projects that a score is shared with.
SHARED = (
    "Most inputs describe the country and the mineral, not the site: {others} other ranked "
    "projects have exactly this composite. Ties are ties."
)


@dataclass(frozen=True, slots=True)
class Ranks:
    """For each score that occurs: its rank (1 is the riskiest) and how many projects have it."""

    by_score: dict[float, tuple[int, int]]

    def standing(self, score: float | None, flags: list[str]) -> dict[str, int | None]:
        """Rank, and the number of *other* ranked projects with exactly this score."""
        if score is None:
            return {"rank": None, "shared_with": None}
        rank, sharing = self.by_score.get(score, (None, 0))
        return {
            "rank": rank if is_ranked(flags) else None,
            "shared_with": others(sharing, flags),
        }


def is_ranked(flags: list[str]) -> bool:
    """Whether a published project with these flags counts in rankings."""
    return UNRANKED.isdisjoint(flags)


def others(sharing: int, flags: list[str]) -> int:
    """Of the ranked projects with a score, those that are not the project with these flags."""
    return max(sharing - is_ranked(flags), 0)


def ranks(lens: int, node: str, *, at_least: float | None = None) -> Ranks:
    """The ranks of a node's scores; with ``at_least`` only of those not below it."""
    result = ranked(lens).filter(**{f"{node}__isnull": False})
    if at_least is not None:
        result = result.filter(**{f"{node}__gte": at_least})
    by_score: dict[float, tuple[int, int]] = {}
    before = 0
    for score, sharing in result.values_list(node).annotate(n=Count("id")).order_by(f"-{node}"):
        by_score[score] = (before + 1, sharing)
        before += sharing
    return Ranks(by_score)


def standings(lens: int, scores: dict[str, float | None], flags: list[str]) -> dict[str, Any]:
    """One project's standing on every node, by one query over the lens."""
    assessed = {node: score for node, score in scores.items() if score is not None}
    counts = ranked(lens).aggregate(
        **{f"{node}_above": Count("id", Q(**{f"{node}__gt": x})) for node, x in assessed.items()},
        **{f"{node}_same": Count("id", Q(**{node: x})) for node, x in assessed.items()},
        **{f"{node}_of": Count(node) for node in NODES},
    )
    return {
        node: {
            "rank": counts[f"{node}_above"] + 1 if node in assessed and is_ranked(flags) else None,
            "of": counts[f"{node}_of"],
            "shared_with": others(counts[f"{node}_same"], flags) if node in assessed else None,
        }
        for node in NODES
    }


def shared_with(score: Score) -> int:
    """How many other ranked projects have exactly this composite; 0 where it is not assessed."""
    if score.composite is None:
        return 0
    same = ranked(score.lens_id).filter(composite=score.composite)
    return same.exclude(project=score.project_id).count()


def ranked(lens: int) -> QuerySet[Score]:
    """The scores that count in rankings: of published projects without a flag against it."""
    return only_ranked(Score.objects.filter(lens=lens))


def only_ranked(scores: QuerySet[Score]) -> QuerySet[Score]:
    """Of some scores, those that count in rankings."""
    return scores.filter(project__state=Project.State.PUBLISHED).exclude(
        project__flags__overlap=list(Project.UNRANKED)
    )


def not_ranked(scores: QuerySet[Score]) -> QuerySet[Score]:
    """Of some scores, those that :func:`only_ranked` leaves out."""
    return scores.filter(
        ~Q(project__state=Project.State.PUBLISHED)
        | Q(project__flags__overlap=list(Project.UNRANKED))
    )
