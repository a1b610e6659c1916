"""Corrections that people file on a project: open until a curator answers, and then for ever."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Now

from riskscore.models.evidence import Evidence
from riskscore.models.observations import Observation

NOTHING = Q(evidence__isnull=True, observation__isnull=True)
EITHER = Q(evidence__isnull=False, observation__isnull=True) | Q(
    evidence__isnull=True, observation__isnull=False
)


class Challenge(models.Model):
    """What somebody says is wrong or missing about a project, and what came of it.

    Accepted, it has become evidence or an observation; declined, it has a reason.
    """

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    project = models.ForeignKey("Project", models.PROTECT, related_name="challenges")
    statement = models.TextField(max_length=2000, help_text="what is wrong, and what is right")
    url = models.URLField(max_length=400, help_text="where that can be read")
    kind = models.CharField(
        max_length=24,
        choices=Evidence.Kind,
        blank=True,
        help_text="the kind of evidence that it would be",
    )
    happened_on = models.DateField(null=True, blank=True)
    disputes = models.ForeignKey(
        Evidence,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="challenges",
        help_text="the statement on file that is wrong",
    )
    indicator = models.CharField(
        max_length=60, blank=True, db_default="", help_text="the figure of the score that is wrong"
    )
    state = models.CharField(max_length=8, choices=State, default=State.OPEN, db_index=True)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="who is to answer it",
    )
    assigned_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=1000, blank=True)
    evidence = models.OneToOneField(
        Evidence, models.PROTECT, null=True, related_name="answers", help_text="what it became"
    )
    observation = models.OneToOneField(
        Observation, models.PROTECT, null=True, related_name="answers", help_text="what it became"
    )

    class Meta:
        ordering = ["-id"]
        # The queue: what is open first, in the order in which it came.
        indexes = [models.Index(fields=["-state", "filed_at", "id"], name="challenge_queue")]
        constraints = [
            models.CheckConstraint(
                condition=Q(assigned_to__isnull=True, assigned_at__isnull=True)
                | Q(assigned_to__isnull=False, assigned_at__isnull=False),
                name="challenge_assigned_at_a_time",
            ),
            models.CheckConstraint(
                condition=(NOTHING & Q(state="open", decided_at__isnull=True, reason=""))
                | (EITHER & Q(state="accepted", decided_at__isnull=False))
                | (NOTHING & Q(state="declined", decided_at__isnull=False) & ~Q(reason="")),
                name="challenge_answer_fits_its_state",
            ),
            models.UniqueConstraint(
                "project",
                "filed_by",
                MD5("statement"),
                condition=Q(state="open"),
                name="challenge_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"challenge {self.pk}: {self.statement[:60]}"
