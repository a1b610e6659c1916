"""Every list as a file: what is shown, typed, harmless, of one moment, for who may look."""

import io
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from django.contrib.admin import site
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.safestring import SafeString

from riskscore.admin.ui.lists import exports, list_files
from riskscore.models import Lens, Method, Project, Scenario, Score
from riskscore.sql import snapshot
from tests.admin.conftest import url

LITHIUM = "mineral=lithium&region=latin-america&o=-composite"


def rows_of(answer: Any) -> list[tuple[Any, ...]]:
    """The rows of an Excel file, headings first."""
    content = io.BytesIO(b"".join(answer.streaming_content))
    sheet = openpyxl.load_workbook(content).worksheets[0]
    return list(sheet.iter_rows(values_only=True))


def text_of(answer: Any) -> str:
    return str(b"".join(answer.streaming_content).decode())


def test_excel_holds_the_list_as_it_is_filtered_sorted_and_chosen(page: Client, lens: Lens) -> None:
    chosen = f"{LITHIUM}&columns=key&columns=name&columns=composite&columns=updated_at&columns=band"
    listed = page.get(f"{url('project')}?{chosen}").context["cl"]
    answer = page.get(f"{url('project')}export.xlsx?{chosen}")
    assert answer["Content-Disposition"].startswith('attachment; filename="projects-20')
    headings, *rows = rows_of(answer)
    # Columns stand as the list offers them, whatever the order in the address.
    assert headings == ("Key", "Name", "Composite", "Band", "Updated at (UTC)")
    assert [row[0] for row in rows[:50]] == [project.key for project in listed.result_list][:50]
    assert len(rows) == listed.result_count
    first = Score.objects.select_related("project").get(project__key=rows[0][0], lens=lens)
    assert rows[0][2] == pytest.approx(first.composite)
    assert isinstance(rows[0][4], datetime)
    known = [row[2] for row in rows if row[2] is not None]
    assert known == sorted(known, reverse=True)


def test_csv_begins_with_headings_reads_accents_and_leaves_the_unknown_empty(
    page: Client, lens: Lens
) -> None:
    none = Score.objects.filter(lens=lens, composite=None).earliest("pk").project
    Project.objects.filter(pk=none.pk).update(name="Peñasquito ＝1+1")
    answer = page.get(f"{url('project')}export.csv?q={none.key}&columns=key&columns=composite")
    assert text_of(answer) == f"\ufeffKey,Composite\r\n{none.key},\r\n"
    answer = page.get(f"{url('project')}export.csv?q={none.key}&columns=name&columns=latitude")
    assert text_of(answer).splitlines()[1] == f"Peñasquito ＝1+1,{none.latitude!r}"


def test_formulas_are_disarmed_by_the_one_rule_in_both_kinds() -> None:
    # Fullwidth sign, mark without width, separator before a sign, error code, control, a number.
    row = ["＝1+1", "\u200b=1", "x;=1", "#N/A", "a\x0bb", -1.5, None, float("nan"), True]
    disarmed = ["'＝1+1", "'\u200b=1", "x;'=1", "#N/A"]
    csv = b"".join(list_files.csv_blocks(["a"], [row])).decode("utf-8-sig")
    assert csv.splitlines()[1].split(",")[:4] == disarmed
    with list_files.workbook("x", ["=a"], [row]) as file:
        sheet = openpyxl.load_workbook(file).worksheets[0]
    assert sheet["A1"].value == "'=a"
    cells = [cell.value for cell in sheet[2]]
    assert cells == [*disarmed, "a\ufffdb", -1.5, None, None, True]
    assert {cell.data_type for cell in sheet[2][:4]} == {"s"}


def test_a_file_is_read_in_batches_of_one_snapshot_and_costs_few_queries(
    page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BATCH", 50)
    with CaptureQueriesContext(connection) as seen:
        text = text_of(page.get(f"{url('project')}export.csv?mineral=cobalt"))
    assert len(text.splitlines()) > 99
    # A batch asks for minerals and scores, not a row for its own.
    assert len(seen) < 40


def test_too_many_rows_are_refused_in_words_and_views_suffice(
    page: Client, as_staff: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(exports.MOST, "xlsx", 3)
    answer = page.get(f"{url('project')}export.xlsx?mineral=lithium", follow=True)
    assert "more than the 3 rows that an Excel file of a list may have" in answer.text
    assert answer.redirect_chain[0][0].endswith("?mineral=lithium")
    assert "none of pdf" in page.get(f"{url('project')}export.pdf", follow=True).text
    assert as_staff("view_project").get(f"{url('project')}export.csv?q=x").status_code == 200
    assert as_staff("view_job").get(f"{url('project')}export.csv").status_code == 403


@pytest.mark.parametrize(
    "name", ["score", "scorehistory", "job", "evidence", "place", "observation", "portfolio"]
)
def test_every_list_has_its_files(page: Client, name: str, lens: Lens) -> None:
    answer = page.get(f"{url(name)}export.xlsx?q=chile")
    assert answer.status_code == 200
    headings = rows_of(answer)[0]
    assert len(headings) == len(set(headings)) > 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_one_file_too_many_at_a_time_is_a_page_that_says_when_and_no_fault(
    kind: str, page: Client, lens: Lens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "_FREE", threading.BoundedSemaphore(1))
    with closing(snapshot.Snapshot()):
        answer = page.get(f"{url('project')}export.{kind}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "several exports are being made at the moment" in answer.content.decode()
    assert rows_of(page.get(f"{url('project')}export.xlsx")), "there is room again"


def test_every_list_of_the_site_makes_a_csv_of_a_row_if_it_has_one(page: Client) -> None:
    failed = {}
    for model in site._registry:
        # One row at most: large tables take long.
        row = model._default_manager.order_by("pk").values_list("pk", flat=True).first()
        query = f"pk__exact={row}" if row else "q="
        answer = page.get(
            f"{reverse(admin_urlname(model._meta, SafeString('changelist')))}export.csv?{query}"
        )
        if answer.status_code != 200 or not text_of(answer).startswith("\ufeff"):
            failed[model.__name__] = answer.status_code
    assert not failed


def test_lists_that_name_no_columns_write_what_their_rows_are_called(page: Client) -> None:
    for model, name in ((Lens, "lens"), (Method, "method"), (Scenario, "scenario")):
        lines = text_of(page.get(f"{url(name)}export.csv?q=")).splitlines()
        assert len(lines) == 1 + model._default_manager.count()


def test_users_and_groups_have_files_without_passwords(page: Client, curator: User) -> None:
    address = "/admin/auth/user/"
    assert "export.csv" in page.get(f"{address}?q=").text
    for query in ("q=", "columns=username&columns=password&columns=is_staff"):
        text = text_of(page.get(f"{address}export.csv?{query}"))
        assert curator.username in text
        assert curator.password not in text
        assert "assword" not in text
    assert text_of(page.get("/admin/auth/group/export.csv?q=")).startswith("\ufeffGroup\r\n")
    assert page.get(f"{address}export.csv?password__startswith=pbkdf2").status_code == 400
    assert page.get(f"{address}{curator.pk}/change/").status_code == 200
    assert page.get(f"{address}add/").status_code == 200
    sent = {"action": "delete_selected", "_selected_action": [str(curator.pk)]}
    assert page.post(f"{address}?q=", sent).status_code == 200  # Django asks first
    saved = page.post(f"{address}saved/new/", {"name": "staff", "query": "is_staff__exact=1"})
    assert page.get(saved["Location"]).context["cl"].result_count == 1
