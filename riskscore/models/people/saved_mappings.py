"""How a table of somebody is read, under a name, to be used for its next file."""

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast, Length, Now, Trim
from django.db.models.lookups import Exact, LessThanOrEqual

#: Characters of the stored mapping; more is none that a person has put together.
MOST_CHARACTERS = 20_000


def _is_an_object(field: str) -> Exact:
    return Exact(Func(F(field), function="jsonb_typeof", output_field=models.TextField()), "object")


class SavedMapping(models.Model):
    """Sheet, row of the column names, and which column is which, for files of one source."""

    name = models.CharField(max_length=80, unique=True)
    source = models.CharField(max_length=40, help_text="whose figures these are")
    layout = models.CharField(max_length=40, help_text="the table of ours that the file is read as")
    sheet = models.CharField(
        max_length=80, blank=True, default="", db_default="", help_text="of a workbook"
    )
    header_row = models.PositiveIntegerField(
        default=0, db_default=0, help_text="row of the column names; 0: it is looked for"
    )
    mapping = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="our column → the file's"
    )
    constants = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="our column → what every row says"
    )
    calculated = models.BooleanField(
        default=False, db_default=False, help_text="take what formulas gave when last calculated"
    )
    hidden = models.BooleanField(
        default=False, db_default=False, help_text="read hidden rows of a workbook too"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(name=Trim("name")) & ~Q(name=""), name="saved_mapping_has_a_name"
            ),
            models.CheckConstraint(
                condition=_is_an_object("mapping") & _is_an_object("constants"),
                name="saved_mapping_is_of_objects",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(
                    Length(Cast("mapping", models.TextField()))
                    + Length(Cast("constants", models.TextField())),
                    MOST_CHARACTERS,
                ),
                name="saved_mapping_is_short",
            ),
        ]

    def __str__(self) -> str:
        return self.name
