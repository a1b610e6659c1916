"""How viewsets describe themselves to drf-spectacular, beyond what it reads by itself."""

import re
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_parameter_type
from drf_spectacular.utils import Direction
from rest_framework import serializers

from riskscore.api.framework import body_serializers
from riskscore.api.framework.body_serializers import Body
from riskscore.api.framework.problems import MEDIA_TYPE
from riskscore.api.framework.query_fields import LONGEST, MOST, Several
from riskscore.api.framework.rendering import Json

Schema = dict[str, Any]
REFUSALS = {
    400: "Not understood",
    401: "No living key",
    403: "Scope lacking",
    429: "Too often",
    503: "Not now; again after Retry-After",
}
#: Said by the web server, before anything of ours reads the request.
TOO_LONG = {"description": "Longer than the web server reads: 4,094 bytes of method and address"}
WRITES = ("POST", "PUT", "PATCH")
PROBLEM = {"$ref": "#/components/schemas/Problem"}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "Only if it still is what this ETag was given for; else 412. A PUT needs it.",
    "schema": {"type": "string", "description": "ETag of a GET."},
}
IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and body again are the same request, for at least 24 hours.",
    "schema": {
        "type": "string",
        "description": "1 to 255 visible ASCII characters.",
        "pattern": "^[!-~]{1,255}$",
        "minLength": 1,
        "maxLength": 255,
    },
}


class ApiSchema(AutoSchema):
    """Names, tags and summaries; query parameters from the fields that read them; refusals."""

    @property
    def viewset(self) -> Any:
        """The view that is described."""
        return self.view

    def get_operation_id(self) -> str:
        """`scores_get`, `projects_key_score_explanation_get`."""
        words = re.findall(r"[a-z_]+", self.path.removeprefix("/api/v1"))
        return "_".join([*(words or ["contents"]), self.method.lower()])

    def get_tags(self) -> list[str]:
        """The view's tag."""
        return [self.viewset.tag]

    def get_summary(self) -> str:
        """The first line of the view's docstring; of an item and an action of its own words."""
        view, action = type(self.viewset), self.viewset.action or ""
        if action == "retrieve" and self.viewset.about_one:
            return str(self.viewset.about_one)
        is_own = view.lookup_field and action not in ("list", "retrieve")
        words = getattr(view, action).__doc__ if is_own else view.__doc__
        return str(words or "").strip().split("\n")[0]

    def get_description(self) -> str:  # type: ignore[override]
        """The words of the view."""
        return str(type(self.viewset).__doc__ or "").strip()

    def _get_filter_parameters(self) -> list[Schema]:
        return []  # they are among the fields of the query

    def _get_pagination_parameters(self) -> list[Schema]:
        return []

    def _get_parameters(self) -> list[Schema]:
        found = super()._get_parameters()
        fields = type(self.viewset).query_fields(self.viewset.action or "")
        found += [self._query_parameter(name, field) for name, field in fields.items()]
        if self._is_conditional():
            found.append(IF_MATCH)
        if self.viewset.action in self.viewset.idempotent:
            found.append(IDEMPOTENCY)
        return found

    def _query_parameter(self, name: str, field: Any) -> Schema:
        schema = self._schema_of(field)
        reader = field.child if isinstance(field, Several) else field
        bare = schema["items"] if isinstance(field, Several) else schema
        if shape := getattr(reader, "shape", ""):
            bare |= {} if shape.startswith("(?s)") else {"pattern": f"^{shape}$"}
        self._insert_field_validators(reader, bare)  # type: ignore[no-untyped-call]
        _state_limits(schema, bare)
        about = field.help_text or ""
        for each in (schema, bare):
            each.pop("description", None)
            each.pop("title", None)
        if field.default is not serializers.empty and not callable(field.default):
            schema["default"] = field.default
        many = {"style": "form", "explode": False} if isinstance(field, Several) else {}
        return many | build_parameter_type(
            name=name,
            schema=schema,
            location="query",
            description=about,
            required=field.required,
        )

    def _map_serializer_field(self, field: Any, *more: Any, **options: Any) -> Schema:
        """What a body's text must be besides: not empty, unless it may be."""
        read: Any = super()._map_serializer_field
        found: Schema = read(field, *more, **options)
        is_asked = isinstance(field, body_serializers.OfType)
        if getattr(field.parent, "is_form", False):
            is_asked, found = True, _in_form(field, found)
        if is_asked and isinstance(field, serializers.CharField) and not field.allow_blank:
            found.setdefault("minLength", 1)
        return found | getattr(field, "states", {})

    def _schema_of(self, field: Any) -> Schema:
        return self._map_serializer_field(field, "request")

    def _map_basic_serializer(self, serializer: Any, direction: Direction) -> Schema:
        """What is answered need not be whole: only a serializer that `is_whole` says so."""
        read: Any = super()._map_basic_serializer
        found: Schema = read(serializer, direction)
        if getattr(serializer, "is_form", False):
            return found | {"additionalProperties": False}
        if not isinstance(serializer, Body) and not getattr(serializer, "is_whole", False):
            found.pop("required", None)
        return found

    def _is_list_view(self, _serializer: Any = None) -> bool:
        return self.viewset.action == "list" and hasattr(self.viewset, "orders")

    def _get_paginator(self) -> Any:
        return None

    def _get_response_bodies(self, direction: Direction = "response") -> Schema:
        found = super()._get_response_bodies(direction)
        for status, answer in found.items():
            if status.startswith("2"):
                self._complete(answer)
        refusals = self._refusals() | self.viewset.refusals.get(self.viewset.action or "", {})
        problem = {"content": {MEDIA_TYPE: {"schema": PROBLEM}}}
        told = {str(code): {**problem, "description": words} for code, words in refusals.items()}
        return found | told | {"414": TOO_LONG}

    def _complete(self, answer: Schema) -> None:
        """A list answers a page in JSON, and all rows in the other kinds."""
        answer["description"] = "Success"
        if self.viewset.action != "list" or self.method != "GET" or "content" not in answer:
            return
        content = answer["content"]
        rows = content.get(Json.media_type, {}).get("schema")
        if rows and rows.get("type") == "array":
            content[Json.media_type] = {"schema": _page(rows)}
        for kind in self.viewset.renderer_classes:
            if kind.media_type != Json.media_type:
                content[kind.media_type] = {
                    "schema": {"type": "string", "description": "All rows."}
                }

    def _is_conditional(self) -> bool:
        """Whether it reads If-Match."""
        writes = self.method in ("PUT", "PATCH", "DELETE")
        return writes and self.viewset.action not in self.viewset.unconditional

    def _refusals(self) -> dict[int, str]:
        found = dict(REFUSALS) if self.viewset.authentication_classes else {400: REFUSALS[400]}
        found |= {404: "Not found"} if "{" in self.path else {}
        if self._is_conditional():
            found |= {412: "No longer what If-Match says"}
            found |= {428: "A PUT without If-Match"} if self.method == "PUT" else {}
        if self.method in WRITES and self.get_request_serializer():
            found |= {413: "Too large", 415: "Not JSON"}
        return found


class BodySchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A body knows no other fields than its own; and what else its rules say."""

    target_class = Body
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> Schema:
        """Its schema, closed."""
        read: Any = auto_schema._map_serializer
        found: Schema = read(self.target, direction, bypass_extensions=True)
        rules: Schema = self.target.rules
        return found | {"additionalProperties": False} | rules


def _in_form(field: Any, schema: Schema) -> Schema:
    """The schema of a field of a form, which knows no null; a file is its bytes."""
    if isinstance(field, serializers.FileField):
        return {**schema, "format": "binary", "minLength": 1}
    kinds = schema.get("type")
    return {**schema, "type": kinds[0]} if isinstance(kinds, list) else schema


def _state_limits(schema: Schema, bare: Schema) -> None:
    """What holds for every text of a query, and for several of them."""
    is_free = bare.get("type") == "string" and not bare.keys() & {
        "anyOf",
        "enum",
        "format",
        "pattern",
    }
    if is_free:
        bare.setdefault("maxLength", LONGEST)
    if schema is not bare:
        schema |= {"minItems": 1, "maxItems": MOST}


def _page(rows: Schema) -> Schema:
    link = {"type": ["string", "null"], "description": "Address of the next page; null at the end."}
    items = {**rows, "description": "The page."}
    return {
        "type": "object",
        "description": "A page.",
        "properties": {"items": items, "next": link},
        "required": ["items", "next"],
    }
