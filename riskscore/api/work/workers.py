"""Who works: every worker process heard of in the last hour."""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import READ, RESCORE, Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.resources import Resource, plain
from riskscore.models import Chunk, WorkerPulse

WORKER = Resource(
    "Worker",
    "A worker process. While it works it is heard of every 20 seconds, else every few seconds.",
    (
        plain("worker", shapes.text("Host and process.")),
        plain("started_at", shapes.moment("When it was first heard of.")),
        plain("seen_at", shapes.moment("When it was last heard of.")),
        plain("working", shapes.flag("Whether it holds a part of a job.")),
        plain(
            "job",
            shapes.optional(shapes.text("That job, if it is one of yours.", format="uuid")),
        ),
    ),
)
ORDERS = {"worker": Order("worker", "worker")}


class Workers(Listing):
    """The worker processes, and when each was last heard of."""

    tag = "jobs"
    shows = ("workerpulse",)
    resource = WORKER
    orders = ORDERS
    parameters = listing_parameters(WORKER, ORDERS)

    def scopes(self) -> set[str]:
        """Whoever may watch a job may see who works."""
        return {READ, RESCORE}

    def queryset(self) -> QuerySet[Any]:
        """All of them; the jobs of others are not named."""
        held = Chunk.objects.filter(
            id=OuterRef("chunk_id"), worker=OuterRef("worker"), state=Chunk.State.RUNNING
        )
        own = held.filter(job__created_by=self.request.user.pk)
        return WorkerPulse.objects.annotate(
            working=Exists(held), job=Subquery(own.values(of=F("job_id")))
        )
