"""Who works: every worker process heard of in the last hour."""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from rest_framework import serializers

from riskscore.api.framework.pagination import Order
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.api.framework.row_viewsets import ListRows
from riskscore.api.framework.viewsets import RESCORE
from riskscore.models import Chunk, WorkerPulse


class WorkerSerializer(RowSerializer):
    """A worker process. While it works it is heard of every 20 seconds, else every few seconds."""

    worker = serializers.CharField(help_text="Host and process.")
    started_at = serializers.DateTimeField(help_text="When it was first heard of.")
    seen_at = serializers.DateTimeField(help_text="When it was last heard of.")
    working = serializers.BooleanField(help_text="Whether it holds a part of a job.")
    job = serializers.UUIDField(help_text="That job, if it is one of yours.", allow_null=True)


class WorkerViewSet(ListRows):
    """The worker processes, and when each was last heard of."""

    tag = "jobs"
    shows = ("workerpulse",)
    write_scopes = frozenset({RESCORE})
    serializer_class = WorkerSerializer
    orders = {"worker": Order("worker", "worker")}

    def get_queryset(self) -> QuerySet[Any]:
        """All of them; the jobs of others are not named."""
        held = Chunk.objects.filter(
            id=OuterRef("chunk_id"), worker=OuterRef("worker"), state=Chunk.State.RUNNING
        )
        own = held.filter(job__created_by=self.request.user.pk)
        return WorkerPulse.objects.annotate(
            working=Exists(held), job=Subquery(own.values(of=F("job_id")))
        )
