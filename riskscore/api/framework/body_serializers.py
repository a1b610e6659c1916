"""Serializers of request bodies: strict types, no unknown fields, and every fault by its pointer.

DRF's own fields read "1" and true as the number 1, and drop what they do not know. Another program
may read the same body differently, so here the JSON type must be the declared one (RFC 8259).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from riskscore.api.framework.problems import Problem, of_body

MOST_ERRORS = 20
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class OfType:
    """A field that takes values of one JSON type alone.

    ``states``: JSON Schema of what the rooms behind check and say in words of their own.
    """

    json_types: tuple[type, ...] = ()
    called = ""

    def __init__(self, *args: Any, states: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.states = states or {}

    def to_internal_value(self, given: Any) -> Any:
        """The value. Raises ValidationError where its JSON type is another one."""
        # A bool is an int to Python, and none to JSON.
        if not isinstance(given, self.json_types) or (
            isinstance(given, bool) and bool not in self.json_types
        ):
            raise ValidationError(f"must be {self.called}", code="type")
        read = super().to_internal_value  # type: ignore[misc]
        return read(given)


class CharField(OfType, serializers.CharField):
    """A text, kept as it is sent."""

    json_types, called = (str,), "string"

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **more})


class RegexField(OfType, serializers.RegexField):
    """A text of a shape. `$` is the end of the text, as ECMA 262 has it: to Python it is also in
    front of a last line feed, and then a name may hold one.
    """

    json_types, called = (str,), "string"

    def __init__(self, regex: str, **more: Any) -> None:
        words: dict[str, Any] = {"invalid": f"must match {regex}"}
        shape = re.sub(r"(?<!\\)\$$", r"\\Z", regex)
        super().__init__(shape, **{"error_messages": words, "trim_whitespace": False, **more})


class ChoiceField(OfType, serializers.ChoiceField):
    """One text of a list."""

    json_types, called = (str,), "string"

    def __init__(self, choices: Any, **more: Any) -> None:
        listed = [str(each) for each in choices]
        words: dict[str, Any] = {"invalid_choice": f"must be one of {', '.join(listed)}"}
        super().__init__(choices=listed, error_messages=words, **more)


#: The whole numbers that a float says without doubt (I-JSON, RFC 7493, 2.2).
EXACT = range(-(2**53) + 1, 2**53)


class IntegerField(OfType, serializers.IntegerField):
    """A whole number; by default one that fits 64 bits. To JSON Schema `1.0` is one too."""

    json_types, called = (int,), "integer"

    def to_internal_value(self, given: Any) -> Any:
        """The number. Raises ValidationError for a fraction, and for a float too large to tell
        it from the next whole number."""
        if isinstance(given, float) and given.is_integer() and int(given) in EXACT:
            return super().to_internal_value(int(given))
        return super().to_internal_value(given)


class FloatField(OfType, serializers.FloatField):
    """A number, never NaN nor infinite: the parser refuses these."""

    json_types, called = (int, float), "number"


class BooleanField(OfType, serializers.BooleanField):
    """True or false."""

    json_types, called = (bool,), "boolean"


class DateField(OfType, serializers.DateField):
    """A day, written YYYY-MM-DD and no other way."""

    json_types, called = (str,), "string"

    def to_internal_value(self, given: Any) -> date:
        """The day."""
        try:
            if isinstance(given, str) and DAY.fullmatch(given):
                return date.fromisoformat(given)
        except ValueError:
            pass
        raise ValidationError("say a day such as 2026-01-31", code="invalid")


@extend_schema_field({"type": "boolean", "enum": [True]})
class TrueField(BooleanField):
    """Nothing but true. Not `const`, of which generators of clients make no valid Python."""

    def to_internal_value(self, given: Any) -> Any:
        """True. Raises ValidationError for anything else."""
        if given is not True:
            raise ValidationError("can only be true", code="invalid")
        return True


class DateTimeField(OfType, serializers.DateTimeField):
    """A moment, RFC 3339."""

    json_types, called = (str,), "string"


class ListField(serializers.ListField):
    """A list; ``states`` as above."""

    default_error_messages = {"not_a_list": "must be array"}

    def __init__(self, *args: Any, states: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.states = states or {}


class Body(serializers.Serializer[Any]):
    """An object whose fields are all declared; one of another name is a fault, by its pointer."""

    #: What its JSON Schema says besides.
    rules: ClassVar[dict[str, Any]] = {}
    default_error_messages = {"invalid": "must be object"}

    def to_internal_value(self, data: Any) -> Any:
        """The checked values. Raises ValidationError with all faults."""
        faults: dict[str, Any] = {}
        if isinstance(data, Mapping):
            known = ", ".join(self.fields)
            words = f"unknown field; known are {known}" if known else "unknown field"
            faults = {name[:60]: [words] for name in sorted(set(data) - set(self.fields))}
        try:
            value = super().to_internal_value(data)
        except ValidationError as error:
            detail: Any = error.detail
            raise ValidationError({**detail, **faults} if faults else detail) from None
        if faults:
            raise ValidationError(faults)
        return value


def check(request: Request, body: type[serializers.BaseSerializer[Any]], **more: Any) -> Any:
    """The body, if it is as the serializer says. Raises Problem that names faults by pointer."""
    given = request.data
    if given is None or (not given and not isinstance(given, dict | list)):
        raise of_body({"/": "send a JSON object"})
    serializer = body(data=given, context={"request": request}, **more)
    if not serializer.is_valid():
        raise of_faults(serializer.errors)
    return serializer.validated_data


def of_faults(detail: Any) -> Problem:
    """The problem with a body of which a serializer says these errors."""
    faults: dict[str, str] = {}
    for pointer, words in _faults(detail, ""):
        faults.setdefault(pointer or "/", words)
        if len(faults) == MOST_ERRORS:
            break
    return of_body(faults)


def _faults(detail: Any, at: str) -> Iterator[tuple[str, str]]:
    """(JSON Pointer (RFC 6901), what is wrong there). What is missing is told of the object."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = name == "non_field_errors"
            step = "" if own else "/" + str(name).replace("~", "~0").replace("/", "~1")
            if isinstance(inner, list) and any(_is_missing(each) for each in inner):
                yield at, f"give {name}"
            else:
                yield from _faults(inner, at + step)
    elif isinstance(detail, list):
        for at_index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _faults(inner, f"{at}/{at_index}" if nested else at)
    else:
        yield at, str(detail)


def _is_missing(detail: Any) -> bool:
    return isinstance(detail, ErrorDetail) and detail.code == "required"
