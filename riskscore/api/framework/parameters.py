"""Query parameters: declared once, hence read, refused and documented alike.

A view lists its parameters; any other one is a 400, since a silently ignored typing error is an
answer to a question nobody asked. What reaches a query is always a lookup that stands in our
code, never a name from the URL.
"""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from riskscore.api.framework import shapes
from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.shapes import Schema
from riskscore.config.plain_numbers import plain_number

QueryValues = dict[str, Any]
LONGEST = 2000  # characters of one parameter
MOST = 50  # values of one parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One query parameter.

    ``read`` turns one text into a value or raises ValueError with words for the client. ``many``
    takes several, separated by commas or by repeating the parameter. ``known`` gives the values
    that exist. ``where`` is the condition that the value puts on the rows of a listing.
    """

    name: str
    schema: Schema
    read: Callable[[str], Any] = str
    many: bool = False
    default: Any = None
    known: Callable[[], Collection[Any]] | None = None
    where: Callable[[Any], Q] | None = None


def read_all(parameters: Iterable[Parameter], query: QueryDict) -> QueryValues:
    """Each parameter's value, or its default. Raises one Problem that names all faults."""
    declared = {parameter.name: parameter for parameter in parameters}
    wrong = {name[:60]: _unknown(name, declared) for name in query if name not in declared}
    params: QueryValues = {}
    for name, parameter in declared.items():
        try:
            params[name] = _value(parameter, query.getlist(name))
        except ValueError as error:
            wrong[name] = str(error)
    if wrong:
        raise of_parameters(wrong)
    return params


def condition(parameters: Iterable[Parameter], query: QueryValues) -> Q:
    """What the given parameters say about a row, all together."""
    result = Q()
    for parameter in parameters:
        if parameter.where and query[parameter.name] is not None:
            result &= parameter.where(query[parameter.name])
    return result


def _unknown(name: str, declared: Collection[str]) -> str:
    near = difflib.get_close_matches(name[:60], declared, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(declared) or 'none'}"
    return f"not a parameter here; {hint}"


def _value(parameter: Parameter, given: Sequence[str]) -> Any:
    if not given:
        return parameter.default
    texts = [text for value in given for text in _texts(parameter, value)]
    if len(texts) > (MOST if parameter.many else 1):
        raise ValueError(f"at most {MOST} values" if parameter.many else "given more than once")
    values = [parameter.read(text) for text in texts]
    if parameter.known:
        _refuse_unknown(values, parameter.known())
    return values if parameter.many else values[0]


def _texts(parameter: Parameter, value: str) -> list[str]:
    if "\0" in value:
        raise ValueError("holds the character NUL")
    if "\ufffd" in value:
        raise ValueError("is not UTF-8")
    if len(value) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters")
    return [part.strip() for part in value.split(",")] if parameter.many else [value]


def _refuse_unknown(values: Iterable[Any], known: Collection[Any]) -> None:
    for value in values:
        if value not in known:
            near = difflib.get_close_matches(str(value), map(str, known), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"{value!r} does not exist{hint}")


# --- Readers ------------------------------------------------------------------------------------
def whole(low: int, high: int, *, cap: bool = False) -> Callable[[str], int]:
    """A whole number within [low, high]; with ``cap`` anything above is read as ``high``."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,4000}", text, re.ASCII):
            raise ValueError(f"say a whole number from {low} to {high}")
        value = int(text) if len(text) <= 18 else high + 1
        if value < low or (value > high and not cap):
            raise ValueError(f"say a whole number from {low} to {high}")
        return min(value, high)

    return read


def decimal(low: float, high: float) -> Callable[[str], float]:
    """A plain decimal number within [low, high]."""

    def read(text: str) -> float:
        value = plain_number(text)
        if value is None or not low <= value <= high:
            raise ValueError(f"say a number from {low:g} to {high:g}")
        return value

    return read


def matching(pattern: str, words: str) -> Callable[[str], str]:
    """A text of a given shape."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(words)
        return text

    return read


def day(text: str) -> date:
    """A day, written YYYY-MM-DD and no other way."""
    try:
        return date.fromisoformat(matching(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "")(text))
    except ValueError:
        raise ValueError("say a day such as 2026-01-31") from None


def moment(text: str) -> datetime:
    """RFC 3339; without an offset UTC is meant."""
    try:
        result = parse_datetime(text.replace(" ", "+"))  # a plus sign that was not escaped
    except ValueError:
        result = None
    if result is None:
        raise ValueError("say a time such as 2026-01-31T00:00:00Z")
    return result if result.tzinfo else result.replace(tzinfo=UTC)


# --- Parameters that several listings share -----------------------------------------------------
def choice(name: str, values: Sequence[str], about: str, **more: Any) -> Parameter:
    """One of a fixed list; several when ``many``."""
    return Parameter(
        name=name, schema=shapes.one_of(values, about), known=lambda: list(values), **more
    )


def flag(name: str, about: str) -> Parameter:
    """True or false; false when it is left out."""
    return Parameter(
        name=name,
        schema=shapes.flag(about),
        read=lambda text: matching("true|false", "say true or false")(text) == "true",
        default=False,
    )


def code(name: str, about: str, known: Callable[[], Collection[str]], **more: Any) -> Parameter:
    """A code that a table holds."""
    pattern = r"[A-Za-z0-9_-]{1,60}"
    reader = matching(pattern, "letters, digits, _ and - only")
    return Parameter(
        name=name,
        schema=shapes.text(about, pattern=f"^{pattern}$"),
        read=reader,
        known=known,
        **more,
    )


def search(where: Callable[[str], Q], about: str) -> Parameter:
    """Free text, matched literally: % and _ are no wildcards."""
    reader = matching(r"(?s).{2,100}", "say 2 to 100 characters")
    schema = shapes.text(about, minLength=2, maxLength=100)
    return Parameter(name="q", schema=schema, read=reader, where=where)
