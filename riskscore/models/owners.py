"""Who owns a project and where owners are at home: sourced statements in append-only versions."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Company(models.Model):
    """A party that may own projects: a company, a state, a fund, a person.

    Only its names stand here. Where it is at home and who stands behind it are statements
    (:class:`Domicile`), since they change, are disputed, and move scores.
    """

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    aliases = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="other names of the same party, apart by commas",
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "companies"
        constraints = [
            models.CheckConstraint(
                condition=Q(key__regex=r"^[a-z0-9][a-z0-9-]{0,59}$"), name="company_key_is_slug"
            )
        ]
        indexes = [models.Index(fields=["name", "id"], name="company_by_name")]

    def __str__(self) -> str:
        return self.name


class Statement(models.Model):
    """One version of what a source says. A change is a new row that supersedes the old one.

    ``state`` says who has looked at it: a *rejected* statement counts nothing, an *unverified* one
    at most a stated part (``riskscore.engine.inputs.owner_values``).
    """

    class State(models.TextChoices):
        UNVERIFIED = "unverified"
        CONFIRMED = "confirmed"
        CORRECTED = "corrected"
        REJECTED = "rejected"

    state = models.CharField(max_length=10, choices=State, default=State.UNVERIFIED)
    credibility = models.FloatField(default=1.0, help_text="0..1: how far its source is believed")
    stated_on = models.DateField(null=True, blank=True, help_text="the day of the source")
    url = models.URLField(max_length=400, blank=True, help_text="where it can be read")
    release = models.ForeignKey(
        "riskscore.Release", models.PROTECT, null=True, blank=True, related_name="+",
        help_text="the release that states it",
    )  # fmt: skip
    note = models.CharField(max_length=400, blank=True, help_text="why it was decided so")
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    edition = models.ForeignKey("riskscore.Edition", models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @property
    def source(self) -> str:
        """Where it comes from, in one word: an address, else the code of a release."""
        return self.url or (str(self.release) if self.release_id else "")


class Ownership(Statement):
    """That a company holds a share of a project, from ``since`` to ``until``, both days included.

    An unknown share is null, never zero. ``basis`` says how a source's site was found to be this
    project, ``doubt`` what speaks against it.
    """

    project = models.ForeignKey("Project", models.PROTECT, related_name="ownerships")
    company = models.ForeignKey(Company, models.PROTECT, related_name="ownerships")
    share = models.FloatField(null=True, blank=True, help_text="0..1; empty: unknown")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    basis = models.CharField(
        max_length=200, blank=True, help_text="how the source's site was found to be this project"
    )
    doubt = models.CharField(max_length=200, blank=True, help_text="what speaks against it")

    class Meta:
        verbose_name = "owner"
        ordering = ["project_id", "-share", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gt=0, share__lte=1),
                name="ownership_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(credibility__range=(0, 1)), name="ownership_credibility_is_a_share"
            ),
            models.CheckConstraint(
                condition=~Q(url="") | Q(release__isnull=False), name="ownership_has_a_source"
            ),
            models.UniqueConstraint(
                fields=["project", "company", "since"],
                condition=Q(supersedes__isnull=True),
                name="ownership_stated_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["company", "project"], name="ownership_by_company"),
            models.Index(
                fields=["id"],
                condition=Q(state="unverified"),
                name="ownership_to_review",
            ),
            models.Index(
                fields=["id"],
                condition=Q(state="unverified") & ~Q(doubt=""),
                name="ownership_in_doubt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company} {'share unknown' if self.share is None else f'{self.share:.0%}'}"


class Domicile(Statement):
    """Where a company is at home, who stands behind it, and whether it is a state's.

    Null is unknown. A company without a home of its own is at home where its parent is.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="domiciles", db_index=False)
    place = models.ForeignKey("Place", models.PROTECT, null=True, blank=True, related_name="+")
    parent = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="+")
    state_owned = models.BooleanField(
        null=True, blank=True, help_text="whether a state holds most of it, where a source says so"
    )

    class Meta:
        verbose_name = "home of a company"
        verbose_name_plural = "homes of companies"
        ordering = ["company_id", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(credibility__range=(0, 1)), name="domicile_credibility_is_a_share"
            ),
            models.CheckConstraint(
                condition=~Q(url="") | Q(release__isnull=False), name="domicile_has_a_source"
            ),
            models.CheckConstraint(
                condition=~Q(parent=models.F("company")), name="domicile_parent_is_another"
            ),
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(supersedes__isnull=True),
                name="domicile_one_line_of_versions",
            ),
        ]
        indexes = [models.Index(fields=["company"], name="domicile_by_company")]

    def __str__(self) -> str:
        return f"{self.company}: {self.place_id or 'home unknown'}"
