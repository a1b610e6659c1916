"""Checks of scores in the API: by day of the scores, with figures, and nothing to change."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from riskscore.accountability.judgement import Judged, judged
from riskscore.models import Lens, ScoreAccountability
from tests.api.conftest import Api, problem
from tests.make import make_method, make_place

pytestmark = pytest.mark.django_db


def figures() -> dict[str, Any]:
    """Return two countries of which the worked example in tests/accountability has the sums."""
    return judged(
        Judged(
            {"composite": np.array([10.0, 20, 30, 60, 70, np.nan]), "labour": np.full(6, np.nan)},
            np.array(list("AAABBB"), object),
            np.array(list("xxxyyy"), object),
            np.array([0.0, 1, 0, 1, 0, 1]),
        )
    )


def checked(scores_of: date, importer: str = "WLD", **changes: Any) -> ScoreAccountability:
    lens, _ = Lens.objects.get_or_create(method_code="tiny", importer=make_place(importer))
    fields = {
        "methods": "tiny v1", "file": "events.csv", "sha256": "0" * 64,
        "first_event": scores_of, "last_event": date(2026, 12, 31), "hindsight": False,
        "joined": {"events": 3, "before_scores": 0, "by_rule": {"key": 3}, "unjoined": 0,
                   "projects": 3, "within_km": 25.0},
        "results": figures(),
    }  # fmt: skip
    return ScoreAccountability.objects.create(
        lens=lens, scores_of=scores_of, **{**fields, **changes}
    )


@pytest.fixture(autouse=True)
def method() -> None:
    make_method()


def test_without_a_check_the_list_is_empty(api: Api) -> None:
    assert api.json("/accountability") == {"items": [], "next": None}
    problem(api.get("/accountability/1"), 404, "not_found")


def test_checks_come_by_the_day_of_the_scores_page_by_page(api: Api) -> None:
    for day in (date(2025, 6, 1), date(2026, 6, 1), date(2024, 6, 1), date(2026, 6, 1)):
        checked(day)
    first = api.json("/accountability?page_size=3&fields=scores_of")
    days = [item["scores_of"] for item in first["items"]]
    assert days == ["2026-06-01", "2026-06-01", "2025-06-01"]
    last = api.json(first["next"].partition("/api/v1")[2])
    assert [item["scores_of"] for item in last["items"]] == ["2024-06-01"]
    assert last["next"] is None
    found = api.json("/accountability?scores_of__gte=2025-01-01&scores_of__lte=2025-12-31")["items"]
    assert [item["scores_of"] for item in found] == ["2025-06-01"]


def test_a_check_has_its_figures_and_the_list_only_what_was_checked(api: Api) -> None:
    made = checked(date(2025, 6, 1), "JPN", hindsight=True)
    (item,) = api.json("/accountability?importer=JPN")["items"]
    assert (item["importer"], item["method"], item["hindsight"]) == ("JPN", "tiny", True)
    assert "results" not in item
    whole = api.json(f"/accountability/{made.pk}")
    composite = whole["results"]["composite"]
    assert composite["auc"] == pytest.approx(0.5)
    assert composite["within_country"] == pytest.approx(1 / 3)
    assert composite["by_region"]["x"] == {"projects": 3, "events": 1, "auc": 0.5}
    assert whole["results"]["labour"]["auc"] is None
    assert whole["joined"]["by_rule"] == {"key": 3}


@pytest.mark.parametrize("day", ["yesterday", "20250601", "2025-6-1", "2025-02-30"])
def test_a_day_that_is_none_is_refused(day: str, api: Api) -> None:
    problem(api.get(f"/accountability?scores_of__gte={day}"), 400, "invalid")


def test_nobody_writes_a_check_through_the_api(api: Api) -> None:
    assert api.client.post("/api/v1/accountability").status_code in (401, 403, 405)
