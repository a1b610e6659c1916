"""Probabilities that mean what they say, and intervals around them."""

import numpy as np
import pytest

from riskscore.learning.fit.calibrate import Sigmoid, line, venn_abers
from riskscore.learning.fit.estimators import blend, log_odds, probability


def test_log_odds_and_probability_undo_each_other() -> None:
    given = np.array([0.01, 0.2, 0.5, 0.9])
    np.testing.assert_allclose(probability(log_odds(given)), given, rtol=1e-12)


def test_the_blend_is_the_mean_of_log_odds() -> None:
    # Odds of 1/4 and 4 have the geometric mean 1, hence a probability of one half.
    parts = {"a": np.array([0.2]), "b": np.array([0.8])}
    assert blend(parts)[0] == pytest.approx(0.5)


def test_a_score_that_exaggerates_gets_a_slope_below_one() -> None:
    generator = np.random.default_rng(0)
    truth = generator.uniform(0.02, 0.5, 20_000)
    outcome = (generator.uniform(size=truth.size) < truth).astype(np.float64)
    exaggerated = probability(2 * log_odds(truth) + 1)
    fit = line(exaggerated, outcome)
    # Undoing ``2 x + 1`` takes the slope 1/2 and the intercept -1/2.
    assert fit.slope == pytest.approx(0.5, abs=0.05)
    assert fit.intercept == pytest.approx(-0.5, abs=0.08)
    np.testing.assert_allclose(fit(exaggerated).mean(), outcome.mean(), atol=0.005)


def test_a_slope_of_one_and_no_intercept_change_nothing() -> None:
    given = np.array([0.1, 0.3])
    np.testing.assert_allclose(Sigmoid(1.0, 0.0)(given), given)


def test_venn_abers_by_hand() -> None:
    # Scores 0.1, 0.3, 0.5 came to 0, 0, 1. A new 0.3 taken as no event gives (0, 0, 0, 1): 0 at
    # 0.3. Taken as an event, 0.3 holds one of two: (0, 1/2, 1): 1/2 at 0.3.
    found = venn_abers(np.array([0.5, 0.1, 0.3]), np.array([1.0, 0.0, 0.0]))
    low, high = found.interval(np.array([0.3]))
    assert (low[0], high[0]) == (0.0, 0.5)


def test_venn_abers_intervals_hold_the_truth_of_a_known_rate_and_narrow_with_cases() -> None:
    generator = np.random.default_rng(0)

    def width(cases: int) -> float:
        score = generator.uniform(0, 1, cases)
        outcome = (generator.uniform(size=cases) < score).astype(np.float64)
        low, high = venn_abers(score, outcome).interval(np.linspace(0.1, 0.9, 9))
        assert (low <= high).all()
        assert np.abs((low + high) / 2 - np.linspace(0.1, 0.9, 9)).max() < 0.25
        return float((high - low).mean())

    assert width(4000) < width(100)


def test_equal_scores_get_equal_intervals() -> None:
    found = venn_abers(np.array([0.1, 0.2, 0.2, 0.4]), np.array([0.0, 1.0, 0.0, 1.0]))
    low, high = found.interval(np.array([0.2, 0.2]))
    assert low[0] == low[1]
    assert high[0] == high[1]
