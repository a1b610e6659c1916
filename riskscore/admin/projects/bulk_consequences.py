"""What an action on many projects would do, in numbers; nothing is changed by asking."""

from collections.abc import Callable, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.models import Challenge, Lens, Position, Project, ProjectList, ProjectMineral
from riskscore.scoring import ranking

Numbers = Sequence[tuple[str, int]]


def of(action: str, chosen: QuerySet[Project]) -> Numbers:
    """The consequences of an action on the list of projects, as (words, how many)."""
    return CONSEQUENCES[action](chosen.order_by()) if action in CONSEQUENCES else ()


def _rescored(chosen: QuerySet[Project]) -> Numbers:
    views = Lens.objects.filter(kept_current=True).count() or 1
    scoreable = _scoreable(chosen).count()
    return (
        ("will be rescored", scoreable),
        ("jobs are started, one for each buyer’s view", views),
        ("are not scored and stay as they are: not published, or without a mineral",
         chosen.count() - scoreable),
    )  # fmt: skip


def _archived(chosen: QuerySet[Project]) -> Numbers:
    return (
        ("will be archived", chosen.exclude(state=Project.State.ARCHIVED).count()),
        ("will be missing from rankings, maps and shortlists", _ranked(chosen)),
        *_attached(chosen),
    )


def _published(chosen: QuerySet[Project]) -> Numbers:
    turned = chosen.exclude(state=Project.State.PUBLISHED)
    flagged = turned.filter(flags__overlap=list(Project.UNRANKED))
    scoreable = turned.filter(_has_mineral())
    return (
        ("will be published", turned.count()),
        ("will be rescored", scoreable.count()),
        ("will be left out of rankings, because they are flagged", flagged.count()),
        ("cannot be scored: no mineral is recorded", turned.count() - scoreable.count()),
        *_attached(turned),
    )


def _attached(chosen: QuerySet[Project]) -> Numbers:
    """Who else has to do with these projects."""
    positions = Position.objects.filter(project__in=chosen, portfolio__archived_at__isnull=True)
    challenges = Challenge.objects.filter(project__in=chosen, state="open")
    return (
        ("lists of projects hold some of them",
         ProjectList.objects.filter(projects__in=chosen).distinct().count()),
        ("portfolios hold some of them", positions.values("portfolio").distinct().count()),
        ("challenges about them are open", challenges.count()),
    )  # fmt: skip


def _scoreable(chosen: QuerySet[Project]) -> QuerySet[Project]:
    return chosen.filter(_has_mineral(), state=Project.State.PUBLISHED)


def _has_mineral() -> Q:
    return Q(Exists(ProjectMineral.objects.filter(project=OuterRef("pk"))))


def _ranked(chosen: QuerySet[Project]) -> int:
    lens = shown_lens()
    return ranking.ranked(lens.pk).filter(project__in=chosen).count() if lens else 0


CONSEQUENCES: dict[str, Callable[[QuerySet[Project]], Numbers]] = {
    "rescore_selected": _rescored,
    "archive_selected": _archived,
    "publish_selected": _published,
}
