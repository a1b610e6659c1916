"""Briefings over HTTP: HTML or PDF by the Accept header, problems as JSON."""

from collections.abc import Callable

import pytest
from django.test import Client

from riskscore.models import Lens, Portfolio
from tests.api.conftest import Api, problem

HERE = "/sourcing/briefings"
OLAROZ = f"{HERE}/projects/icmm-13791"
JAPAN = f"{HERE}/buyers?buyer=JPN&mineral=lithium"


@pytest.mark.parametrize("path", [OLAROZ, f"{OLAROZ}?buyer=JPN&mineral=lithium", JAPAN])
def test_a_briefing_is_a_page_or_a_file_by_the_accept_header(
    bundle: None, api: Api, path: str
) -> None:
    page = api.get(path, Accept="text/html")
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.text.startswith("<!DOCTYPE html>")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    file = api.get(path, Accept="application/pdf")
    assert file.status_code == 200
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.content.startswith(b"%PDF-")
    assert file.headers["Content-Disposition"].startswith('inline; filename="riskscore-')
    assert file.headers["Content-Disposition"].endswith('.pdf"')


def test_without_a_wish_it_is_the_page_and_json_is_not_offered(bundle: None, api: Api) -> None:
    assert api.get(JAPAN).headers["Content-Type"].startswith("text/html")
    refused = api.get(JAPAN, Accept="application/json")
    problem(refused, 406, "not_acceptable")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{HERE}/projects/nothing-such", 404),
        (f"{OLAROZ}?buyer=JPN", 400),
        (f"{OLAROZ}?mineral=lithium", 400),
        (f"{OLAROZ}?buyer=JPN&mineral=cobalt", 400),
        (f"{HERE}/buyers?buyer=JPN", 400),
        (f"{HERE}/buyers?mineral=lithium", 400),
        (f"{HERE}/buyers?buyer=WLD&mineral=lithium", 400),
        (f"{JAPAN}&region=atlantis", 400),
        (f"{JAPAN}&colour=red", 400),
        (f"{HERE}/portfolios/nothing-such", 404),
    ],
)
def test_what_is_wrong_is_a_problem_whatever_was_accepted(
    bundle: None, api: Api, path: str, status: int
) -> None:
    for kind in ("application/pdf", "text/html"):
        code = "not_found" if status == 404 else "invalid"
        problem(api.get(path, Accept=kind), status, code)


def test_a_portfolios_briefing_is_its_owners(bundle: None, make_api: Callable[..., Api]) -> None:
    ana, eve = make_api("portfolio"), make_api("portfolio", name="eve")
    lens = Lens.objects.get(importer="WLD")
    assert ana.user
    Portfolio.objects.create(name="mine", owner=ana.user, lens=lens)
    assert ana.get(f"{HERE}/portfolios/mine", Accept="application/pdf").status_code == 200
    problem(eve.get(f"{HERE}/portfolios/mine"), 404, "not_found")


def test_without_a_key_there_is_no_briefing(bundle: None) -> None:
    assert Client().get(f"/api/v1{OLAROZ}").status_code == 401


def test_the_document_says_which_kinds_there_are(api: Api) -> None:
    paths = api.json("/schema")["paths"]
    (answer,) = [
        one["get"]["responses"]["200"]
        for path, one in paths.items()
        if path.endswith("/briefings/buyers")
    ]
    assert set(answer["content"]) == {"text/html", "application/pdf"}
