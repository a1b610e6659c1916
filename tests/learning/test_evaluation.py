"""Metrics against hand calculations and scikit-learn, drift and reasons."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from riskscore.learning.data.panel import Floats
from riskscore.learning.fit.evaluate import (
    auc,
    auc_of_draws,
    calibration_curve,
    clustered,
    interval,
    intervals,
    measured,
)
from riskscore.learning.report.drift import psi
from riskscore.learning.report.shapley import shapley


def test_the_area_counts_ties_half() -> None:
    # Pairs: (0.5, 0.5) ties, (0.5, 0.2) won, (0.9, 0.5) won, (0.9, 0.2) won: 3.5 of 4.
    assert auc(np.array([1.0, 0, 1, 0]), np.array([0.5, 0.5, 0.9, 0.2])) == 3.5 / 4


def test_the_area_equals_that_of_scikit_learn_with_weights() -> None:
    generator = np.random.default_rng(0)
    outcome = generator.integers(0, 2, 300).astype(np.float64)
    score = np.round(generator.uniform(size=300), 1)
    weights = generator.integers(0, 4, (5, 300)).astype(np.float64)
    expected = [roc_auc_score(outcome, score, sample_weight=row) for row in weights]
    np.testing.assert_allclose(auc_of_draws(outcome, score, weights), expected, rtol=1e-12)


def test_an_area_without_events_is_unknown() -> None:
    assert np.isnan(auc(np.zeros(4), np.arange(4.0)))


def test_a_bootstrap_draws_clusters_whole_and_is_the_same_twice() -> None:
    cluster = np.array([0, 0, 1, 1, 2])
    weights = clustered(cluster, 50, 7)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, [0, 2, 4]].sum(axis=1) == 3).all()
    np.testing.assert_array_equal(weights, clustered(cluster, 50, 7))


def test_an_interval_is_that_of_the_middle_95_percent() -> None:
    assert interval(np.arange(1001.0)) == (25.0, 975.0)


def test_metrics_by_hand() -> None:
    # Brier: (0.2² + 0.4² + 0.7² + 0.1²) / 4 = 0.175; the base rate ½ has 0.25.
    found = measured(np.array([1.0, 1, 0, 0]), np.array([0.8, 0.6, 0.7, 0.1]))
    assert found.brier == pytest.approx(0.175)
    assert found.brier_base == 0.25
    assert found.brier_skill == pytest.approx(0.3)
    assert found.log_loss == pytest.approx(-np.log([0.8, 0.6, 0.3, 0.9]).mean())
    assert found.auc == 0.75


@pytest.mark.slow
def test_intervals_hold_what_they_are_of() -> None:
    generator = np.random.default_rng(0)
    said = generator.uniform(0.05, 0.6, 1500)
    outcome = (generator.uniform(size=1500) < said).astype(np.float64)
    found = measured(outcome, said)
    part = intervals(outcome, said, clustered(np.arange(1500) % 300, 400, 0))
    for name in ("log_loss", "average_precision", "calibration_slope"):
        low, high = part[f"{name}_ci"]
        assert low < getattr(found, name) < high, name


def test_a_calibration_curve_has_ten_bins_of_equal_number() -> None:
    said = calibration_curve(np.tile([0.0, 1.0], 50), np.linspace(0, 1, 100))
    assert [row["rows"] for row in said] == [10.0] * 10
    assert all(row["observed"] == 0.5 for row in said)


def test_the_same_distribution_has_no_drift_and_another_has() -> None:
    generator = np.random.default_rng(0)
    reference = generator.normal(size=5000)
    assert psi(reference, reference) == 0
    assert psi(reference, generator.normal(size=5000)) < 0.02
    assert psi(reference, generator.normal(1, 1, size=5000)) > 0.25


def test_drift_by_hand() -> None:
    # Halves 0.5/0.5 become 0.75/0.25: (0.25 ln 1.5) + (-0.25 ln 0.5) = 0.27465.
    reference, current = np.array([0.0, 1.0] * 50), np.array([0.0] * 75 + [1.0] * 25)
    assert psi(reference, current) == pytest.approx(0.25 * np.log(1.5) + 0.25 * np.log(2))


def test_values_that_became_unknown_are_drift() -> None:
    assert psi(np.arange(100.0), np.where(np.arange(100) < 50, np.nan, 1.0 * np.arange(100))) > 1


def test_reasons_of_a_linear_model_are_its_terms_and_always_sum_to_the_prediction() -> None:
    weight = np.array([2.0, -1.0, 0.5, 3.0])

    def linear(x: Floats) -> Floats:
        return np.asarray((x * weight).sum(axis=1), np.float64)

    generator = np.random.default_rng(0)
    x, background = generator.normal(size=(7, 4)), generator.normal(size=(5, 4))
    mean, added = shapley(linear, x, background, {"a": (0,), "b": (1, 2), "c": (3,)}, 0)
    terms = weight * (x - background.mean(axis=0))
    expected = np.column_stack([terms[:, 0], terms[:, 1] + terms[:, 2], terms[:, 3]])
    np.testing.assert_allclose(added, expected, atol=1e-12)
    np.testing.assert_allclose(mean + added.sum(axis=1), linear(x), atol=1e-12)


def test_reasons_of_a_product_are_shared_and_sum() -> None:
    def product(x: Floats) -> Floats:
        return np.asarray(x[:, 0] * x[:, 1], np.float64)

    # From (0, 0) to (2, 3): each order gives all 6 to who comes last; both orders give 3 each.
    mean, added = shapley(
        product, np.array([[2.0, 3.0]]), np.zeros((1, 2)), {"a": (0,), "b": (1,)}, 0
    )
    assert mean == 0
    assert added.tolist() == [[3.0, 3.0]]
