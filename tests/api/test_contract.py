"""The committed OpenAPI document: current, and never taken back from a client."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.api.breaking_changes import breaking_changes
from tests.api.conftest import PREFIX
from tests.api.openapi_document import PATH, committed, of_the_code, written


def test_nothing_that_clients_rely_on_is_taken_from_the_committed_document() -> None:
    assert breaking_changes(committed(), of_the_code()) == []


def test_the_committed_document_is_that_of_the_code() -> None:
    current = PATH.read_text(encoding="utf-8") == written(of_the_code())
    assert current, "run `make openapi`, and look at what changes in docs/openapi.json"


def test_the_served_document_is_the_committed_one() -> None:
    assert Client().get(f"{PREFIX}/schema").json() == committed()


# --- The comparison itself ----------------------------------------------------------------------


def document(operation: dict[str, Any], **schemas: Any) -> dict[str, Any]:
    return {"paths": {"/x": {"get": operation}}, "components": {"schemas": schemas}}


def asking(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    parameter = {"name": "p", "in": "query", "schema": schema, **more}
    return {"operationId": "x", "parameters": [parameter], "responses": {}}


def sending(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": schema}}, **more}
    return {"operationId": "x", "requestBody": body, "responses": {}}


def answering(schema: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {"operationId": "x", "responses": {"200": {"content": content}}}


def object_of(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


TEXT, REAL = {"type": "string"}, {"type": "number"}
WORDS = {"type": "string", "enum": ["a", "b"]}


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (asking(TEXT), {"operationId": "x", "responses": {}}, "query parameter p is gone"),
        (asking(TEXT), asking(TEXT, required=True), "query parameter p is newly required"),
        (asking(WORDS), asking({**WORDS, "enum": ["a"]}), "query parameter p no longer takes 'b'"),
        (asking(TEXT), asking(WORDS), "query parameter p takes only certain values now"),
        (asking(REAL), asking({"type": "integer"}), "query parameter p no longer takes number"),
        (asking(TEXT), asking({**TEXT, "maxLength": 9}), "query parameter p has a lower maxLength"),
        (
            asking(REAL),
            asking({**REAL, "minimum": 1}),
            "query parameter p has a higher minimum",
        ),
        (asking(TEXT), asking({**TEXT, "pattern": "a"}), "query parameter p has another pattern"),
        (asking(TEXT), asking({**TEXT, "default": "a"}), "query parameter p has another default"),
        (asking(TEXT), asking(TEXT, explode=False), "query parameter p is written in another way"),
        (
            asking({"type": ["string", "null"]}),
            asking(TEXT),
            "query parameter p no longer takes null",
        ),
        (
            asking({"type": "array", "items": WORDS}),
            asking({"type": "array", "items": {**WORDS, "enum": ["b"]}}),
            "query parameter p[] no longer takes 'a'",
        ),
        (
            {"operationId": "x", "responses": {}},
            asking(TEXT, required=True),
            "query parameter p is new and required",
        ),
        (sending(TEXT), sending(TEXT, required=True), "a body is newly required"),
        (
            sending(TEXT),
            {"operationId": "x", "responses": {}},
            "no longer takes application/json",
        ),
        (
            sending(object_of(a=TEXT)),
            sending(object_of("a", a=TEXT)),
            "body.a is newly required",
        ),
        (sending(object_of(a=TEXT, b=TEXT)), sending(object_of(a=TEXT)), "body.b is gone"),
        (
            sending({"type": "object", "additionalProperties": {}}),
            sending({"type": "object", "additionalProperties": False}),
            "body no longer takes fields of any name",
        ),
        (answering(object_of(a=TEXT)), answering(object_of()), "200.a is gone"),
        (
            answering(object_of("a", a=TEXT)),
            answering(object_of(a=TEXT)),
            "200.a is no longer always there",
        ),
        (
            answering(object_of(a=TEXT)),
            answering(object_of(a={"type": ["string", "null"]})),
            "200.a was string, now may be null",
        ),
        (
            answering({"type": "array", "items": object_of(a=REAL)}),
            answering({"type": "array", "items": object_of(a=TEXT)}),
            "200[].a was number, now may be string",
        ),
        (
            answering({**TEXT, "format": "date"}),
            answering(TEXT),
            "200 has another format",
        ),
        (answering(TEXT), {"operationId": "x", "responses": {}}, "no longer answers 200"),
        (
            answering(TEXT),
            {"operationId": "x", "responses": {"200": {}}},
            "200 is no longer given as application/json",
        ),
        (
            answering(TEXT),
            {**answering(TEXT), "operationId": "y"},
            "operationId was x, is y",
        ),
        (answering(TEXT), {**answering(TEXT), "security": [{"key": []}]}, "now needs a key"),
    ],
)
def test_what_breaks_a_client_is_named(old: Any, new: Any, line: str) -> None:
    assert breaking_changes(document(old), document(new)) == [f"GET /x: {line}"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (asking(WORDS), asking({**WORDS, "enum": ["a", "b", "c"]})),
        (asking({"type": "integer"}), asking(REAL)),
        (asking(TEXT, required=True), asking(TEXT)),
        (asking({**TEXT, "maxLength": 9}), asking({**TEXT, "maxLength": 10})),
        (sending(object_of("a", a=TEXT)), sending(object_of(a=TEXT, b=TEXT))),
        (answering(object_of(a=TEXT)), answering(object_of("a", a=TEXT, b=TEXT))),
        (answering({"type": ["string", "null"]}), answering(TEXT)),
        (answering(WORDS), answering({**WORDS, "enum": ["a", "b", "c"]})),
    ],
)
def test_what_only_adds_breaks_nobody(old: Any, new: Any) -> None:
    assert breaking_changes(document(old), document(new)) == []


@pytest.mark.parametrize("side", [sending, answering])
def test_the_same_said_in_another_way_is_the_same(side: Callable[..., dict[str, Any]]) -> None:
    named = {"oneOf": [{"$ref": "#/components/schemas/Words"}, {"type": "null"}]}
    described = {"allOf": [{"$ref": "#/components/schemas/Words"}], "description": "Words."}
    plain, nullable = WORDS, {"type": ["string", "null"], "enum": ["a", "b", None]}
    inline = {**object_of(a=TEXT), "type": ["object", "null"]}
    apart = {"anyOf": [object_of(a=TEXT), {"type": "null"}]}
    for one, other in ((plain, described), (nullable, named), (inline, apart)):
        old, new = document(side(object_of(a=one))), document(side(object_of(a=other)), Words=WORDS)
        assert breaking_changes(old, new) == []
        assert breaking_changes(new, {**old, "components": new["components"]}) == []


def test_paths_methods_and_named_schemas_stay() -> None:
    old = document(answering(TEXT), Named=TEXT)
    assert breaking_changes(old, {"paths": {"/x": {}}, "components": {}}) == [
        "schema Named: gone, and generated clients name classes after it",
        "GET /x: gone",
    ]


def test_every_field_of_the_real_document_is_watched() -> None:
    whole = committed()
    for name, schema in whole["components"]["schemas"].items():
        reference = f'"#/components/schemas/{name}"'
        users = {
            path: each for path, each in whole["paths"].items() if reference in json.dumps(each)
        }
        old = {**whole, "paths": dict(list(users.items())[:1])}
        new = json.loads(json.dumps(old))
        new["components"]["schemas"][name]["properties"] = {}
        broken = breaking_changes(old, new)
        for field in schema["properties"] if users else ():
            assert any(line.endswith(f".{field} is gone") for line in broken), (name, field)
