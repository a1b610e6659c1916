"""What a person watches: begun and ended here, for pages and bulk actions alike."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from riskscore.errors import ValidationError
from riskscore.jobs import requests
from riskscore.models import Alert, Portfolio, Project, ProjectList, Watch

#: Things that one person may watch; a list of projects counts once.
MOST = 5_000
KINDS = {"project": Project, "project_list": ProjectList, "portfolio": Portfolio}
Watched = Project | ProjectList | Portfolio


class TooManyWatches(ValidationError):
    """This person watches very much already."""

    code = "too_many_watches"
    remedy = f"Put projects into a list and watch that: a person may watch {MOST:,} things."


def kind_of(thing: Watched) -> str:
    """The column of a watch that names it."""
    return next(kind for kind, model in KINDS.items() if isinstance(thing, model))


def watch(user: Any, things: Iterable[Watched]) -> int:
    """Watch these, all by mail too; how many were not watched before. Raises TooManyWatches.

    Bands are those of the view that everybody is shown; a portfolio's those of its own.
    """
    usual = requests.default_lens()
    rows = [
        Watch(user=user, lens=thing.lens if isinstance(thing, Portfolio) else usual,
              **{kind_of(thing): thing})
        for thing in things
    ]  # fmt: skip
    held = Watch.objects.filter(user=user).count()
    if held + len(rows) > MOST:
        raise TooManyWatches(f"{held:,} things are watched, and {len(rows):,} more were asked for")
    Watch.objects.bulk_create(rows, ignore_conflicts=True)
    return Watch.objects.filter(user=user).count() - held


def unwatch(user: Any, thing: Watched) -> None:
    """Watch it no more. Alerts that came of it stay."""
    Watch.objects.filter(user=user, **{kind_of(thing): thing}).delete()


def is_watched(user: Any, thing: Watched) -> bool:
    """Whether this person watches just this; being in a watched list does not count."""
    return Watch.objects.filter(user=user, **{kind_of(thing): thing}).exists()


def watches(user: Any) -> QuerySet[Watch]:
    """What a person watches, the newest first."""
    related = ("project__place", "project_list", "portfolio", "lens__importer")
    return Watch.objects.filter(user=user).select_related(*related)


def watched_projects(user: Any) -> Q:
    """The projects that a person watches in whichever way, as a condition on projects."""
    return (
        Q(watches__user=user)
        | Q(lists__watches__user=user)
        | Q(positions__portfolio__watches__user=user)
    )


def alerts(user: Any) -> QuerySet[Alert]:
    """A person's alerts, the latest first, with all that their words need."""
    related = (
        "project", "lens__importer", "evidence", "crossing__portfolio", "crossing__company", "job",
        "webhook",
    )  # fmt: skip
    return Alert.objects.filter(user=user).select_related(*related).order_by("-id")


def mark_read(user: Any, alert: int | None = None) -> int:
    """Mark one alert as read, or all that there are; how many were unread."""
    unread = Alert.objects.filter(user=user, read_at=None)
    return (unread if alert is None else unread.filter(pk=alert)).update(read_at=timezone.now())
