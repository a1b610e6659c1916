"""What people watch, what they are alerted of, and the question that they asked last."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from riskscore.models.scores import Band

_SUBJECTS = ("project", "project_list", "portfolio")


def _exactly_one(*names: str) -> Q:
    """That one of these columns has a value and the others have none."""
    cases = (Q(**{f"{other}__isnull": other != name for other in names}) for name in names)
    return reduce(or_, cases)


class Watch(models.Model):
    """That a person watches a project, the projects of a list, or a portfolio with its limits.

    Bands are those of ``lens``; a portfolio's lens is its own. ``by_mail``: alerts are sent to the
    person's address too, where mail is turned on at all.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="watches", db_index=False
    )
    project = models.ForeignKey("Project", models.CASCADE, null=True, related_name="watches")
    project_list = models.ForeignKey(
        "ProjectList", models.CASCADE, null=True, related_name="watches"
    )
    portfolio = models.ForeignKey("Portfolio", models.CASCADE, null=True, related_name="watches")
    lens = models.ForeignKey(
        "Lens", models.PROTECT, verbose_name="buyer's view", related_name="+", db_index=False
    )
    by_mail = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "watches"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=_exactly_one(*_SUBJECTS), name="watch_of_one_thing"),
            models.UniqueConstraint(
                fields=["user", *_SUBJECTS], name="watch_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} watches {self.project or self.project_list or self.portfolio}"


class Alert(models.Model):
    """One thing that happened to what a person watches or keeps: once, however often it is found.

    ``at`` is the moment of what caused it: of the score, the entry of the statement, the crossing.
    ``mail_after`` is when the next attempt to send it may begin; null where it is not to be sent.
    """

    class Kind(models.TextChoices):
        BAND = "band", "band crossed"
        EVIDENCE = "evidence", "new statement"
        LIMIT = "limit", "limit of a portfolio"
        WEBHOOK = "webhook", "webhook disabled"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="alerts", db_index=False
    )
    kind = models.CharField(max_length=8, choices=Kind)
    project = models.ForeignKey(
        "Project", models.CASCADE, null=True, related_name="+", db_index=False
    )
    lens = models.ForeignKey("Lens", models.PROTECT, null=True, related_name="+", db_index=False)
    evidence = models.ForeignKey(
        "Evidence", models.PROTECT, null=True, related_name="+", db_index=False
    )
    crossing = models.ForeignKey(
        "LimitCrossing", models.PROTECT, null=True, related_name="+", db_index=False
    )
    webhook = models.ForeignKey(
        "Webhook", models.CASCADE, null=True, related_name="+", db_index=False
    )
    note = models.CharField(max_length=200, default="", db_default="", blank=True)
    band_before = models.SmallIntegerField(choices=Band, null=True)
    band_after = models.SmallIntegerField(choices=Band, null=True)
    score_before = models.FloatField(null=True)
    score_after = models.FloatField(null=True)
    method_changed = models.BooleanField(null=True)
    job = models.ForeignKey(
        "Job", models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail_after = models.DateTimeField(null=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    mail_error = models.CharField(max_length=200, default="", db_default="", blank=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind="band", project__isnull=False, lens__isnull=False,
                    band_before__isnull=False, band_after__isnull=False,
                    evidence__isnull=True, crossing__isnull=True,
                )
                | Q(
                    kind="evidence", project__isnull=False, evidence__isnull=False,
                    crossing__isnull=True,
                )
                | Q(
                    kind="limit", crossing__isnull=False, project__isnull=True,
                    evidence__isnull=True,
                )
                | Q(
                    kind="webhook", webhook__isnull=False, project__isnull=True,
                    evidence__isnull=True, crossing__isnull=True,
                ),
                name="alert_fits_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(band_before=F("band_after")), name="alert_band_is_a_change"
            ),
            models.UniqueConstraint(
                fields=["user", "project", "lens", "at"],
                condition=Q(kind="band"),
                name="alert_once_per_score",
            ),
            models.UniqueConstraint(
                fields=["user", "evidence"],
                condition=Q(kind="evidence"),
                name="alert_once_per_statement",
            ),
            models.UniqueConstraint(
                fields=["user", "crossing"],
                condition=Q(kind="limit"),
                name="alert_once_per_crossing",
            ),
            models.UniqueConstraint(
                fields=["webhook", "at"],
                condition=Q(webhook__isnull=False),
                name="alert_once_per_disabling",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["user", "-id"], name="alert_of_user"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="alert_unread"),
            models.Index(
                fields=["mail_after"],
                condition=Q(mail_after__isnull=False, mailed_at__isnull=True),
                name="alert_to_mail",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.user_id}"


class AskedLast(models.Model):
    """The buyer, mineral and region that a person chose last on the first page."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    buyer = models.CharField(max_length=60, help_text="codes of places, apart by commas")
    mineral = models.ForeignKey("Mineral", models.CASCADE, related_name="+", db_index=False)
    region = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.buyer} × {self.mineral_id}"
