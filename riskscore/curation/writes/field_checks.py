"""The fields of a record as they are to be stored, checked as forms and files check them."""

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, ForeignKey, Model

from riskscore.curation import record_checks
from riskscore.curation.writes.write_faults import Fault


def text(value: Any) -> Any:
    """A text in its composed form (NFC) without blanks around it; any other value as it is."""
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def texts(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same of every field."""
    return {name: text(value) for name, value in fields.items()}


def faults_of(
    row: Model,
    names: Collection[str],
    at: str = "",
    check: record_checks.Check = record_checks.of_any,
) -> Iterator[Fault]:
    """What is wrong with these fields of a row: one fault a field, at ``at/name``.

    First what ``check`` says, in the words of forms and files, then what the columns hold: choices
    and lengths. What refers to another row is checked by whoever looked that up.
    """
    told: set[str] = set()
    for (name, *_), fault in check({each: getattr(row, each) for each in names}):
        if name in names and name not in told:
            told.add(name)
            yield Fault(f"{at}/{name}", f"{fault.sentence} {fault.remedy}")
    for name, words in _of_columns(row, names):
        if name not in told:
            yield Fault(f"{at}/{name}", words)


def _of_columns(row: Model, names: Collection[str]) -> Iterator[tuple[str, str]]:
    left_out = {
        each.name
        for each in row._meta.concrete_fields
        if each.name not in names or isinstance(each, ForeignKey)
    }
    try:
        row.clean_fields(exclude=left_out)
    except ValidationError as error:
        for name, each in error.error_dict.items():
            yield name, " ".join(words for one in each for words in one.messages)


def rules_of(row: Model, at: str = "") -> Iterator[Fault]:
    """The rules of the database that a row breaks, where nothing above has said so: a query each.

    What is unique is checked by whoever knows what to do about it.
    """
    for rule in row._meta.constraints:
        if isinstance(rule, CheckConstraint):
            try:
                rule.validate(type(row), row)
            except ValidationError as error:
                yield Fault(at, " ".join(error.messages))


def unknown(what: str, code: Any, known: Collection[str]) -> str:
    """That there is no such thing, with the nearest that there is."""
    near = get_close_matches(str(code), known, n=1)
    return f"no {what} {str(code)[:60]!r}" + (f"; did you mean {near[0]!r}?" if near else "")
