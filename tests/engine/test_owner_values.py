"""Owners as indicators: what is certain at least, what could be at most; hand calculations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscore.engine.inputs.owner_values import (
    CAP,
    Bounds,
    Holdings,
    concentration,
    part_of,
    worth,
)

NAN = float("nan")


def of_one(*rows: tuple[int, float, float]) -> Holdings:
    """Holdings (holder, share, worth) of one project."""
    holder, share, weight = zip(*rows, strict=True) if rows else ((), (), ())
    return Holdings(
        np.zeros(len(rows), np.int64),
        np.array(holder, np.int64),
        np.array(share, np.float64),
        np.array(weight, np.float64),
    )


def pair(bounds: Bounds) -> tuple[float, float]:
    return float(bounds.least[0]), float(bounds.most[0])


def test_an_unverified_statement_is_never_worth_more_than_half() -> None:
    assert CAP["unverified"] == 0.5
    assert worth("unverified", 1.0) == 0.5
    assert worth("unverified", 0.3) == 0.3
    assert worth("confirmed", 1.0) == 1.0
    assert worth("rejected", 1.0) == 0.0


def test_confirmed_shares_that_are_all_stated_give_the_hhi_itself() -> None:
    # 0.6² + 0.4² = 0.52
    assert pair(concentration(of_one((1, 0.6, 1), (2, 0.4, 1)), 1)) == pytest.approx((0.52, 0.52))


def test_what_nobody_states_is_spread_at_least_and_the_greatest_holders_at_most() -> None:
    # 0.5² = 0.25; (0.5 + 0.5)² = 1
    assert pair(concentration(of_one((1, 0.5, 1)), 1)) == pytest.approx((0.25, 1.0))
    # 0.5² + 0.3² = 0.34; (0.5 + 0.2)² + 0.3² = 0.58
    assert pair(concentration(of_one((1, 0.5, 1), (2, 0.3, 1)), 1)) == pytest.approx((0.34, 0.58))


def test_owners_without_shares_are_equal_at_least_and_unverified_ones_count_by_half() -> None:
    assert pair(concentration(of_one((1, NAN, 1), (2, NAN, 1)), 1)) == pytest.approx((0.5, 1.0))
    # two at 0.5 · 0.5 = 0.25 each: 2 · 0.0625
    assert pair(concentration(of_one((1, NAN, 0.5), (2, NAN, 0.5)), 1)) == pytest.approx((0.125, 1))
    # one alone, unverified: 0.5²
    assert pair(concentration(of_one((1, NAN, 0.5)), 1)) == pytest.approx((0.25, 1.0))


def test_companies_of_one_parent_are_one_holder() -> None:
    assert pair(concentration(of_one((1, 0.5, 1), (1, 0.5, 1)), 1)) == pytest.approx((1.0, 1.0))


def test_nothing_known_is_unknown_and_not_zero() -> None:
    assert np.isnan(concentration(of_one(), 1).least[0])
    assert np.isnan(concentration(of_one((1, 0.5, 0.0)), 1).least[0])
    assert np.isnan(part_of(of_one((1, NAN, 1)), np.array([NAN]), np.array([1.0]), 1).least[0])


def test_the_share_of_states_is_what_is_stated_and_believed() -> None:
    holdings = of_one((1, 0.6, 1), (2, 0.4, 1))
    whole = part_of(holdings, np.array([1.0, 0.0]), np.array([1.0, 1.0]), 1)
    assert pair(whole) == pytest.approx((0.6, 0.6))
    half = part_of(holdings, np.array([1.0, 0.0]), np.array([0.5, 1.0]), 1)
    assert pair(half) == pytest.approx((0.3, 0.6))
    unknown = part_of(holdings, np.array([1.0, NAN]), np.array([1.0, 1.0]), 1)
    assert pair(unknown) == pytest.approx((0.6, 1.0))


def test_owners_without_shares_tell_only_what_is_true_of_all_of_them() -> None:
    two = of_one((1, NAN, 1), (2, NAN, 1))
    both = part_of(two, np.array([1.0, 1.0]), np.array([1.0, 1.0]), 1)
    assert pair(both) == pytest.approx((1.0, 1.0))
    mixed = part_of(two, np.array([1.0, 0.0]), np.array([1.0, 1.0]), 1)
    assert np.isnan(mixed.least[0])


HOLDING = st.tuples(
    st.integers(1, 3),
    st.one_of(st.just(NAN), st.floats(0.01, 1.0)),
    st.sampled_from([0.0, 0.3, 0.5, 1.0]),
)
ANSWERS = st.sampled_from([0.0, 1.0, NAN])


@given(st.lists(st.tuples(HOLDING, ANSWERS), min_size=1, max_size=6), st.lists(st.floats(0.01, 1)))
def test_the_truth_lies_between_the_bounds_whatever_the_unknown_shares_are(
    rows: list[tuple[tuple[int, float, float], float]], drawn: list[float]
) -> None:
    holdings = of_one(*(row for row, _ in rows))
    answers = np.array([answer for _, answer in rows])
    for bounds in (
        concentration(holdings, 1),
        part_of(holdings, answers, np.ones(len(rows)), 1),
    ):
        least, most = pair(bounds)
        assert np.isnan(least) == np.isnan(most)
        assert np.isnan(least) or 0 <= least <= most <= 1
    shares = np.array([share for (_, share, _), _ in rows])
    missing = np.isnan(shares)
    left = 1 - shares[~missing].sum()
    if left < 0 or len(drawn) < missing.sum() or not missing.any():
        return
    parts = np.array(drawn[: int(missing.sum())])
    shares[missing] = left * parts / parts.sum()
    held = np.bincount([row[0] for row, _ in rows], shares)
    least, most = pair(concentration(holdings, 1))
    if not np.isnan(least):
        assert least - 1e-9 <= float((held**2).sum()) <= most + 1e-9
