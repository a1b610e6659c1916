"""Evidence: what is on file about a project, with everything superseded."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from riskscore.api.filters import within
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import choice
from riskscore.api.framework.resources import Resource, plain
from riskscore.api.project_parts.versions import OF_VERSION
from riskscore.api.projects import published
from riskscore.models import Evidence

STATEMENT = Resource(
    "Evidence",
    "One version of a dated, sourced statement about a project. `docs/evidence.md`: how it counts.",
    (
        plain("id", shapes.whole("Its number.")),
        plain("kind", shapes.one_of(Evidence.Kind.values, "What it is about.")),
        plain("level", shapes.text("Stage of consent, or level of certification.")),
        plain("happened_on", shapes.day("The day it happened.")),
        plain(
            "expires_on",
            shapes.optional(shapes.day("Last day on which it counts, if stated.")),
        ),
        plain("severity", shapes.number("0..1: how grave among its kind.")),
        plain("reach", shapes.text("How far an incident was felt; empty: not stated.")),
        plain("reference", shapes.text("What its source calls it.")),
        plain("credibility", shapes.number("0..1: how far its source can be believed.")),
        plain("status", shapes.one_of(Evidence.Status.values, "A retracted one does not count.")),
        plain("self_disclosed", shapes.flag("Whether only the project itself states it.")),
        plain("url", shapes.text("Where it can be read.")),
        plain("note", shapes.text("A curator's note.")),
        *OF_VERSION,
    ),
)
ORDERS = {
    "-happened_on": Order("happened_on", "id", descending=True),
    "happened_on": Order("happened_on", "id"),
    "id": Order("id", "id"),
}
VERSIONS = {"current": Q(superseded_by__isnull=True), "all": Q()}


class EvidenceOfProject(Listing):
    """Statements about one project, the latest first; `versions=all` for those superseded too."""

    tag = "projects"
    shows = ("project", "evidence")
    resource = STATEMENT
    orders = ORDERS
    parameters = listing_parameters(
        STATEMENT,
        ORDERS,
        choice(
            "versions",
            list(VERSIONS),
            "Only what holds, or every version.",
            default="current",
            where=VERSIONS.__getitem__,
        ),
        choice(
            "kind",
            Evidence.Kind.values,
            "Only of these kinds.",
            many=True,
            where=within("kind"),
        ),
    )

    def queryset(self) -> QuerySet[Any]:
        """What is on file about the project of the address."""
        project = published().filter(key=self.kwargs["key"]).first()
        if project is None:
            raise Http404
        return Evidence.objects.filter(project=project)
