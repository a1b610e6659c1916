"""Who may ask: API keys, of which only a digest is kept, and idempotency keys."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class ApiKey(models.Model):
    """``rs_<prefix>_<secret>``. Only the prefix and a peppered digest of the whole are stored."""

    class Scope(models.TextChoices):
        READ = "read", "read projects and scores"
        RESCORE = "rescore", "start and cancel rescoring jobs"
        CHALLENGE = "challenge", "file corrections on projects"
        SCENARIO = "scenario", "store scenarios"
        PORTFOLIO = "portfolio", "keep portfolios of one's own"
        CURATE = "curate", "write projects and what is stated about them"
        LIST = "list", "keep lists of projects"
        IMPORT = "import", "import files"
        METHOD = "method", "draw, review and publish methods"
        WEBHOOK = "webhook", "keep webhooks of one's own"

    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys")
    scopes = ArrayField(models.CharField(max_length=12, choices=Scope), default=list)
    plan = models.CharField(
        max_length=20, default="standard", db_default="standard", help_text="how often it may ask"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"


class IdempotencyKey(models.Model):
    """A client's promise that two requests with this key are the same request.

    What was answered is kept with it, to be given again: the job that was started, or ``status``,
    ``headers`` and ``answer`` of any other write.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    route = models.CharField(max_length=120)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="sha256 of the canonical request body")
    job = models.ForeignKey("Job", models.CASCADE, null=True, related_name="+")
    status = models.SmallIntegerField(null=True, editable=False)
    headers = models.JSONField(default=dict, db_default={}, editable=False)
    answer = models.TextField(blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "route", "key"], name="idempotency_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
