"""Short functions that build JSON Schema (draft 2020-12, as OpenAPI 3.1) for tables of fields."""

from collections.abc import Iterable
from typing import Any

Schema = dict[str, Any]


def text(about: str, **more: Any) -> Schema:
    """A string."""
    return {"type": "string", "description": about, **more}


def one_of(values: Iterable[str], about: str) -> Schema:
    """A string from a list. Clients should expect that the list grows."""
    return text(about, enum=[str(value) for value in values])


def number(about: str, **more: Any) -> Schema:
    """A float64, never NaN: what is unknown is null."""
    return {"type": "number", "description": about, **more}


def whole(about: str, **more: Any) -> Schema:
    """An integer."""
    return {"type": "integer", "description": about, **more}


def flag(about: str) -> Schema:
    """A boolean."""
    return {"type": "boolean", "description": about}


def moment(about: str) -> Schema:
    """A point in time, RFC 3339 in UTC."""
    return text(about, format="date-time")


def day(about: str) -> Schema:
    """A calendar day."""
    return text(about, format="date")


def several(item: Schema, about: str) -> Schema:
    """A list."""
    return {"type": "array", "items": item, "description": about}


def record(properties: dict[str, Schema], about: str, *, required: Iterable[str] = ()) -> Schema:
    """An object."""
    shape: Schema = {"type": "object", "description": about, "properties": properties}
    return {**shape, "required": list(required)} if required else shape


def optional(shape: Schema) -> Schema:
    """The same, or null."""
    nullable = {**shape, "type": [shape["type"], "null"]}
    return {**nullable, "enum": [*shape["enum"], None]} if "enum" in shape else nullable


def reference(name: str) -> Schema:
    """A component of the OpenAPI document."""
    return {"$ref": f"#/components/schemas/{name}"}
