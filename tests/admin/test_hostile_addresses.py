"""No address makes admin fail, whatever stands in it: it is answered, or refused in words."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db import models, transaction
from django.test import Client

from benchmarks import admin_addresses
from riskscore.admin.ui import refused
from riskscore.admin.ui.pages import Page
from tests.admin.conftest import url

HUGE, LONG = "9" * 30, "ä" * 3000
#: As they stand in an address: a zero byte, bytes that are no text, and values of no column.
RAW = ("%00", "%ff%ED%A0%80", HUGE, "nonsense", LONG)
#: Names of parameters that pages of ours read.
READ = ("after", "at", "band", "box", "buyer", "by", "edition", "kind", "labour", "layer", "lens",
        "mineral", "month", "place", "project", "replaces", "answers", "share", "status", "tab",
        "other", "with", "before", "q", "p", "o", "zoom", "term", "columns", "view")  # fmt: skip
OF_EVERY_LIST = (
    "q=%00", f"q={LONG}", f"p={HUGE}", "o=-1.1.1.99", "no_such_column=1", "pk__in=,",
    "columns=%00&columns=nonsense",
)  # fmt: skip
OF_LISTS = (
    "%00=1", "q=" + "a+" * 40, "q=%22", "q=%27x%5C%27", "p=0", "p=-1", "p=x", "o=999", "o=x",
    "o=%00", "_to_field=secret", "_popup=1", "_facets=1", "all=1", "e=1", "pk__isnull=x",
    "id__regex=(", "columns=", "view=nonsense",
)  # fmt: skip
LOOKUPS = {
    models.DateField: ("year=99999", "year=0", "gte=nonsense", "lt=9999-99-99"),
    models.CharField: ("regex=(", "no_such_lookup=1"),
    models.IntegerField: (f"gte={HUGE}", "exact=x"),
    models.FloatField: ("gte=nan", "lt=1e400"),
    models.BooleanField: ("exact=2",),
    models.ForeignKey: ("exact=x", f"exact={HUGE}"),
}
#: Lists on which everything is tried that is the same for all.
TRIED = ("project", "score", "challenge")
WRONG_METHODS = ("POST", "PUT", "HEAD")


def lists() -> Iterator[str]:
    """Each list with each question that no list can have been meant for."""
    for model, page in admin.site._registry.items():
        path = admin_addresses.list_path(model)
        names = dict.fromkeys(name for name in map(named, page.list_filter) if name)
        own = [f"{name}={raw}" for name in names for raw in (HUGE, "nonsense")]
        asked = [
            f"{column.name}__{lookup}"
            for kind, lookups in LOOKUPS.items()
            for column in [c for c in model._meta.concrete_fields if isinstance(c, kind)][:1]
            for lookup in lookups
        ]
        more = OF_LISTS if model._meta.model_name in TRIED else ()
        yield from (f"{path}?{query}" for query in (*OF_EVERY_LIST, *more, *own, *asked))


def named(chosen: Any) -> str:
    """The parameter of a filter."""
    one = chosen[0] if isinstance(chosen, tuple) else chosen
    return one if isinstance(one, str) else str(getattr(one, "parameter_name", "") or "")


def others() -> Iterator[str]:
    """Each other page: with a row that cannot be, and with values that it cannot mean."""
    everything = [urlencode(dict.fromkeys(READ, raw), safe="%") for raw in ("%00", HUGE, "-1", "x")]
    for route, pattern in admin_addresses.patterns():
        if str(pattern.name).endswith(("_changelist", "_delete")) or "(?P<" in route:
            continue
        if admin_addresses.PARAMETER.search(route):
            yield from (f"/{admin_addresses.PARAMETER.sub(raw, route)}" for raw in RAW)
        else:
            yield from (f"/{route}?{query}" for query in everything)


def answer(page: Client, method: str, path: str) -> Any:
    """What comes back; what it wrote is undone."""
    with transaction.atomic():
        found = page.generic(method, path)
        transaction.set_rollback(True)
    return found


def test_no_address_makes_a_page_fail(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    page.raise_request_exception = False
    monkeypatch.setattr(Page, "list_per_page", 2)  # the rows are not what is asked about
    failed = []
    for path in (*lists(), *others()):
        status = answer(page, "GET", path).status_code
        if status >= 500:
            failed.append((status, path[:120]))
    assert not failed, f"{len(failed)} addresses fail: {failed[:20]}"


def test_no_method_makes_a_page_fail(page: Client) -> None:
    page.raise_request_exception = False
    failed = []
    for route, pattern in admin_addresses.patterns():
        if "(?P<" in route or pattern.name == "logout":
            continue
        paths = list(admin_addresses._paths(route, str(pattern.name)))[:1]
        for path in paths or [f"/{admin_addresses.PARAMETER.sub('nonsense', route)}"]:
            for method in WRONG_METHODS:
                status = answer(page, method, path).status_code
                if status >= 500:
                    failed.append((status, method, path))
    assert not failed, failed


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?filed_at__year=99999", "No row can be chosen by what it asks for (filed_at__year)."),
        ("?kind__exact=%00", "It holds a zero byte, which no text has."),
        ("?no_such_column=1", "no_such_column"),
    ],
)
def test_a_refusal_says_why_and_leads_back(query: str, words: str, page: Client) -> None:
    answer = page.get(url("challenge") + query)
    assert answer.status_code == 400
    assert words in answer.text
    assert f'href="{url("challenge")}">To the whole list</a>' in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_rows_are_chosen_by_no_bytes_and_found_by_no_column_without_a_name(page: Client) -> None:
    answer = page.get(url("footprint") + "?outline__gte=inf")
    assert (answer.status_code, "outline" in answer.text) == (400, True)
    assert page.get(url("mineral", "change", "copper") + "?_to_field=").status_code == 200


def test_a_page_that_takes_a_button_says_so_to_whoever_opens_its_address(page: Client) -> None:
    answer = page.get("/admin/rescore-everything/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "It takes POST only, and this was GET." in answer.text
    assert refused.TITLE in answer.text
