"""What the map reads where there are many projects: counts by cell, kept by the workers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class MapGrid(models.Model):
    """When the cells of a lens were counted, and by what they are known to be out of date."""

    lens = models.OneToOneField("Lens", models.CASCADE, primary_key=True, related_name="+")
    counted_at = models.DateTimeField()
    took_s = models.FloatField()
    seen = models.BigIntegerField(
        help_text="changes of the tables that the database had counted before"
    )

    def __str__(self) -> str:
        return f"map of {self.lens_id}"


class MapCell(models.Model):
    """Projects that are alike in all that a map is filtered by, within one cell of the grid.

    ``mineral`` is empty in the rows that count each project once, whatever it yields. The arrays
    have one entry per node of NODES; ``bands`` has five, by band, for each of them.
    """

    grid = models.ForeignKey(MapGrid, models.CASCADE, related_name="cells", db_index=False)
    mineral = models.CharField(max_length=40)
    place = models.CharField(max_length=3)
    kind = models.CharField(max_length=8)
    status = models.CharField(max_length=12)
    unranked = models.BooleanField()
    x = models.IntegerField(help_text="cells east of 180° W")
    y = models.IntegerField(help_text="cells north of the south pole")
    number = models.IntegerField()
    first = models.BigIntegerField(help_text="the first project of them")
    latitudes = models.FloatField(help_text="their sum")
    longitudes = models.FloatField(help_text="their sum")
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    known = ArrayField(models.IntegerField())
    sums = ArrayField(models.FloatField(null=True))
    worst = ArrayField(models.FloatField(null=True))
    bands = ArrayField(models.IntegerField())

    class Meta:
        indexes = [models.Index(fields=["grid", "mineral", "y", "x"], name="map_cell_by_where")]

    def __str__(self) -> str:
        return f"{self.number} in {self.x}, {self.y}"
