"""The two usual shapes of reading: a list, with pages and exports, and one item."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import pagination
from riskscore.api.framework.filtersets import query_fields
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.query_fields import ChoiceField
from riskscore.api.framework.rendering import (
    POSITION,
    Csv,
    GeoJson,
    Json,
    NdJson,
    geojson_lines,
    ndjson_lines,
)
from riskscore.api.framework.row_serializers import (
    Column,
    Row,
    RowSerializer,
    cell_names,
    cells,
    columns_of,
    item,
    written,
)
from riskscore.api.framework.viewsets import ApiViewSet, Fields
from riskscore.sources.row_writing import blocks, csv_lines, dumps
from riskscore.sql import copied_rows
from riskscore.sql.copied_rows import Joined
from riskscore.sql.snapshot import Snapshot

#: The sorting value and unique column of the row that a page follows; None: from the beginning.
After = list[Any] | None
Rows = list[Row]


class RowsViewSet(ApiViewSet):
    """Addresses that show rows. `get_queryset()` gives those that may be seen, before filters."""

    serializer_class: Any = RowSerializer
    #: Another serializer for one item, where the list is not shown in full.
    detail_serializer: ClassVar[type[RowSerializer] | None] = None

    def get_serializer_class(self) -> type[RowSerializer]:
        """What a row looks like, for the action at hand."""
        return self.serializer_of(self.action or "list")

    @classmethod
    def serializer_of(cls, action: str) -> type[RowSerializer]:
        """What a row looks like, for an action."""
        found: type[RowSerializer] = cls.serializer_class
        return found if action == "list" else cls.detail_serializer or found

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """Add to the rows what no column holds, for the fields of these names."""


class RetrieveRow(RowsViewSet):
    """One item by its address."""

    @classmethod
    def query_fields(cls, action: str) -> Fields:
        """A reader may choose the fields."""
        fields = super().query_fields(action)
        if action == "retrieve":
            return {**fields, "fields": cls.serializer_of(action).picker()}
        return fields

    def one(self) -> QuerySet[Any]:
        """The rows among which the item is: those whose lookup field is the address's."""
        name = self.lookup_url_kwarg or self.lookup_field
        return self.get_queryset().filter(**{self.lookup_field: self.kwargs[name]})

    def shown(self, names: list[str] | None = None) -> Row:
        """The item as a GET answers it. Raises Http404, or what `absent` gives, where none is."""
        fields = self.serializer_of("retrieve").chosen(names)
        row = self.one().values(*columns_of(fields), "pk").first()
        if row is None:
            raise self.absent()
        self.enrich([row], {field.name for field in fields})
        return item(fields, row)

    def absent(self) -> Exception:
        """What is to be said where there is no such item."""
        return Http404()

    def retrieve(self, _request: Request, **_: Any) -> Response:
        """Return the item."""
        return Response(self.shown(self.query["fields"]))


