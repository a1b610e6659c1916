"""Mapped lands of peoples, and the outlines of projects: append-only, as WKB in WGS 84 degrees."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class LandLayer(models.Model):
    """One version of a map of lands. The newest one of a code holds; one without area withdraws it.

    ``mapped`` is the area in which a land that is not on the map is not there.
    """

    code = models.SlugField(
        max_length=40, help_text="the same for all versions of this map, like funai-lands"
    )
    name = models.CharField(max_length=160)
    steward = models.CharField(max_length=160, help_text="who keeps the map")
    source = models.URLField(max_length=300, help_text="where it comes from")
    licence = models.CharField(max_length=160)
    redistributable = models.BooleanField(
        default=False, help_text="whether its outlines may be passed on"
    )
    file = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    crs = models.CharField(
        max_length=200, blank=True, help_text="the coordinate system that the file was read in"
    )
    mapped = models.BinaryField(null=True, help_text="WKB; null: withdrawn")
    lands_count = models.IntegerField(default=0)
    edition = models.ForeignKey("Edition", models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True, db_default=Now())

    class Meta:
        verbose_name = "land layer"
        ordering = ["code", "-edition_id"]
        constraints = [
            models.UniqueConstraint(fields=["code", "edition"], name="land_layer_once_per_edition"),
            models.CheckConstraint(
                condition=Q(mapped__isnull=True, lands_count=0, sha256="")
                | Q(mapped__isnull=False, sha256__regex=r"^[0-9a-f]{64}$"),
                name="land_layer_is_whole_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def newer(self) -> "models.QuerySet[LandLayer]":
        """Later versions of the same map."""
        return LandLayer.objects.filter(code=self.code, edition__gt=self.edition_id)


class Land(models.Model):
    """One land of a layer."""

    layer = models.ForeignKey(LandLayer, models.PROTECT, related_name="lands", db_index=False)
    number = models.IntegerField(help_text="its place in the file")
    name = models.CharField(max_length=200)
    outline = models.BinaryField(help_text="WKB")

    class Meta:
        ordering = ["layer_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["layer", "number"], name="land_once_per_layer")
        ]

    def __str__(self) -> str:
        return self.name


class Footprint(models.Model):
    """The outline of a project, as somebody drew it. The newest version holds.

    One without outline takes it back: a radius by the project's stage stands in its place.
    """

    project = models.ForeignKey("Project", models.PROTECT, related_name="footprints")
    outline = models.BinaryField(null=True, help_text="WKB; null: taken back")
    source = models.URLField(max_length=300, help_text="where the outline comes from")
    edition = models.ForeignKey("Edition", models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True, db_default=Now())

    class Meta:
        ordering = ["project_id", "-edition_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "edition"], name="footprint_once_per_edition"
            )
        ]

    def __str__(self) -> str:
        return f"outline of {self.project}"
