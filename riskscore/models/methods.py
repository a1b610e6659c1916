"""How: methods from draft to published, the one that scores, and the lenses scores are seen by."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Method(models.Model):
    """A version of a method: draft → in review → published.

    What a reviewer looks at cannot change meanwhile, and a published version never changes
    (riskscore/sql/method_published.sql).
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        REVIEW = "review", "in review"
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
    based_on = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    confirmed = ArrayField(
        models.CharField(max_length=200),
        default=list,
        help_text="changed nodes whose reason, as it was before, somebody confirmed",
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)
    review = models.CharField(max_length=400, blank=True, help_text="what the reviewer says of it")

    #: The states of versions that were published; scores may refer to them.
    EVER_PUBLISHED = (State.PUBLISHED, State.RETIRED)

    class Meta:
        ordering = ["code", "-version"]
        permissions = [("review_method", "Can review, publish and bring back methods")]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="method_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="method_version_from_one"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "review"]) | Q(edition__isnull=False),
                name="method_published_has_edition",
            ),
            models.CheckConstraint(
                condition=~Q(state="review") | Q(submitted_by__isnull=False),
                name="method_in_review_was_submitted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class MethodChoice(models.Model):
    """A published version that scores again, from an edition on. Append-only.

    Without any row the highest published version scores; a row makes an earlier one do so until a
    version is published after it. No version changes, and what is told of an earlier edition stays.
    """

    edition = models.OneToOneField("Edition", models.PROTECT, primary_key=True, related_name="+")
    method = models.ForeignKey(Method, models.PROTECT, related_name="choices")
    reason = models.CharField(max_length=400, help_text="why this version scores again")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-edition_id"]

    def __str__(self) -> str:
        return f"{self.method} from edition {self.edition_id}"


def scoring_method(code: str) -> Method | None:
    """The version that scores now: the highest of what is published, or what was chosen since."""
    published = Method.objects.filter(code=code, state=Method.State.PUBLISHED)
    chosen = (
        MethodChoice.objects.filter(method__code=code, method__state=Method.State.PUBLISHED)
        .order_by("-edition_id")
        .first()
    )
    if chosen is not None:
        later = Q(pk=chosen.method_id) | Q(edition__gt=chosen.edition_id)
        published = published.filter(later)
    return published.order_by("-version").first()


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
