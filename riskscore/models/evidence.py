"""Dated, sourced statements about one project: append-only versions."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Evidence(models.Model):
    """One version of one statement. A change is a new row that supersedes the old; both stay."""

    class Kind(models.TextChoices):
        FATALITY = "fatality"
        STRIKE = "strike"
        CHILD_LABOUR = "child_labour"
        FORCED_LABOUR = "forced_labour"
        ACCIDENT = "accident"
        INSPECTION_FINDING = "inspection_finding"
        UNION_RECOGNISED = "union_recognised"
        COLLECTIVE_AGREEMENT = "collective_agreement"
        RESETTLEMENT = "resettlement", "eviction or resettlement"
        CONSENT = "consent", "stage of consent"
        CONFLICT = "conflict", "protest or conflict"
        COURT_RULING = "court_ruling"
        COURT_CASE = "court_case"
        POLLUTION = "pollution", "pollution or spill"
        SANCTION = "sanction"
        PERMIT_WITHDRAWN = "permit_withdrawn", "permit withdrawn"
        REMEDY = "remedy"
        GRIEVANCE_MECHANISM = "grievance_mechanism"
        CERTIFICATION = "certification"

    class Reach(models.TextChoices):
        UNSTATED = "", "not stated"
        PEOPLE = "people", "some people or households"
        COMMUNITY = "community", "one community, or the workforce"
        DISTRICT = "district", "several communities"
        COUNTRY = "country", "the country"

    class Status(models.TextChoices):
        REPORTED = "reported"
        VERIFIED = "verified"
        DISPUTED = "disputed"
        RETRACTED = "retracted"

    project = models.ForeignKey("Project", models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=24, choices=Kind)
    level = models.CharField(
        max_length=40, blank=True, help_text="consent stage or certification level"
    )
    happened_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    severity = models.FloatField(default=1.0, help_text="0..1")
    credibility = models.FloatField(default=1.0, help_text="0..1")
    status = models.CharField(max_length=10, choices=Status, default=Status.REPORTED)
    reach = models.CharField(
        max_length=10,
        choices=Reach,
        default=Reach.UNSTATED,
        db_default="",
        blank=True,
        help_text="how far an incident was felt",
    )
    reference = models.CharField(
        max_length=160,
        default="",
        db_default="",
        blank=True,
        help_text="what its source calls it: the name or number of a case",
    )
    self_disclosed = models.BooleanField(default=False, help_text="stated by the project itself")
    url = models.URLField(max_length=400)
    note = models.CharField(max_length=400, blank=True)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    release = models.ForeignKey(
        "Release",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="the file it came with",
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)
    edition = models.ForeignKey("Edition", models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "evidence"
        ordering = ["-happened_on", "-id"]
        indexes = [
            models.Index(fields=["happened_on", "project"], name="evidence_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(severity__range=(0, 1), credibility__range=(0, 1)),
                name="evidence_weights_are_shares",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["consent", "certification"]) | ~Q(level=""),
                name="evidence_level_is_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_on}"
