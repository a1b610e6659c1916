"""Maps of peoples' lands and places, and the outlines of projects: append-only, as WKB in degrees
of WGS 84."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class LandLayer(models.Model):
    """One version of a map. The newest one of a code holds; one without a file withdraws it.

    ``mapped`` and ``places`` are the area in which what is not on the map is not there. A map that
    has neither never speaks of absence.
    """

    class Kind(models.TextChoices):
        LANDS = "lands", "lands with title or claim"
        AREAS = "areas", "traditional areas, not title"
        COMMUNITIES = "communities", "registered communities, as points"
        LANGUAGES = "languages", "places of unconfirmed languages, as points"

    POINTS = (Kind.COMMUNITIES, Kind.LANGUAGES)

    kind = models.CharField(max_length=12, choices=Kind, default=Kind.LANDS, db_default=Kind.LANDS)
    code = models.SlugField(
        max_length=40, help_text="the same for all versions of this map, like funai-lands"
    )
    name = models.CharField(max_length=160)
    steward = models.CharField(max_length=160, help_text="who keeps the map")
    source = models.URLField(max_length=300, help_text="where it comes from")
    published_edition = models.CharField(
        max_length=120, blank=True, db_default="", help_text="what its steward calls this edition"
    )
    licence = models.CharField(max_length=160)
    attribution = models.CharField(max_length=400, blank=True, db_default="")
    redistributable = models.BooleanField(
        default=False, help_text="whether what is on it may be passed on"
    )
    file = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    crs = models.CharField(
        max_length=200, blank=True, help_text="the coordinate system that the file was read in"
    )
    mapped = models.BinaryField(null=True, help_text="WKB")
    places = ArrayField(
        models.CharField(max_length=3),
        default=list,
        db_default=[],
        help_text="codes of countries that it covers whole",
    )
    lands_count = models.IntegerField(default=0, help_text="how many lands, areas or points")
    edition = models.ForeignKey("Edition", models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True, db_default=Now())

    class Meta:
        verbose_name = "map layer"
        ordering = ["code", "-edition_id"]
        constraints = [
            models.UniqueConstraint(fields=["code", "edition"], name="land_layer_once_per_edition"),
            models.CheckConstraint(
                condition=Q(mapped__isnull=True, places=[], lands_count=0, sha256="")
                | Q(lands_count__gt=0, sha256__regex=r"^[0-9a-f]{64}$"),
                name="land_layer_is_whole_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=~Q(kind="lands") | Q(sha256="") | Q(mapped__isnull=False) | ~Q(places=[]),
                name="land_layer_of_lands_has_an_area",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["lands", "areas", "communities", "languages"]),
                name="land_layer_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Land(models.Model):
    """One land, area or point of a layer."""

    layer = models.ForeignKey(LandLayer, models.PROTECT, related_name="lands", db_index=False)
    number = models.IntegerField(help_text="its place in the file")
    code = models.CharField(
        max_length=60, blank=True, db_default="", help_text="its number at the steward"
    )
    name = models.CharField(max_length=200)
    people = models.CharField(
        max_length=160, blank=True, db_default="", help_text="whose it is, where the map says so"
    )
    outline = models.BinaryField(help_text="WKB: polygons, or a point")

    class Meta:
        verbose_name = "mapped land or place"
        verbose_name_plural = "mapped lands and places"
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


#: Lists are asked for projects at most this far from a community.
NEAR_KM = 150


class CommunityDistance(models.Model):
    """How far a project lies from the nearest community of one version of a register.

    Kept, not counted at each request, by the function that also feeds scores
    (riskscore/scoring/project_inputs/kept_communities.py). Where a register knows nothing about a
    project there is no row. A trigger removes the rows of a project that moves.
    """

    # By its key, which never changes: lists are in the order of keys, and so is the index below.
    project = models.ForeignKey(
        "Project",
        models.CASCADE,
        to_field="key",
        db_column="project_key",
        related_name="community_distances",
        db_index=False,
    )
    layer = models.ForeignKey(LandLayer, models.PROTECT, related_name="+")
    km = models.FloatField()
    name = models.CharField(max_length=200)
    people = models.CharField(max_length=160, blank=True, db_default="")
    nearest = models.BooleanField(help_text="whether no other register has a nearer one")

    class Meta:
        verbose_name = "distance to a community"
        verbose_name_plural = "distances to communities"
        ordering = ["km", "layer__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "layer"], name="community_distance_once_per_layer"
            ),
            models.UniqueConstraint(
                fields=["project"], condition=Q(nearest=True), name="community_distance_one_nearest"
            ),
            models.CheckConstraint(
                condition=Q(km__gte=0, km__lt=20100), name="community_distance_is_on_earth"
            ),
        ]
        indexes = [
            models.Index(
                fields=["km", "project"],
                condition=Q(nearest=True),
                name="community_distance_by_km",
            ),
            models.Index(
                fields=["project", "km"],
                condition=Q(nearest=True, km__lte=NEAR_KM),
                name="community_distance_of_the_near",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.km:.1f} km"
