"""The incidents of a project one by one, and how they went."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework.viewsets import ApiViewSet
from riskscore.api.project_parts import facts
from riskscore.api.projects import published_or_404
from riskscore.scoring import timeline

#: More than these are on file under `/projects/{key}/evidence`.
MOST = 500


class IncidentSerializer(serializers.Serializer[Any]):
    """An incident."""

    id = serializers.IntegerField(help_text="Number of the statement.")
    happened_on = serializers.DateField(help_text="The day.")
    kind = serializers.CharField(help_text="What it was.")
    severity = serializers.FloatField(help_text="0..1: how grave among its kind.")
    reach = serializers.CharField(help_text="How far it was felt; empty: not stated.")
    credibility = serializers.FloatField(help_text="0..1: how far its source can be believed.")
    status = serializers.CharField(help_text="verified, reported or disputed.")
    reference = serializers.CharField(help_text="What its source calls it.")
    url = serializers.CharField(help_text="Where it can be read.")
    note = serializers.CharField(help_text="A note.")


class CourseSerializer(serializers.Serializer[Any]):
    """How one reading of harm went."""

    now = serializers.FloatField(
        allow_null=True, help_text="0..100 today; null: nothing is on file."
    )
    peak = serializers.FloatField(allow_null=True, help_text="The highest of the last five years.")
    peak_on = serializers.DateField(allow_null=True, help_text="The day of the peak.")
    trend = serializers.FloatField(
        allow_null=True, help_text="Now less a year ago; above 0: worse."
    )


class TimelineCoursesSerializer(serializers.Serializer[Any]):
    """By reading of harm."""

    def get_fields(self) -> dict[str, Any]:
        """Keys of indicators hold a dot, which no name of Python may."""
        return {key: CourseSerializer() for key in ("lab.events", "ind.events", "geo.events")}


class TimelineSerializer(serializers.Serializer[Any]):
    """Incidents at a project. None on file is not none happened."""

    is_whole = True
    events = IncidentSerializer(help_text=f"The newest first, at most {MOST}.", many=True)
    courses = TimelineCoursesSerializer()


COLUMNS = (
    "id", "happened_on", "kind", "severity", "reach", "credibility", "status", "reference", "url",
    "note",
)  # fmt: skip


class TimelineViewSet(ApiViewSet):
    """Incidents, the newest first; and each reading as it is now, at its peak, and its trend."""

    tag = "projects"
    shows = ("project", "evidence", "observation")
    lookup_field = ""

    @extend_schema(responses=TimelineSerializer)
    def retrieve(self, _request: Request, key: str) -> Response:
        """Return what is known now."""
        project = published_or_404(key)
        rows = facts.incidents().filter(project=project).order_by("-happened_on", "-id")
        courses = timeline.of_project(project.pk, timezone.now().date())
        return Response(
            {
                "events": list(rows.values(*COLUMNS)[:MOST]),
                "courses": {name: asdict(one) for name, one in courses.items()},
            }
        )
