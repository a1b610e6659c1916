"""What needs no key: the table of contents, the OpenAPI document, its page, the problem types."""

from dataclasses import asdict
from functools import cache
from typing import Any

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework.problems import KINDS
from riskscore.api.framework.rendering import Html, Json
from riskscore.api.framework.viewsets import ApiViewSet

HERE = "/api/v1"
#: What the page of a problem may load: our stylesheet, and the empty icon inside it.
POLICY = "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'"
DOORS = (
    "projects",
    "scores",
    "jobs",
    "methods",
    "indicators",
    "places",
    "minerals",
    "companies",
    "lenses",
    "supply-risks",
    "sourcing/regions",
    "sourcing/scenarios",
    "releases",
    "land-layers",
    "accountability",
    "challenges",
    "webhooks",
    "usage",
    "schema",
    "docs",
)


class Public(ApiViewSet):
    """An address for everybody."""

    tag = "about"
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    lookup_field = ""


class Contents(Public):
    """Where to begin."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def retrieve(self, _request: Request) -> Response:
        """Return the addresses of the lists, the document and its page."""
        return Response({name: f"{HERE}/{name}" for name in DOORS})


class ProblemType(Public):
    """What a problem's `type` points at: for programs, and as a page for people."""

    renderer_classes = (Json, Html)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def retrieve(self, request: Request, code: str) -> Response:
        """Return what the code means and what to do."""
        if code not in KINDS:
            raise Http404
        found = {"code": code, **asdict(KINDS[code])}
        if request.accepted_renderer.format != "html":
            return Response(found)
        headers = {"Content-Security-Policy": POLICY}
        return Response(render_to_string("api/problem.html", found), headers=headers)


class Document(Public):
    """This API as OpenAPI 3.1."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def retrieve(self, _request: Request) -> Response:
        """Return the document. It is made once per process, since making it takes a second."""
        return Response(_document())


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return document


class Page(SpectacularSwaggerSplitView):
    """The document as a page to read and try. Its scripts come from here: no network."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    url_name = "document-only"

    def options(self, *_: Any, **__: Any) -> HttpResponse:  # type: ignore[override]
        """As everywhere: nothing but the Allow header."""
        return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"})
