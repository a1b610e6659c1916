"""The manners that every address of the API has."""

import hashlib
import re
from typing import Any, ClassVar

from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from riskscore.api.framework import json_parser, query_fields, request_id
from riskscore.api.framework.described import ApiSchema
from riskscore.api.framework.filtersets import FilterBackend, FilterSet
from riskscore.api.framework.problems import Problem, reply
from riskscore.api.framework.query_fields import QueryValues
from riskscore.api.framework.rendering import Json
from riskscore.curation import preconditions
from riskscore.models import ApiKey

READ, RESCORE = str(ApiKey.Scope.READ), str(ApiKey.Scope.RESCORE)
CHALLENGE, SCENARIO = str(ApiKey.Scope.CHALLENGE), str(ApiKey.Scope.SCENARIO)
PORTFOLIO, WEBHOOK = str(ApiKey.Scope.PORTFOLIO), str(ApiKey.Scope.WEBHOOK)
Fields = dict[str, Any]
#: What an Idempotency-Key may be.
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class ApiViewSet(GenericViewSet[Any]):
    """Addresses about one noun. Subclasses declare what they show and ask, and write actions."""

    schema = ApiSchema()
    tag: ClassVar[str] = ""
    filter_backends = (FilterBackend,)
    filterset_class: ClassVar[type[FilterSet] | None] = None
    #: By action: the serializer that declares its query parameters, other than filters.
    queries: ClassVar[dict[str, type[serializers.Serializer[Any]]]] = {}
    #: The actions that an Idempotency-Key makes one of several requests.
    idempotent: ClassVar[tuple[str, ...]] = ()
    #: Those that PUT or DELETE whatever stands there, and read no If-Match.
    unconditional: ClassVar[tuple[str, ...]] = ()
    #: The tables whose rows it shows: reading takes the permission to view each, as in admin.
    shows: ClassVar[tuple[str, ...]] = ()
    #: Per action or method that is no reading: the permissions that it takes, as admin asks.
    takes: ClassVar[dict[str, tuple[str, ...]]] = {}
    #: Scopes of which a key needs one: to read, and to write.
    read_scopes: ClassVar[frozenset[str]] = frozenset({READ})
    write_scopes: ClassVar[frozenset[str]] = frozenset()
    #: For the document: by action, the statuses of problems that only it has, and their words.
    refusals: ClassVar[dict[str, dict[int, str]]] = {}
    #: For the document: what one item is, where the docstring tells of the list.
    about_one: ClassVar[str] = ""
    query: QueryValues

    def permissions(self, method: str) -> tuple[str, ...] | None:
        """The permissions that a request takes; None for a method that nothing is said about."""
        if method in SAFE_METHODS:
            return tuple(f"view_{table}" for table in self.shows) or None
        return self.takes.get(self.action or "") or self.takes.get(method)

    def scopes(self) -> set[str]:
        """The scopes of which a key needs one. Who may write may also look what became of it."""
        if self.request.method in SAFE_METHODS:
            return set(self.read_scopes | self.write_scopes)
        return set(self.write_scopes)

    @classmethod
    def query_fields(cls, action: str) -> Fields:
        """The fields that read the query parameters of an action, by name."""
        asked = cls.queries.get(action)
        declared: Fields = dict(asked._declared_fields) if asked else {}
        return declared

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before the method: authentication, scope and rate (DRF), then the parameters."""
        super().initial(request, *args, **kwargs)
        if (request.method or "").lower() not in (*self.action_map, "options", "head"):
            raise MethodNotAllowed(str(request.method))  # before its parameters are read
        json_parser.refuse_chunked(request)
        if request.method not in SAFE_METHODS:
            _refuse_bad_key(request)
        self.query = query_fields.read(_fields(type(self), self.action), request.query_params)

    def options(self, *_: Any, **__: Any) -> Response:
        """Nothing but the Allow header: the OpenAPI document says the rest."""
        return Response(status=204)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """After the method: request id, caching, rate, and 304 for what the client has already."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response[request_id.HEADER] = request_id.request_id(request._request)
        for name, value in request.META.get("riskscore.rate", {}).items():
            response[name] = value
        patch_vary_headers(response, ("Accept", "Authorization", "Cookie"))
        if isinstance(response, Response):
            response.setdefault("Cache-Control", "private, no-cache")
            return _conditional(request, response)
        return response


def _refuse_bad_key(request: Request) -> None:
    given = request.headers.get("Idempotency-Key")
    if given is not None and not IDEMPOTENCY_KEY.fullmatch(given):
        raise Problem("bad_request", "Idempotency-Key: 1 to 255 visible ASCII characters")


_FIELDS: dict[tuple[type[ApiViewSet], str], Fields] = {}


def _fields(view: type[ApiViewSet], action: str | None) -> Fields:
    """The fields of a view's action, made once."""
    key = view, action or ""
    if key not in _FIELDS:
        _FIELDS[key] = view.query_fields(key[1])
    return _FIELDS[key]


def _conditional(request: Request, response: Response) -> HttpResponseBase:
    """Give a read its strong ETag: the hash of the bytes, hence right by construction."""
    if response.status_code != 200 or request.method not in ("GET", "HEAD"):
        return response
    content = response.render().content
    etag = etag_of(content)
    response["ETag"] = etag
    result = get_conditional_response(request._request, etag=etag, response=response)
    if result is not None and result.status_code == 412:
        return reply(request._request, Problem("precondition_failed"))
    if result is not response and result is not None:
        for name in (request_id.HEADER, "RateLimit", "RateLimit-Policy"):
            if name in response:
                result[name] = response[name]
    return result or response


def etag_of(content: bytes) -> str:
    """The strong ETag of what a GET answers with."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def etag_of_shown(shown: Any) -> str:
    """The ETag that a GET of this would have."""
    return etag_of(Json().render(shown))


def refuse_outdated(request: Request, shown: Any) -> None:
    """Raise Problem if the client's If-Match is about another state than what a GET would show, or
    if there is none and a PUT would replace all of it."""
    tag, whole = etag_of_shown(shown), request.method == "PUT"
    try:
        preconditions.check(request.headers.get("If-Match"), tag, replaces_whole=whole)
    except (preconditions.Unconditional, preconditions.Outdated) as error:
        raise Problem(error.code) from None
