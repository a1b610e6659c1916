"""Requests for files of many rows: leased work, and the file until it is deleted."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from riskscore.models.ids import uuid7


class Export(models.Model):
    """A file that somebody asked for: queued → running → succeeded | failed.

    When its worker dies it goes back to queued, after its last attempt to failed. The file lies in
    the folder of exports until ``kept_until``; then ``deleted_at`` is set, and the row stays.
    """

    class What(models.TextChoices):
        SCORES = "scores"
        PROJECTS = "projects"
        EVENTS = "events", "statements of evidence"

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        NDJSON = "ndjson", "NDJSON"
        PARQUET = "parquet", "Parquet"
        XLSX = "xlsx", "Excel workbook"
        GEOJSON = "geojson", "GeoJSON"

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    TERMINAL = (State.SUCCEEDED, State.FAILED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    what = models.CharField(max_length=10, choices=What)
    format = models.CharField(max_length=8, choices=Format)
    scope = models.JSONField(help_text="which projects, as in a request for rescoring")
    lens = models.ForeignKey("Lens", models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    rows = models.BigIntegerField(default=0, help_text="written so far")
    size = models.BigIntegerField(default=0, help_text="bytes of the file")
    sha256 = models.CharField(max_length=64, blank=True)
    edition = models.BigIntegerField(null=True, help_text="the newest that its rows know")
    position = models.TextField(blank=True, help_text="what its rows know, for later changes")
    error = models.CharField(max_length=400, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True, db_default="")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    kept_until = models.DateTimeField(null=True, help_text="when its file is deleted")
    deleted_at = models.DateTimeField(null=True, help_text="when its file was deleted")
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="queued"), name="export_queued"),
            models.Index(fields=["created_by", "-id"], name="export_of_whom"),
            models.Index(
                fields=["kept_until"],
                condition=Q(state="succeeded", deleted_at__isnull=True),
                name="export_on_disk",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="succeeded")
                | Q(
                    sha256__regex=r"^[0-9a-f]{64}$", edition__isnull=False, kept_until__isnull=False
                ),
                name="export_made_has_its_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} as {self.get_format_display()}"
