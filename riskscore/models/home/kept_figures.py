"""Figures over all projects that pages show where there are too many to count at each look."""

from django.db import models


class KeptFigures(models.Model):
    """One set of figures through a lens, when it was counted, and by what it is out of date."""

    class What(models.TextChoices):
        COVERAGE = "coverage"
        MOVERS = "movers"

    lens = models.ForeignKey("Lens", models.CASCADE, related_name="+", db_index=False)
    what = models.CharField(max_length=8, choices=What)
    content = models.JSONField()
    counted_at = models.DateTimeField()
    tried_at = models.DateTimeField(help_text="when it was counted, or given up, last")
    took_s = models.FloatField()
    seen = models.BigIntegerField(
        help_text="changes of the tables that the database had counted before"
    )

    class Meta:
        verbose_name_plural = "kept figures"
        constraints = [models.UniqueConstraint(fields=["lens", "what"], name="kept_figures_once")]

    def __str__(self) -> str:
        return f"{self.what} of {self.lens_id}"
