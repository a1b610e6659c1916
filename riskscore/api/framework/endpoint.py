"""The manners that every view of the API has, and the two usual shapes of a view."""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from riskscore.api.framework import json_parser, pagination, request_id
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import Parameter, QueryValues, choice, condition, read_all
from riskscore.api.framework.problems import Problem, of_parameters, reply
from riskscore.api.framework.rendering import (
    POSITION,
    Csv,
    GeoJson,
    Json,
    NdJson,
    geojson_lines,
    ndjson_lines,
)
from riskscore.api.framework.resources import Resource, Row, cell_names, cells, columns_of, item
from riskscore.api.framework.shapes import Schema
from riskscore.curation import preconditions
from riskscore.models import ApiKey
from riskscore.sources.row_writing import blocks, csv_lines
from riskscore.sql.snapshot import Snapshot

READ, RESCORE = str(ApiKey.Scope.READ), str(ApiKey.Scope.RESCORE)
CHALLENGE, SCENARIO = str(ApiKey.Scope.CHALLENGE), str(ApiKey.Scope.SCENARIO)
PORTFOLIO = str(ApiKey.Scope.PORTFOLIO)


class Endpoint(APIView):
    """One address. Subclasses declare their query parameters and write `get` or `post`."""

    tag: ClassVar[str] = ""
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    #: Those of methods that write, where an address has both.
    post_parameters: ClassVar[tuple[Parameter, ...]] = ()
    #: Per method: the status of success and the JSON Schema of its body. For the OpenAPI document.
    answers: ClassVar[dict[str, tuple[int, Schema]]] = {}
    #: Per method: what else success may be.
    also: ClassVar[dict[str, tuple[int, Schema]]] = {}
    #: Statuses of problems that only this address has, and their words.
    refusals: ClassVar[dict[int, str]] = {}
    body: ClassVar[Schema | None] = None
    #: The tables whose rows it shows: reading takes the permission to view each, as in admin.
    shows: ClassVar[tuple[str, ...]] = ()
    #: Per method that is no reading: the permissions that it takes (codenames, as admin asks).
    takes: ClassVar[dict[str, tuple[str, ...]]] = {}
    query_values: QueryValues

    def permissions(self, method: str) -> tuple[str, ...] | None:
        """The permissions that a request takes; None for a method that nothing is said about."""
        if method in SAFE_METHODS:
            return tuple(f"view_{table}" for table in self.shows) or None
        return self.takes.get(method)

    def scopes(self) -> set[str]:
        """The scopes of which a key needs one."""
        return {READ}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before the method: authentication, scope and rate (DRF), then the parameters."""
        super().initial(request, *args, **kwargs)
        json_parser.refuse_chunked(request)
        known = self.parameters if request.method in SAFE_METHODS else self.post_parameters
        self.query_values = read_all(known, request.query_params)

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


def _conditional(request: Request, response: Response) -> HttpResponseBase:
    """Give a read its strong ETag: the hash of the bytes, hence right by construction."""
    if response.status_code != 200 or request.method not in ("GET", "HEAD"):
        return response
    content = response.render().content
    etag = _etag(content)
    response["ETag"] = etag
    result = get_conditional_response(request._request, etag=etag, response=response)
    if result is not None and result.status_code == 412:
        return reply(request._request, Problem("precondition_failed"))
    if result is not response and result is not None:
        for name in (request_id.HEADER, "RateLimit", "RateLimit-Policy"):
            if name in response:
                result[name] = response[name]
    return result or response


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def refuse_outdated(request: Request, shown: Any) -> None:
    """Raise Problem if the client's If-Match is about another state than what a GET would show, or
    if there is none and a PUT would replace all of it."""
    tag, whole = _etag(Json().render(shown)), request.method == "PUT"
    try:
        preconditions.check(request.headers.get("If-Match"), tag, replaces_whole=whole)
    except (preconditions.Unconditional, preconditions.Outdated) as error:
        raise Problem(error.code) from None


class Detail(Endpoint):
    """One item by its address."""

    resource: ClassVar[Resource]

    def queryset(self) -> QuerySet[Any]:
        """The rows among which the item is; filtered down to one by the address."""
        raise NotImplementedError

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """Add to the rows what no column holds, for the fields of these names."""

    def get(self, _request: Request, **_: Any) -> Response:
        """Return the item."""
        fields = self.resource.chosen(self.query_values.get("fields"))
        row = self.queryset().values(*columns_of(fields), "pk").first()
        if row is None:
            raise Http404
        self.enrich([row], {field.name for field in fields})
        return Response(item(fields, row))


class Listing(Endpoint):
    """Many items: pages of JSON, or all of them as CSV or NDJSON by the Accept header."""

    renderer_classes: tuple[type[Json], ...] = (Json, Csv, NdJson)
    resource: ClassVar[Resource]
    #: By the words that `order` takes; the first is the default.
    orders: ClassVar[dict[str, Order]]

    def queryset(self) -> QuerySet[Any]:
        """The rows that may be seen, before the filters of the query."""
        raise NotImplementedError

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """Add to the rows what no column holds, for the fields of these names."""

    @property
    def exporting(self) -> bool:
        """Whether all rows are wanted instead of a page."""
        return bool(self.request.accepted_renderer.format != "json")

    @property
    def order(self) -> Order:
        """The order asked for."""
        return self.orders[self.query_values.get("order") or next(iter(self.orders))]

    def get(self, request: Request, **_: Any) -> HttpResponseBase:
        """Return a page, or stream an export."""
        fields = self.resource.chosen(self.query_values["fields"])
        names = {field.name for field in fields}
        start = pagination.position(request, self.query_values["cursor"])
        if self.exporting:
            return self._export(request, start)
        size = self.query_values["page_size"]
        rows = self._rows(names, start, size + 1)
        following = None
        if len(rows) > size:
            token = pagination.cursor(request, self.order, rows[size - 1])
            following = pagination.link(request, token)
        page = {"items": [item(fields, row) for row in rows[:size]], "next": following}
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        return Response(page, headers=headers)

    def _rows(self, names: set[str], start: list[Any] | None, size: int) -> list[Row]:
        requested = columns_of(self.resource.chosen(list(names))) | {*self.order.columns, "pk"}
        if isinstance(self.request.accepted_renderer, GeoJson):
            requested.update(POSITION)
        result = (
            self.queryset().filter(condition(self.parameters, self.query_values)).values(*requested)
        )
        rows = self.order.rows(result, start, size)
        self.enrich(rows, names)
        return rows

    def _all(self, names: set[str], start: list[Any] | None) -> Iterator[Row]:
        while rows := self._rows(names, start, pagination.LARGEST):
            yield from rows
            if len(rows) < pagination.LARGEST:
                return
            start = [rows[-1][column] for column in self.order.columns]

    def _export(self, request: Request, start: list[Any] | None) -> HttpResponseBase:
        for name in ("page_size", "cursor"):
            if name in request.query_params:
                raise of_parameters({name: "an export holds all rows: leave it out"})
        snapshot = Snapshot()
        try:
            return self._streamed(request, snapshot, start)
        except BaseException:
            snapshot.close()
            raise

    def _streamed(
        self, request: Request, snapshot: Snapshot, start: list[Any] | None
    ) -> StreamingHttpResponse:
        fields = self.resource.chosen(self.query_values["fields"])
        edition = snapshot.edition
        rows = self._all({field.name for field in fields}, start)
        # The first row is fetched now, while a problem can still be told by the status.
        first = list(islice(rows, 1))
        rows = iter(()) if request.method == "HEAD" else chain(first, rows)
        kind = request.accepted_renderer
        if isinstance(kind, Csv):
            lines = csv_lines(cell_names(fields), (cells(fields, row) for row in rows))
        elif isinstance(kind, GeoJson):
            lines = geojson_lines((row, item(fields, row)) for row in rows)
        else:
            lines = ndjson_lines((item(fields, row) for row in rows), edition)
        body = snapshot.streaming(iter(blocks(lines)))
        response = StreamingHttpResponse(body, content_type=kind.media_type)
        response["Riskscore-Edition"] = str(edition)
        response["Content-Disposition"] = f'inline; filename="{self.resource.name}.{kind.format}"'
        response["Cache-Control"] = "private, no-store"
        return response


class Computed(Listing):
    """Many items that are computed instead of queried: some thousand rows, filtered by the view.

    Pages, orders and exports are those of every listing.
    """

    def computed(self) -> list[Row]:
        """All rows that the parameters ask for, in any order."""
        raise NotImplementedError

    @cached_property
    def _whole(self) -> list[Row]:
        """Computed once a request, however many pages an export takes."""
        return self.computed()

    def _rows(self, _names: set[str], start: list[Any] | None, size: int) -> list[Row]:
        return self.order.page(self._whole, start, size)


def listing_parameters(
    resource: Resource, orders: dict[str, Order], *filters: Parameter
) -> tuple[Parameter, ...]:
    """The parameters of a listing: its filters, its order, the fields, the page."""
    first = next(iter(orders))
    about = f"Sorted by; `-` is downwards. Rows without a value come last. Default `{first}`."
    order = choice("order", list(orders), about)
    return (*filters, order, resource.picker, *pagination.PAGING)
