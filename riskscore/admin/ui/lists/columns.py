"""The columns of a list: their names in addresses, their headings, and what they hold of a row."""

import html
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from django.contrib.admin.utils import label_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateTimeField, Field, ForeignKey, Model
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from riskscore.admin.ui import wording

#: The boxes beside the rows, which Django adds to the columns.
BOXES = "action_checkbox"
#: The column of a list that names none: what a row is called.
ITSELF = "__str__"
Shown = TypeVar("Shown", bound=Callable[..., Any])
Column = str | Callable[..., Any]


def typed(value: Callable[[Any], Any], heading: str = "") -> Callable[[Shown], Shown]:
    """What a column that words write on the page holds in a file: a number, a day, None if unknown.

    ``heading`` names it in files and where columns are chosen, if the page's heading is too short.
    """

    def mark(shown: Shown) -> Shown:
        shown.typed, shown.heading = value, heading  # type: ignore[attr-defined]
        return shown

    return mark


def name_of(column: Column) -> str:
    """What an address calls a column."""
    return column if isinstance(column, str) else str(column.__name__)


def heading_of(page: Any, column: Column) -> str:
    """The heading of a column in a file; moments say their time zone."""
    heading: str = getattr(_method(page, column), "heading", "")
    text = heading or str(label_for_field(column, page.model, model_admin=page))
    field = _field(page.model, column)
    text = text[:1].upper() + text[1:]
    return f"{text} (UTC)" if isinstance(field, DateTimeField) else text


def reader_of(page: Any, column: Column) -> Callable[[Any], Any]:
    """What a column holds of a row: text, number, truth, day or moment; None if unknown."""
    method = _method(page, column)
    if value := getattr(method, "typed", None):
        return partial(_plain_of, value)
    if field := _field(page.model, column):
        return partial(_stored, field)
    if method is not None:
        return partial(_plain_of, method)
    return lambda row: _plain(_attribute(row, str(column)))


def _plain_of(value: Callable[[Any], Any], row: Any) -> Any:
    return _plain(value(row))


def _method(page: Any, column: Column) -> Any:
    """What the page itself writes in a column. How a row is called, the row says: not the page."""
    if callable(column):
        return column
    return None if column == ITSELF else getattr(page, column, None)


def _field(model: type[Model], column: Column) -> "Field[Any, Any] | None":
    try:
        found = model._meta.get_field(column) if isinstance(column, str) else None
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


def _stored(field: "Field[Any, Any]", row: Any) -> Any:
    if isinstance(field, ForeignKey):
        return _plain(getattr(row, field.name))
    value = field.value_from_object(row)
    if field.choices and value is not None:
        value = dict(field.flatchoices).get(value, value)
    return _plain(value)


def _attribute(row: Any, name: str) -> Any:
    value = getattr(row, name)
    return value() if callable(value) else value


def _plain(value: Any) -> Any:
    """The value without markup. A dash on the page is an empty cell."""
    if value is None or isinstance(value, bool | int | float | datetime | date):
        return None if value != value else value
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(str(one) for one in value)
    if isinstance(value, SafeString):
        value = html.unescape(strip_tags(value))
    text = " ".join(str(value).split())
    return None if text in ("", wording.NOTHING) else text
