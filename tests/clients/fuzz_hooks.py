"""What Schemathesis is told besides the document: values that exist, and rules no schema can say.

`schemathesis.toml` names this file, which asks the server under test with the run's own key. Codes
are drawn from those that the server lists, and others are refused by the checks as ever; cursors
and links are signed by the server, so a drawn one can only be refused.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import schemathesis

from tests.clients.fuzz_rules import is_excused

Schema = dict[str, Any]
#: The server under test, asked as the run asks it.
SERVER = httpx.Client(timeout=60)
MOST = 12  # codes of each kind: the first, as the server lists them
SIGNED = ("cursor", "link")  # by the server; tests/api/test_pagination.py forges them
PLACES = ("place", "places", "owner_place", "allies", "named")
VIEWS = ("importer", "importers")
BUYERS = ("buyer", "buyers")
MINERALS = ("mineral", "minerals", "primary_mineral")
PROJECTS = ("project", "projects", "keys", "add", "remove", "duplicate_of")
COMPANIES = ("owner", "company", "parent")
#: Of bodies whose words are free, though they are called as codes are elsewhere.
FREE = ("LineBody", "LookupBody.keys", "OfftakeBody.buyer", "Scope", "ScopeFilter", "Shock")
#: By the beginning of an address: which of its items there are.
ADDRESSES = {
    "/projects/{key}": "projects",
    "/sourcing/projects/{key}": "projects",
    "/sourcing/briefings/projects/{key}": "projects",
    "/companies/{key}": "companies",
    "/minerals/{code}": "minerals",
    "/places/{code}": "places",
    "/methods/{code}": "methods",
    "/releases/{code}": "releases",
    "/models/{kind}": "models",
    "/sourcing/scenarios/{code}": "sourcing/scenarios",
    "/sourcing/regions/{code}": "sourcing/regions",
}


@cache
def codes(of: str) -> tuple[str, ...]:
    """Return the first codes that the server lists at an address."""
    items = SERVER.get(f"/api/v1/{of}").raise_for_status().json()["items"]
    name = next(name for name in ("key", "code", "kind", "name") if name in items[0])
    return tuple(dict.fromkeys(str(item[name]) for item in items))[:MOST]


def known(name: str) -> tuple[str, ...]:
    """Return the values that exist of a field or parameter of this name; none: any may be."""
    if name in PLACES:
        return ("CHL", "AUS", "COD", "CHN")
    if name in VIEWS:
        return ("WLD", "JPN", "USA")
    if name in BUYERS:
        return ("JPN", "USA", "EUU")
    if name in COMPANIES:
        return codes("companies")
    if name in MINERALS:
        return codes("minerals")
    if name in PROJECTS:
        return codes("projects")
    if name == "region":
        return codes("sourcing/regions")
    if name == "scenario":
        return codes("sourcing/scenarios")
    return codes("methods") if name == "method" else ()


def narrow(schema: Any, name: str) -> None:
    """Let a text, or each of a list of texts, be one of those that exist."""
    if not isinstance(schema, dict) or "enum" in schema:
        return
    kinds = schema.get("type", "")
    if kinds == "array":
        narrow(schema["items"], name)
    elif "string" in kinds and (values := known(name)):
        schema["enum"] = [*values, None] if "null" in kinds else [*values]


@schemathesis.deserializer("application/x-ndjson", "text/csv", "text/html")
def as_text(_context: Any, response: Any) -> str:
    """Return a text as it is."""
    return str(response.content.decode())


@schemathesis.hook
def after_load_schema(_context: Any, schema: Any) -> None:
    """Say in the document as it is tested which codes there are."""
    SERVER.base_url, raw_schema = schema.get_base_url(), schema.raw_schema
    SERVER.headers.update(schema.config.headers_for())
    for path, methods in raw_schema["paths"].items():
        for operation in methods.values():
            _narrow_operation(path.removeprefix("/api/v1"), operation)
    _describe_events(raw_schema)
    for name, schema in _bodies(raw_schema):
        for field, each in schema.get("properties", {}).items():
            if name not in FREE and f"{name}.{field}" not in FREE:
                narrow(each, field)


def _narrow_operation(path: str, operation: Schema) -> None:
    kept = [each for each in operation.get("parameters", []) if each["name"] not in SIGNED]
    for each in kept:
        if each["name"] == "add":
            each["schema"]["items"]["enum"] = [f"{key}:20" for key in codes("projects")]
        elif each["in"] == "query":
            narrow(each["schema"], each["name"])
        elif each["in"] == "path":
            for address, of in ADDRESSES.items():
                if path.startswith(address) and f"{{{each['name']}}}" in address:
                    each["schema"]["enum"] = list(codes(of))
    if "parameters" in operation:
        operation["parameters"] = kept


def _describe_events(document: Schema) -> None:
    """Before OpenAPI 3.2 a schema is of the whole stream, and Schemathesis reads it of an event."""
    texts = {name: {"type": "string"} for name in ("data", "event", "id")}
    event = {"type": "object", "properties": texts, "required": ["data", "event", "id"]}
    for methods in document["paths"].values():
        for operation in methods.values():
            content = operation["responses"].get("200", {}).get("content", {})
            if "text/event-stream" in content:
                content["text/event-stream"]["schema"] = event


def _bodies(document: Schema) -> Iterator[tuple[str, Schema]]:
    """Give the named schemas that requests are made of."""
    schemas = document["components"]["schemas"]
    requests = [each for path in document["paths"].values() for each in path.values()]
    seen: set[str] = set()
    names = _references([each.get("requestBody") for each in requests])
    while names:
        name = names.pop()
        if name not in seen:
            seen.add(name)
            names += _references(schemas[name])
            yield name, schemas[name]


def _references(value: Any) -> list[str]:
    return re.findall(r"#/components/schemas/(\w+)", json.dumps(value))


@schemathesis.hook
def filter_failure(_context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Keep a failure, unless what was refused is what no schema can say to be wrong."""
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    operation = f"{case.method} {case.path.removeprefix('/api/v1')}"
    return not is_excused(operation, response.json(), case.body)


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Let each request be one of its own, since a key sent twice would be the answer to the first;
    and about the record as it is, since any other ETag says that it was changed meanwhile.
    """
    headers = case.headers or {}
    given = headers.get("Idempotency-Key")
    if isinstance(given, str) and re.fullmatch(r"[\x21-\x7e]{1,200}", given):
        headers["Idempotency-Key"] = f"{given}-{case.id}"
    if "If-Match" in headers and (now := _etag(case.formatted_path)):
        headers["If-Match"] = now


def _etag(path: str) -> str | None:
    """Return the ETag of what there is at an address; None: there is nothing."""
    found: str | None = SERVER.get(path).headers.get("ETag")
    return found
