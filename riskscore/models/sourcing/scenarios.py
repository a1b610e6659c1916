"""What if: named, versioned lists of shocks, kept as they were written."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Scenario(models.Model):
    """A version of a scenario. Append-only: a change is a new version, so that every effect that
    was ever shown can be computed again."""

    code = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    about = models.TextField(max_length=2000, blank=True, help_text="what it assumes, and why")
    source = models.CharField(max_length=400, blank=True, help_text="where its facts can be read")
    shocks = models.JSONField(
        help_text="a list of shocks: kind, place, mineral, stage, cut, since, until, source …"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="scenario_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="scenario_version_from_one"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z0-9][a-z0-9_-]{1,59}$"), name="scenario_code_is_slug"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"
