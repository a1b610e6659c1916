"""Who owns a project: what is on file, with everything superseded; and the bounds that follow."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from riskscore.api.filters import within
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import choice
from riskscore.api.framework.resources import Resource, plain
from riskscore.api.project_parts.owner_fields import STATES
from riskscore.api.project_parts.versions import OF_VERSION
from riskscore.api.projects import published
from riskscore.models import Ownership

OWNERSHIP = Resource(
    "Ownership",
    "One version of a sourced statement that a company owns a project.",
    (
        plain("id", shapes.whole("Its number.")),
        plain("name", shapes.text("The owner's name."), "company__name"),
        plain("company", shapes.text("Key of the company."), "company__key"),
        plain("share", shapes.optional(shapes.number("0..1; null: unknown, never zero."))),
        plain("since", shapes.optional(shapes.day("First day."))),
        plain("until", shapes.optional(shapes.day("Last day."))),
        plain("state", shapes.one_of(Ownership.State.values, f"Who has looked. {STATES}.")),
        plain("credibility", shapes.number("0..1: how far its source is believed.")),
        plain("stated_on", shapes.optional(shapes.day("The day of the source."))),
        plain("url", shapes.text("Where it can be read; empty: in the release.")),
        plain(
            "release",
            shapes.optional(shapes.text("Code of the release that states it.")),
            "release__code",
        ),
        plain("basis", shapes.text("How the source's site was found to be this project.")),
        plain("doubt", shapes.text("What speaks against that.")),
        plain("note", shapes.text("Why it was decided so.")),
        *OF_VERSION,
    ),
)
ORDERS = {
    "name": Order("company__name", "id"),
    "id": Order("id", "id"),
    "-id": Order("id", "id", descending=True),
}
VERSIONS = {"current": Q(superseded_by__isnull=True), "all": Q()}


class OwnersOfProject(Listing):
    """Statements about who owns one project; `versions=all` for those superseded too."""

    tag = "projects"
    shows = ("project", "ownership", "company")
    resource = OWNERSHIP
    orders = ORDERS
    parameters = listing_parameters(
        OWNERSHIP,
        ORDERS,
        choice(
            "versions",
            list(VERSIONS),
            "Only the newest versions, or every one.",
            default="current",
            where=VERSIONS.__getitem__,
        ),
        choice(
            "state",
            Ownership.State.values,
            "Only statements in these states.",
            many=True,
            where=within("state"),
        ),
    )

    def queryset(self) -> QuerySet[Any]:
        """What is on file about the project of the address."""
        project = published().filter(key=self.kwargs["key"]).first()
        if project is None:
            raise Http404
        return Ownership.objects.filter(project=project)
