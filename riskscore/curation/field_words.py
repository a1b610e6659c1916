"""Columns of a record in words: the names of fields, of choices, and of what they refer to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Field, ForeignKey, Model

#: What stands for no value.
NOTHING = "nothing"
LONGEST = 300
Columns = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, before and after in words; None where there was no record yet, or is none now."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Edit:
    """Which columns of a record differ. ``before`` None: it is new; ``after`` None: it is gone."""

    model: type[Model]
    before: Columns | None
    after: Columns | None


def in_words(edits: Sequence[Edit], left_out: Iterable[str] = ()) -> list[list[FieldChange]]:
    """Each edit field by field. What rows refer to is looked up at once, a query per table."""
    names = _Names(edits)
    skipped = set(left_out)
    return [list(_changes(edit, names, skipped)) for edit in edits]


def _changes(edit: Edit, names: "_Names", skipped: set[str]) -> Iterable[FieldChange]:
    old, new = edit.before, edit.after
    for field in edit.model._meta.concrete_fields:
        column = str(field.column)
        was, became = (old or {}).get(column), (new or {}).get(column)
        known = column in (old or {}) or column in (new or {})
        if not known or column in skipped or field.primary_key or was == became:
            continue
        if (old is None and _is_empty(became)) or (new is None and _is_empty(was)):
            continue
        yield FieldChange(
            str(field.verbose_name),
            None if old is None else names.words(field, was),
            None if new is None else names.words(field, became),
        )


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], False)


class _Names:
    """What the foreign keys of some edits refer to, by table and key."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        wanted: dict[type[Model], set[Any]] = {}
        for edit in edits:
            for field in edit.model._meta.concrete_fields:
                if isinstance(field, ForeignKey):
                    found = {(side or {}).get(field.column) for side in (edit.before, edit.after)}
                    wanted.setdefault(field.related_model, set()).update(found - {None})
        self.found: dict[type[Model], dict[str, str]] = {
            model: {str(key): str(row) for key, row in model._default_manager.in_bulk(keys).items()}
            for model, keys in wanted.items()
            if keys
        }

    def words(self, field: "Field[Any, Any]", value: Any) -> str:
        """A value as people read it."""
        if value is None or value in ("", []):
            return NOTHING
        if isinstance(field, ForeignKey):
            known = self.found.get(field.related_model, {})
            return known.get(str(value), str(value))
        if isinstance(field, BooleanField):
            return "yes" if value else "no"
        if isinstance(field, ArrayField):
            choices = dict(field.base_field.flatchoices)
            return ", ".join(str(choices.get(one, one)) for one in value)
        text = str(dict(field.flatchoices).get(value, value))
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
