"""Method v4 on the bundle: what is known of a project counts, and can only raise."""

from dataclasses import replace

import numpy as np
import pytest

from riskscore.engine.frame import Frame
from riskscore.engine.method import Fitted
from riskscore.models import Edition, Method, Project
from riskscore.scoring import compute, inputs, methods
from tests.bundled import AS_OF

RAISING = (
    *("ind.community", "ind.area", "ind.language", "ind.language_weak", "ind.overlap"),
    *("ind.events", "lab.events", "geo.events", "con.offtake", "geo.disruption", "lab.predicted"),
    *("own.concentration", "own.state"),
)
NODES = ("composite", "geopolitical", "concentration", "labour", "indigenous")


@pytest.fixture
def everyone(bundle: None) -> tuple[Fitted, Frame, list[Project]]:
    """The method, what it reads of all scored projects, and the projects in that order."""
    scored = list(Project.objects.filter(minerals__isnull=False).distinct().order_by("id"))
    pinned = inputs.Pinned(Edition.objects.latest("number").number, AS_OF, "WLD")
    version = Method.objects.get(code="critical-minerals", version=4)
    fitted = methods.fitted_method(version.id)
    frame = compute.load(pinned, [project.pk for project in scored]).frame(fitted.method)
    return fitted, frame, scored


def with_column(frame: Frame, column: str, values: np.ndarray) -> Frame:
    changed = frame.values.copy(order="F")
    changed[:, frame.index(column)] = values
    return replace(frame, values=changed)


@pytest.mark.parametrize("column", RAISING)
def test_nothing_known_of_a_project_makes_it_safer_than_without(
    everyone: tuple[Fitted, Frame, list[Project]], column: str
) -> None:
    fitted, frame, _ = everyone
    rng = np.random.default_rng(7)
    unknown = np.full(len(frame), np.nan)
    without = fitted.score(with_column(frame, column, unknown))
    top = {"ind": 200.0, "geo": 1.0, "lab": 1.0, "con": 1.0, "own": 1.0}[column[:3]]
    top = 100.0 if column.endswith("events") else top
    for values in (frame.column(column), rng.uniform(0, top, len(frame))):
        with_it = fitted.score(with_column(frame, column, values))
        for node in NODES:
            before, after = without.scores[node], with_it.scores[node]
            known = ~np.isnan(before)
            assert (after[known] >= before[known] - 1e-9).all(), (column, node)


def test_every_score_lies_within_its_bounds_and_above_its_own_context(
    everyone: tuple[Fitted, Frame, list[Project]],
) -> None:
    fitted, frame, _ = everyone
    result = fitted.score(frame)
    for node in NODES:
        known = ~np.isnan(result.scores[node])
        score = result.scores[node][known]
        assert (result.low[node][known] <= score + 1e-9).all()
        assert (score <= result.high[node][known] + 1e-9).all()
    known = ~np.isnan(result.scores["indigenous"])
    assert (result.scores["indigenous"] >= result.context["indigenous"] - 1e-9)[known].all()


def test_las_bambas_is_the_worst_of_peru_for_those_who_live_there(
    everyone: tuple[Fitted, Frame, list[Project]],
) -> None:
    fitted, frame, scored = everyone
    scores = fitted.score(frame).scores["indigenous"]
    peru = [
        (score, project.name)
        for score, project in zip(scores, scored, strict=True)
        if project.place_id == "PER" and not np.isnan(score)
    ]
    worst = max(peru)
    assert worst[1] == "Las Bambas"
    assert worst[0] > 85


def test_who_lives_there_is_known_where_registers_are(
    everyone: tuple[Fitted, Frame, list[Project]],
) -> None:
    fitted, frame, scored = everyone
    assessed = ~np.isnan(fitted.score(frame).scores["indigenous"])
    places = np.array([project.place_id for project in scored])
    assert assessed[places == "ARG"].sum() >= 78
    for place in ("AUS", "CAN"):
        assert (~assessed[places == place]).sum() <= 20
