"""What is stated about a project with its day and source: its status, and how much it can give.

Both are append-only: a correction is a new row. The newest row for a day is what holds for it.
"""

from typing import TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

Row = TypeVar("Row", bound=models.Model)


class Standing(models.Manager[Row]):
    """The statements of no release that was withdrawn."""

    def get_queryset(self) -> "models.QuerySet[Row]":
        return super().get_queryset().filter(release__withdrawal__isnull=True)


class Stated(models.Model):
    """Who states something about a project, how far that can be believed, and since when we know.

    What comes with a bundle or file names its ``release``; what a person enters has a ``url``.
    ``objects`` leaves out what was withdrawn with its release, ``recorded`` has all of it.
    """

    url = models.URLField(max_length=400, blank=True, help_text="where it can be read")
    release = models.ForeignKey(
        "riskscore.Release", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    credibility = models.FloatField(default=1.0, help_text="0..1: how far it can be believed")
    note = models.CharField(max_length=400, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)
    edition = models.ForeignKey(
        "riskscore.Edition", models.PROTECT, related_name="+", db_index=False
    )

    objects = Standing()
    recorded = models.Manager()

    class Meta:
        abstract = True


class ProjectStatus(Stated):
    """What a project does from a day on. A trigger keeps the newest on the project itself."""

    class Word(models.TextChoices):
        EXPLORATION = "exploration"
        FEASIBILITY = "feasibility", "studied: scoping to feasibility"
        CONSTRUCTION = "construction"
        OPERATING = "operating"
        SUSPENDED = "suspended", "suspended, or in care and maintenance"
        CLOSED = "closed"
        CANCELLED = "cancelled", "given up before it opened"
        UNKNOWN = "unknown", "not known: takes back what was said of this day"

    project = models.ForeignKey("Project", models.PROTECT, related_name="statuses", db_index=False)
    status = models.CharField(max_length=12, choices=Word)
    since = models.DateField(help_text="the day from which it is so, or for which it is stated")

    class Meta:
        verbose_name_plural = "project statuses"
        ordering = ["-since", "-credibility", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(credibility__range=(0, 1)), name="status_credibility_is_share"
            ),
        ]
        indexes = [models.Index(fields=["project", "-since"], name="status_by_project")]

    def __str__(self) -> str:
        return f"{self.status} since {self.since}"


class Capacity(Stated):
    """What a project can give in a year of one mineral: an amount with its range, or a range alone.

    A range without an amount says why it is one; nothing unknown is written as a point.
    """

    class Basis(models.TextChoices):
        STATED = "stated", "capacity as stated"
        PLANNED = "planned", "plan for a year to come"
        OUTPUT = "output", "output of that year"
        ESTIMATED = "estimated", "estimated: a range with its reason"

    project = models.ForeignKey(
        "Project", models.PROTECT, related_name="capacities", db_index=False
    )
    mineral = models.ForeignKey("Mineral", models.PROTECT, related_name="+", db_index=False)
    year = models.SmallIntegerField()
    amount = models.FloatField(null=True, blank=True, help_text="a year, in the unit")
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=60, help_text="of one year, such as t Li")
    basis = models.CharField(max_length=9, choices=Basis, default=Basis.STATED)
    reason = models.CharField(max_length=300, blank=True, help_text="why a range, and why this one")

    class Meta:
        verbose_name_plural = "capacities"
        ordering = ["mineral_id", "-year", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__isnull=False)
                | Q(low__isnull=False, high__isnull=False, low__lt=F("high")) & ~Q(reason=""),
                name="capacity_unknown_is_a_range_with_reason",
            ),
            models.CheckConstraint(
                condition=(Q(low__isnull=True) | Q(low__gte=0))
                & (Q(amount__isnull=True) | Q(amount__gte=0, amount__lt=1e308))
                & (Q(high__isnull=True) | Q(high__lt=1e308)),
                name="capacity_is_not_negative",
            ),
            models.CheckConstraint(
                condition=(Q(amount__isnull=True) | Q(low__isnull=True) | Q(low__lte=F("amount")))
                & (Q(amount__isnull=True) | Q(high__isnull=True) | Q(high__gte=F("amount")))
                & (
                    Q(low__isnull=True, high__isnull=True)
                    | Q(low__isnull=False, high__isnull=False, low__lte=F("high"))
                ),
                name="capacity_range_holds_amount",
            ),
            models.CheckConstraint(
                condition=Q(year__range=(1900, 2100)), name="capacity_year_is_sane"
            ),
            models.CheckConstraint(
                condition=Q(credibility__range=(0, 1)), name="capacity_credibility_is_share"
            ),
        ]
        indexes = [models.Index(fields=["project", "mineral", "-year"], name="capacity_by_project")]

    def __str__(self) -> str:
        amount = f"{self.low:g}–{self.high:g}" if self.amount is None else f"{self.amount:g}"
        return f"{amount} {self.unit}, {self.year}"


class CapacityRange(models.Model):
    """Within which one site of a place and mineral lies whose capacity nobody states.

    Kept, since it counts all sites; ``intake.capacity_ranges`` makes it again after each load.
    """

    place = models.ForeignKey("Place", models.PROTECT, related_name="+", db_index=False)
    mineral = models.ForeignKey("Mineral", models.PROTECT, related_name="+", db_index=False)
    low = models.FloatField()
    high = models.FloatField()
    unit = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)
    edition = models.ForeignKey("Edition", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "mineral"], name="capacity_range_once"),
            models.CheckConstraint(
                condition=Q(low__gte=0, low__lt=F("high")), name="capacity_range_is_a_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.mineral_id}: {self.low:g}–{self.high:g} {self.unit}"
