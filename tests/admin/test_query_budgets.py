"""What lists and forms ask of the database does not grow with their rows."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import admin_addresses
from riskscore.admin.ui.pages import Page
from tests.admin.conftest import url

#: Of a list with rows on its second page: session, person, menu and badges, rows, and what is read
#: for all rows of a page at once.
MOST = 40


def queries(page: Client, path: str) -> list[str]:
    """What a page asks, once it is warm."""
    page.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert page.get(path).status_code == 200, path
    return [query["sql"] for query in seen]


def lists() -> list[type[models.Model]]:
    return [model for model, it in admin.site._registry.items() if isinstance(it, Page)]


def test_a_list_of_forty_rows_asks_no_more_than_one_of_two(
    page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown = {}
    for model in lists():
        path = admin_addresses.list_path(model) + "?q="
        numbers = []
        for rows in (2, 40):
            monkeypatch.setattr(Page, "list_per_page", rows)
            monkeypatch.setattr(type(admin.site._registry[model]), "list_per_page", rows)
            numbers.append(len(queries(page, path)))
        # A list that fits on one page is read in one step, and asks one question less.
        if numbers[1] > numbers[0] or numbers[1] > MOST:
            grown[model.__name__] = numbers
    assert not grown


def copies(row: Any, number: int) -> None:
    """As many rows beside this one, in a table that may not be written by hand."""
    table, key = row._meta.db_table, row._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "SELECT array_agg(column_name::text) FROM information_schema.columns"
            " WHERE table_name = %s AND column_name <> %s",
            [table, key],
        )
        columns = ", ".join(cursor.fetchone()[0])
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table},"  # noqa: S608
            f" generate_series(1, {number}) WHERE {key} = %s",
            [row.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


@pytest.mark.parametrize("name", ["evidence", "ownership", "challenge"])
def test_the_page_of_a_project_asks_no_more_when_there_is_more_of_it(
    name: str, page: Client, project: Any
) -> None:
    model = apps.get_model("riskscore", name)
    rows = model._default_manager.filter(project=project)
    if not rows.exists():
        pytest.skip(f"the project has no {name}")
    copies(rows.first(), 2)
    few = len(queries(page, url("project", "change", project.pk)))
    copies(rows.first(), 38)
    assert len(queries(page, url("project", "change", project.pk))) <= few
