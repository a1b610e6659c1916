"""What was edited in place, before and after: one row per record and statement. Append-only."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class RecordChange(models.Model):
    """One edit of one record, written by triggers (riskscore/sql/record_changes.sql).

    ``before`` and ``after`` hold the columns that changed, as the database holds them; of a removed
    or an added record all of them. ``about`` is the record as it stood then, so that it can be
    named later. ``how``: admin, API or import; empty for commands and statements by hand.
    """

    class Action(models.TextChoices):
        ADDED = "added"
        CHANGED = "changed"
        REMOVED = "removed"

    transaction = models.BigIntegerField(help_text="number of the transaction that wrote it")
    at = models.DateTimeField(db_default=Now())
    model = models.CharField(max_length=40, help_text="name of the model")
    record = models.CharField(max_length=60, help_text="its key")
    project = models.ForeignKey(
        "Project", models.DO_NOTHING, null=True, related_name="changes", db_constraint=False,
        db_index=False,
    )  # fmt: skip
    action = models.CharField(max_length=7, choices=Action)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    about = models.JSONField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+",
        db_constraint=False, db_index=False,
    )  # fmt: skip
    how = models.CharField(max_length=10, blank=True, db_default="")
    reason = models.CharField(max_length=400, blank=True, db_default="")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["project", "-id"],
                condition=Q(project__isnull=False),
                name="change_by_project",
            ),
            models.Index(fields=["model", "record", "-id"], name="change_by_record"),
            models.Index(
                fields=["transaction", "id"],
                condition=Q(model="project", action="removed"),
                name="change_project_removed",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(action="added", before__isnull=True, after__isnull=False))
                | Q(action="changed", before__isnull=False, after__isnull=False)
                | Q(action="removed", before__isnull=False, after__isnull=True),
                name="change_has_what_its_action_says",
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.record} {self.action}"
