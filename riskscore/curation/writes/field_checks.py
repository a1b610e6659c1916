"""The fields of a record as they are to be stored: the checks of a form, without a form."""

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import ForeignKey, Model

from riskscore.curation import constraint_words
from riskscore.curation.writes.write_faults import Fault
from riskscore.sources.readers.formula_guard import is_formula

#: Names and labels: what a spreadsheet would run is refused in them, as it is in files.
PLAIN = ("name", "title", "stage", "unit", "buyer", "term")
FORMULA = "A spreadsheet would run this text as a formula: remove the sign that it begins with."
CONTROL = "It holds a character that is not written, such as a line end: remove it."


def text(value: Any) -> Any:
    """A text in its composed form (NFC) without blanks around it; any other value as it is."""
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def texts(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same of every field."""
    return {name: text(value) for name, value in fields.items()}


def faults_of(
    row: Model, names: Collection[str], at: str = "", *, called: Mapping[str, str] | None = None
) -> Iterator[Fault]:
    """What is wrong with these fields of a row by itself; no query is asked.

    What refers to another row is checked by whoever looked that up. ``called`` names a field as
    whoever sent it knows it.
    """
    words = called or {}
    left_out = {
        each.name
        for each in row._meta.concrete_fields
        if each.name not in names or isinstance(each, ForeignKey)
    }
    for name in names:
        yield from _of_text(name, getattr(row, name, None), f"{at}/{words.get(name, name)}")
    try:
        row.clean_fields(exclude=left_out)
    except ValidationError as error:
        for name, each in error.error_dict.items():
            told = " ".join(message for one in each for message in one.messages)
            yield Fault(f"{at}/{words.get(name, name)}", told)
    for constraint in row._meta.constraints:
        for must in constraint_words.WORDS.get(constraint.name, ()):
            if must.field in names and must.is_broken(row):
                yield Fault(f"{at}/{words.get(must.field, must.field)}", must.words)


def rules_of(row: Model, at: str = "") -> Iterator[Fault]:
    """The rules of the database that a row breaks, in words: a query for each rule."""
    try:
        row.validate_constraints()
    except ValidationError as error:
        told = constraint_words.in_words(row, error)
        found = told.error_dict if hasattr(told, "error_dict") else {NON_FIELD_ERRORS: [told]}
        for name, each in found.items():
            pointer = at if name == NON_FIELD_ERRORS else f"{at}/{name}"
            yield Fault(pointer, " ".join(words for one in each for words in one.messages))


def _of_text(name: str, value: Any, pointer: str) -> Iterator[Fault]:
    if not isinstance(value, str):
        return
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value):
        yield Fault(pointer, CONTROL)
    elif name in PLAIN and is_formula(value):
        yield Fault(pointer, FORMULA)


def unknown(what: str, code: Any, known: Collection[str]) -> str:
    """That there is no such thing, with the nearest that there is."""
    near = get_close_matches(str(code), known, n=1)
    return f"no {what} {str(code)[:60]!r}" + (f"; did you mean {near[0]!r}?" if near else "")
