"""Every stored input says its mineral, place, years and error, and a score what decided it."""

from typing import Any

import pytest

from riskscore.models import Edition, Score
from riskscore.scoring import inputs
from riskscore.scoring.explanation import explain, specification
from riskscore.scoring.stored_score import StoredScore
from tests.bundled import AS_OF


def stored(key: str) -> tuple[Any, StoredScore]:
    row = Score.objects.select_related("project", "lens", "method").get(
        project__key=key, lens__importer="WLD"
    )
    return specification(row.method_id, row.method.hash), StoredScore.from_instance(row)


def test_a_value_of_the_bundle_says_what_it_is_about(bundle: None) -> None:
    method, score = stored("icmm-07542")
    rows = {
        row.leaf.column: row.subject
        for dimension in explain(method, score).dimensions
        for row in dimension.indicators
    }
    law = rows["geo.law"]
    assert (law.mineral, law.place, law.years) == (None, score.place_id, "2023")
    assert law.standard_error is not None
    mining = rows["con.mining_recent"]
    assert mining.place is None
    assert mining.years.endswith("2024")
    assert mining.mineral is not None
    risk = rows["con.hhi_governance"]
    assert (risk.mineral, risk.years) == (mining.mineral, "2022–2024")


def test_a_mean_says_its_years_and_a_newest_year_that_it_is_alone(bundle: None) -> None:
    edition = Edition.objects.latest("number").number
    known = inputs.known_at(inputs.Pinned(edition, AS_OF, "WLD"))
    table = known.tables["con.mining_recent"]
    assert table.years is not None
    assert table.first_years is not None
    years = {
        mineral: (int(table.first_years[at]), int(table.years[at]))
        for at, mineral in enumerate(known.axes.minerals)
    }
    assert years["nickel"] == (2024, 2024)
    assert years["gold"] == (2022, 2024)


def test_a_dimension_that_chooses_names_its_mineral_and_shows_the_others(bundle: None) -> None:
    method, score = stored("icmm-07542")
    for dimension in explain(method, score).dimensions:
        node = next(node for node in method.nodes if node.code == dimension.figures.code)
        if node.mineral is None:
            assert not dimension.minerals
            continue
        best = dimension.minerals[0]
        assert best.decided
        assert best.mineral == dimension.mineral
        assert best.score == pytest.approx(score.scores[node.code], abs=1e-9)
        minerals = {row.subject.mineral for row in dimension.indicators} - {None}
        assert minerals <= {best.mineral}
