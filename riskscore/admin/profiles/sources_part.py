"""Where the numbers of a page are from: each release once, under the name that numbers link to."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from riskscore.models import Release


@dataclass(frozen=True, slots=True)
class Cited:
    """A release. ``anchor`` is what a number beside it links to; ``register`` its page in the
    register, "" for people who may not see that."""

    code: str
    anchor: str
    title: str
    publisher: str
    edition: str
    licence: str
    url: str
    years: str
    retrieved: str
    register: str


def anchor_of(code: str) -> str:
    """The name of a release's row on the page."""
    return f"source-{code}"


def cited(
    request: HttpRequest, codes: Iterable[str], years: dict[str, str] | None = None
) -> list[Cited]:
    """The releases by their codes, in the order of these, each once; with the years read."""
    wanted = list(dict.fromkeys(codes))
    rows = {
        row.code: row for row in Release.objects.filter(code__in=wanted).select_related("source")
    }
    may_open = request.user.has_perm("riskscore.view_release")
    return [
        Cited(
            code,
            anchor_of(code),
            row.source.title,
            row.source.publisher,
            row.published_edition,
            row.licence,
            row.url or row.source.url,
            (years or {}).get(code, ""),
            f"{row.retrieved_on:%Y-%m-%d}" if row.retrieved_on else "",
            reverse("admin:riskscore_release_change", args=[row.pk]) if may_open else "",
        )
        for code in wanted
        if (row := rows.get(code))
    ]
