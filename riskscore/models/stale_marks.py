"""Which scores no longer fit what is known."""

from django.db import models


class StaleMark(models.Model):
    """That a release changed an input of a project, as seen through a lens.

    The score is stale while its edition is older than the mark's: rescoring clears nothing, it
    overtakes. What curators edit needs no mark, ``input_version`` tells.
    """

    project = models.ForeignKey("Project", models.CASCADE, related_name="marks", db_index=False)
    lens = models.ForeignKey(
        "Lens", models.CASCADE, verbose_name="buyer's view", related_name="+", db_index=False
    )
    edition = models.BigIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "lens"], name="stale_mark_once")]

    def __str__(self) -> str:
        return f"{self.project_id} through {self.lens_id}"
