"""Rescoring: a job, the chunks it is cut into, and the projects it could not score."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from riskscore.models.ids import uuid7


class Job(models.Model):
    """A request to rescore, inputs pinned. The row is the truth; messages only save waiting.

    queued → running → succeeded | partially_failed | failed | cancelled. Terminal states never
    change again (riskscore/sql/job_states.sql). ``cancel_requested_at`` marks a job on its way out,
    ``paused_at`` one of which nothing more is begun until it is resumed. Moments are the
    database's: a web server whose clock is wrong delays nothing.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        PARTIALLY_FAILED = "partially_failed"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Queue(models.TextChoices):
        INTERACTIVE = "interactive"
        BULK = "bulk"

    TERMINAL = (State.SUCCEEDED, State.PARTIALLY_FAILED, State.FAILED, State.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    queue = models.CharField(max_length=12, choices=Queue, default=Queue.BULK)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    lens = models.ForeignKey(
        "Lens", models.PROTECT, verbose_name="buyer's view", related_name="jobs"
    )
    method = models.ForeignKey("Method", models.PROTECT, related_name="+")
    edition = models.ForeignKey("Edition", models.PROTECT, related_name="+")
    as_of = models.DateField()
    seed = models.BigIntegerField(default=0)
    draws = models.PositiveIntegerField(
        default=256, db_default=256, help_text="for intervals; 0 leaves them out"
    )
    apart = models.BooleanField(
        default=False,
        db_default=False,
        help_text="for another day, seed or number of draws: it writes scores of its own, never"
        " the current ones",
    )
    scope = models.JSONField(help_text='{"all": true}, {"keys": […]} or {"filter": {…}}')
    reason = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    request_id = models.CharField(max_length=64, blank=True)
    schedule = models.ForeignKey("Schedule", models.PROTECT, null=True, related_name="jobs")
    slot = models.DateTimeField(null=True, help_text="the moment at which its schedule was due")
    retry_of = models.OneToOneField(
        "self", models.DO_NOTHING, null=True, related_name="retry", db_constraint=False
    )
    superseded_by = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "lens", "slot"], name="job_once_per_slot"),
            # That the day is today's only the moment of its start can tell: `jobs.requests`.
            models.CheckConstraint(
                condition=Q(apart=True) | Q(seed=0), name="job_of_chance_is_apart"
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "queue"],
                condition=Q(state__in=["queued", "running"]),
                name="job_open",
            ),
            models.Index(
                fields=["created_by", "-id"], condition=Q(apart=True), name="job_apart_of_whom"
            ),
        ]

    def __str__(self) -> str:
        return f"rescore {self.id}"


class Chunk(models.Model):
    """A part of a job: leased work that one worker claims at a time."""

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        SPLIT = "split"
        DEAD = "dead"
        SKIPPED = "skipped"

    OPEN = (State.PENDING, State.RUNNING)

    job = models.ForeignKey(Job, models.CASCADE, related_name="chunks", db_index=False)
    seq = models.PositiveIntegerField()
    project_ids = ArrayField(models.BigIntegerField())
    state = models.CharField(
        max_length=8, choices=State, default=State.PENDING, db_default=State.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True, db_default="")
    done = models.PositiveIntegerField(default=0, db_default=0)
    failed = models.PositiveIntegerField(default=0, db_default=0)
    finished_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=400, blank=True, db_default="")

    class Meta:
        ordering = ["job", "seq"]
        constraints = [models.UniqueConstraint(fields=["job", "seq"], name="chunk_once")]
        indexes = [
            models.Index(fields=["job", "seq"], condition=Q(state="pending"), name="chunk_pending"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="chunk_leased"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.seq}"


class ItemError(models.Model):
    """A project that a job could not score, and why: failures are rows.

    ``code`` is ``failed`` (it raised), ``timeout`` (too slow) or ``lost`` (its worker died).
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="item_errors")
    project = models.ForeignKey("Project", models.CASCADE, related_name="+")
    code = models.CharField(max_length=40)
    detail = models.CharField(max_length=400)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "project"], name="item_error_once")]

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


class Transition(models.Model):
    """One change of state of a job, or of a chunk (``seq``): written by triggers, append-only.

    See riskscore/sql/transitions.sql.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="transitions", db_index=False)
    seq = models.PositiveIntegerField(null=True)
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16)
    worker = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["job", "id"], name="transition_of_job")]

    def __str__(self) -> str:
        return f"{self.before or 'new'} → {self.after}"


class WorkerPulse(models.Model):
    """The worker heartbeat: when a worker process was last heard of, by the database's clock."""

    worker = models.CharField(primary_key=True, max_length=120)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    seen_at = models.DateTimeField(db_default=Now())
    chunk = models.ForeignKey(
        Chunk, models.SET_NULL, null=True, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        ordering = ["worker"]
        verbose_name = "worker heartbeat"

    def __str__(self) -> str:
        return self.worker
