"""Scores of the real bundle, as they are served."""

import math
from collections import Counter
from typing import Any

import pytest

from riskscore.models import Project, Score
from riskscore.models.scores import NODES
from tests.api.conftest import Api, problem
from tests.api.test_pagination import walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(bundle: None, api: Api) -> Api:
    """Give a client on the scored bundle."""
    return api


def lens_rows(importer: str = "WLD") -> Any:
    return Score.objects.filter(lens__importer=importer)


def test_the_list_is_the_ranking_the_riskiest_first(api: Api) -> None:
    items = api.json("/scores?page_size=1000")["items"]
    composites = [row["composite"] for row in items]
    assert composites == sorted(composites, reverse=True)
    assert items[0]["rank"] == 1
    assert items[0]["place"] == "COD"


def test_ranks_are_those_of_a_competition_and_ties_are_ties(api: Api) -> None:
    rows = walk(api, "/scores?page_size=700&fields=rank,composite,shared_with")
    scores = [row["composite"] for row in rows if row["composite"] is not None]
    sharing = Counter(scores)
    for row in rows[:: len(rows) // 50]:
        if row["composite"] is not None:
            assert row["rank"] == 1 + sum(score > row["composite"] for score in scores)
            assert row["shared_with"] == sharing[row["composite"]] - 1


def test_a_walk_over_pages_is_the_whole_ranking(api: Api) -> None:
    rows = walk(api, "/scores?page_size=1000&fields=key&unranked=include")
    assert len(rows) == len({row["key"] for row in rows}) == lens_rows().count()


def test_what_is_not_assessed_comes_last_and_has_no_rank(api: Api) -> None:
    rows = walk(api, "/scores?page_size=1000&fields=key,rank,composite,band,not_assessed")
    unassessed = [row for row in rows if row["composite"] is None]
    assert unassessed
    assert rows[-len(unassessed) :] == unassessed
    for row in unassessed:
        assert row["rank"] is None
        assert row["band"] == "not assessed"
        assert set(row["not_assessed"]["composite"]) == {"context", "low", "high", "coverage"}


def test_an_unassessed_dimension_has_its_context_and_bounds_beside_it_and_is_never_zero(
    api: Api,
) -> None:
    for row in api.json("/scores?page_size=200")["items"]:
        missing = {node for node in NODES if row[node] is None}
        assert set(row["not_assessed"]) == missing
        for beside in row["not_assessed"].values():
            assert 0 <= beside["low"] <= beside["context"] <= beside["high"] <= 100


def test_rankings_leave_out_what_should_not_be_ranked_unless_asked(api: Api) -> None:
    unranked = {str(flag) for flag in Project.UNRANKED}
    rows = walk(api, "/scores?page_size=1000&fields=flags")
    assert not any(unranked & set(row["flags"]) for row in rows)
    only = walk(api, "/scores?page_size=1000&fields=key,flags,rank&unranked=only")
    assert only
    assert all(unranked & set(row["flags"]) and row["rank"] is None for row in only)


def test_the_rank_does_not_depend_on_the_filters(api: Api) -> None:
    (first, *_) = api.json("/scores?place=PER&mineral=gold&page_size=1")["items"]
    alone = api.json(f"/projects/{first['key']}/score")
    assert first["rank"] == alone["rank"] > 1
    assert {**first, "computed": "by_job", "note": ""} == alone


@pytest.mark.parametrize("node", NODES)
def test_any_dimension_can_lead_the_ranking(node: str, api: Api) -> None:
    rows = api.json(f"/scores?order=-{node}&page_size=50&fields=rank,{node}")["items"]
    assert rows[0]["rank"] == 1
    assert [row[node] for row in rows] == sorted((row[node] for row in rows), reverse=True)
    (last, *_) = api.json(f"/scores?order={node}&page_size=1&fields=rank,{node}")["items"]
    assert last[node] <= rows[-1][node]
    assert last["rank"] > rows[-1]["rank"]


def test_filters_say_what_they_do(api: Api) -> None:
    rows = walk(
        api, "/scores?place=CHL,PER&mineral=copper&kind=mine&labour__gte=20&band=moderate,high"
    )
    assert rows
    for row in rows:
        assert row["place"] in ("CHL", "PER")
        assert "copper" in row["minerals"]
        assert row["labour"] >= 20
        assert row["band"] in ("moderate", "high")
    assert not api.json("/scores?composite__gte=99.9")["items"]


def test_the_importer_changes_the_lens(api: Api) -> None:
    world = api.json("/scores?place=CHL&mineral=lithium&kind=deposit")["items"]
    japan = api.json("/scores?place=CHL&mineral=lithium&kind=deposit&importer=JPN")["items"]
    assert {row["key"] for row in world} == {row["key"] for row in japan}
    assert {row["importer"] for row in japan} == {"JPN"}
    assert [row["composite"] for row in world] != [row["composite"] for row in japan]


def test_a_lens_that_nobody_scored_is_404_and_says_what_to_do(api: Api) -> None:
    said = problem(api.get("/scores?importer=FRA"), 404, "lens_not_scored")
    assert "/api/v1/jobs" in said["detail"]
    problem(api.get("/scores?importer=QQQ"), 400, "invalid")
    problem(api.get("/scores?method=nope"), 400, "invalid")


def test_a_project_that_cannot_be_scored_says_so(api: Api) -> None:
    bare = Project.objects.filter(minerals=None).earliest("id")
    said = problem(api.get(f"/projects/{bare.key}/score"), 404, "not_scored")
    assert "steel" in said["detail"]
    assert api.json(f"/projects/{bare.key}")["minerals"] == []


def test_an_edit_makes_the_score_stale_until_it_is_scored_again(api: Api) -> None:
    key = api.json("/scores?page_size=1")["items"][0]["key"]
    assert api.json(f"/projects/{key}/score")["stale"] is False
    Project.objects.filter(key=key).update(latitude=1.0)
    assert api.json(f"/projects/{key}/score")["stale"] is True


def test_history_tells_each_change_with_its_versions(api: Api) -> None:
    key = api.json("/scores?page_size=1")["items"][0]["key"]
    (past,) = api.json(f"/projects/{key}/score/history")["items"]
    current = api.json(f"/projects/{key}/score")
    shared = ("composite", *NODES, "method_version", "edition", "as_of", "job")
    assert {name: past[name] for name in shared} == {name: current[name] for name in shared}


def test_a_draft_has_no_score_to_show(api: Api) -> None:
    key = api.json("/scores?page_size=1")["items"][0]["key"]
    Project.objects.filter(key=key).update(state="draft")
    for path in ("", "/score", "/score/explanation", "/score/history"):
        problem(api.get(f"/projects/{key}{path}"), 404, "not_found")
    assert key != api.json("/scores?page_size=1")["items"][0]["key"]


def test_contributions_add_up_to_the_composite(api: Api) -> None:
    for row in api.json("/scores?page_size=20&place=COD,CHL,AUS,USA,CHN")["items"]:
        said = api.json(f"/projects/{row['key']}/score/explanation")
        parts = [i["contribution"] for d in said["dimensions"] for i in d["indicators"]]
        assert math.fsum(parts) == pytest.approx(row["composite"], abs=1e-9)
        assert said["contributions_sum"] == pytest.approx(row["composite"], abs=1e-9)
        whole = math.fsum(d["contribution"] for d in said["dimensions"])
        assert whole == pytest.approx(row["composite"], abs=1e-9)


def test_an_explanation_gives_reasons_sources_and_cautions(api: Api) -> None:
    row = api.json("/scores?place=COD&mineral=cobalt&page_size=1")["items"][0]
    said = api.json(f"/projects/{row['key']}/score/explanation")
    assert said["score"] == {**row, "computed": "by_job", "note": ""}
    indicators = {i["indicator"]: i for d in said["dimensions"] for i in d["indicators"]}
    listed = indicators["lab.listing"]
    assert listed["level"] == "child"
    assert "artisanal" in listed["caution"]
    assert listed["sources"][0]["release"].startswith("dol")
    assert indicators["lab.voice"]["proxy_for"]
    assert indicators["geo.partnership"]["status"] == "does_not_apply"
    assert all(i["why"] for i in indicators.values())
    assert all(i["sources"] for i in indicators.values())


def test_an_explanation_shows_context_and_bounds_of_what_is_not_assessed(api: Api) -> None:
    row = api.json("/scores?place=COD&mineral=cobalt&page_size=1")["items"][0]
    said = api.json(f"/projects/{row['key']}/score/explanation")
    indigenous = said["dimensions"][3]
    assert indigenous["dimension"] == "indigenous"
    assert indigenous["score"] is None
    assert indigenous["band"] == "not assessed"
    assert indigenous["low"] <= indigenous["context"] < indigenous["high"]
    statuses = {i["status"] for i in indigenous["indicators"]}
    assert statuses <= {"context", "unknown"}


def test_an_explanation_says_with_how_many_the_score_is_shared(api: Api) -> None:
    row = api.json("/scores?page_size=1")["items"][0]
    said = api.json(f"/projects/{row['key']}/score/explanation")
    assert said["standing"]["shared_with"] == row["shared_with"] > 0
    assert f"{row['shared_with']} other" in said["notes"][0]
    assert all(d["standing"]["of"] > 1000 for d in said["dimensions"])
