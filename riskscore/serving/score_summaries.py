"""What the output tables say: current scores through one lens, read from the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Avg, Count, F, Max, OuterRef, Q, QuerySet, Subquery, Variance
from django.db.models.lookups import IsNull

from riskscore.models import Edition, Lens, Project, ProjectMineral, Score
from riskscore.models.learned import in_force
from riskscore.models.scores import NODES, Band
from riskscore.scoring import ranking

DIMENSIONS = NODES[1:]


@dataclass(frozen=True, slots=True)
class Node:
    """The composite or a dimension. No score is "not assessed"; the rest stands beside it.

    `context` is the value of what is known, `low` and `high` the best and the worst case.
    """

    score: float | None
    context: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """One project's line, nodes in the order of NODES.

    `shared` counts the other ranked projects with exactly this composite.
    """

    name: str
    place: str
    mineral: str | None
    nodes: tuple[Node, ...]
    interval: tuple[float, float] | None
    coverage: float
    band: int
    shared: int


def riskiest(lens: Lens, count: int) -> list[Row]:
    """Return the highest composites, worst first, ties in the order of their names."""
    scores = ranking.ranked(lens.pk).filter(composite__isnull=False)
    return _rows(lens, scores.order_by("-composite", "project__name", "project__key")[:count])


def of(lens: Lens, minerals: Sequence[str], places: Sequence[str]) -> list[Row]:
    """Return the projects whose primary mineral and place are among the given, by place."""
    chosen = ranking.ranked(lens.pk).filter(
        project__place__in=places,
        project__minerals__role=ProjectMineral.Role.PRIMARY,
        project__minerals__mineral__in=minerals,
    )
    worst_first = F("composite").desc(nulls_last=True)
    place_and_mineral = ("project__place__name", "project__minerals__mineral__name")
    return _rows(
        lens, chosen.order_by(*place_and_mineral, worst_first, "project__name", "project__key")
    )


def _rows(lens: Lens, scores: QuerySet[Score]) -> list[Row]:
    primary = ProjectMineral.objects.filter(
        project=OuterRef("project"), role=ProjectMineral.Role.PRIMARY
    )
    result = scores.select_related("project__place").annotate(
        mineral=Subquery(primary.values("mineral__name"))
    )
    listed = list(result)
    ranks = ranking.ranks(lens.pk, "composite", [score.composite for score in listed])
    return [
        Row(
            name=score.project.name,
            place=score.project.place.name,
            mineral=score.mineral,
            nodes=_nodes(score),
            interval=_interval(score),
            coverage=score.coverage,
            band=score.band,
            shared=ranks.standing(score.composite, score.project.flags)["shared_with"] or 0,
        )
        for score in listed
    ]


def _nodes(score: Score) -> tuple[Node, ...]:
    values = (getattr(score, name) for name in NODES)
    beside = zip(score.context, score.node_low, score.node_high, strict=True)
    return tuple(Node(value, *rest) for value, rest in zip(values, beside, strict=True))


def _interval(score: Score) -> tuple[float, float] | None:
    low, high = score.interval_low, score.interval_high
    return None if low is None or high is None else (low, high)


def bands(lens: Lens) -> dict[Band, int]:
    """Return how many projects are in each band, "not assessed" included."""
    counts = dict(
        Score.objects.filter(lens=lens).values_list("band").annotate(count=Count("*")).order_by()
    )
    return {band: counts.get(band.value, 0) for band in Band}


def unassessed(lens: Lens) -> dict[str, int]:
    """Return how many projects lack each node: the composite and the four dimensions."""
    lacking = {node: Count("id", filter=Q(**{f"{node}__isnull": True})) for node in NODES}
    return Score.objects.filter(lens=lens).aggregate(**lacking)


def missing_together(lens: Lens) -> dict[tuple[str, ...], int]:
    """Return, for projects without a composite, which dimensions they lack, and how often."""
    scores = Score.objects.filter(lens=lens, composite__isnull=True)
    unknown = {f"no_{name}": IsNull(F(name), rhs=True) for name in DIMENSIONS}
    counts = (
        scores.annotate(**unknown)
        .values_list(*unknown)
        .annotate(count=Count("*"))
        .order_by("-count", *unknown)
    )
    return {
        tuple(name for name, lacks in zip(DIMENSIONS, flags, strict=True) if lacks): count
        for *flags, count in counts
    }


def learned_predictions() -> dict[str, int]:
    """Count the predictions of each learned model that counts in scores made now."""
    edition = Edition.objects.aggregate(last=Max("number"))["last"] or 0
    return {str(model): model.predictions.count() for model in in_force(edition)}


def unscored() -> int:
    """Count the published projects that no job scores, since they have no mineral of their own."""
    return Project.objects.filter(state=Project.State.PUBLISHED, minerals__isnull=True).count()


def country_share(lens: Lens) -> float | None:
    """Return the share of the composite's variance that lies between countries (eta squared)."""
    scores = Score.objects.filter(lens=lens, composite__isnull=False)
    whole = scores.aggregate(mean=Avg("composite"), variance=Variance("composite"), n=Count("*"))
    if not whole["variance"]:
        return None
    groups = scores.values_list("project__place").annotate(mean=Avg("composite"), n=Count("*"))
    between = sum(n * (mean - whole["mean"]) ** 2 for _, mean, n in groups.order_by())
    return float(between / (whole["n"] * whole["variance"]))


@dataclass(frozen=True, slots=True)
class Sharing:
    """How far scores tell projects apart: of all scored projects, ranked or not."""

    assessed: int
    distinct: int
    sharing: int  # projects whose composite some other project has too
    largest: int  # the biggest group with one and the same composite


def sharing(lens: Lens) -> Sharing:
    """Count how many projects share one score."""
    scores = Score.objects.filter(lens=lens, composite__isnull=False)
    sizes = list(
        scores.values("composite").annotate(n=Count("*")).order_by().values_list("n", flat=True)
    )
    together = sum(size for size in sizes if size > 1)
    return Sharing(sum(sizes), len(sizes), together, max(sizes, default=0))
