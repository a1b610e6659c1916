"""A field's value as text: what two versions of a form are compared by, and what people read."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

#: Choices that may be several are a sorted list; anything else is one text.
Text = str | list[str]
MANY = (forms.ModelMultipleChoiceField, forms.MultipleChoiceField)
LONGEST = 200
MOST_SHOWN = 20


def text_of(field: forms.Field, value: Any) -> Text:
    """The value as the field understands it, whether it was stored, shown or typed."""
    if isinstance(field, MANY):
        return sorted({str(each) for each in value or ()})
    if isinstance(field, forms.ModelChoiceField):
        return "" if value in (None, "") else str(value)
    try:
        return _plain(_meant(field, value))
    except (ValidationError, ValueError, TypeError, OverflowError):
        return _plain(value)


def _meant(field: forms.Field, value: Any) -> Any:
    if not isinstance(field, forms.MultiValueField):
        return field.to_python(value)
    parts = value if isinstance(value, list | tuple) else _parts(field.widget, value)
    return field.clean(parts) if any(part not in (None, "") for part in parts) else None


def _parts(widget: Any, value: Any) -> list[Any]:
    """A value as the several inputs of its widget show it."""
    return list(widget.decompress(value))


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(_plain(each) for each in value)
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return str(value).replace("\r\n", "\n")


def typed(field: forms.Field, data: Mapping[str, Any], files: Any, name: str) -> Any:
    """What was sent for the field; None where the form said nothing about it."""
    widget = field.widget
    if widget.value_omitted_from_data(data, files, name):
        return None
    value = widget.value_from_datadict(data, files, name)
    return "" if value is None else value


def put(data: QueryDict, field: forms.Field, name: str, value: Any) -> None:
    """Write a value into sent data, as if somebody had typed it."""
    widget = getattr(field.widget, "widget", field.widget)
    if isinstance(field, MANY):
        data.setlist(name, [str(each) for each in value or ()])
    elif isinstance(widget, forms.MultiWidget):
        for at, (part, each) in enumerate(zip(widget.widgets, _parts(widget, value), strict=True)):
            data[f"{name}_{at}"] = part.format_value(each) or ""
    elif isinstance(widget, forms.CheckboxInput):
        data.pop(name, None)
        if value:
            data[name] = "on"
    elif isinstance(widget, forms.widgets.Input | forms.Textarea):
        data[name] = widget.format_value(value) or ""
    else:
        data[name] = "" if value is None else str(value)


def shown(field: forms.Field, text: Text) -> str:
    """The text in words: a choice by its name."""
    if isinstance(text, list):
        if len(text) > MOST_SHOWN:
            return f"{len(text):,} chosen"
        return ", ".join(_one(field, each) for each in text) or "nothing"
    return _one(field, text) if text else "nothing"


def _one(field: forms.Field, text: str) -> str:
    if isinstance(field, forms.ModelChoiceField):
        return _row(field, text)
    if isinstance(field, forms.ChoiceField):
        return _named(field, text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _named(field: Any, text: str) -> str:
    return {str(value): str(label) for value, label in field.choices}.get(text, text)


def _row(field: Any, text: str) -> str:
    key = field.to_field_name or "pk"
    try:
        return str(field.queryset.get(**{key: text}))
    except (field.queryset.model.DoesNotExist, ValueError, TypeError, ValidationError):
        return text
