"""Why a score changed between two moments, as a client reads it."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from riskscore.jobs import requests
from riskscore.models import Job, Lens, Method, Project, Score, ScoreHistory
from riskscore.models.scores import NODES
from riskscore.scoring import inputs, rescore
from tests.api.conftest import Api, problem
from tests.bundled import AS_OF
from tests.intake.files import take_in

pytestmark = pytest.mark.django_db
CORRECTED = "indicator,place,year,value,standard_error\nwgi.law,Chile,2023,-2,0.1\n"


@pytest.fixture
def lens(bundle: None) -> Iterator[Lens]:
    """Editions of a test are taken back, and the next test gives their numbers to other facts."""
    inputs.known_at.cache_clear()
    # A correction then costs the job that the test starts, and no more.
    Lens.objects.update(kept_current=False)
    yield Lens.objects.get(method_code=settings.DEFAULT_METHOD, importer="WLD")
    inputs.known_at.cache_clear()


@pytest.fixture
def project(lens: Lens) -> Project:
    return Project.objects.filter(
        scores__lens=lens, scores__composite__isnull=False, place="CHL"
    ).earliest("id")


@pytest.fixture
def address(project: Project) -> str:
    return f"/projects/{project.key}/score/changes"


def rescored(project: Project, lens: Lens, **pinned: Any) -> Score:
    job = requests.start({"keys": [project.key]}, lens=lens, as_of=AS_OF, apart=False)
    Job.objects.filter(id=job.id).update(**pinned)
    while rescore.drain():
        pass
    return Score.objects.get(project=project, lens=lens)


def total(parts: dict[str, float]) -> float:
    return math.fsum(parts.values())


def adds_up(said: dict[str, Any]) -> None:
    """Parts add up per node, and those of the indicators to those of the composite."""
    for node in said["nodes"]:
        if node["difference"] is not None:
            assert total(node["parts"]) == pytest.approx(node["difference"], abs=1e-9), node
    whole = said["nodes"][0]["parts"]
    for name in ("data", "method", "model"):
        parts = [row["parts"][name] for row in said["indicators"]]
        assert math.fsum(parts) == pytest.approx(whole[name], abs=1e-9), name
    for row in said["indicators"]:
        moved = (row["contribution_after"] or 0.0) - (row["contribution_before"] or 0.0)
        assert total(row["parts"]) == pytest.approx(moved, abs=1e-9), row


def test_a_corrected_figure_is_the_data_part_of_what_changed(
    lens: Lens, project: Project, address: str, api: Api
) -> None:
    first = Score.objects.get(project=project, lens=lens)
    assert take_in(CORRECTED, "wgi", layout="observations", accept_jumps=True).changed == 1
    second = rescored(project, lens)
    said = api.json(address)
    assert said["replayed"] is True
    assert said["before"]["composite"] == first.composite
    assert said["after"]["composite"] == second.composite
    assert said["before"]["edition"] < said["after"]["edition"]
    assert [node["node"] for node in said["nodes"]] == list(NODES)
    whole = said["nodes"][0]
    assert whole["difference"] == second.composite - first.composite > 0  # type: ignore[operator]
    assert whole["parts"]["data"] == pytest.approx(whole["difference"], abs=1e-9)
    assert (whole["parts"]["method"], whole["parts"]["model"]) == (0.0, 0.0)
    adds_up(said)
    law = next(row for row in said["indicators"] if row["indicator"] == "geo.law")
    assert law["value_after"] == -2
    assert law["value_before"] > 0
    assert law["contribution_after"] > law["contribution_before"]
    # The dimensions are joined by a power mean, so the points of all move with one of them.
    listed = next(row for row in said["indicators"] if row["indicator"] == "lab.listing")
    assert listed["value_before"] == listed["value_after"]


def test_another_version_of_the_method_is_the_method_part(
    lens: Lens, project: Project, address: str, api: Api
) -> None:
    newest = Score.objects.get(project=project, lens=lens).method
    older = Method.objects.get(code=newest.code, version=newest.version - 1)
    assert {leaf["code"] for leaf in leaves(older)} != {leaf["code"] for leaf in leaves(newest)}
    rescored(project, lens, method=older)
    said = api.json(address)
    versions = (said["before"]["method_version"], said["after"]["method_version"])
    assert versions == (newest.version, older.version)
    assert said["replayed"] is True
    for node in said["nodes"]:
        if node["difference"] is not None:
            assert node["parts"]["data"] == pytest.approx(0.0, abs=1e-9)
            assert node["parts"]["method"] == pytest.approx(node["difference"], abs=1e-9)
    adds_up(said)


def leaves(method: Method) -> list[dict[str, Any]]:
    def below(node: dict[str, Any]) -> list[dict[str, Any]]:
        if "children" not in node:
            code = node.get("code") or node.get("indicator") or node.get("column")
            return [{**node, "code": code}]
        return [leaf for child in node["children"] for leaf in below(child)]

    return below(method.spec["root"])


def test_the_score_in_force_at_a_moment_is_the_last_one_computed_by_then(
    lens: Lens, project: Project, address: str, api: Api
) -> None:
    first = ScoreHistory.objects.get(project=project, lens=lens)
    take_in(CORRECTED, "wgi", layout="observations", accept_jumps=True)
    second = rescored(project, lens)
    assert second.computed_at > first.computed_at
    before = (second.computed_at - timedelta(microseconds=1)).isoformat().replace("+00:00", "Z")
    said = api.json(f"{address}?from={before}")
    assert said["before"]["composite"] == first.composite
    assert said["after"]["composite"] == second.composite
    # At one moment there is one score, so nothing lies between.
    said = api.json(f"{address}?from={before}&to={before}")
    assert said["before"] == said["after"]
    assert said["nodes"][0]["difference"] == 0.0
    assert said["indicators"] == []
    assert "no number" in said["notes"][0]


def test_a_day_means_its_end(lens: Lens, project: Project, address: str, api: Api) -> None:
    day = ScoreHistory.objects.get(project=project, lens=lens).computed_at.date()
    said = api.json(f"{address}?from={day}&to={day}")
    assert said["before"]["computed_at"].startswith(str(day))
    early = datetime.combine(day, datetime.min.time(), UTC) - timedelta(days=1)
    problem(api.get(f"{address}?from={early.date()}&to={day}"), 404, "no_score_then")


def test_before_the_first_score_it_says_where_history_begins(
    lens: Lens, project: Project, address: str, api: Api
) -> None:
    first = ScoreHistory.objects.get(project=project, lens=lens).computed_at
    said = problem(api.get(f"{address}?from=2020-01-31"), 404, "no_score_then")
    assert f"history begins at {first.isoformat()}" in said["detail"]
    # Nothing came before the only score either.
    said = problem(api.get(address), 404, "no_score_then")
    assert "nothing came before" in said["detail"]


def test_moments_that_make_no_sense_are_refused(address: str, api: Api) -> None:
    for query in ("from=2026-13-01", "to=yesterday", "from=2026-02-02&to=2026-02-01", "since=1"):
        problem(api.get(f"{address}?{query}"), 400, "invalid")


def test_a_project_that_has_moved_since_is_compared_by_what_its_scores_keep(
    lens: Lens, project: Project, address: str, api: Api
) -> None:
    first = Score.objects.get(project=project, lens=lens)
    Project.objects.filter(id=project.pk).update(place="COD")
    second = rescored(project, lens)
    said = api.json(address)
    assert said["replayed"] is False
    assert "has changed since" in said["notes"][0]
    assert said["nodes"][0]["difference"] == second.composite - first.composite  # type: ignore[operator]
    assert all(row["parts"] is None for row in (*said["nodes"], *said["indicators"]))
    law = next(row for row in said["indicators"] if row["indicator"] == "geo.law")
    assert law["value_before"] > 0 > law["value_after"]


def test_whoever_has_no_score_has_no_change(lens: Lens, api: Api) -> None:
    bare = Project.objects.filter(minerals=None).earliest("id")
    problem(api.get(f"/projects/{bare.key}/score/changes"), 404, "not_scored")
    problem(api.get("/projects/nobody/score/changes"), 404, "not_found")
