"""Every address of the API as its own document describes it: nothing is listed here by hand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.test import Client
from django.urls import get_resolver

from tests.api.conftest import PREFIX

PARAMETER = re.compile(r"\{(\w+)\}")
#: What of an address is written to.
WRITING = ("post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of an address: its parameters, and the schema of its body if it takes one."""

    path: str
    method: str
    queries: tuple[dict[str, Any], ...]
    body: dict[str, Any] | None
    document: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    def address(self, parts: dict[str, str]) -> str:
        """The address with its parts filled. Raises KeyError for a part that nothing is known of:
        a new address needs a row that it shows."""
        return PARAMETER.sub(lambda found: parts[found[1]], self.path)


def document() -> dict[str, Any]:
    found: dict[str, Any] = Client().get(f"{PREFIX}/schema").json()
    return found


def operations(described: dict[str, Any]) -> Iterator[Operation]:
    """Each method of each address."""
    for path, methods in described["paths"].items():
        for method, said in methods.items():
            asked = [_resolved(each, described) for each in said.get("parameters", ())]
            body = said.get("requestBody", {}).get("content", {}).get("application/json")
            yield Operation(
                path,
                method,
                tuple(each for each in asked if each["in"] == "query"),
                body["schema"] if body else None,
                described,
            )


def routed() -> set[str]:
    """The addresses that the router knows, written as the document writes them."""
    mounted: Any = next(
        one for one in get_resolver().url_patterns if str(one.pattern).startswith("api/v1")
    )
    found = set()
    for each in mounted.url_patterns:
        route = PREFIX + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(each.pattern))
        if not route.endswith("/"):
            found.add(route)
    return found


def _resolved(schema: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Any = described
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return _resolved(found, described)


def example(schema: dict[str, Any], described: dict[str, Any], depth: int = 6) -> Any:
    """A small value that the schema allows, with every field of every object."""
    schema = _resolved(schema, described)
    for name in ("example", "default", "const"):
        if name in schema:
            return schema[name]
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("enum"):
        return schema["enum"][0]
    for name in ("oneOf", "anyOf", "allOf"):
        if name in schema:
            return example(schema[name][0], described, depth)
    kind = schema.get("type", "object")
    kind = (
        next((each for each in kind if each != "null"), "null") if isinstance(kind, list) else kind
    )
    if kind == "object":
        named = schema.get("properties", {}) if depth else {}
        return {name: example(part, described, depth - 1) for name, part in named.items()}
    if kind == "array":
        return [example(schema["items"], described, depth - 1)] if "items" in schema else []
    return {
        "string": _text(schema), "integer": schema.get("minimum", 1), "number": 1.0,
        "boolean": False, "null": None,
    }[kind]  # fmt: skip


def _text(schema: dict[str, Any]) -> str:
    by_format = {"date": "2026-01-31", "date-time": "2026-01-31T00:00:00Z", "uri": "https://a.example",
                 "uuid": "01a20ce5-5906-7838-8d4a-000000000000"}  # fmt: skip
    text = by_format.get(schema.get("format", ""), "copper")
    return text.ljust(schema.get("minLength", 0), "a")


def quoted(parts: dict[str, Any]) -> dict[str, str]:
    return {name: quote(str(value), safe="") for name, value in parts.items()}
