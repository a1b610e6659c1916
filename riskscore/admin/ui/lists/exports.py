"""Every list as a file: the rows that its address shows, in its order, with its columns."""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse

from riskscore.admin.ui import refused
from riskscore.admin.ui.lists import columns, list_files
from riskscore.admin.ui.versioned import Admin, Row

#: Rows of a file. CSV is sent as it is read; an Excel file is made whole before it is sent.
MOST = {"csv": 1_000_000, "xlsx": 50_000}
#: Rows that are read and prepared at once.
BATCH = 1000


class Exported(Admin[Row]):
    """A list whose rows can be had as CSV and Excel by everybody who may see it."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        view = self.admin_site.admin_view(self.export_file)
        return [path("export.<str:kind>", view, name=name), *super().get_urls()]

    def export_file(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        """The list of this address as a file of a kind: ``csv`` or ``xlsx``."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        shown: Any = self.get_changelist_instance(request)
        if kind not in MOST:
            return self._no_file(request, f"There are files of CSV and Excel, none of {kind[:20]}.")
        if shown.wrong:
            raise refused.Unanswerable(f"No file was made: {'. '.join(shown.wrong)}")
        if shown.has_more_than(MOST[kind]):
            return self._no_file(request, _too_many(kind))
        return self._file(shown, kind)

    def _no_file(self, request: HttpRequest, why: str) -> HttpResponse:
        self.message_user(request, why, messages.ERROR)
        place = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return HttpResponseRedirect(f"{place}?{request.GET.urlencode()}")

    def _file(self, shown: Any, kind: str) -> HttpResponseBase:
        wanted = [column for column in shown.list_display if column != columns.BOXES]
        headings = [columns.heading_of(self, column) for column in wanted]
        rows = self._rows(shown, wanted)
        return list_files.answer(str(self.opts.verbose_name_plural), kind, headings, rows)

    def _rows(self, shown: Any, wanted: list[columns.Column]) -> Iterator[list[Any]]:
        names = {columns.name_of(column) for column in wanted}
        readers = [columns.reader_of(self, column) for column in wanted]
        with one_snapshot():
            rows = shown.every_row(BATCH)
            while batch := list(islice(rows, BATCH)):
                for row in self.prepared(batch, names):
                    yield [read(row) for read in readers]

    def prepared(self, rows: list[Any], names: Set[str]) -> list[Any]:
        """Rows with what the columns of these names need beside the table, many at once."""
        return rows


def _too_many(kind: str) -> str:
    if kind == "csv":
        return f"No file was made: more than {MOST[kind]:,} rows. Filter the list first."
    return (
        f"No file was made: these are more than the {MOST[kind]:,} rows that an Excel file of a"
        " list may have. Take CSV, or filter the list first."
    )


@contextmanager
def one_snapshot() -> Iterator[None]:
    """All that is read within belongs to one moment; inside a transaction, to that one's."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
