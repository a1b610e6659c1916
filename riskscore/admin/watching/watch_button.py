"""The button by which a person watches what a page is about, and the action of lists."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from riskscore.admin.ui.readers import allowed, for_readers
from riskscore.curation import watches
from riskscore.curation.watches import KINDS, TooManyWatches, Watched
from riskscore.errors import RiskscoreError


def of(request: HttpRequest, thing: Watched) -> dict[str, Any]:
    """What ``admin/watching/button.html`` shows, under ``watching``; None: this person may not."""
    if not allowed(request):
        return {"watching": None}
    is_watched = watches.is_watched(request.user, thing)
    return {
        "watching": {
            "kind": watches.kind_of(thing), "number": thing.pk, "is_watched": is_watched,
        },
    }  # fmt: skip


@for_readers
@require_POST
def press(request: HttpRequest) -> HttpResponse:
    """Watch a thing, or no longer; back to its page, or to the watchlist."""
    thing = _named(request)
    if request.POST.get("end"):
        watches.unwatch(request.user, thing)
        messages.success(request, f"You no longer watch {thing}.")
    else:
        _begin(request, thing)
    if request.POST.get("from") == "watchlist":
        return HttpResponseRedirect(reverse("admin:watchlist"))
    return HttpResponseRedirect(page_of(thing))


def _begin(request: HttpRequest, thing: Watched) -> None:
    try:
        watches.watch(request.user, [thing])
    except RiskscoreError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"You watch {thing}: what happens to it is an alert.")


def _named(request: HttpRequest) -> Watched:
    """The thing that was sent; a page that says so if there is none, or if it is not for them."""
    kind, number = request.POST.get("kind", ""), request.POST.get("number", "")
    model: Any = KINDS.get(kind)
    if model is None or not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise Http404("no such thing can be watched")
    if not request.user.has_perm(f"riskscore.view_{model._meta.model_name}"):
        raise PermissionDenied
    thing: Watched | None = model.objects.filter(pk=int(number)).first()
    if thing is None:
        raise Http404(f"no {model._meta.verbose_name} has the number {number}")
    return thing


def page_of(thing: Watched) -> str:
    """The page of a thing that is watched."""
    return reverse(f"admin:riskscore_{thing._meta.model_name}_change", args=[thing.pk])


@admin.action(description="Watch the selected rows", permissions=["view"])
def watch_selected(page: Any, request: HttpRequest, chosen: QuerySet[Any]) -> None:
    """The action of a list of things that can be watched."""
    if not allowed(request):
        page.message_user(request, "Watching needs the permission to see scores.", messages.ERROR)
        return
    things = list(chosen.order_by("pk")[: watches.MOST + 1])
    try:
        added = watches.watch(request.user, things)
    except TooManyWatches as refused:
        page.message_user(request, f"Nothing was watched. {refused}", messages.ERROR)
        return
    page.message_user(request, f"You watch {len(things):,} of them, {added:,} newly.")
