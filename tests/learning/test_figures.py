"""The figures that the page on learned models states, from the bundle's files alone."""

import numpy as np
import pytest

from riskscore.learning.data.panel import Panel
from riskscore.learning.data.rows import Rows
from riskscore.learning.disruption import CHOOSING, Backtest
from riskscore.learning.fit.evaluate import auc
from riskscore.learning.fit.rolling import rolling
from riskscore.learning.report import metrics, small_producers


def test_the_held_out_figures_hold(tested: Backtest, panel: Panel) -> None:
    said = metrics.reported(tested, 0, panel.minerals)
    assert said["held_out"] == [2017, 2023]
    assert said["events"] == 244
    assert said["auc"] >= 0.77
    assert said["auc_difference"] >= 0.04
    assert said["auc_difference_ci"][0] > 0
    assert said["brier"] < said["brier_base"]
    assert 0.8 <= said["calibration_slope"] <= 1.2
    # Every year of seven beats volatility alone.
    assert all(
        said["by_year"][year]["auc"] > said["volatility_by_year"][year]["auc"]
        for year in said["by_year"]
    )


def test_a_part_of_the_back_test_gives_the_same_predictions_again(
    tested: Backtest, rows: Rows
) -> None:
    again = rolling(rows, CHOOSING[:1], 0)
    chosen = rows.inside & (rows.year == CHOOSING[0])
    assert auc(rows.outcome[chosen], again["boosted"][chosen]) > 0.5
    twice = rolling(rows, CHOOSING[:1], 0)
    for name, part in again.items():
        np.testing.assert_array_equal(part, twice[name])


def test_nobody_but_producers_is_predicted_in_the_back_test(tested: Backtest) -> None:
    rows = tested.rows
    assert np.isnan(tested.raw[~rows.inside & ~rows.small_producers]).all()
    # What is judged, chooses and calibrates is the population alone.
    assert not (rows.small_producers & (tested.held | tested.chosen)).any()


def test_small_producers_are_judged_apart_and_the_model_does_not_hold_for_certain(
    tested: Backtest,
) -> None:
    said = small_producers.evaluated(tested, 0)
    assert (said["rows"], said["events"]) == (2218, 309)
    assert said["auc_ci"][0] > 0.7
    assert said["predicted"] == pytest.approx(said["rate"], abs=0.02)
    assert said["auc"] > said["auc_volatility"]
    # The slope lies within 4/5 and 5/4, its interval does not: so they are not told.
    assert 0.8 < said["calibration_slope"] < 1.25
    assert said["calibration_slope_ci"][0] < 0.8
    assert not said["told"]


def test_the_blend_leads_where_it_was_chosen_and_ties_where_it_was_not(tested: Backtest) -> None:
    choosing, held = tested.leads["choosing"], tested.leads["held_out"]
    assert choosing.certain
    assert not held.certain
    assert held.auc_ci[0] < 0 < held.auc_ci[1]
    assert tested.is_plain
    assert list(tested.used.fixed) == ["logistic"]
