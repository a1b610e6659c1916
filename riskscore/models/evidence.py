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
        UNION_RECOGNISED = "union_recognised"
        COLLECTIVE_AGREEMENT = "collective_agreement"
        RESETTLEMENT = "resettlement", "eviction or resettlement"
        CONSENT = "consent", "stage of consent"
        CONFLICT = "conflict", "protest or conflict"
        COURT_RULING = "court_ruling"
        REMEDY = "remedy"
        GRIEVANCE_MECHANISM = "grievance_mechanism"
        CERTIFICATION = "certification"

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
    self_disclosed = models.BooleanField(default=False, help_text="stated by the project itself")
    url = models.URLField(max_length=400)
    note = models.CharField(max_length=400, blank=True)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)
    edition = models.ForeignKey("Edition", models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "evidence"
        ordering = ["-happened_on", "-id"]
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
