"""What would move a score to the next band, as a client reads it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from riskscore.engine.catalogue import INDICATORS
from riskscore.models import Project, Score
from riskscore.scoring import inputs
from riskscore.scoring.replay import replay
from tests.api.conftest import Api, problem

pytestmark = pytest.mark.django_db
STARTS = {"low": 0, "moderate": 25, "high": 50, "extreme": 75}


@pytest.fixture
def api(bundle: None, api: Api) -> Iterator[Api]:
    """Give a client on the scored bundle."""
    inputs.known_at.cache_clear()
    yield api
    inputs.known_at.cache_clear()


def a_score(**conditions: Any) -> Score:
    scores = Score.objects.filter(lens__importer="WLD", **conditions)
    return scores.select_related("project", "method", "lens").earliest("project_id")


def address(score: Score, query: str = "") -> str:
    return f"/projects/{score.project.key}/score/counterfactuals{query}"


def test_each_change_by_itself_brings_the_score_below_its_band(api: Api) -> None:
    score = a_score(composite__range=(50, 54))
    said = api.json(address(score))
    assert (said["node"], said["direction"]) == ("composite", "lower")
    assert (said["band"], said["next_band"]) == ("high", "moderate")
    assert said["score"] == score.composite
    assert said["changes"]
    side = replay(score).side
    for change in said["changes"]:
        assert change["score"] < 50
        column = side.frame.index(change["indicator"])
        values = side.frame.values.copy(order="F")
        assert values[0, column] == change["now"]
        values[0, column] = change["needed"]
        again = side.fitted.score(replace(side.frame, values=values))
        assert float(again.scores["composite"][0]) == pytest.approx(change["score"], abs=1e-9)
    efforts = [change["effort"] for change in said["changes"]]
    assert efforts == sorted(efforts)


def test_a_dimension_can_be_asked_about_and_the_higher_band_too(api: Api) -> None:
    score = a_score(geopolitical__range=(46, 49.9))
    said = api.json(address(score, "?node=geopolitical&direction=higher"))
    assert said["score"] == score.geopolitical
    assert (said["band"], said["next_band"]) == ("moderate", "high")
    assert all(change["score"] >= 50 for change in said["changes"])
    # Only inputs of the dimension are searched.
    assert {change["indicator"].split(".")[0] for change in said["changes"]} <= {"geo"}


def test_ordinal_inputs_are_told_by_their_words_and_whose_they_are_by_the_catalogue(
    api: Api,
) -> None:
    score = a_score(labour__gte=50, labour__lte=60)
    said = api.json(address(score, "?node=labour"))
    for change in said["changes"]:
        indicator = INDICATORS[change["indicator"]]
        assert change["belongs_to"] == indicator.level
        assert (change["level_needed"] is not None) == bool(indicator.levels)
        if indicator.levels:
            assert change["level_needed"] == indicator.levels[int(change["needed"])]
            assert change["level_now"] == indicator.levels[int(change["now"])]
    assert any(change["level_needed"] for change in said["changes"])


def test_unknown_inputs_are_named_and_not_guessed_at(api: Api) -> None:
    score = a_score(composite__range=(25, 60))
    said = api.json(address(score))
    frame = replay(score).side.frame
    assert said["unknown"]
    for name in said["unknown"]:
        assert np.isnan(frame.column(name)[0])
    assert not {change["indicator"] for change in said["changes"]} & set(said["unknown"])
    assert "not guessed at" in said["notes"][-1]


def test_where_there_is_no_next_band_it_says_so(api: Api) -> None:
    lowest = api.json(address(a_score(composite__lt=25)))
    assert (lowest["next_band"], lowest["changes"]) == (None, [])
    assert "low band already" in lowest["notes"][0]
    unassessed = api.json(address(a_score(indigenous=None), "?node=indigenous"))
    assert (unassessed["score"], unassessed["band"]) == (None, "not assessed")
    assert (unassessed["next_band"], unassessed["changes"]) == (None, [])
    assert "not assessed" in unassessed["notes"][0]


def test_a_project_that_has_moved_since_must_be_scored_again_first(api: Api) -> None:
    score = a_score(composite__range=(50, 54))
    Project.objects.filter(pk=score.project_id).update(place="CHL")
    said = problem(api.get(address(score)), 409, "cannot_replay")
    assert "has changed since" in said["detail"]


def test_unknown_nodes_and_directions_are_refused(api: Api) -> None:
    score = a_score(composite__gte=25)
    for query in ("?node=climate", "?direction=sideways", "?band=low"):
        problem(api.get(address(score, query)), 400, "invalid")
    problem(api.get("/projects/nobody/score/counterfactuals"), 404, "not_found")
