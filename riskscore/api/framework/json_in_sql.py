"""JSON that PostgreSQL writes: what a field costs Python a microsecond for costs it a tenth.

A field says its JSON as SQL over the columns of the row, each by its name. What it says is never
NULL, and equals what :func:`riskscore.sources.row_writing.dumps` writes of the field's value.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rest_framework import serializers

#: The SQL of each column of a row, by its name.
Names = Mapping[str, str]
Sql = Callable[[Names], str]

MOST_ARGUMENTS = 100  # that a function takes


def plain(value: str) -> str:
    """Text, a list of it, or anything whose JSON is its own."""
    return f"coalesce(to_json({value})::text, 'null')"


def digits(value: str) -> str:
    """A whole number or a boolean."""
    return f"coalesce(({value})::text, 'null')"


def number(value: str) -> str:
    """A float: with a decimal point even if it is whole, and null if it is none.

    To PostgreSQL NaN is greater than infinity.
    """
    written = f"{value}::text || CASE WHEN {value} = trunc({value}) THEN '.0' ELSE '' END"
    return (
        f"coalesce(CASE WHEN abs({value}) < 1e15 THEN {written}"
        f" WHEN abs({value}) < 'Infinity' THEN {value}::text END, 'null')"
    )


def quoted(value: str) -> str:
    """What needs no escapes: an id or a day."""
    return f"""coalesce('"' || {value} || '"', 'null')"""


def moment(value: str) -> str:
    """A moment in UTC, in whole seconds."""
    return quoted(f"""to_char({value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""")


_WRITTEN: dict[type[Any], Callable[[str], str]] = {
    serializers.FloatField: number,
    serializers.IntegerField: digits,
    serializers.BooleanField: digits,
    serializers.CharField: plain,
    serializers.ChoiceField: plain,
    serializers.UUIDField: quoted,
    serializers.DateField: quoted,
    serializers.DateTimeField: moment,
}


def of_field(field: Any, source: str) -> Sql | None:
    """How a declared field writes its column; None where Python alone knows."""
    is_list = isinstance(field, serializers.ListField) and isinstance(
        field.child, serializers.CharField | serializers.ChoiceField
    )
    write = plain if is_list else _WRITTEN.get(type(field))
    return None if write is None else lambda names: write(names[source])


def join(parts: Sequence[str]) -> str:
    """Texts one after the other."""
    if len(parts) <= MOST_ARGUMENTS:
        return f"concat({', '.join(parts)})"
    pieces = range(0, len(parts), MOST_ARGUMENTS)
    return join([join(parts[at : at + MOST_ARGUMENTS]) for at in pieces])


def members(values: Mapping[str, str]) -> str:
    """The members of an object, each with its JSON."""
    parts = []
    for name, value in values.items():
        parts += [f"""'{"," if parts else ""}"{name}":'""", value]
    return join(parts)


def braces(written: str) -> str:
    """An object of these members."""
    return f"concat('{{', {written}, '}}')"
