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


#: Codes of problems with what only the server gives: a position, the ETag of a record.
STATES = ("unknown_position", "precondition_failed", "precondition_required")
#: Refusals of what its schema allows, by the words of the problem: what no schema can say.
RULES = {
    "a row of a table is meant, and there is none": (
        r"does not exist",
        r"no (such )?(published )?(place|mineral|project|company|method|statement|node|region)",
        r"is no place|is unknown$",
        r"nothing is scored through this view",
    ),
    "it hangs on what is on file": (
        r"is (another|item \d+ already|on file)",
        r"(something|on file|is said of it) already",
        r"stands below this one",
        r"a new version is about the same",
        r"nobody states its|is on record in",
        r"nothing of \S* ?is held",
        r"yields no \w+, or is left out|does not yield",
        r"the project yields|no mineral of this project",
        r"no weight and no reason differs",
        r"is not its own duplicate",
    ),
    "fields are weighed against each other": (
        r"is stated twice|given twice|is listed twice",
        r"ends before it begins|lies before the first|before `?from",
        r"add up to",
        r"say (where|either|of which|which one)|of a project say tonnes",
        r"say at most how much",
        r"a score from 0 to 100, for|is no buyer|no buyer is named|is later than",
        r"give (a key, or|at least one|an amount)",
        r"a new project needs it",
        r"that is nowhere in particular|a limit on the share of one",
        r"a range without its reason|low|high",
        r"one mineral is primary",
    ),
    "days are told from today, and points from maps": (
        r"say a day from|a day to come|no year of our time|not in the future",
        r"outside|axes|swapped|nowhere near",
    ),
    "a method is a language of its own": (r"^(method|drivers|dimensions?|weights?|root)\b.*: ",),
    "1.0 is a whole number to JSON Schema, and none to us": (r"^must be integer$",),
    "texts are read for what people do not see": (
        r"cannot be blank|a spreadsheet would run|a character that nobody sees",
        r"not a web address|no address|a valid URL|the address cannot be called",
    ),
}


@schemathesis.hook
def filter_failure(_context: Any, failure: Any, _case: Any, response: Any) -> bool:
    """Keep a failure, unless a rule refused what no schema can say to be wrong."""
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    problem = response.json()
    if problem["code"] in STATES:
        return False
    if problem["code"] != "invalid":
        return True
    words = [each["detail"] for each in problem.get("errors", [])] or [problem["detail"]]
    rules = [rule for each in RULES.values() for rule in each]
    return not all(any(re.search(rule, word, re.I) for rule in rules) for word in words)


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
