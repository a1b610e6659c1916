"""Where: countries, dated groups of countries, and points of the land layers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Place(models.Model):
    """A country by its ISO 3166 alpha-3 code, or a group such as ``EUU``.

    ``WLD`` is nobody in particular.
    """

    class Kind(models.TextChoices):
        COUNTRY = "country"
        GROUP = "group"

    code = models.CharField(primary_key=True, max_length=3)
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    region = models.CharField(max_length=60, blank=True)
    iso_numeric = models.CharField(max_length=3, blank=True)
    aliases = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    verified = models.BooleanField(default=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z]{3}$"), name="place_code_is_iso"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class PlaceMember(models.Model):
    """That a country belongs to a group, from ``since`` to ``until``, both days included."""

    group = models.ForeignKey(Place, models.PROTECT, related_name="members")
    member = models.ForeignKey(Place, models.PROTECT, related_name="memberships")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    verified = models.BooleanField(default=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "member", "since"], name="place_member_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(group=F("member")), name="place_member_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.group_id}"


class Region(models.Model):
    """A part of the world as people name it: ``latin-america-and-the-caribbean``.

    No buyer, as groups of :class:`Place` are, and not dated: where to look, not who trades.
    """

    code = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=80, unique=True)
    number = models.CharField(max_length=3, blank=True)
    aliases = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    verified = models.BooleanField(default=True)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z]+(-[a-z]+)*$"), name="region_code_is_words"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RegionMember(models.Model):
    """That a place lies in a region."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="members")
    place = models.ForeignKey(Place, models.PROTECT, related_name="regions")
    verified = models.BooleanField(default=True)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "place"], name="region_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} in {self.region_id}"


class CountryOutline(models.Model):
    """A country as a map draws it, WKB in degrees of WGS 84: for the eye, never for a score.

    Several may belong to one place, and one to none that is on record.
    """

    release = models.ForeignKey("Release", models.PROTECT, related_name="outlines")
    name = models.CharField(max_length=120)
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="outlines")
    outline = models.BinaryField(help_text="WKB: polygons")

    class Meta:
        ordering = ["release_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "name"], name="country_outline_once_per_release"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Locality(models.Model):
    """A mapped point of a land layer: where a language is spoken, degrees of WGS 84."""

    release = models.ForeignKey("Release", models.PROTECT, related_name="localities")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    family = models.CharField(max_length=80, blank=True)
    latitude = models.FloatField()
    longitude = models.FloatField()

    class Meta:
        verbose_name_plural = "localities"
        constraints = [
            models.UniqueConstraint(fields=["release", "code"], name="locality_once_per_release"),
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="locality_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name
