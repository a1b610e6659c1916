"""Pages by keyset: no COUNT, no OFFSET, and a page costs the same wherever it lies.

A cursor holds the last row's sorting value and its unique column. It is signed, and bound to the
path and the filters it was made under.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import F, OrderBy, Q, QuerySet
from django.http import QueryDict
from rest_framework.request import Request

from riskscore.api.framework.problems import Problem
from riskscore.api.framework.query_fields import TextField, WholeField
from riskscore.api.framework.row_serializers import Row

SIZE, LARGEST = 100, 1000
SALT = "riskscore.cursor"
FREE = ("cursor", "page_size", "fields")  # may change on the way through a listing

PAGE_FIELDS = {
    "page_size": WholeField(
        1,
        LARGEST,
        cap=True,
        default=SIZE,
        help_text=f"Items per page; more than {LARGEST} is read as {LARGEST}.",
    ),
    "cursor": TextField(help_text="From `next` of the page before; opaque."),
}


@dataclass(frozen=True, slots=True)
class Order:
    """Rows by a column, ties by a unique one (upwards). Rows without a value come last.

    ``absent`` is the column that is null where there is no value: that of a join, if the value is
    joined, since PostgreSQL knows by no other that rows without a partner are asked for.
    """

    column: str
    unique: str
    descending: bool = False
    nullable: bool = False
    absent: str = ""

    @property
    def columns(self) -> tuple[str, str]:
        """What a row must hold for a cursor to be made from it."""
        return (self.column, self.unique)

    def rows(self, result: QuerySet[Any, Row], after: list[Any] | None, size: int) -> list[Row]:
        """At most ``size`` rows that follow the row of ``after``.

        Rows with and without a value are two questions, for each of which the index answers.
        """
        is_absent = f"{self.absent or self.column}__isnull"
        known = result.filter(**{is_absent: False}) if self.nullable else result
        page: list[Row] = []
        if after is None or after[0] is not None:
            rows = known.filter(self._after(after)).order_by(self._by, self.unique)
            page = list(rows[:size])
            after = None
        if self.nullable and len(page) < size:
            unknown = result.filter(**{is_absent: True}).order_by(self.unique)
            start = Q(**{f"{self.unique}__gt": after[1]}) if after else Q()
            page += unknown.filter(start)[: size - len(page)]
        return page

    @property
    def _by(self) -> OrderBy:
        """As the index has it: where nulls would stand matters to PostgreSQL even if there are
        none, and in another order than the index has it sorts all rows."""
        column, is_indexed = F(self.column), self.nullable and not self.absent
        if self.descending:
            return column.desc(nulls_last=is_indexed or None)
        return column.asc(nulls_first=is_indexed or None)

    def in_sql(self, names: Mapping[str, str]) -> str:
        """The same order as SQL, of columns by their names."""
        way = "DESC" if self.descending else "ASC"
        return f"{names[self.column]} {way} NULLS LAST, {names[self.unique]}"

    def page(self, rows: Iterable[Row], after: list[Any] | None, size: int) -> list[Row]:
        """The same of rows that were computed and lie in memory."""
        known = [row for row in rows if row[self.column] is not None]
        unknown = [row for row in rows if row[self.column] is None]
        known.sort(key=lambda row: row[self.unique])
        known.sort(key=lambda row: row[self.column], reverse=self.descending)
        unknown.sort(key=lambda row: row[self.unique])
        return [row for row in (*known, *unknown) if self._follows(row, after)][:size]

    def _follows(self, row: Row, after: list[Any] | None) -> bool:
        """Whether a row comes after the one of a cursor."""
        if after is None:
            return True
        value, last = row[self.column], after[0]
        if value == last:
            return bool(row[self.unique] > after[1])
        if value is None or last is None:
            return value is None
        return bool(value < last if self.descending else value > last)

    def _after(self, after: list[Any] | None) -> Q:
        if after is None:
            return Q()
        beyond = "lt" if self.descending else "gt"
        further = Q(**{f"{self.column}__{beyond}": after[0]})
        if self.column == self.unique:
            return further
        # The first condition is implied by the second, and is the one an index can use.
        within = Q(**{f"{self.column}__{beyond}e": after[0]})
        return within & (further | Q(**{f"{self.unique}__gt": after[1]}))


def cursor(request: Request, order: Order, last: Row) -> str:
    """A cursor to what follows ``last``."""
    values = [_plain(last[column]) for column in order.columns]
    # Without a time stamp: it would make the same page another one every second.
    return signing.Signer(salt=SALT).sign_object([binding(request), *values])


def position(request: Request, given: str | None) -> list[Any] | None:
    """Where a cursor points: [value, unique]. Raises Problem for any but ours, unchanged."""
    if given is None:
        return None
    try:
        bound, *values = signing.Signer(salt=SALT).unsign_object(given)
    except signing.BadSignature:
        raise Problem("bad_cursor") from None
    if bound != binding(request):
        raise Problem("bad_cursor", "the cursor was made under other filters, or for another path")
    return list(values)


def link(request: Request, token: str) -> str:
    """The address of the page after, with the filters of this one."""
    query = request.query_params.copy()
    query["cursor"] = token
    return request.build_absolute_uri(f"{request.path}?{query.urlencode(safe=':,')}")


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str) else str(value)


def binding(request: Request) -> str:
    """What a cursor is bound to: the path and the filters, whatever page of them."""
    text = "\n".join([request.path.rstrip("/"), *_filters(request.query_params)])
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _filters(query: QueryDict) -> Iterable[str]:
    return sorted(
        f"{name}={value}" for name, values in query.lists() if name not in FREE for value in values
    )
