"""What the dashboard shows: counts over the current scores of one lens, jobs, releases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from riskscore.admin.ui import charts, wording
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.admin.work import job_progress
from riskscore.engine.method import Method as Specification
from riskscore.models import Job, Lens, Project, Release, Score
from riskscore.models.methods import scoring_method
from riskscore.models.scores import NODES, Band


@dataclass(frozen=True, slots=True)
class Spread:
    """How the projects fall into the bands of one node."""

    code: str
    label: str
    counts: Mapping[int, int]

    @property
    def chart(self) -> SafeString:
        return charts.stack([(words, n, look) for words, n, look in self.cells])

    @property
    def cells(self) -> list[tuple[str, int, str]]:
        """(name, number of projects, style) of every band, best first, not assessed last."""
        order = (*(band for band in Band if band), Band.NOT_ASSESSED)
        return [(band.label, self.counts[band], wording.band_class(band)) for band in order]

    @property
    def missing(self) -> int:
        return self.counts[Band.NOT_ASSESSED]


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a node is not assessed for some projects, and where most of them are."""

    label: str
    number: int
    rule: str
    where: str


@dataclass(frozen=True, slots=True)
class Ties:
    """How far v1 tells projects apart: distinct scores, and what the country alone explains."""

    projects: int
    distinct: int
    largest: int
    by_country: float | None

    @property
    def explained(self) -> str:
        return wording.share(self.by_country)


@dataclass(frozen=True, slots=True)
class Overview:
    """The dashboard."""

    lens: Lens
    spreads: Sequence[Spread]
    missing: Sequence[Missing]
    ties: Ties
    projects: Mapping[str, int]
    jobs: Sequence[Mapping[str, Any]]
    releases: QuerySet[Release]

    @property
    def is_working(self) -> bool:
        return any(job["is_open"] for job in self.jobs)


def allowed(request: HttpRequest) -> bool:
    """Whether this person may see scores at all."""
    return request.user.has_perm("riskscore.view_score")


def overview() -> Overview | None:
    """Everything on the dashboard; None until something can be scored."""
    lens = shown_lens()
    method = scoring_method(lens.method_code) if lens else None
    if lens is None or method is None:
        return None
    specification = Specification.from_dict(method.spec)
    result = spreads(lens, specification)
    return Overview(
        lens=lens,
        spreads=result,
        missing=[_missing(lens, specification, spread) for spread in result if spread.missing],
        ties=ties(lens),
        projects=project_counts(lens),
        jobs=latest_jobs(),
        releases=Release.objects.select_related("source").order_by("-edition", "code")[:8],
    )


def current(lens: Lens) -> QuerySet[Score]:
    """The scores of published projects through a lens."""
    return Score.objects.filter(lens=lens, project__state=Project.State.PUBLISHED)


def spreads(lens: Lens, specification: Specification) -> list[Spread]:
    """The bands of the composite and of every dimension, counted in one pass."""
    starts = [band.start for band in specification.bands[1:]]
    counts = current(lens).aggregate(
        **{
            f"{node}_{band}": Count("pk", filter=_within(node, band, starts))
            for node in NODES
            for band in Band.values
        }
    )
    labels = {node.code: node.label for node in specification.nodes}
    return [
        Spread(
            node,
            labels.get(node, node.capitalize()),
            {band: counts[f"{node}_{band}"] for band in Band.values},
        )
        for node in NODES
    ]


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


def _missing(lens: Lens, specification: Specification, spread: Spread) -> Missing:
    scores = current(lens).filter(**{f"{spread.code}__isnull": True})
    where = scores.values("project__place__name").annotate(n=Count("pk")).order_by("-n")[:4]
    return Missing(
        label=spread.label,
        number=spread.missing,
        rule=rule(specification, spread.code),
        where=", ".join(f"{row['project__place__name']} {row['n']:,}" for row in where),
    )


def rule(specification: Specification, code: str) -> str:
    """What must be known before a node is assessed, as the reason why it is not."""
    node = next((node for node in specification.nodes if node.code == code), None)
    if node is None:
        return ""
    if node.requires_any:
        labels = {leaf.code: leaf.label for leaf in node.leaves()}
        named = (labels[code].lower() for code in node.requires_any)
        return f"nothing is known about the project itself: none of {', '.join(named)}"
    if node.minimum.count > 1:
        return f"fewer than {node.minimum.count} of its {len(node.children)} parts are assessed"
    return f"less than {wording.share(node.minimum.weight)} of its weight is known"


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
SELECT coalesce(sum(n), 0), count(*), coalesce(max(n), 0) FROM (
    SELECT count(*) AS n FROM riskscore_score s JOIN riskscore_project p ON p.id = s.project_id
    WHERE s.lens_id = %s AND p.state = 'published' AND s.composite IS NOT NULL GROUP BY s.composite
) equal
"""


def ties(lens: Lens) -> Ties:
    """Distinct composites, the largest group that shares one, and the country's share of variance.

    The share is η²: the variance between countries over the whole variance of the composite.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TIES, [lens.pk])
        projects, distinct, largest = cursor.fetchone()
        cursor.execute(_BY_COUNTRY, [lens.pk])
        (explained,) = cursor.fetchone()
    return Ties(int(projects), distinct, largest, explained)


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
    scored = current(lens).count()
    without = published.filter(minerals__isnull=True).count()
    waiting = max(states["published"] - without - scored, 0)
    return {**states, "scored": scored, "without": without, "waiting": waiting}


def latest_jobs() -> list[dict[str, Any]]:
    """All open jobs and the last that ended, each with its progress."""
    rows = job_progress.with_progress(Job.objects.select_related("lens"))
    going = rows.exclude(state__in=Job.TERMINAL).order_by("-id")[:10]
    ended = rows.filter(state__in=Job.TERMINAL).order_by("-id")[:3]
    return [
        {
            "job": job,
            "bar": job_progress.bar(job),
            "state": job_progress.state(job),
            "about": job_progress.scope_words(job.scope),
            "took": job_progress.duration(job),
            "is_open": job_progress.is_open(job),
        }
        for job in (*going, *ended)
    ]
