"""What lists and forms ask of the database does not grow with their rows."""

from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import admin_addresses
from riskscore.admin.home import waiting
from riskscore.admin.ui.pages import Page
from riskscore.curation import project_edits
from riskscore.models import Evidence
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
    # What waits is counted every some seconds, so on some of these pages.
    monkeypatch.setattr(waiting, "KEPT_S", 3_600)
    cache.clear()
    page.get("/admin/coverage/")
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


def test_the_page_of_a_project_asks_no_more_when_there_is_more_of_it(
    page: Client, project: Any, curator: User
) -> None:
    def state(number: int) -> int:
        for day in range(number):
            said = Evidence(
                project=project, kind="strike", happened_on=date(2026, 1, 1 + day),
                url="https://a.example", severity=0.5, credibility=0.5,
            )  # fmt: skip
            project_edits.add_evidence(said, by=curator)
        return len(queries(page, url("project", "change", project.pk)))

    assert state(2) >= state(12)
