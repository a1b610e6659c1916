"""A job as it goes: server-sent events, for whoever would else ask every second."""

from typing import Any

from django.http import Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from riskscore.api.framework import waits
from riskscore.api.framework.rendering import Json
from riskscore.api.framework.viewsets import RESCORE, ApiViewSet
from riskscore.jobs.watched import JOB
from riskscore.models import Job


class JobEventsViewSet(ApiViewSet):
    """How one of your jobs goes: an event per change, `ended` at its end; a comment every 15 s.

    A client that comes again sends `Last-Event-ID`, as browsers do; 204: that was the end.
    """

    tag = "jobs"
    lookup_field = ""
    shows = ("job",)
    write_scopes = frozenset({RESCORE})
    renderer_classes = (waits.EventStream, Json)

    @extend_schema(responses={(200, "text/event-stream"): OpenApiTypes.STR, 204: None})
    def retrieve(self, request: Request, **_: Any) -> HttpResponseBase:
        """Return how the job stands, then each change until its end."""
        number = self.kwargs["job_id"]
        if not Job.objects.filter(created_by=request.user.pk, pk=number).exists():
            raise Http404
        return waits.stream(request, JOB, number)
