"""JSON that PostgreSQL tells: a million scores of 37 fields in 17 s, which took Python 125.

A field says its JSON as SQL over the columns of the row, each by its name. What it says equals what
:func:`riskscore.sources.row_writing.dumps` writes of the field's value.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Self

MOST_ARGUMENTS = 99  # that a function takes beside its first


class Written(NamedTuple):
    """A template and the expressions, each of text or JSON and never NULL, of its ``%s``."""

    template: str
    arguments: tuple[str, ...] = ()

    @classmethod
    def chained(cls, parts: Iterable[Self]) -> Self:
        """One after the other."""
        found = [*parts]
        return cls(
            "".join(part.template for part in found),
            tuple(argument for part in found for argument in part.arguments),
        )

    @property
    def sql(self) -> str:
        """The text, as an expression."""
        pieces = self.template.replace("'", "''").split("%s")
        calls = []
        for at in range(0, len(pieces), MOST_ARGUMENTS):
            template = "%s".join(pieces[at : at + MOST_ARGUMENTS])
            arguments = self.arguments[at : at + MOST_ARGUMENTS]
            more = "%s" if len(arguments) == MOST_ARGUMENTS else ""
            given = ", ".join([f"'{template}{more}'", *arguments])
            calls.append(f"format({given})")
        return " || ".join(calls)


#: ISO 8601 in the quotes of JSON, for ``to_char``.
_MOMENT = r'\"YYYY-MM-DD"T"HH24:MI:SS"Z"\"'

#: The SQL of each column of a row, by its name.
Names = Mapping[str, str]
Sql = Callable[[Names], Written]


def one(value: str) -> Written:
    """An expression that is JSON, or NULL."""
    return Written("%s", (f"coalesce({value}, 'null')",))


def plain(value: str) -> Written:
    """Text, a list of it, or anything whose JSON is its own."""
    # It stays JSON: as text it would be copied once more.
    return Written("%s", (f"coalesce(to_json({value}), 'null')",))


def digits(value: str) -> Written:
    """A whole number or a boolean."""
    return one(f"({value})::text")


def number(value: str) -> Written:
    """A float: with a decimal point even if it is whole, and null if it is none.

    To PostgreSQL NaN equals itself, and is greater than infinity. Most are told by the first case.
    """
    told = (
        f"CASE WHEN {value} <> trunc({value}) THEN {value}::text"
        f" WHEN abs({value}) < 1e15 THEN {value}::text || '.0'"
        f" WHEN abs({value}) < 'Infinity' THEN {value}::text ELSE 'null' END"
    )
    return Written("%s", (told,))


def quoted(value: str) -> Written:
    """What needs no escapes: an id or a day."""
    return one(f"""'"' || {value} || '"'""")


def moment(value: str) -> Written:
    """A moment in UTC, in whole seconds."""
    return one(f"""to_char({value} AT TIME ZONE 'UTC', '{_MOMENT}')""")


def members(values: Mapping[str, Written]) -> Written:
    """The members of an object, each with its JSON."""
    return Written.chained(
        Written(f'{"," if at else ""}"{name}":{value.template}', value.arguments)
        for at, (name, value) in enumerate(values.items())
    )


def braces(written: Written) -> Written:
    """An object of these members."""
    return Written(f"{{{written.template}}}", written.arguments)
