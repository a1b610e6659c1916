"""The table of weights, the comparison and the review, as their pages answer."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from riskscore.models import Method
from riskscore.models.methods import scoring_method
from tests.admin.conftest import inline_of, url

PAGES = ("weights", "review", "compare")


@pytest.fixture
def method(bundle: None) -> Method:
    return Method.objects.get(code=settings.DEFAULT_METHOD, version=4)


def table_of(page: Client, method: Method) -> dict[str, str]:
    """What the form of weights would send back unchanged."""
    context = page.get(url("method", "weights", method.pk)).context
    shown = context["parts"]
    version = {"_version": context["version"]} if context["version"] else {}
    shares = {cell.name: cell.value for part in shown for row in part.rows for cell in row.cells}
    reasons = {row.reason_name: row.reason for part in shown for row in part.rows}
    return shares | reasons | version


def weighed(page: Client, method: Method, shares: dict[str, str], **more: str) -> Any:
    sent = {**table_of(page, method), **shares, **more}
    return page.post(url("method", "weights", method.pk), sent, follow=True)


def composite(*shares: str) -> dict[str, str]:
    return {f"share:composite:default:{at}": share for at, share in enumerate(shares)}


def test_every_sum_that_is_shown_is_one(page: Client, method: Method) -> None:
    response = page.get(url("method", "weights", method.pk))
    parts = response.context["parts"]
    assert [part.code for part in parts] == [
        *("composite", "geopolitical", "geo.governance", "concentration", "lab.conditions"),
        "ind.exposure",
    ]
    assert {total for part in parts for _, total in part.sums} == {"1.000"}
    assert "0</strong> of 4080 projects move" in response.text


def test_a_preview_saves_nothing_and_names_twenty(page: Client, method: Method) -> None:
    response = weighed(page, method, composite("0.4", "0.2", "0.2", "0.2"), step="preview")
    moves = response.context["moves"]
    assert moves.moved > 1_000
    assert len(response.context["movers"]) == 20
    assert 0.8 < moves.kendall < moves.spearman < 1
    assert Method.objects.count() == 4


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        (("0.4", "0.25", "0.25", "0.25"), "Composite risk: the shares sum to 1.150; 0.150 is too"),
        (("0.4", "0.25", "0.25", "0"), "sum to 0.900; 0.100 is missing"),
        (("-1", "0.25", "0.25", "0.25"), "Geopolitical: give a number from 0 to 1"),
        (("0.2505", "0.2495", "0.25", "0.25"), "at most three decimals"),
        (("\0", "nan", "1e0", ""), "Geopolitical, Concentration, Labour, Indigenous"),
    ],
)
def test_what_cannot_sum_to_one_is_told_at_its_node(
    page: Client, method: Method, shares: tuple[str, ...], said: str
) -> None:
    response = weighed(page, method, composite(*shares), step="keep", reason="a test")
    assert said in response.text
    assert "Nothing was kept" in response.text
    assert Method.objects.count() == 4


def test_a_draft_needs_a_reason_and_a_change(page: Client, method: Method) -> None:
    other = composite("0.4", "0.2", "0.2", "0.2")
    assert "Say why this version exists" in weighed(page, method, other, step="keep").text
    said = weighed(page, method, {}, step="keep", reason="nothing").text
    assert "No weight and no reason differs from critical-minerals v4" in said
    assert Method.objects.count() == 4


def test_one_changes_one_s_own_draft_and_others_begin_their_own(
    page: Client, as_staff: Callable[..., Client], method: Method
) -> None:
    weighed(page, method, composite("0.4", "0.2", "0.2", "0.2"), step="keep", reason="first")
    draft = Method.objects.get(version=5)
    weighed(page, draft, composite("0.1", "0.3", "0.3", "0.3"), step="keep", reason="second")
    draft.refresh_from_db()
    assert draft.spec["root"]["children"][0]["weight"] == 0.1
    other = as_staff("add_method", "view_method")
    weighed(other, draft, composite("0.7", "0.1", "0.1", "0.1"), step="keep", reason="mine")
    mine = Method.objects.get(version=6)
    assert (mine.based_on, mine.spec["root"]["children"][0]["weight"]) == (method, 0.7)
    assert mine.spec["version"] == 6


def test_two_tabs_of_one_draft_lose_neither_weights_nor_reasons(
    page: Client, method: Method
) -> None:
    weighed(page, method, composite("0.4", "0.2", "0.2", "0.2"), step="keep", reason="first")
    draft = Method.objects.get(version=5)
    address = url("method", "weights", draft.pk)
    opened = {**table_of(page, draft), "reason": "first", "step": "keep"}
    page.post(address, {**opened, **composite("0.1", "0.3", "0.3", "0.3")})
    page.post(address, {**opened, "reason:labour": "Of another tab."})
    draft.refresh_from_db()
    weights = [child["weight"] for child in draft.spec["root"]["children"]]
    assert weights == [0.1, 0.3, 0.3, 0.3]
    assert "Of another tab." in str(draft.spec)
    asked = page.post(address, {**opened, **composite("0.7", "0.1", "0.1", "0.1")})
    assert {clash.theirs for clash in asked.context["clashes"]} == {"0.100", "0.300"}
    draft.refresh_from_db()
    assert draft.spec["root"]["children"][0]["weight"] == 0.1
    text = url("method", "new-version", draft.pk)
    shown = page.get(text).context
    whole = {"_version": shown["version"], **shown["form"].initial}
    page.post(address, {**table_of(page, draft), "reason": "again", "step": "keep"})
    kept = page.post(text, {**whole, "text": whole["text"].replace("Of another", "Of a third")})
    assert kept.status_code == 302
    draft.refresh_from_db()
    assert (draft.reason, "Of a third tab." in str(draft.spec)) == ("again", True)


def test_a_new_reason_in_the_table_confirms_itself(page: Client, method: Method) -> None:
    codes = ("geopolitical", "concentration", "labour", "indigenous")
    reasons = {f"reason:{code}": f"Weighed anew: {code}." for code in codes}
    sent = {**composite("0.4", "0.2", "0.2", "0.2"), **reasons}
    shown = weighed(page, method, sent, step="keep", reason="anew")
    assert not shown.context["asked"]
    address = url("method", "review", Method.objects.get(version=5).pk)
    assert "waits for a review" in page.post(address, {"step": "submit"}, follow=True).text


def test_the_comparison_names_what_is_new_and_gone(page: Client, method: Method) -> None:
    three = Method.objects.get(code=method.code, version=3)
    text = page.get(url("method", "compare", method.pk), {"with": three.pk}).text
    assert "From critical-minerals v3 to critical-minerals v4" in text
    assert "ind.community" in text
    assert re.search(r"ind\.conflict</span> <span class=\"state\">gone", text)
    assert "0.269" in text
    assert page.get(url("method", "compare", method.pk), {"with": "x"}).status_code == 200


def test_a_viewer_sees_what_changes_and_may_change_nothing(
    as_staff: Callable[..., Client], method: Method
) -> None:
    viewer = as_staff("view_method", "view_score")
    before = Method.objects.get(code=method.code, version=3)
    assert viewer.get(url("method", "weights", before.pk)).status_code == 403
    shown = viewer.get(url("method", "review", before.pk))
    assert "next-step" not in shown.text
    assert shown.context["moves"].moved > 0
    for step in ("submit", "approve", "back", "again", "nothing"):
        sent = {"step": step, "said": "please"}
        answer = viewer.post(url("method", "review", before.pk), sent, follow=True)
        assert "Nothing was kept" in answer.text
    assert scoring_method(method.code) == method
    blind = as_staff("view_method")
    assert "for those who may see scores" in blind.get(url("method", "review", before.pk)).text


def test_the_way_back_is_taken_from_the_page_of_a_version(page: Client, method: Method) -> None:
    three = Method.objects.get(code=method.code, version=3)
    address = url("method", "review", three.pk)
    assert "Say why" in page.post(address, {"step": "again"}).text
    said = page.post(address, {"step": "again", "said": "v4 is doubted"}, follow=True).text
    assert "ritical-minerals v3 scores again; all projects are being rescored by it" in said
    assert scoring_method(method.code) == three
    assert "critical-minerals v3</a> scores now" in page.get(
        url("method", "change", method.pk)
    ).text  # fmt: skip
    assert page.get(f"/api/v1/methods/{method.code}").json()["version"] == 3


@pytest.mark.parametrize("name", PAGES)
def test_pages_hold_nothing_inline_and_ask_little(page: Client, method: Method, name: str) -> None:
    address = url("method", name, Method.objects.get(code=method.code, version=3).pk)
    page.get(address)
    with CaptureQueriesContext(connection) as asked:
        response = page.get(address)
    assert response.status_code == 200
    assert inline_of(response.text) == []
    assert len(asked) <= 45
