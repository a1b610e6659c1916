"""Statements over HTTP: evidence, owners, statuses, capacities, outlines, companies and homes."""

from collections.abc import Callable
from typing import Any

import pytest

from riskscore.models import Job, Lens, Project
from tests.api.conftest import Api, problem
from tests.make import make_method, make_place, make_project

pytestmark = pytest.mark.django_db

SAID = {"credibility": 0.9, "url": "https://example.org/report"}
STRIKE = {**SAID, "kind": "strike", "happened_on": "2026-05-01", "severity": 0.5}


@pytest.fixture
def curator(make_api: Callable[..., Api]) -> Api:
    make_project(key="mine-1")
    Lens.objects.create(
        method_code=make_method().code, importer=make_place("WLD"), kept_current=True
    )
    return make_api("curate")


def test_evidence_is_stated_and_replaced_and_the_list_shows_it(curator: Api) -> None:
    here = "/projects/mine-1/evidence"
    first = curator.post(here, STRIKE)
    assert first.status_code == 201, first.content
    assert first.json()["job"] == str(Job.objects.get().pk)
    problem(curator.post(here, STRIKE), 400, "invalid")
    second = curator.post(here, {**STRIKE, "severity": 0.9, "replaces": first.json()["id"]})
    assert second.json()["supersedes"] == first.json()["id"]
    again = curator.post(here, {**STRIKE, "replaces": first.json()["id"]})
    problem(again, 409, "superseded")
    assert [one["severity"] for one in curator.json(here)["items"]] == [0.9]


def test_a_company_its_home_and_what_it_holds_are_stated(curator: Api) -> None:
    company = {"key": "acme", "name": "Acme", "home": {**SAID, "place": "CHL"}}
    made = curator.post("/companies", company)
    assert (made.status_code, made.json()["place"]) == (201, "CHL")
    problem(curator.post("/companies/acme/homes", {**SAID, "place": "CHL"}), 400, "invalid")
    (home,) = curator.json("/companies/acme/homes")["items"]
    assert (home["place"], home["state"]) == ("CHL", "confirmed")
    here = "/projects/mine-1/owners"
    owner = curator.post(here, {**SAID, "company": "acme", "share": 0.6})
    assert (owner.status_code, owner.json()["company"]) == (201, "acme")
    decided = curator.post(f"{here}/{owner.json()['id']}/decision", {"state": "rejected"})
    assert (decided.status_code, decided.json()["state"]) == (200, "rejected")
    problem(curator.post(f"{here}/999/decision", {"state": "rejected"}), 404, "not_found")


def test_statuses_and_capacities_are_stated_and_no_score_follows(curator: Api) -> None:
    status = {"status": "suspended", "since": "2026-01-31", "credibility": 1.0}
    made = curator.post("/projects/mine-1/statuses", status)
    assert (made.status_code, made.json()["job"]) == (201, None)
    assert Project.objects.get().status == "suspended"
    capacity = {"mineral": "copper", "year": 2025, "unit": "t", "amount": 500, "credibility": 1.0}
    made = curator.post("/projects/mine-1/capacities", capacity)
    assert (made.status_code, made.json()["amount"]) == (201, 500.0)
    assert curator.json("/projects/mine-1/statuses")["items"][0]["status"] == "suspended"
    assert curator.json("/projects/mine-1/capacities")["items"][0]["mineral"] == "copper"
    assert not Job.objects.exists()


def test_an_outline_is_drawn_and_taken_back(curator: Api) -> None:
    ring = [[-68.91, -22.31], [-68.89, -22.31], [-68.89, -22.29], [-68.91, -22.31]]
    body = {"outline": {"type": "Polygon", "coordinates": [ring]}, "source": SAID["url"]}
    here = "/projects/mine-1/footprints"
    made = curator.post(here, body)
    assert (made.status_code, made.json()["drawn"]) == (201, True)
    assert curator.post(here, {**body, "outline": None}).json()["drawn"] is False
    point = {"type": "Point", "coordinates": [1, 2]}
    wrong: list[Any] = [{"type": "Polygon"}, [], "POLYGON", point]
    for outline in wrong:
        told = problem(curator.post(here, {**body, "outline": outline}), 400, "invalid")
        assert [one["pointer"] for one in told["errors"]] == ["/outline"]
    assert [one["drawn"] for one in curator.json(here)["items"]] == [False, True]


@pytest.mark.parametrize("part", ["evidence", "owners", "statuses", "capacities", "footprints"])
def test_nothing_is_stated_about_a_project_that_is_none(part: str, curator: Api) -> None:
    problem(curator.post(f"/projects/nowhere/{part}", {}), 400, "invalid")
    problem(curator.get(f"/projects/nowhere/{part}"), 404, "not_found")
