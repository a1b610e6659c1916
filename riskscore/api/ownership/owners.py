"""Who owns a project: what is on file, with everything superseded; and the bounds that follow."""

from typing import Any

from django.db.models import Q, QuerySet
from rest_framework import serializers

from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.query_fields import ChoiceField, Several
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.api.framework.row_viewsets import ListRows
from riskscore.api.project_parts.owner_fields import STATES
from riskscore.api.project_parts.versions import VersionFields
from riskscore.api.projects import published_or_404
from riskscore.api.writing import statement_actions
from riskscore.api.writing.statement_actions import OwnerActions
from riskscore.api.writing.statement_bodies import OwnerBody
from riskscore.models import Ownership


class StatedOwner(RowSerializer):
    """What a statement about an owner says."""

    id = serializers.IntegerField(help_text="Its number.")
    name = serializers.CharField(help_text="The owner's name.", source="company__name")
    company = serializers.CharField(help_text="Key of the company.", source="company__key")
    share = serializers.FloatField(allow_null=True, help_text="0..1; null: unknown, never zero.")
    since = serializers.DateField(allow_null=True, help_text="First day.")
    until = serializers.DateField(allow_null=True, help_text="Last day.")
    state = serializers.ChoiceField(Ownership.State.values, help_text=f"Who has looked. {STATES}.")
    credibility = serializers.FloatField(help_text="0..1: how far its source is believed.")
    stated_on = serializers.DateField(allow_null=True, help_text="The day of the source.")
    url = serializers.CharField(help_text="Where it can be read; empty: in the release.")
    release = serializers.CharField(
        allow_null=True, help_text="Code of the release that states it.", source="release__code"
    )
    basis = serializers.CharField(help_text="How the source's site was found to be this project.")
    doubt = serializers.CharField(help_text="What speaks against that.")
    note = serializers.CharField(help_text="Why it was decided so.")


class OwnershipSerializer(StatedOwner, VersionFields):
    """One version of a sourced statement that a company owns a project."""


ORDERS = {
    "name": Order("company__name", "id"),
    "id": Order("id", "id"),
    "-id": Order("id", "id", descending=True),
}
VERSIONS = {"current": Q(superseded_by__isnull=True), "all": Q()}


class OwnershipFilters(FilterSet):
    """Filters of statements about owners."""

    versions = Filter(
        ChoiceField(
            VERSIONS, default="current", help_text="Only the newest versions, or every one."
        ),
        VERSIONS.__getitem__,
    )
    state = Filter(
        Several(ChoiceField(Ownership.State.values), help_text="Only statements in these states."),
        "state__in",
    )


@statement_actions.documented(OwnershipSerializer, OwnerBody)
class OwnershipViewSet(OwnerActions, ListRows):
    """Statements about who owns one project; `versions=all` for those superseded too."""

    tag = "projects"
    shows = ("project", "ownership", "company")
    serializer_class = OwnershipSerializer
    filterset_class = OwnershipFilters
    orders = ORDERS

    def get_queryset(self) -> QuerySet[Any]:
        """What is on file about the project of the address."""
        return Ownership.objects.filter(project=published_or_404(self.kwargs["key"]))
