"""A list of admin as somebody wants to see it again: filters, columns and order under a name."""

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast, Length, Now, Trim
from django.db.models.lookups import Exact, LessThanOrEqual

#: Characters of the stored parameters; more is no list that a person has put together.
MOST_CHARACTERS = 8000


class SavedList(models.Model):
    """Filters, columns and order of one list, its owner's or shown to everybody.

    ``query`` maps each parameter of the list's address to its values.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_lists", db_index=False
    )
    rows = models.CharField(max_length=60, help_text="the table that the list shows: project")
    name = models.CharField(max_length=80)
    query = models.JSONField(default=dict)
    shared = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "rows", "name"], name="saved_list_name_once"),
            models.CheckConstraint(
                condition=Q(rows__regex=r"^[a-z]+$"), name="saved_list_is_of_a_table"
            ),
            models.CheckConstraint(
                condition=Q(name=Trim("name")) & ~Q(name=""), name="saved_list_has_a_name"
            ),
            models.CheckConstraint(
                condition=Exact(
                    Func(F("query"), function="jsonb_typeof", output_field=models.TextField()),
                    "object",
                ),
                name="saved_list_query_is_an_object",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(
                    Length(Cast("query", models.TextField())), MOST_CHARACTERS
                ),
                name="saved_list_query_is_short",
            ),
        ]
        indexes = [
            models.Index(fields=["rows"], condition=Q(shared=True), name="saved_list_shared"),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultList(models.Model):
    """The saved list that a person sees first when opening the list of a table."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    rows = models.CharField(max_length=60)
    saved = models.ForeignKey(SavedList, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "rows"], name="default_list_one_per_table"),
        ]

    def __str__(self) -> str:
        return f"{self.rows}: {self.saved_id}"
