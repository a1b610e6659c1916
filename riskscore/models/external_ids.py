"""The names that others have for a project: one project per scheme and value."""

from django.db import models


class ExternalId(models.Model):
    """That a project is known as ``value`` in ``scheme`` (``gem``, ``usgs-mrds``, ``icmm``)."""

    project = models.ForeignKey("Project", models.CASCADE, related_name="external_ids")
    scheme = models.CharField(max_length=40)
    value = models.CharField(max_length=120)

    class Meta:
        ordering = ["scheme", "value"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "value"], name="external_id_once"),
            models.CheckConstraint(
                condition=models.Q(scheme__regex=r"^[a-z0-9][a-z0-9-]{0,39}$"),
                name="external_id_scheme_is_slug",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"
