"""Models trained on what happened: their versions, cards and states."""

from django.db import models
from django.db.models import Q


class LearnedModel(models.Model):
    """A trained model: its card, the hash of its artefact, and whether it may be used."""

    class State(models.TextChoices):
        CANDIDATE = "candidate"
        CHAMPION = "champion"
        RETIRED = "retired"

    kind = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    card = models.JSONField()
    artefact_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.CANDIDATE)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="learned_model_version_once"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(state="champion"), name="learned_model_one_champion"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"
