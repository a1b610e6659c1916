"""Rank correlations as statisticians know them, ties included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr

from riskscore.engine.explain.correlations import kendall, spearman

NAN = float("nan")


def test_four_in_order_but_for_one_pair() -> None:
    # 6 pairs, 5 in the same order and 1 turned: (5 − 1) / 6. Σd² = 2: 1 − 6·2 / (4·15).
    x, y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 2.0, 4.0])
    assert kendall(x, y) == pytest.approx(4 / 6)
    assert spearman(x, y) == pytest.approx(0.8)


def test_what_is_unknown_on_one_side_is_left_out() -> None:
    x, y = np.array([1.0, NAN, 2.0, 3.0]), np.array([3.0, 9.0, 2.0, 1.0])
    assert kendall(x, y) == -1
    assert spearman(x, y) == pytest.approx(-1)


def test_a_constant_has_no_order() -> None:
    assert np.isnan(kendall(np.ones(3), np.arange(3.0)))
    assert np.isnan(spearman(np.ones(3), np.arange(3.0)))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=60))
def test_both_are_those_of_scipy(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, np.float64).T
    if len(set(x)) > 1 and len(set(y)) > 1:
        assert kendall(x, y) == pytest.approx(kendalltau(x, y).statistic, abs=1e-12)
        assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)
