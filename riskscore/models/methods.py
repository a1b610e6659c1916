"""How: published methods and the lenses through which scores are seen."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Method(models.Model):
    """A version of a method. Immutable once published (riskscore/sql/method_published.sql)."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        RETIRED = "retired"

    code = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    spec = models.JSONField()
    hash = models.CharField(max_length=64, help_text="sha256 of the canonical specification")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    reason = models.CharField(max_length=400, blank=True, help_text="why this version exists")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    edition = models.ForeignKey("Edition", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="method_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="method_version_from_one"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(edition__isnull=False),
                name="method_published_has_edition",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class Lens(models.Model):
    """Method × importer: there is one current score per project and lens."""

    method_code = models.CharField(max_length=60)
    importer = models.ForeignKey("Place", models.PROTECT, related_name="+")
    kept_current = models.BooleanField(
        default=False, help_text="rescore for this buyer's view when inputs change"
    )

    class Meta:
        verbose_name = "buyer's view"
        verbose_name_plural = "buyer's views"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["method_code", "importer"], name="lens_once"),
        ]

    def __str__(self) -> str:
        return f"{self.method_code} × {self.importer_id}"
