"""Where scores stand: kept by triggers (riskscore/sql/ranking.sql) and ``scoring.ranking``."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Ranking(models.Model):
    """The ranking of a lens: as of ``ranked_at``, or of the last change since."""

    lens = models.OneToOneField("Lens", models.CASCADE, primary_key=True, related_name="+")
    version = models.BigIntegerField(help_text="of the blocks that readers use")
    recording = models.BigIntegerField(null=True, help_text="version of changes, or none")
    ranked_at = models.DateTimeField()
    projects = ArrayField(models.IntegerField(), help_text="ranked projects with a score, by node")

    def __str__(self) -> str:
        return f"ranking of {self.lens_id}"


class RankBlock(models.Model):
    """Up to 64 distinct scores of a node that follow each other, the highest first."""

    lens = models.ForeignKey("Lens", models.CASCADE, related_name="+", db_index=False)
    version = models.BigIntegerField()
    node = models.SmallIntegerField(help_text="its place in NODES")
    lowest = models.FloatField()
    above = models.IntegerField(help_text="ranked projects with a higher score than all of these")
    scores = ArrayField(models.FloatField())
    sharing = ArrayField(models.IntegerField(), help_text="ranked projects with each of them")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lens", "version", "node", "lowest"], name="rank_block_once"
            ),
        ]

    def __str__(self) -> str:
        return f"ranks from {self.above + 1} on"


class RankChange(models.Model):
    """So many ranked projects more (or fewer) with a score than the blocks of a version say."""

    lens = models.ForeignKey("Lens", models.CASCADE, related_name="+", db_index=False)
    version = models.BigIntegerField()
    node = models.SmallIntegerField(help_text="its place in NODES")
    score = models.FloatField()
    change = models.IntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["lens", "version", "node"],
                include=["score", "change", "changed_at"],
                name="rank_change_by_node",
            )
        ]

    def __str__(self) -> str:
        return f"{self.change:+} at {self.score}"
