"""Portfolios in admin: positions and limits to edit, what they expose to, and alerts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from riskscore.jobs import requests
from riskscore.models import LimitCrossing, Portfolio, Project
from riskscore.sourcing.holdings import portfolio_edits
from riskscore.sourcing.holdings.portfolio_edits import LimitGiven, PositionGiven
from tests.admin.conftest import act, form_of, url


@pytest.fixture
def puna(curator: User) -> Portfolio:
    return portfolio_edits.create(
        curator,
        "puna",
        requests.default_lens(),
        positions=[PositionGiven("icmm-13791", 43), PositionGiven("icmm-15667", 210)],
        limits=[LimitGiven("n1_place", 0.9), LimitGiven("indigenous", 60)],
    )


def rows(prefix: str, number: int, initial: int, *given: dict[str, Any]) -> dict[str, Any]:
    """What a form sends of the rows below it."""
    sent = {f"{prefix}-TOTAL_FORMS": number, f"{prefix}-INITIAL_FORMS": initial}
    for at, row in enumerate(given):
        sent |= {f"{prefix}-{at}-{name}": value for name, value in row.items()}
    return sent


def test_a_curator_begins_one_and_its_limits_are_checked(page: Client, curator: User) -> None:
    project = Project.objects.get(key="icmm-13791")
    sent = {
        "name": "mine", "about": "", "lens": requests.default_lens().pk,
        **rows("positions", 1, 0,
               {"project": project.pk, "mineral": "lithium", "kt_per_year": "43"}),
        **rows("limits", 1, 0, {"what": "n1_place", "at_most": "0.5"}),
    }  # fmt: skip
    response = page.post(url("portfolio", "add"), sent)
    assert response.status_code == 302, response.text
    made = Portfolio.objects.get(name="mine")
    assert made.owner == curator
    (alert,) = made.crossings.all()
    assert (alert.what, alert.after, alert.value) == ("n1_place", "above", 1.0)


def test_a_mineral_that_the_project_does_not_yield_is_refused_with_those_that_it_does(
    page: Client,
) -> None:
    project = Project.objects.get(key="icmm-13791")
    sent = {
        "name": "mine", "lens": requests.default_lens().pk,
        **rows("positions", 1, 0,
               {"project": project.pk, "mineral": "copper", "kt_per_year": "43"}),
        **rows("limits", 0, 0),
    }  # fmt: skip
    assert "does not yield it, but lithium, potash" in page.post(url("portfolio", "add"), sent).text
    assert not Portfolio.objects.exists()


def test_the_page_shows_exposure_contributions_and_how_the_tonnes_divide(
    page: Client, puna: Portfolio
) -> None:
    text = page.get(url("portfolio", "change", puna.pk)).text
    assert "What each position adds" in text
    assert "Salar de Olaroz" in text
    assert "CHL 83\u00a0%; ARG 17\u00a0%" in text
    assert "icmm-15667: no owner is on file" in text
    assert "added as weight" in text
    # Indigenous is not assessed for SQM: a limit on it cannot be told.
    assert "unclear" in text


def test_an_edit_is_checked_when_it_is_saved(page: Client, puna: Portfolio) -> None:
    first, second = puna.positions.order_by("project_id", "mineral_id", "id")
    sqm = second if second.project.key == "icmm-15667" else first
    held = [first, second]
    limits = list(puna.limits.order_by("what"))
    sent = {
        "about": "", "lens": puna.lens_id,
        **rows("positions", 2, 2, *(
            {"id": one.pk, "project": one.project_id, "mineral": "lithium", "portfolio": puna.pk,
             "kt_per_year": "4000" if one == sqm else "43"} for one in held)),
        **rows("limits", 2, 2, *(
            {"id": one.pk, "portfolio": puna.pk, "what": one.what, "at_most": one.at_most}
            for one in limits)),
    }  # fmt: skip
    address = url("portfolio", "change", puna.pk)
    sent["_version"] = form_of(page, address)["_version"]
    response = page.post(address, sent)
    assert response.status_code == 302, response.text
    alert = LimitCrossing.objects.get(portfolio=puna, what="n1_place")
    assert (alert.before, alert.after, alert.cause) == ("within", "above", "edit")
    assert alert.value == pytest.approx(4000 / 4043)


def test_the_dashboard_and_the_list_show_alerts_to_those_who_may_see_them(
    page: Client, puna: Portfolio, as_staff: Callable[..., Client]
) -> None:
    assert "Limits of portfolios" in page.get("/admin/").text
    listed = page.get(url("limitcrossing")).text
    assert "first seen → unclear" in listed
    assert "Limits of portfolios" not in as_staff("view_score").get("/admin/").text
    assert "1 within, 1 unclear" in page.get(url("portfolio")).text


def test_archived_ones_are_put_away_not_deleted(page: Client, puna: Portfolio) -> None:
    act(page, "portfolio", "archive_selected", puna)
    puna.refresh_from_db()
    assert puna.archived_at is not None
    assert page.get(url("portfolio", "delete", puna.pk)).status_code == 403


def test_a_name_is_taken_once(page: Client, puna: Portfolio) -> None:
    sent = {
        "name": "puna", "lens": puna.lens_id, **rows("positions", 0, 0), **rows("limits", 0, 0),
    }  # fmt: skip
    shown = page.post(url("portfolio", "add"), sent, follow=True).text
    assert "You have a portfolio called" in shown
    assert Portfolio.objects.count() == 1
