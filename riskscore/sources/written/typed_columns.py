"""What a column holds, for formats that know types."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What the cells of a column are; any of them may be empty."""

    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    WHOLE = "whole"
    FLAG = "flag"
    DAY = "day"
    MOMENT = "moment"
    #: Anything else, written as JSON.
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table that is written: name, kind, and what it says."""

    name: str
    kind: Kind
    about: str = ""


def kind_of(schema: Mapping[str, Any]) -> Kind:
    """The kind of a field by its JSON Schema; null beside another type does not count."""
    types = schema.get("type")
    names = {types} if isinstance(types, str) else set(types or ())
    names.discard("null")
    if "anyOf" in schema:
        return _only({kind_of(each) for each in schema["anyOf"] if each.get("type") != "null"})
    if names == {"string"}:
        return {"date": Kind.DAY, "date-time": Kind.MOMENT}.get(schema.get("format", ""), Kind.TEXT)
    if names == {"array"}:
        return Kind.TEXTS if kind_of(schema.get("items", {})) is Kind.TEXT else Kind.JSON
    simple = {"number": Kind.NUMBER, "integer": Kind.WHOLE, "boolean": Kind.FLAG}
    return simple.get(names.pop(), Kind.JSON) if len(names) == 1 else Kind.JSON


def _only(kinds: set[Kind]) -> Kind:
    return kinds.pop() if len(kinds) == 1 else Kind.JSON
