"""Scenarios in the API: stored, asked about, combined, and asked on the spot."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from riskscore.models import Scenario
from tests.api.conftest import Api, problem
from tests.make import make_mineral, make_place

pytestmark = pytest.mark.django_db
CUT = {"kind": "export_cut", "place": "CHL", "mineral": "copper", "cut": 0.5}
MINE = {"code": "chile-halves", "title": "Chile halves its copper", "shocks": [CUT]}
SCENARIOS = "/sourcing/scenarios"


@pytest.fixture
def author(make_api: Callable[..., Api]) -> Api:
    """Give a client that may store scenarios, and nothing else."""
    make_place("CHL")
    make_mineral("copper")
    return make_api("scenario")


def faults(answer: Any) -> dict[str, str]:
    found = problem(answer, 400, "invalid")["errors"]
    return {each.get("pointer") or each["parameter"]: each["detail"] for each in found}


def test_a_scenario_is_stored_once_and_a_change_is_the_next_version(author: Api) -> None:
    first = author.post(SCENARIOS, MINE)
    assert first.status_code == 201
    assert first["Location"] == "/api/v1/sourcing/scenarios/chile-halves/1"
    assert first.json()["shocks"] == [CUT]
    assert first.json()["shipped"] is False
    again = author.post(SCENARIOS, MINE)
    assert (again.status_code, again.json()) == (200, first.json())
    second = author.post(SCENARIOS, {**MINE, "shocks": [CUT | {"cut": 0.9}]}).json()
    assert second["version"] == 2
    assert author.json(f"{SCENARIOS}/chile-halves")["version"] == 2
    assert author.json(f"{SCENARIOS}/chile-halves/1")["shocks"] == [CUT]
    assert [row["version"] for row in author.json(SCENARIOS)["items"]] == [2]
    assert len(author.json(f"{SCENARIOS}?versions=all")["items"]) == 2


def test_storing_takes_its_own_scope(author: Api, api: Api) -> None:
    problem(api.post(SCENARIOS, MINE), 403, "forbidden")
    assert api.json(SCENARIOS)["items"] == []


def test_a_check_stores_nothing(author: Api) -> None:
    assert author.post(f"{SCENARIOS}?validate_only=true", MINE).status_code == 200
    answer = author.post(f"{SCENARIOS}?validate_only=true", {**MINE, "shocks": [{"kind": "x"}]})
    assert "/shocks/0/kind" in faults(answer)
    assert not Scenario.objects.exists()


def test_what_cannot_be_meant_is_named_by_its_pointer(author: Api) -> None:
    wrong = {**MINE, "shocks": [CUT | {"cut": 1.2}, CUT | {"place": "XXX"}]}
    assert set(faults(author.post(SCENARIOS, wrong))) == {"/shocks/0/cut", "/shocks/1/place"}
    assert set(faults(author.post(SCENARIOS, {**MINE, "shocks": []}))) == {"/shocks"}
    assert set(faults(author.post(SCENARIOS, {**MINE, "code": "No Slug"}))) == {"/code"}
    assert not Scenario.objects.exists()


def test_somebody_elses_code_is_taken(author: Api, make_api: Callable[..., Api]) -> None:
    author.post(SCENARIOS, MINE)
    other = make_api("scenario", name="bob")
    said = problem(other.post(SCENARIOS, {**MINE, "title": "Mine"}), 409, "scenario_taken")
    assert "somebody else's" in said["detail"]
    later = author.post(SCENARIOS, {**MINE, "title": "Later", "version": 7})
    assert "next of chile-halves is 2" in problem(later, 409, "scenario_taken")["detail"]


def test_the_effects_of_one_scenario_for_buyers_each_and_together(bundle: None, api: Api) -> None:
    here = f"{SCENARIOS}/china-graphite-licences/effects?mineral=graphite"
    each = api.json(f"{here}&importer=JPN,USA&order=-supply_lost01")["items"]
    assert [row["buyer"] for row in each] == ["JPN", "USA"]
    assert each[0]["supply_lost01"] == pytest.approx(0.90, abs=0.005)
    (one,) = api.json(f"{here}&buyer=USA,JPN")["items"]
    assert one["buyer"] == "JPN+USA"
    assert one["lost_t"] == pytest.approx(sum(row["lost_t"] for row in each))
    slash = api.json(f"{SCENARIOS}/china-graphite-licences/effects/?importer=JPN&fields=id")
    assert len(slash["items"]) == 65


def test_several_scenarios_at_once(bundle: None, api: Api) -> None:
    at = "importer=JPN&mineral=graphite,lithium&fields=id,supply_lost01"
    both = api.json(f"/sourcing/effects?scenario=china-graphite-licences,panama-copper-shut&{at}")
    added = api.json(
        f"{SCENARIOS}/panama-copper-shut/effects?scenario=china-graphite-licences&{at}"
    )
    assert both == added
    one = api.json(f"{SCENARIOS}/china-graphite-licences/effects?{at}")
    assert both["items"] == one["items"]  # Panama has no part in graphite and lithium


def test_only_shocks_in_force_on_a_day(bundle: None, api: Api) -> None:
    here = f"{SCENARIOS}/dr-congo-cobalt/effects?importer=KOR&mineral=cobalt"
    assert api.json(here)["items"][0]["supply_lost01"] > 0.3
    (after,) = api.json(f"{here}&on=2025-10-16")["items"]
    assert after["supply_lost01"] == 0
    assert "on" in faults(api.get(f"{here}&on=2025-13-01"))


def test_an_export_holds_every_importer_and_mineral(bundle: None, api: Api) -> None:
    answer = api.get("/sourcing/effects?scenario=china-stops", Accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert len(rows) == 36 * 65
    assert {"buyer", "mineral", "supply_lost01", "says"} <= set(rows[0])


def test_shocks_on_the_spot_are_answered_and_not_stored(bundle: None, api: Api) -> None:
    before = Scenario.objects.count()
    asked = {
        "shocks": [
            {"kind": "export_cut", "place": "CHN", "mineral": "all", "cut": 1},
            {"kind": "social_condition", "condition": "child_or_forced_labour"},
        ],
        "importers": ["KOR"],
        "minerals": ["cobalt"],
    }
    (row,) = api.post("/sourcing/effects", asked).json()["items"]
    assert row["supply_lost01"] == pytest.approx(0.589, abs=5e-4)
    assert Scenario.objects.count() == before
    assert "/minerals" in faults(api.post("/sourcing/effects", {**asked, "minerals": ["x"]}))
    assert "/shocks/0/cut" in faults(
        api.post("/sourcing/effects", {**asked, "shocks": [CUT | {"cut": -1}]})
    )
    assert "/importers" in faults(api.post("/sourcing/effects", {**asked, "importers": ["XXX"]}))
    assert "/buyer" in faults(api.post("/sourcing/effects", {**asked, "buyer": ["WLD"]}))


@pytest.mark.parametrize("field", ["importers", "buyer", "minerals"])
def test_an_empty_list_is_neither_nobody_nor_everybody(author: Api, api: Api, field: str) -> None:
    answer = api.post("/sourcing/effects", {"shocks": [CUT], field: []})
    assert f"/{field}" in faults(answer)


def test_a_code_does_not_end_in_a_line_feed(author: Api) -> None:
    assert "/code" in faults(author.post(SCENARIOS, {**MINE, "code": "chile-halves\n"}))


def test_a_refusal_names_its_parameter_once(api: Api) -> None:
    answer = api.get("/sourcing/dependence")
    assert faults(answer) == {"buyer": "no buyer is named. Name one: JPN or EUU."}


def test_impossible_questions_are_named(bundle: None, api: Api) -> None:
    assert "scenario" in faults(api.get("/sourcing/effects"))
    assert "scenario" in faults(api.get("/sourcing/effects?scenario=nope"))
    assert "importer" in faults(api.get("/sourcing/effects?scenario=china-stops&importer=XXX"))
    assert "importer" in faults(api.get("/sourcing/effects?scenario=china-stops&importer=WLD"))
    assert "mineral" in faults(api.get("/sourcing/effects?scenario=china-stops&mineral=x"))
    assert "cut" in faults(api.get("/sourcing/effects?scenario=china-stops&cut=1"))
    problem(api.get(f"{SCENARIOS}/nope"), 404, "not_found")
    problem(api.get(f"{SCENARIOS}/nope/effects"), 404, "not_found")


def test_a_buyers_view_has_no_scenario_any_more(bundle: None, api: Api) -> None:
    assert "scenario" in faults(api.get("/scores?scenario="))
    assert "scenario" not in api.json("/lenses?page_size=1")["items"][0]
