"""What publishers state: sources, their releases, and append-only observations."""

from django.db import models
from django.db.models import F, Q


class Edition(models.Model):
    """One step of what was recorded: a commit-ordered integer, never a clock.

    It is the transaction time of a bitemporal model; see ``releases.editions``. Everything
    recorded in one transaction carries that transaction's edition; ``known_at = n`` means all that
    had been committed up to edition ``n``. Numbers are given under an advisory lock that is held
    until commit, so a number is never seen before a smaller one.
    """

    number = models.BigIntegerField(primary_key=True)
    made_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=200)
    changed_in = models.BigIntegerField(default=0, db_default=0, editable=False)
    position = models.TextField(
        default="", db_default="", editable=False, blank=True,
        help_text="what was seen when it was recorded; a trigger keeps it",
    )  # fmt: skip

    class Meta:
        ordering = ["-number"]
        indexes = [models.Index(fields=["changed_in"], name="edition_by_transaction")]

    def __str__(self) -> str:
        return f"{self.number}: {self.reason}"


class Source(models.Model):
    """A publisher's product, as declared by its module in ``riskscore.sources``."""

    code = models.CharField(primary_key=True, max_length=40)
    publisher = models.CharField(max_length=160)
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=300, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


class Release(models.Model):
    """One edition of a source, as loaded: immutable, with its licence and the hash of its file."""

    code = models.CharField(max_length=60, unique=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="releases")
    published_edition = models.CharField(
        max_length=120, help_text="what the publisher calls this edition"
    )
    licence = models.CharField(max_length=160)
    redistributable = models.BooleanField()
    attribution = models.CharField(max_length=400, blank=True)
    url = models.URLField(max_length=300, blank=True)
    file = models.CharField(max_length=400, help_text="publisher files, apart by |")
    sha256 = models.CharField(max_length=650, help_text="their hashes, in the same order")
    rows = models.IntegerField()
    partial = models.BooleanField(
        default=False,
        db_default=False,
        help_text="adds to and corrects the source's whole release instead of replacing it",
    )
    scored = models.BooleanField(
        default=True,
        db_default=True,
        help_text="no: an older edition, kept beside the one that scores are made of",
    )
    retrieved_on = models.DateField(
        null=True, blank=True, help_text="when the file was fetched from its publisher"
    )
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="releases")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}(\|[0-9a-f]{64})*$"),
                name="release_sha256_is_hex",
            ),
            models.CheckConstraint(
                condition=Q(scored=True) | Q(partial=False), name="release_kept_is_whole"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Observation(models.Model):
    """One value of one indicator from one release. Append-only: a correction is a new release."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="observations")
    indicator = models.CharField(max_length=40)
    # A trigger holds these three references (riskscore/sql/observation_codes.sql), once per
    # statement and code: one look per row and reference would be half the time of a large file.
    place = models.ForeignKey(
        "Place", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    mineral = models.ForeignKey(
        "Mineral", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    importer = models.ForeignKey(
        "Place", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    project = models.ForeignKey(
        "Project", models.PROTECT, null=True, related_name="+", db_index=False
    )
    year = models.SmallIntegerField()
    value = models.FloatField()
    standard_error = models.FloatField(null=True)
    quality = models.CharField(max_length=12, blank=True)
    label = models.CharField(
        max_length=200, blank=True, help_text="unit, stage, good or agreement, as published"
    )
    stage = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="what is counted, where one place, mineral and year have several figures",
    )
    since = models.DateField(null=True)
    until = models.DateField(null=True, help_text="last day on which it holds")
    verified = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "release",
                    "indicator",
                    "place",
                    "mineral",
                    "importer",
                    "project",
                    "year",
                    "stage",
                    "since",
                ],
                name="observation_once_per_release",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(value__gt=-1e308) & Q(value__lt=1e308),
                name="observation_value_is_finite",
            ),
            models.CheckConstraint(
                condition=Q(standard_error__isnull=True)
                | Q(standard_error__gte=0, standard_error__lt=1e308),
                name="observation_error_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(year__range=(1900, 2100)), name="observation_year_is_sane"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="observation_ends_after_it_began",
            ),
        ]
        indexes = [
            models.Index(fields=["indicator", "release"], name="observation_by_indicator"),
            models.Index(
                fields=["project"],
                condition=Q(project__isnull=False),
                name="observation_by_project",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.place_id or self.mineral_id} {self.year} = {self.value}"
