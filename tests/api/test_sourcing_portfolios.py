"""Portfolios over HTTP: kept by their owner alone, and what they expose to."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from riskscore.models import Portfolio
from tests.api.conftest import Api, problem
from tests.api.test_openapi import document, validate  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

HERE = "/sourcing/portfolios"
#: kt of carbonate equivalent a year, as planned for 2030.
POSITIONS = [
    {"project": "icmm-13791", "kt_per_year": 43},
    {"project": "icmm-15667", "kt_per_year": 210},
    {"project": "icmm-13488", "kt_per_year": 105},
    {"project": "busch-005", "kt_per_year": 40},
]
LIMITS = [
    {"what": "n1_place", "at_most": 0.5},
    {"what": "place", "place": "CHL", "at_most": 0.6},
    {"what": "labour", "at_most": 50},
]
PUNA = {"name": "puna", "about": "The Andes", "positions": POSITIONS, "limits": LIMITS}


@pytest.fixture
def keeper(bundle: None, make_api: Callable[..., Api]) -> Api:
    return make_api("read", "portfolio")


@pytest.fixture
def puna(keeper: Api) -> dict[str, Any]:
    response = keeper.post(HERE, PUNA)
    assert response.status_code == 201, response.content
    assert response["Location"] == f"/api/v1{HERE}/puna"
    made: dict[str, Any] = response.json()
    return made


def write(api: Api, method: str, path: str, body: Any, **headers: str) -> Any:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.client.generic(
        method,
        f"/api/v1{path}",
        data=json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {api.key}", **sent},
    )


def numbers(report: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in report.items() if name != "before"}


def test_it_is_kept_as_it_was_sent_with_each_project_s_first_product(
    keeper: Api, puna: dict[str, Any]
) -> None:
    assert keeper.json(f"{HERE}/puna") == puna
    assert keeper.json(HERE)["items"] == [puna]
    assert {row["mineral"] for row in puna["positions"]} == {"lithium"}
    standing = {row["what"]: row["standing"] for row in puna["limits"]}
    assert standing == {"n1_place": "above", "place": "within", "labour": "within"}


def test_the_exposure_is_the_mean_by_tonnes_and_its_contributions_add_up(
    keeper: Api, puna: dict[str, Any]
) -> None:
    report = keeper.json(f"{HERE}/puna/exposure/")
    assert report["kt_per_year"] == 398
    for at, whole in enumerate(report["exposures"]):
        cells = [row["dimensions"][at] for row in report["positions"]]
        kt = [row["kt_per_year"] for row in report["positions"]]
        for name, added in (
            ("low", "contribution_to_low"),
            ("high", "contribution_to_high"),
            ("score", "contribution"),
        ):
            if whole[name] is None:
                assert any(one["score"] is None for one in cells)
                continue
            mean = sum(one[name] * weight for one, weight in zip(cells, kt, strict=True)) / 398
            assert whole[name] == pytest.approx(mean, abs=1e-9)
            assert sum(one[added] for one in cells) == pytest.approx(whole[name], abs=1e-9)
    places = {row["code"]: row["kt_low"] for row in report["places"]["shares"]}
    assert places == {"CHL": 210, "BRA": 105, "ARG": 83}
    assert report["places"]["n1_low"] == report["places"]["n1_high"] == pytest.approx(210 / 398)
    assert "added as weight" in report["summed"]
    assert [row["mineral"] for row in report["minerals"]] == ["lithium"]


def test_indigenous_is_not_assessed_for_all_and_says_for_how_much(
    keeper: Api, puna: dict[str, Any]
) -> None:
    report = keeper.json(f"{HERE}/puna/exposure")
    row = {one["dimension"]: one for one in report["exposures"]}["indigenous"]
    assert row["score"] is None
    # All but SQM's 210 kt.
    assert row["coverage01"] == pytest.approx(188 / 398)
    assert row["low"] < row["of_assessed"] < row["high"]
    assert any("icmm-15667: not assessed: indigenous" in line for line in report["unknown"])
    assert any("icmm-15667: no owner is on file" in line for line in report["unknown"])


def test_what_would_be_is_what_is_once_it_is_done(keeper: Api, puna: dict[str, Any]) -> None:
    asked = keeper.json(f"{HERE}/puna/exposure?add=icmm-15709:5&drop=icmm-15667")
    assert asked["before"]["kt_per_year"] == 398
    new = [row for row in POSITIONS if row["project"] != "icmm-15667"]
    new.append({"project": "icmm-15709", "kt_per_year": 5})
    assert write(keeper, "PATCH", f"{HERE}/puna", {"positions": new}).status_code == 200
    done = keeper.json(f"{HERE}/puna/exposure")
    for report in (asked, done):
        for row in report["positions"]:
            row.pop("kept")
    assert numbers(asked) == numbers(done)


def test_added_then_dropped_every_number_is_as_it_was(keeper: Api, puna: dict[str, Any]) -> None:
    before = keeper.json(f"{HERE}/puna/exposure")
    asked = keeper.json(f"{HERE}/puna/exposure?add=icmm-15709:5&drop=icmm-15709")
    assert numbers(asked) == before
    none = keeper.json(f"{HERE}/puna/exposure?add=icmm-15709:0")
    assert none["exposures"] == before["exposures"]
    assert none["places"]["hhi01_low"] == before["places"]["hhi01_low"]
    (added,) = [row for row in none["positions"] if row["project"] == "icmm-15709"]
    assert all(one["contribution"] in (0, None) for one in added["dimensions"])
    assert all(one["contribution_to_high"] == 0 for one in added["dimensions"])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("add=nobody:5", "no project has the key 'nobody'"),
        ("add=icmm-15709:-5", "kt from 0 to 1e6"),
        ("add=icmm-15709:1e3", "kt from 0 to 1e6"),
        ("add=icmm-15709:5:copper", "does not yield 'copper' but lithium, potash"),
        ("add=icmm-15709", "KEY:kt"),
        ("drop=icmm-00026", "nothing of icmm-00026 is held"),
        ("dropp=icmm-00026", "did you mean drop?"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_name(
    keeper: Api, puna: dict[str, Any], query: str, words: str
) -> None:
    refused = problem(keeper.get(f"{HERE}/puna/exposure?{query}"), 400, "invalid")
    assert words in refused["errors"][0]["detail"]


def test_an_edit_needs_the_state_that_it_was_made_from(keeper: Api, puna: dict[str, Any]) -> None:
    tag = keeper.get(f"{HERE}/puna")["ETag"]
    first = write(keeper, "PATCH", f"{HERE}/puna", {"about": "one"}, If_Match=tag)
    assert first.json()["about"] == "one"
    late = write(keeper, "PATCH", f"{HERE}/puna", {"about": "two"}, If_Match=tag)
    problem(late, 412, "precondition_failed")
    weak = write(keeper, "PATCH", f"{HERE}/puna", {"about": "two"}, If_Match=f"W/{tag}")
    problem(weak, 412, "precondition_failed")
    assert keeper.json(f"{HERE}/puna")["about"] == "one"


def test_put_replaces_everything_and_patch_what_it_names(keeper: Api, puna: dict[str, Any]) -> None:
    patched = write(keeper, "PATCH", f"{HERE}/puna", {"limits": LIMITS[:1]}).json()
    assert len(patched["limits"]) == 1
    assert patched["positions"] == puna["positions"]
    whole = {"positions": POSITIONS[:1]}
    problem(write(keeper, "PUT", f"{HERE}/puna", whole), 428, "precondition_required")
    assert keeper.json(f"{HERE}/puna") == patched
    tag = keeper.get(f"{HERE}/puna")["ETag"]
    put = write(keeper, "PUT", f"{HERE}/puna", whole, If_Match=tag).json()
    assert (put["about"], put["limits"], len(put["positions"])) == ("", [], 1)
    report = keeper.json(f"{HERE}/puna/exposure")
    assert report["positions"][0]["dimensions"][0]["without"] is None  # nothing is left


def test_an_archived_one_is_put_away_and_comes_back(keeper: Api, puna: dict[str, Any]) -> None:
    write(keeper, "PATCH", f"{HERE}/puna", {"archived": True})
    assert keeper.json(HERE)["items"] == []
    (row,) = keeper.json(f"{HERE}?state=archived")["items"]
    assert row["archived_at"]
    again = write(keeper, "PATCH", f"{HERE}/puna", {"archived": False}).json()
    assert again["archived_at"] is None


def test_crossings_are_listed_the_latest_first(keeper: Api, puna: dict[str, Any]) -> None:
    write(keeper, "PATCH", f"{HERE}/puna", {"positions": POSITIONS[:2]})
    items = keeper.json(f"{HERE}/puna/crossings/")["items"]
    found = [(row["what"], row["before"], row["after"], row["cause"]) for row in items]
    # 210 of 253 kt lie in Chile now.
    assert found == [("place", "within", "above", "edit"), ("n1_place", "", "above", "edit")]
    assert items[0]["value_before"] == pytest.approx(210 / 398)
    assert items[0]["value"] == pytest.approx(210 / 253)


def test_portfolios_of_others_are_as_good_as_absent(
    keeper: Api, puna: dict[str, Any], make_api: Callable[..., Api]
) -> None:
    other = make_api("read", "portfolio", name="bob")
    assert other.json(HERE)["items"] == []
    for path in ("", "/exposure", "/crossings"):
        problem(other.get(f"{HERE}/puna{path}"), 404, "not_found")
    problem(write(other, "PATCH", f"{HERE}/puna", {"about": "mine"}), 404, "not_found")
    assert other.post(HERE, PUNA).status_code == 201
    assert Portfolio.objects.filter(name="puna").count() == 2


def test_a_key_that_may_only_read_changes_nothing(
    keeper: Api, puna: dict[str, Any], api: Api
) -> None:
    assert api.json(f"{HERE}/puna") == puna
    problem(api.post(HERE, {"name": "more"}), 403, "forbidden")
    problem(write(api, "PUT", f"{HERE}/puna", {}), 403, "forbidden")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "Two words"}, "/name"),
        ({}, "/"),
        ({"name": "x", "positions": [{"project": "icmm-13791"}]}, "/positions/0"),
        (
            {"name": "x", "positions": [{"project": "icmm-13791", "kt_per_year": -1}]},
            "/positions/0/kt_per_year",
        ),
        ({"name": "x", "positions": [{"project": "a", "kt_per_year": 1}]}, "/positions/0/project"),
        ({"name": "x", "limits": [{"what": "place", "at_most": 0.5}]}, "/limits/0/place"),
        ({"name": "x", "limits": [{"what": "mood", "at_most": 1}]}, "/limits/0/what"),
        ({"name": "x", "importer": "XXX"}, "/importer"),
        ({"name": "x", "colour": "red"}, "/colour"),
        (
            {
                "name": "x",
                "positions": [{"project": "icmm-13791", "kt_per_year": 1, "since": "soon"}],
            },
            "/positions/0/since",
        ),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_by_pointer(
    keeper: Api, body: dict[str, Any], pointer: str
) -> None:
    refused = problem(keeper.post(HERE, body), 400, "invalid")
    assert pointer in {error["pointer"] for error in refused["errors"]}
    assert not Portfolio.objects.exists()


def test_a_name_is_taken_once(keeper: Api, puna: dict[str, Any]) -> None:
    problem(keeper.post(HERE, {"name": "puna"}), 409, "name_taken")


def test_answers_are_as_the_document_says(
    keeper: Api,
    puna: dict[str, Any],
    document: dict[str, Any],  # noqa: F811
) -> None:
    validate(puna, "Portfolio", document)
    validate(keeper.json(f"{HERE}/puna/exposure?add=icmm-15709:5"), "PortfolioExposure", document)
    for row in keeper.json(f"{HERE}/puna/crossings")["items"]:
        validate(row, "LimitCrossing", document)
    for mineral in ("lithium", "copper", "graphite", "gallium"):
        path = f"/sourcing/equity?buyer=JPN&mineral={mineral}"
        validate(keeper.json(path), "SourcingEquity", document)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("mineral=lithium", "buyer"),
        ("buyer=JPN", "mineral: say which one"),
        ("buyer=XXX&mineral=lithium", "'XXX' does not exist"),
        ("buyer=WLD&mineral=lithium", "WLD is no buyer"),
        ("buyer=JPN&mineral=unobtainium", "'unobtainium' does not exist"),
        ("buyer=JPN&mineral=lithium&allies=EUU", "'EUU' does not exist"),
    ],
)
def test_a_ledger_that_nobody_can_keep_is_refused_by_name(
    keeper: Api, query: str, words: str
) -> None:
    refused = problem(keeper.get(f"/sourcing/equity?{query}"), 400, "invalid")
    assert words in refused["detail"]
