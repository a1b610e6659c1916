"""Requests to train a model: leased work. The row is the truth; messages only save waiting."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from riskscore.models.ids import uuid7


class TrainingRequest(models.Model):
    """A request for a candidate: queued → running → succeeded | refused | failed.

    When its worker dies it goes back to queued, after its last attempt to failed.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        REFUSED = "refused"
        FAILED = "failed"

    OPEN = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    seed = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=200, blank=True)
    model = models.ForeignKey(
        "LearnedModel", models.PROTECT, null=True, related_name="requests", db_index=False
    )
    error = models.CharField(max_length=400, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True, db_default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, help_text="when the latest attempt began")
    step = models.CharField(max_length=80, blank=True, db_default="", help_text="what it is at")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Two requests for one kind would do the same work twice.
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(state__in=["queued", "running"]),
                name="training_one_open_per_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"training of {self.kind} {self.id}"
