"""What somebody holds or means to hold: projects with tonnes, limits, and when one was crossed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Portfolio(models.Model):
    """Positions of one owner under a name, seen through one buyer's view. Archived, never deleted.

    ``version`` rises with every edit. ``checked`` says what the limits were last compared with: a
    digest of positions, limits, owners and scores; empty: not yet.
    """

    name = models.SlugField(max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="portfolios", db_index=False
    )
    about = models.CharField(max_length=400, blank=True)
    lens = models.ForeignKey(
        "Lens", models.PROTECT, verbose_name="buyer's view", related_name="+", db_index=False
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    checked = models.CharField(max_length=80, default="", db_default="", blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="portfolio_once_per_owner"),
        ]

    def __str__(self) -> str:
        return self.name


class Position(models.Model):
    """That so much of a project's mineral is held, from ``since`` to ``until``, both included."""

    portfolio = models.ForeignKey(
        Portfolio, models.CASCADE, related_name="positions", db_index=False
    )
    project = models.ForeignKey("riskscore.Project", models.PROTECT, related_name="positions")
    mineral = models.ForeignKey(
        "riskscore.Mineral", models.PROTECT, related_name="+", db_index=False
    )
    kt_per_year = models.FloatField(help_text="thousand tonnes a year of the product that is held")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["project_id", "mineral_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kt_per_year__gte=0, kt_per_year__lte=1e6),
                name="position_is_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(since__lte=F("until")),
                name="position_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["portfolio", "project", "mineral", "since"],
                name="position_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kt_per_year:g} kt of {self.project}"


class Bound(models.Model):
    """What a limit is about, and the most that it may be. Points 0..100, or a share 0..1."""

    class What(models.TextChoices):
        COMPOSITE = "composite", "exposure: composite"
        GEOPOLITICAL = "geopolitical", "exposure: geopolitical"
        CONCENTRATION = "concentration", "exposure: concentration"
        LABOUR = "labour", "exposure: labour"
        INDIGENOUS = "indigenous", "exposure: indigenous"
        PLACE = "place", "share of one place"
        OWNER = "owner", "share of one owner"
        N1_PLACE = "n1_place", "N-1: share of the largest place"
        N1_OWNER = "n1_owner", "N-1: share of the largest owner"

    SHARES = (What.PLACE, What.OWNER, What.N1_PLACE, What.N1_OWNER)

    what = models.CharField(max_length=13, choices=What)
    place = models.ForeignKey(
        "riskscore.Place", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    company = models.ForeignKey(
        "riskscore.Company", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    at_most = models.FloatField(help_text="points 0..100 of an exposure; else a share 0..1")

    class Meta:
        abstract = True


class Standing(models.TextChoices):
    """How a figure stands to its limit. Unclear: what is unknown decides."""

    WITHIN = "within"
    UNCLEAR = "unclear", "unclear: what is unknown decides"
    ABOVE = "above"


class PortfolioLimit(Bound):
    """A limit of a portfolio, and how it stood when it was last checked (by a program alone)."""

    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="limits", db_index=False)
    standing = models.CharField(
        max_length=7, choices=Standing, default="", db_default="", blank=True, editable=False
    )
    value = models.FloatField(null=True, editable=False)
    low = models.FloatField(null=True, editable=False)
    high = models.FloatField(null=True, editable=False)

    class Meta:
        ordering = ["what", "place_id", "company_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["portfolio", "what", "place", "company"],
                name="limit_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(what="place", place__isnull=False, company__isnull=True)
                | Q(what="owner", company__isnull=False, place__isnull=True)
                | Q(place__isnull=True, company__isnull=True) & ~Q(what__in=["place", "owner"]),
                name="limit_names_what_it_is_about",
            ),
            models.CheckConstraint(
                condition=Q(what__in=Bound.SHARES, at_most__range=(0, 1))
                | ~Q(what__in=Bound.SHARES) & Q(at_most__range=(0, 100)),
                name="limit_is_on_its_scale",
            ),
        ]

    def __str__(self) -> str:
        about = self.place_id or (str(self.company) if self.company_id else "")
        return f"{self.get_what_display()}{' ' + about if about else ''} at most {self.at_most:g}"


class LimitCrossing(Bound):
    """That a limit's standing changed: once for each change, and never altered after.

    ``job`` and ``edition`` are those of the newest of the scores that it came from. ``positions``
    is what it was computed from. The limit itself may be gone since.
    """

    class Cause(models.TextChoices):
        RESCORING = "rescoring"
        EDIT = "edit", "an edit of the portfolio"
        FACTS = "facts", "owners, or the calendar"

    portfolio = models.ForeignKey(
        Portfolio, models.PROTECT, related_name="crossings", db_index=False
    )
    limit = models.ForeignKey(
        PortfolioLimit, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    before = models.CharField(max_length=7, choices=Standing, blank=True)
    after = models.CharField(max_length=7, choices=Standing)
    value_before = models.FloatField(null=True)
    low_before = models.FloatField(null=True)
    high_before = models.FloatField(null=True)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    cause = models.CharField(max_length=9, choices=Cause)
    job = models.ForeignKey(
        "riskscore.Job", models.DO_NOTHING, null=True, related_name="+", db_constraint=False,
        db_index=False,
    )  # fmt: skip
    edition = models.BigIntegerField(null=True)
    positions = models.JSONField(help_text="what it was computed from")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(before=F("after")), name="limit_crossing_is_a_change"
            ),
        ]
        indexes = [models.Index(fields=["portfolio", "-id"], name="limit_crossing_by_portfolio")]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.before or 'first seen'} → {self.after}"
