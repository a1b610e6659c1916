"""Request bodies against the schema that documents them: strict types, no unknown fields."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from riskscore.api.framework.problems import of_body
from riskscore.api.framework.shapes import Schema

MOST_ERRORS = 20
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _pattern(_checker: Any, pattern: str, given: Any, _schema: Schema) -> Iterator[ValidationError]:
    """Patterns as ECMA 262 reads them: `$` is the end of the text. Python's is also in front of a
    last line feed, and then a name may hold one."""
    if isinstance(given, str) and not re.search(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), given):
        yield ValidationError(f"does not match {pattern}")


Checker: Any = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


def check(body: Any, schema: Schema) -> dict[str, Any]:
    """The body, if it is as the schema says. Raises Problem that names each fault by pointer."""
    faults: dict[str, str] = {}
    # The schemas are our own and checked by a test; a body may be hostile, a schema is not.
    for error in Checker(schema).iter_errors(body):
        faults.setdefault(_pointer(error), _words(error))
        if len(faults) == MOST_ERRORS:
            break
    if faults:
        raise of_body(faults)
    checked: dict[str, Any] = body
    return checked


def day(text: str, pointer: str) -> date:
    """The day of a field, written YYYY-MM-DD and no other way. Raises Problem."""
    try:
        result = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        result = None
    if result is None:
        raise of_body({pointer: "say a day such as 2026-01-31"})
    return result


def _pointer(error: ValidationError) -> str:
    """JSON Pointer (RFC 6901) to what is wrong; for a field that should not be, to the field."""
    path = [str(part) for part in error.absolute_path]
    schema: Any = error.schema
    given: Any = error.instance
    if error.validator == "additionalProperties":
        path.append(sorted(set(given) - set(schema["properties"]))[0][:60])
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path) or "/"


def _words(error: ValidationError) -> str:
    """What to send instead. jsonschema's own words repeat the whole value."""
    requested: Any = error.validator_value
    given: Any = error.instance
    return {
        "additionalProperties": lambda: f"unknown field; known are {_names(error)}",
        "required": lambda: f"give {', '.join(n for n in requested if n not in given)}",
        "type": lambda: f"must be {requested}",
        "pattern": lambda: f"must match {requested}",
        "enum": lambda: f"can only be {' or '.join(map(str, requested)).lower()}",
        "minProperties": lambda: f"give at least {requested} of {_names(error)}",
        "maxProperties": lambda: f"give at most {requested} of {_names(error)}",
    }.get(str(error.validator), lambda: f"breaks the rule {error.validator}: {requested}")()


def _names(error: ValidationError) -> str:
    schema: Any = error.schema
    return ", ".join(schema["properties"])
