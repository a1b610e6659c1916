"""How far the scores of a lens reach: bands, what is not assessed and where, ties."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from riskscore.curation import map_grid
from riskscore.models import Lens, Project, Score
from riskscore.models.scores import NODES, Band

Figures = dict[str, Any]
#: Places that are named of those where most is missing.
PLACES = 4


def figures(lens: Lens) -> Figures:
    """All of it, as JSON can hold it: ``bands`` (number of projects by band, for each of NODES),
    ``where`` ((place, number) of what is not assessed), ``ties`` and ``projects``."""
    bands = counts(lens)
    return {
        "bands": bands,
        "where": {node: _where(lens, node) for node in NODES if bands[node][Band.NOT_ASSESSED]},
        "ties": ties(lens),
        "projects": project_counts(lens),
    }


def _current(lens: Lens) -> QuerySet[Score]:
    """The scores of published projects through a lens."""
    return Score.objects.filter(lens=lens, project__state=Project.State.PUBLISHED)


def counts(lens: Lens) -> dict[str, list[int]]:
    """The bands of the composite and of every dimension, counted in one pass."""
    starts = map_grid.starts(lens)
    found = _current(lens).aggregate(
        **{
            f"{node}_{band}": Count("pk", filter=_within(node, band, starts))
            for node in NODES
            for band in Band.values
        }
    )
    return {node: [found[f"{node}_{band}"] for band in Band.values] for node in NODES}


def _within(node: str, band: int, starts: Sequence[float]) -> Q:
    """That a node lies in a band: from its start up to the next one's."""
    if band == Band.NOT_ASSESSED:
        return Q(**{f"{node}__isnull": True})
    result = Q(**{f"{node}__isnull": False})
    if band > 1:
        result &= (
            Q(**{f"{node}__gte": starts[band - 2]}) if band - 2 < len(starts) else Q(pk__in=[])
        )
    return result & Q(**{f"{node}__lt": starts[band - 1]}) if band - 1 < len(starts) else result


def _where(lens: Lens, node: str) -> list[tuple[str, int]]:
    scores = _current(lens).filter(**{f"{node}__isnull": True})
    rows = scores.values("project__place__name").annotate(n=Count("pk")).order_by("-n")[:PLACES]
    return [(row["project__place__name"], row["n"]) for row in rows]


_BY_COUNTRY = """
WITH scored AS (
    SELECT p.place_id, s.composite FROM riskscore_score s
    JOIN riskscore_project p ON p.id = s.project_id
    WHERE s.lens_id = %s AND p.state = 'published' AND s.composite IS NOT NULL
), whole AS (
    SELECT avg(composite) AS mean, count(*) * var_pop(composite) AS spread FROM scored
), country AS (
    SELECT count(*) AS n, avg(composite) AS mean FROM scored GROUP BY place_id
)
SELECT sum(country.n * (country.mean - whole.mean) ^ 2) / nullif(max(whole.spread), 0)
FROM country, whole
"""

_TIES = """
SELECT coalesce(sum(n), 0)::bigint, count(*), coalesce(max(n), 0) FROM (
    SELECT count(*) AS n FROM riskscore_score s JOIN riskscore_project p ON p.id = s.project_id
    WHERE s.lens_id = %s AND p.state = 'published' AND s.composite IS NOT NULL GROUP BY s.composite
) equal
"""


def ties(lens: Lens) -> Figures:
    """Scored ``projects``, ``distinct`` composites, the ``largest`` group that shares one, and
    ``by_country``: the share of the composite's variance that lies between countries (η²)."""
    with connection.cursor() as cursor:
        cursor.execute(_TIES, [lens.pk])
        projects, distinct, largest = cursor.fetchone()
        cursor.execute(_BY_COUNTRY, [lens.pk])
        (explained,) = cursor.fetchone()
    return {
        "projects": projects, "distinct": distinct, "largest": largest, "by_country": explained,
    }  # fmt: skip


def project_counts(lens: Lens) -> dict[str, int]:
    """How many projects there are, and how many cannot or could not yet be scored."""
    published = Project.objects.filter(state=Project.State.PUBLISHED)
    states = Project.objects.aggregate(
        published=Count("pk", filter=Q(state=Project.State.PUBLISHED)),
        drafts=Count("pk", filter=Q(state=Project.State.DRAFT)),
        archived=Count("pk", filter=Q(state=Project.State.ARCHIVED)),
        unranked=Count(
            "pk", filter=Q(state=Project.State.PUBLISHED, flags__overlap=list(Project.UNRANKED))
        ),
    )
    scored = _current(lens).count()
    without = published.filter(minerals__isnull=True).count()
    waiting = max(states["published"] - without - scored, 0)
    return {**states, "scored": scored, "without": without, "waiting": waiting}
