"""The register of releases: what was loaded from whom, under which licence, and what it covers."""

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Detail, Endpoint, Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.resources import Resource, plain
from riskscore.models import Release
from riskscore.releases import register

ORDERS = {"code": Order("code", "id")}
RELEASE = Resource(
    "Release",
    "One edition of a source, as loaded. Cite it when you publish what was made from it.",
    (
        plain("code", shapes.text("Our code of the release.")),
        plain("source", shapes.text("Code of the source."), "source_id"),
        plain("publisher", shapes.text("Who publishes it."), "source__publisher"),
        plain("title", shapes.text("What it is."), "source__title"),
        plain("published_edition", shapes.text("What the publisher calls this edition.")),
        plain("licence", shapes.text("Its licence.")),
        plain("redistributable", shapes.flag("Whether the file may be passed on.")),
        plain("attribution", shapes.text("How to cite it.")),
        plain("url", shapes.text("Where it comes from.")),
        plain("sha256", shapes.text("Hash of the publisher's file.")),
        plain("rows", shapes.whole("Rows read.")),
        plain("edition", shapes.whole("Since which edition we know it."), "edition_id"),
        plain("scored", shapes.flag("False: an older edition, kept beside the one in force.")),
        plain(
            "withdrawn",
            shapes.optional(shapes.whole("The edition from which on it does not count.")),
            "withdrawal__edition_id",
        ),
        plain(
            "withdrawn_reason",
            shapes.optional(shapes.text("Why it was withdrawn.")),
            "withdrawal__reason",
        ),
    ),
)
COVERAGE = shapes.record(
    {
        "stands": shapes.flag("Whether it is in force: it feeds scores now."),
        "indicators": shapes.several(
            shapes.record(
                {
                    "indicator": shapes.text("Key of the indicator."),
                    "rows": shapes.whole("Its rows."),
                    "places": shapes.whole("Countries that have one."),
                    "share": shapes.number("The same as a share of all countries, 0..1."),
                    "first_year": shapes.whole("The first year."),
                    "last_year": shapes.whole("The last year."),
                },
                "One indicator.",
            ),
            "Each indicator of the release.",
        ),
        "places": shapes.several(
            shapes.record(
                {
                    "place": shapes.text("Code of the place."),
                    "rows": shapes.whole("Its rows."),
                    "newest_year": shapes.whole("The newest year."),
                },
                "One place.",
            ),
            "Each place of which the release says something.",
        ),
        "unknown_places": shapes.several(
            shapes.text("Code of the place."), "Countries of which it says nothing."
        ),
    },
    "How much of the world a release covers.",
)


class Releases(Listing):
    """What was loaded from whom, with licences."""

    tag = "catalogues"
    shows = ("release",)
    resource = RELEASE
    orders = ORDERS
    parameters = listing_parameters(RELEASE, ORDERS)

    def queryset(self) -> QuerySet[Any]:
        """All of them."""
        return Release.objects.all()


class OneRelease(Detail):
    """One release by its code."""

    tag = "catalogues"
    shows = ("release",)
    resource = RELEASE
    parameters = (RELEASE.picker,)

    def queryset(self) -> QuerySet[Any]:
        """The release with this code."""
        return Release.objects.filter(code=self.kwargs["code"])


class CoverageOfRelease(Endpoint):
    """How much of the world a release covers, by indicator and by place."""

    tag = "catalogues"
    shows = ("release", "observation")
    answers = {"get": (200, COVERAGE)}

    def get(self, _request: Request, code: str) -> Response:
        """Return it; a country that is not named has no row in the release."""
        release = get_object_or_404(Release, code=code)
        places = register.by_place(release).items()
        return Response(
            {
                "stands": register.feeds_scores(release),
                "indicators": [asdict(row) for row in register.coverage(release)],
                "places": [
                    {"place": place, "rows": rows, "newest_year": newest}
                    for place, (rows, newest) in places
                ],
                "unknown_places": [place.code for place in register.unknown_places(release)],
            }
        )
