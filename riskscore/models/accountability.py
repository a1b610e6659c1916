"""Scores judged by what happened: the outside checks that were made, kept by date of score."""

from django.conf import settings
from django.db import models


class ScoreAccountability(models.Model):
    """One check of the scores of a day against a list of events from outside. Append-only.

    ``hindsight``: the scores are younger than events that they are judged by, and may have known
    of them. Only the figures are kept, never the list.
    """

    lens = models.ForeignKey(
        "Lens", models.PROTECT, verbose_name="buyer's view", related_name="+", db_index=False
    )
    methods = models.CharField(max_length=200, help_text="versions that the scores were made by")
    scores_of = models.DateField(help_text="the scores as they stood at the end of this day")
    file = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    first_event = models.DateField()
    last_event = models.DateField()
    hindsight = models.BooleanField()
    joined = models.JSONField(help_text="how many events were joined, by which rule")
    results = models.JSONField(help_text="by dimension: AUC overall, within country, by region")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "score accountability"
        verbose_name_plural = "score accountability"
        ordering = ["-scores_of", "-id"]
        indexes = [models.Index(fields=["-scores_of", "-id"], name="accountability_by_day")]

    def __str__(self) -> str:
        return f"scores of {self.scores_of} against {self.file}"
