"""Evidence: what is on file about a project, with everything superseded."""

from typing import Any

from django.db.models import Q, QuerySet
from rest_framework import serializers

from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.query_fields import ChoiceField, Several
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.api.framework.row_viewsets import ListRows
from riskscore.api.project_parts.versions import VersionFields
from riskscore.api.projects import published_or_404
from riskscore.api.writing import statement_actions
from riskscore.api.writing.statement_actions import EvidenceActions
from riskscore.api.writing.statement_bodies import EvidenceBody
from riskscore.models import Evidence


class StatedEvidence(RowSerializer):
    """What a statement says."""

    id = serializers.IntegerField(help_text="Its number.")
    kind = serializers.ChoiceField(Evidence.Kind.values, help_text="What it is about.")
    level = serializers.CharField(help_text="Stage of consent, or level of certification.")
    happened_on = serializers.DateField(help_text="The day it happened.")
    expires_on = serializers.DateField(
        allow_null=True, help_text="Last day on which it counts, if stated."
    )
    severity = serializers.FloatField(help_text="0..1: how grave among its kind.")
    reach = serializers.CharField(help_text="How far an incident was felt; empty: not stated.")
    reference = serializers.CharField(help_text="What its source calls it.")
    credibility = serializers.FloatField(help_text="0..1: how far its source can be believed.")
    status = serializers.ChoiceField(
        Evidence.Status.values, help_text="A retracted one does not count."
    )
    self_disclosed = serializers.BooleanField(
        help_text="Whether only the project itself states it."
    )
    url = serializers.CharField(help_text="Where it can be read.")
    note = serializers.CharField(help_text="A curator's note.")


class EvidenceSerializer(StatedEvidence, VersionFields):
    """One version of a dated, sourced statement about a project. `docs/evidence.md`: how it
    counts.
    """


ORDERS = {
    "-happened_on": Order("happened_on", "id", descending=True),
    "happened_on": Order("happened_on", "id"),
    "id": Order("id", "id"),
}
VERSIONS = {"current": Q(superseded_by__isnull=True), "all": Q()}


class EvidenceFilters(FilterSet):
    """Filters of statements."""

    versions = Filter(
        ChoiceField(VERSIONS, default="current", help_text="Only what holds, or every version."),
        VERSIONS.__getitem__,
    )
    kind = Filter(
        Several(ChoiceField(Evidence.Kind.values), help_text="Only of these kinds."), "kind__in"
    )


@statement_actions.documented(EvidenceSerializer, EvidenceBody)
class EvidenceViewSet(EvidenceActions, ListRows):
    """Statements about one project, the latest first; `versions=all` for those superseded too."""

    tag = "projects"
    shows = ("project", "evidence")
    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilters
    orders = ORDERS

    def get_queryset(self) -> QuerySet[Any]:
        """What is on file about the project of the address."""
        return Evidence.objects.filter(project=published_or_404(self.kwargs["key"]))
