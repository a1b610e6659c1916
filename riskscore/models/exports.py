"""The long panel of trade that models learn from: what each place exported, by customs code."""

from django.db import models
from django.db.models import Q


class ExportFlow(models.Model):
    """Exports of one place under one HS6 code in one year, from one release. Append-only."""

    release = models.ForeignKey(
        "Release", models.PROTECT, related_name="export_flows", db_index=False
    )
    hs6 = models.CharField(max_length=6)
    place = models.ForeignKey("Place", models.PROTECT, related_name="+", db_index=False)
    year = models.SmallIntegerField()
    value = models.FloatField(help_text="thousand USD")
    quantity = models.FloatField(null=True, help_text="tonnes; empty where nobody stated it")
    partners = models.PositiveSmallIntegerField(help_text="number of destinations")
    destination_hhi = models.FloatField(help_text="sum of squared shares of destinations, 0 to 1")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "hs6", "place", "year"], name="export_flow_once_per_release"
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0, value__lt=1e308)
                & (Q(quantity__isnull=True) | Q(quantity__gte=0, quantity__lt=1e308)),
                name="export_flow_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(destination_hhi__range=(0, 1)), name="export_flow_hhi_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(year__range=(1900, 2100)), name="export_flow_year_is_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.hs6} {self.year} = {self.value:g} kUSD"