class ListRows(RowsViewSet):
    """Many items: pages of JSON, or all of them as CSV or NDJSON by the Accept header."""

    renderer_classes: tuple[type[Json], ...] = (Json, Csv, NdJson)
    #: By the words that `order` takes; the first is the default.
    orders: ClassVar[dict[str, Order]]

    @classmethod
    def query_fields(cls, action: str) -> Fields:
        """A list is filtered, sorted and paged."""
        fields = super().query_fields(action)
        if action != "list":
            return fields
        first = next(iter(cls.orders))
        about = f"Sorted by; `-` is downwards. Rows without a value come last. Default `{first}`."
        return {
            **fields,
            **query_fields(cls.filterset_class),
            "order": ChoiceField(cls.orders, help_text=about),
            "fields": cls.serializer_of(action).picker(),
            **pagination.PAGE_FIELDS,
        }

    @property
    def exporting(self) -> bool:
        """Whether all rows are wanted instead of a page."""
        return bool(self.request.accepted_renderer.format != "json")

    @property
    def order(self) -> Order:
        """The order asked for."""
        return self.orders[self.query["order"] or next(iter(self.orders))]

    def list(self, request: Request, **_: Any) -> HttpResponseBase:
        """Return a page, or stream an export."""
        start = pagination.position(request, self.query["cursor"])
        if self.exporting:
            return self._export(request)
        fields = self.get_serializer_class().chosen(self.query["fields"])
        names = {field.name for field in fields}
        size = self.query["page_size"]
        rows = self.rows(names, start, size + 1)
        following = None
        if len(rows) > size:
            token = pagination.cursor(request, self.order, rows[size - 1])
            following = pagination.link(request, token)
        page = {"items": [item(fields, row) for row in rows[:size]], "next": following}
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        return Response(page, headers=headers)

    def rows(self, names: set[str], start: After, size: int) -> Rows:
        """At most ``size`` rows after the one of a cursor, with what these fields need."""
        chosen = self.get_serializer_class().chosen([*names])
        requested = columns_of(chosen) | {*self.order.columns, "pk"}
        if isinstance(self.request.accepted_renderer, GeoJson):
            requested.update(POSITION)
        result = self.filter_queryset(self.get_queryset()).values(*requested)
        rows = self.order.rows(result, start, size)
        self.enrich(rows, names)
        return rows

    def _all(self, names: set[str]) -> Iterator[Row]:
        """All rows. The first are fetched now, while a problem can still be told by the status."""
        first = self.rows(names, None, pagination.LARGEST)
        return chain(first, self._following(names, first))

    def _following(self, names: set[str], rows: Rows) -> Iterator[Row]:
        while len(rows) == pagination.LARGEST:
            rows = self.rows(names, [rows[-1][column] for column in self.order.columns], len(rows))
            yield from rows

    def _export(self, request: Request) -> HttpResponseBase:
        for name in ("page_size", "cursor"):
            if name in request.query_params:
                raise of_parameters({name: "an export holds all rows: leave it out"})
        snapshot = Snapshot()
        try:
            return self._streamed(request, snapshot)
        except BaseException:
            snapshot.close()
            raise

    def joined(self, _names: set[str]) -> Joined | None:
        """What ``enrich`` adds, for PostgreSQL to add it; None: Python writes the rows."""
        return None

    def _objects(self, fields: Sequence[Column]) -> Iterator[bytes]:
        """The JSON of each row."""
        names = {field.name for field in fields}
        write = written(fields)
        joined = self.joined(names) if write else None
        if write is None or joined is None:
            return (dumps(item(fields, row)) for row in self._all(names))
        self.rows(names, None, 1)  # what a page is refused for, an export is
        rows = self.filter_queryset(self.get_queryset())
        columns = {*columns_of(fields), *self.order.columns}
        return copied_rows.lines(rows, columns, write, self.order.in_sql, joined)

    def _streamed(self, request: Request, snapshot: Snapshot) -> StreamingHttpResponse:
        fields = self.get_serializer_class().chosen(self.query["fields"])
        edition, position = snapshot.edition, snapshot.position
        kind = request.accepted_renderer
        by_row = isinstance(kind, Csv | GeoJson)
        rows: Iterator[Any] = (
            self._all({field.name for field in fields}) if by_row else self._objects(fields)
        )
        if request.method == "HEAD":
            rows = iter(())
        if isinstance(kind, Csv):
            lines = csv_lines(cell_names(fields), (cells(fields, row) for row in rows))
        elif isinstance(kind, GeoJson):
            lines = geojson_lines((row, item(fields, row)) for row in rows)
        else:
            lines = ndjson_lines(rows, edition, position)
        body = snapshot.streaming(iter(blocks(lines)))
        response = StreamingHttpResponse(body, content_type=kind.media_type)
        name = schema_name(self.get_serializer_class())
        response["Riskscore-Edition"] = str(edition)
        response["Riskscore-Position"] = position
        response["Content-Disposition"] = f'inline; filename="{name}.{kind.format}"'
        response["Cache-Control"] = "private, no-store"
        return response


class ListComputed(ListRows):
    """Many items that are computed instead of queried: some thousand rows, filtered by the view.

    Pages, orders and exports are those of every list.
    """

    def computed(self) -> Rows:
        """All rows that the parameters ask for, in any order."""
        raise NotImplementedError

    @cached_property
    def _whole(self) -> Rows:
        """Computed once a request, however many pages an export takes."""
        return self.computed()

    def rows(self, _names: set[str], start: After, size: int) -> Rows:
        """At most ``size`` of those after the one of a cursor."""
        return self.order.page(self._whole, start, size)


def schema_name(serializer: type[RowSerializer]) -> str:
    """What the document calls it: `Project` for `ProjectSerializer`."""
    return serializer.__name__.removesuffix("Serializer")
