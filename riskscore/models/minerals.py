"""What is mined: minerals by their stable code."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q, Value


class Mineral(models.Model):
    """A mineral as production statistics count it, with the trade codes that carry it."""

    class Stage(models.TextChoices):
        MINE = "mine"
        REFINERY = "refinery"

    code = models.CharField(primary_key=True, max_length=40)
    number = models.IntegerField(
        unique=True,
        editable=False,
        db_default=Func(Value("riskscore_mineral_number"), function="nextval"),
        help_text="what score rows store instead of the code; given once, never again",
    )
    name = models.CharField(max_length=80, unique=True)
    basis = models.CharField(
        max_length=60, blank=True, help_text="what a tonne is a tonne of: Li2O, REO"
    )
    production_stage = models.CharField(max_length=8, choices=Stage, blank=True)
    trade_stage = models.CharField(
        max_length=12, blank=True, help_text="stage of the HS codes, not of production"
    )
    hs6 = ArrayField(models.CharField(max_length=6), default=list, blank=True)
    eol_rir = models.FloatField(
        null=True, blank=True, help_text="end-of-life recycling input rate, share 0..1"
    )
    aliases = ArrayField(models.CharField(max_length=80), default=list, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(eol_rir__isnull=True) | Q(eol_rir__range=(0, 1)),
                name="mineral_eol_rir_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TradeCode(models.Model):
    """A customs code that carries a mineral at another stage than :attr:`Mineral.hs6` does.

    Its flows are kept apart from those that scores are made from.
    """

    class Stage(models.TextChoices):
        ORE = "ore"
        REFINED = "refined"
        PRODUCT = "product"

    mineral = models.ForeignKey(Mineral, models.PROTECT, related_name="trade_codes")
    hs6 = models.CharField(max_length=6)
    stage = models.CharField(max_length=8, choices=Stage)
    what = models.CharField(max_length=120, help_text="what the code stands for")
    verified = models.BooleanField(default=True)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["mineral", "stage", "hs6"]
        constraints = [
            models.UniqueConstraint(fields=["mineral", "hs6"], name="trade_code_once_per_mineral"),
            models.CheckConstraint(
                condition=Q(hs6__regex=r"^[0-9]{6}$"), name="trade_code_is_six_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hs6} ({self.what})"
