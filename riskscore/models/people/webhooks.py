"""Addresses of other services that are told what happens, and each message to one of them."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now

from riskscore.models.ids import uuid7


class MessageType(models.TextChoices):
    """What a webhook can be told of; more may come."""

    BAND = "score.band_crossed", "a score crossed into another band"
    EVENT = "event.added", "a statement or event was added to a project"
    JOB = "job.finished", "a job of yours ended"
    CHALLENGE = "challenge.decided", "a challenge was answered"
    MODEL = "model.promoted", "a learned model was promoted"
    LIMIT = "limit.crossed", "a limit of a portfolio of yours was crossed"


#: What the test button sends, to one webhook and whatever it subscribes to.
TEST = "webhook.test"


class Webhook(models.Model):
    """An address that one person's service is told at. Its secrets are stored encrypted.

    ``previous_secret`` signs beside the newest until ``previous_until``. ``failing_since``: the
    first failure since the last message that was taken. Bands are seen through ``lens``; what is
    watched is seen as its watch sees it.
    """

    class About(models.TextChoices):
        WATCHED = "watched", "the projects that I watch"
        CHOSEN = "chosen", "the projects of these minerals and places; all if none are named"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="webhooks")
    url = models.CharField("address", max_length=400)
    name = models.CharField(max_length=80, blank=True, help_text="to know it by")
    types = ArrayField(models.CharField(max_length=24, choices=MessageType))
    about = models.CharField(
        "which projects", max_length=8, choices=About, default=About.WATCHED, db_default="watched"
    )
    minerals = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    places = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    lens = models.ForeignKey(
        "Lens", models.PROTECT, verbose_name="buyer's view", related_name="+", db_index=False
    )
    secret = models.TextField(editable=False, help_text="encrypted")
    previous_secret = models.TextField(editable=False, blank=True, default="", db_default="")
    previous_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    disabled_at = models.DateTimeField(null=True, editable=False)
    disabled_reason = models.CharField(
        max_length=200, blank=True, default="", db_default="", editable=False
    )

    class Meta:
        ordering = ["-id"]
        permissions = [("oversee_webhook", "Can see and stop the webhooks of others")]
        constraints = [
            models.CheckConstraint(condition=~Q(types=[]), name="webhook_is_told_something"),
            models.CheckConstraint(condition=~Q(secret=""), name="webhook_has_a_secret"),
            models.CheckConstraint(
                condition=Q(previous_secret="", previous_until__isnull=True)
                | (~Q(previous_secret="") & Q(previous_until__isnull=False)),
                name="webhook_previous_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.url


class WebhookDelivery(models.Model):
    """One message to one webhook: its number is the ``webhook-id``, over all attempts and replays.

    Written in the transaction of the fact, with keys alone. Leased work: riskscore.jobs.work_items.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running", "being sent"
        DELIVERED = "delivered"
        FAILED = "failed"
        WITHHELD = "withheld", "withheld: its owner may not see it"

    ENDED = (State.DELIVERED, State.FAILED, State.WITHHELD)
    #: For so long what has ended is kept.
    KEPT = timedelta(days=30)

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=Func(function="uuidv7"))
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_index=False)
    type = models.CharField(max_length=24, choices=[*MessageType.choices, (TEST, "a test")])
    subject = models.CharField(max_length=100, help_text="what happened, once for each webhook")
    data = models.JSONField("keys", default=dict)
    at = models.DateTimeField("happened at")
    state = models.CharField(
        max_length=9, choices=State, default=State.WAITING, db_default="waiting"
    )
    due_at = models.DateTimeField("next attempt", db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    token = models.UUIDField(null=True)
    worker = models.CharField(max_length=100, default="", db_default="", blank=True)
    lease_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=400, default="", db_default="", blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "delivery"
        verbose_name_plural = "deliveries"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "type", "subject"], name="delivery_once_per_webhook"
            ),
            models.CheckConstraint(
                condition=Q(state="running", token__isnull=False, lease_until__isnull=False)
                | (~Q(state="running") & Q(lease_until__isnull=True)),
                name="delivery_running_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | (~Q(state__in=["waiting", "running"]) & Q(finished_at__isnull=False)),
                name="delivery_ends_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["webhook", "due_at"], condition=Q(state="waiting"), name="delivery_due"
            ),
            models.Index(fields=["webhook", "-id"], name="delivery_of_webhook"),
            models.Index(
                fields=["lease_until"], condition=Q(state="running"), name="delivery_running"
            ),
            models.Index(
                fields=["finished_at"],
                condition=Q(finished_at__isnull=False),
                name="delivery_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} to {self.webhook_id}"


class WebhookAttempt(models.Model):
    """One attempt to hand a message over, and what the receiver answered."""

    delivery = models.ForeignKey(WebhookDelivery, models.CASCADE, related_name="tries")
    at = models.DateTimeField(db_default=Now())
    status = models.PositiveSmallIntegerField(null=True, help_text="of HTTP; none without a reply")
    seconds = models.FloatField()
    reply = models.CharField(max_length=1000, blank=True, help_text="how the reply begins")
    error = models.CharField(max_length=400, blank=True)

    class Meta:
        verbose_name = "attempt"
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(seconds__gte=0), name="attempt_lasts")]

    def __str__(self) -> str:
        return f"{self.status or self.error}"
