"""Work that comes back: what is due when, by rows that people edit."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


def check_timezone(name: str) -> None:
    """Raise ValidationError unless the name is one of the IANA time zones."""
    if name not in available_timezones():
        raise ValidationError(f"{name!r} is no time zone; give a name such as Europe/Madrid")


class Schedule(models.Model):
    """Rescore everything, or what is stale, through every lens that is kept current.

    Hourly at minute ``at.minute``, or daily at ``at`` on the clocks of ``timezone``. The jobs of a
    slot are unique in the database, so any number of schedulers may look at once.
    """

    class What(models.TextChoices):
        EVERYTHING = "everything"
        STALE = "stale", "what is stale"

    class Every(models.TextChoices):
        HOUR = "hour"
        DAY = "day"

    name = models.CharField(max_length=60, unique=True)
    what = models.CharField(max_length=10, choices=What)
    every = models.CharField(max_length=4, choices=Every)
    at = models.TimeField(help_text="time of day; of an hourly schedule only the minute counts")
    timezone = models.CharField(max_length=40, default="UTC", validators=[check_timezone])
    enabled = models.BooleanField(default=True)
    changed_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="slots before this moment are not caught up"
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=["everything", "stale"], every__in=["hour", "day"]),
                name="schedule_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name
