"""One explanation of a score: the API and the admin pages say the same, field by field."""

from typing import Any

import pytest

from riskscore.admin.results import panels
from riskscore.admin.results.explanation import Layout, Line, Meter
from riskscore.admin.ui import wording
from riskscore.engine.catalogue import INDICATORS
from riskscore.models import Score
from riskscore.models.scores import NODES, Band
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db

BESIDE = ("score", "context", "low", "high", "coverage", "residual")


def some_scores() -> list[Score]:
    """A few of every sort: riskiest, not assessed as a whole or in part, seen by Japan, a plant."""
    of_nobody = Score.objects.filter(lens__importer="WLD").order_by("id")
    of_japan = Score.objects.filter(lens__importer="JPN").order_by("id")
    published = "published"
    found = [
        of_nobody.filter(project__place="COD", project__minerals__mineral="cobalt").first(),
        of_nobody.filter(composite=None).first(),
        of_nobody.filter(indigenous=None, composite__gt=0).first(),
        of_nobody.filter(indigenous__gt=0).first(),
        of_nobody.exclude(project__kind="mine").first(),
        of_japan.filter(project__place="CHL", project__minerals__mineral="copper").first(),
        of_japan.filter(project__place="CHN").first(),
    ]
    assert all(score is not None and score.project.state == published for score in found)
    return [score for score in found if score is not None]


def on_page(score: Score) -> Layout:
    panel = panels.of_current(score)
    return panel.explanation


def over_api(api: Api, score: Score) -> dict[str, Any]:
    address = f"/projects/{score.project.key}/score/explanation"
    found: dict[str, Any] = api.json(f"{address}?importer={score.lens.importer_id}")
    return found


def test_api_and_admin_show_the_same_dimensions(bundle: None, api: Api) -> None:
    for score in some_scores():
        page, told = on_page(score), over_api(api, score)
        assert len(page.dimensions) == len(told["dimensions"]) == 4
        for meter, said in zip(page.dimensions, told["dimensions"], strict=True):
            assert same_node(meter, said)
        assert page.composite.points == wording.points(told["score"]["composite"])
        assert str(page.composite.figures.band.label) == told["score"]["band"]
        assert page.total == pytest.approx(told["contributions_sum"] or 0.0, abs=1e-9)


def same_node(meter: Meter, said: dict[str, Any]) -> bool:
    figures = meter.figures
    same = all(getattr(figures, name) == said[name] for name in BESIDE)
    return same and (figures.code, figures.band.label) == (said["dimension"], said["band"])


def test_api_and_admin_show_the_same_indicators(bundle: None, api: Api) -> None:
    for score in some_scores():
        page, told = on_page(score), over_api(api, score)
        indicators = {row["indicator"]: row for d in told["dimensions"] for row in d["indicators"]}
        lines = {line.row.leaf.code: line for line in (*page.lines, *page.uncounted)}
        known = {code for code, row in indicators.items() if row["value"] is not None}
        assert set(lines) == known
        for code, line in lines.items():
            assert same_indicator(line, indicators[code]), code
        counted = {code for code in known if indicators[code]["status"] == "counted"}
        drawn = {line.row.leaf.code for line in page.lines}
        assert drawn == (counted if score.composite is not None else set())
        gone = ", ".join(labels for _, labels in (*page.unknown, *page.absent)).split(", ")
        labels = {row["label"] for code, row in indicators.items() if code not in known}
        assert sorted(gone) == sorted(", ".join(labels).split(", "))


def same_indicator(line: Line, said: dict[str, Any]) -> bool:
    row, indicator = line.row, INDICATORS[line.row.leaf.column]
    return (
        line.label == said["label"]
        and line.raw == wording.raw(indicator, said["value"])
        and line.worth == wording.points(said["contribution"] or 0.0)
        and line.caution == said["caution"]
        and line.proxy_for == said["proxy_for"]
        and (row.status, row.weight, row.level) == (said["status"], said["weight"], said["level"])
        and row.sources == said["sources"]
        and all(each["release"] in line.sources for each in said["sources"] if "release" in each)
    )


def test_a_band_is_the_one_of_the_stored_score(bundle: None) -> None:
    starts = [0.0, 25.0, 50.0, 75.0]
    for score in Score.objects.filter(lens__importer="WLD").order_by("id")[::50]:
        assert Band.of(score.composite, starts) == score.band
    assert [Band.of(x, starts) for x in (None, 24.9, 25.0, 75.0)] == [0, 1, 2, 4]
    assert NODES[0] == "composite"
