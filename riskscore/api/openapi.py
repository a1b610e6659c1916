"""The OpenAPI document: what drf-spectacular reads of the viewsets, and what it is told besides."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from riskscore.api.framework.problems import KINDS

Schema = dict[str, Any]


def _text(about: str, **more: Any) -> Schema:
    return {"type": "string", "description": about, **more}


#: RFC 9457. No serializer writes it: it must be there where everything else has failed.
PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457 problem details: the shape of every error.",
    "properties": {
        "type": _text("Address of what the code means.", format="uri-reference"),
        "title": _text("Short, the same for every problem of this type."),
        "status": {"type": "integer", "description": "HTTP status."},
        "detail": _text("What is wrong with this request, for people."),
        "instance": _text("Path of the request."),
        "code": _text("For programs; stable.", enum=list(KINDS)),
        "request_id": _text("Name it when you report trouble."),
        "errors": {
            "type": "array",
            "description": "One entry per fault.",
            "items": {
                "type": "object",
                "description": "One fault.",
                "properties": {
                    "parameter": _text("Name of the query parameter."),
                    "pointer": _text("JSON Pointer into the body."),
                    "detail": _text("What is wrong there."),
                    "sent": {"description": "Of 412: what was sent for this field."},
                    "now": {"description": "Of 412: what is there now."},
                },
                "required": ["detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Bearer rs_…` in the document."""

    target_class = "riskscore.api.framework.auth.BearerKey"
    name = "key"

    def get_security_definition(self, _auto_schema: AutoSchema) -> Schema:
        """An HTTP bearer scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "rs_<prefix>_<secret>"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A browser signed in to admin, for reading."""

    target_class = "riskscore.api.framework.auth.SessionReads"
    name = "session"

    def get_security_definition(self, _auto_schema: AutoSchema) -> Schema:
        """The session's cookie."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def without_slashes(endpoints: list[Any]) -> list[Any]:
    """Spectacular's hook: each address stands once in the document, without the slash."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]


def completed(result: Schema, **_: Any) -> Schema:
    """Spectacular's hook: the problem, which no view answers by a serializer, and no marks of its
    own between hooks."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    _drop(result, "x-spec-enum-id")
    return result


def _drop(value: Any, name: str) -> None:
    if isinstance(value, dict):
        value.pop(name, None)
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            _drop(child, name)
