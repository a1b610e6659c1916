"""Small producers: who they are, when they are predicted, and who is not."""

from dataclasses import replace

import numpy as np
import pytest

from riskscore.learning.candidate import Predicted
from riskscore.learning.data.rows import gathered
from riskscore.learning.data.targets import small_producers
from riskscore.learning.fit.estimators import MEMBERS, fit, predict
from riskscore.learning.report import coverage
from riskscore.learning.report import small_producers as report_small_producers
from tests.learning.panels import invented, series


@pytest.mark.parametrize("percent", [0.9, 0.21])
def test_small_producers_export_from_a_fifth_of_a_percent_to_one(percent: float) -> None:
    # The rest of the world exports and does not produce.
    assert small_producers(series(*[percent] * 3), 2).tolist() == [True, False]


@pytest.mark.parametrize("percent", [1.1, 0.19])
def test_who_exports_more_or_less_is_no_small_producer(percent: float) -> None:
    assert not small_producers(series(*[percent] * 3), 2).any()


def shown(low: float, high: float, auc_from: float) -> dict[str, list[float]]:
    return {"calibration_slope_ci": [low, high], "auc_ci": [auc_from, 0.8]}


def test_they_are_predicted_where_the_whole_intervals_hold() -> None:
    assert report_small_producers.holds(shown(0.81, 1.24, 0.61))


@pytest.mark.parametrize("found", [(0.79, 1.1, 0.7), (0.9, 1.26, 0.7), (0.9, 1.1, 0.6)])
def test_they_are_not_told_where_an_interval_reaches_over(
    found: tuple[float, float, float],
) -> None:
    assert not report_small_producers.holds(shown(*found))


def test_who_may_not_be_learnt_from_changes_no_prediction() -> None:
    rows = gathered(invented(), range(2004, 2011))
    learnt = np.arange(len(rows)) % 7 > 0
    turned = np.where(learnt, rows.outcome, 1 - rows.outcome)
    said, again = (
        predict(fit(replace(rows, learnt=learnt, outcome=outcome), 0, MEMBERS[:1]), rows.x)
        for outcome in (rows.outcome, turned)
    )
    np.testing.assert_array_equal(said, again)


def counted(*values: float, producers: set[tuple[str, str]] | None = None) -> dict[str, int]:
    """Why Chile's copper, or whoever is given, is not predicted after these exports."""
    pairs = frozenset(producers or {("copper", "CHL")})
    found: dict[str, int] = coverage.counted(series(*values), pairs, small_producers_reported=True)[
        "why_not"
    ]
    return found


def test_each_pair_that_is_not_predicted_has_its_reason() -> None:
    assert counted(5, 5, 5) == counted(0.5, 0.5, 0.5) == {}
    assert counted(0.1, 0.1, 0.1) == {coverage.TOO_SMALL: 1}
    assert counted(5, 5, 0) == {coverage.NOT_NOW: 1}
    assert counted(0, 0, 5) == {coverage.NO_HISTORY: 1}
    assert counted(5, 5, 5, producers={("copper", "PER")}) == {coverage.NEVER: 1}
    assert counted(5, 5, 5, producers={("tin", "CHL")}) == {coverage.NO_CODE: 1}


def test_the_counts_add_up_and_say_when_small_producers_are_not_told() -> None:
    panel, pairs = series(0.5, 0.5, 0.5), frozenset({("copper", "CHL"), ("tin", "CHL")})
    told, silent = (
        coverage.counted(panel, pairs, small_producers_reported=said) for said in (True, False)
    )
    assert (told["predicted"], told["outside_it"], told["not_predicted"]) == (1, 1, 1)
    assert (silent["predicted"], silent["not_predicted"]) == (0, 2)
    assert silent["why_not"] == {coverage.NOT_REPORTED: 1, coverage.NO_CODE: 1}


def test_their_predictions_follow_those_of_the_population() -> None:
    def predicted(place: str, share: float, *, evaluated: bool) -> Predicted:
        one, flag = np.array([share]), np.array([evaluated])
        return Predicted([place], ["tin"], 2025, one, one, one, one, ("a",), one[:, None], flag)

    joined = predicted("CHL", 0.1, evaluated=True).joined_with(
        predicted("PER", 0.2, evaluated=False)
    )
    assert joined.place == ["CHL", "PER"]
    assert joined.probability.tolist() == [0.1, 0.2]
    assert joined.contributions.tolist() == [[0.1], [0.2]]
    assert joined.evaluated.tolist() == [True, False]
