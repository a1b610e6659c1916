"""Exposure of a portfolio by hand, and what must hold for any: nothing lost, everything adds up."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscore.engine.arrays import Floats
from riskscore.engine.errors import NumberError
from riskscore.engine.sourcing import contributions
from riskscore.engine.sourcing.holdings import shares, split
from riskscore.engine.sourcing.portfolio import Exposure, Positions, exposure, without

NAN = float("nan")


def positions(*rows: tuple[float, float, float, float]) -> Positions:
    """Of one dimension: kt, score, least, most."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return Positions(table[:, 0], table[:, 1:2], table[:, 2:3], table[:, 3:4])


def bits(found: Exposure) -> list[bytes]:
    return [getattr(found, name).tobytes() for name in Exposure.__slots__]


@st.composite
def rows(draw: st.DrawFn) -> tuple[float, float, float, float]:
    low, high = sorted((draw(st.floats(0, 100)), draw(st.floats(0, 100))))
    score = draw(st.one_of(st.just(NAN), st.floats(low, high)))
    return draw(st.floats(0, 1e4)), score, low, high


def test_exposure_by_hand() -> None:
    # 43 kt at 20, 210 kt at 30: (860 + 6300) / 253.
    found = exposure(positions((43, 20, 20, 20), (210, 30, 30, 30)))
    assert found.score[0] == pytest.approx(7160 / 253)
    assert found.low[0] == found.high[0] == found.score[0]
    assert found.coverage01[0] == 1


def test_an_unknown_score_counts_with_its_bounds_and_is_never_left_out() -> None:
    # 100 kt at 40; 300 kt unknown between 10 and 90.
    found = exposure(positions((100, 40, 40, 40), (300, NAN, 10, 90)))
    assert np.isnan(found.score[0])
    assert found.assessed[0] == 40
    assert (found.low[0], found.high[0]) == ((4000 + 3000) / 400, (4000 + 27000) / 400)
    assert found.coverage01[0] == 0.25


def test_nothing_held_has_no_exposure() -> None:
    found = exposure(positions())
    assert np.isnan([found.score, found.low, found.high, found.coverage01]).all()


@pytest.mark.parametrize("kt", [-1.0, NAN, float("inf")])
def test_tonnes_that_are_none_are_refused(kt: float) -> None:
    with pytest.raises(NumberError, match="kt a year must be finite and not negative"):
        positions((kt, 20, 20, 20))


def test_a_position_without_bounds_is_refused() -> None:
    with pytest.raises(NumberError, match="needs bounds"):
        positions((1, 20, NAN, NAN))


@settings(deadline=None)
@given(st.lists(rows(), max_size=8), rows(), st.randoms())
def test_adding_then_dropping_and_any_order_leave_every_bit(
    held: list[tuple[float, float, float, float]],
    more: tuple[float, float, float, float],
    dice: object,
) -> None:
    before = bits(exposure(positions(*held)))
    both = positions(*held, more)
    assert bits(without(both)[-1]) == before
    shuffled = list(held)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert bits(exposure(positions(*shuffled))) == before


@settings(deadline=None)
@given(st.lists(rows(), min_size=1, max_size=8), rows())
def test_a_position_of_0_kt_changes_nothing(
    held: list[tuple[float, float, float, float]], more: tuple[float, float, float, float]
) -> None:
    assert bits(exposure(positions(*held, (0.0, *more[1:])))) == bits(exposure(positions(*held)))


@settings(deadline=None)
@given(st.lists(rows(), min_size=1, max_size=8))
def test_an_exposure_lies_within_its_bounds_and_among_its_scores(
    held: list[tuple[float, float, float, float]],
) -> None:
    found = exposure(positions(*held))
    if not np.isnan(found.score[0]):
        assert found.low[0] - 1e-9 <= found.score[0] <= found.high[0] + 1e-9
    scores = [row[1] for row in held if row[0] > 0 and not np.isnan(row[1])]
    if scores:
        assert min(scores) <= found.assessed[0] <= max(scores)


# --- Contributions --------------------------------------------------------------------------------
def by_all_orders(weights: Floats, values: Floats) -> Floats:
    """With less without, over every order in which members are drawn by weight."""
    result = np.zeros(values.shape)
    for order in itertools.permutations(range(len(weights))):
        left, chance, total, mean = weights.sum(), 1.0, 0.0, np.zeros(values.shape[1])
        for member in order:
            chance *= weights[member] / left
            left -= weights[member]
        for member in order:
            grown = total + weights[member]
            after = (mean * total + values[member] * weights[member]) / grown
            result[member] += chance * (after - mean)
            total, mean = grown, after
    return result


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(0, 10**6))
def test_contributions_are_those_of_all_orders(size: int, seed: int) -> None:
    dice = np.random.default_rng(seed)
    weights, values = np.exp(dice.normal(0, 2, size)), dice.uniform(0, 100, (size, 3))
    found = contributions.of_mean(weights, values)
    assert found == pytest.approx(by_all_orders(weights, values), abs=1e-9)


@pytest.mark.parametrize("size", [1, 2, 12, 13, 60])
@pytest.mark.parametrize("spread", [0.0, 1.0, 5.0])
def test_contributions_add_up_within_1e_9_for_any_number_of_positions(
    size: int, spread: float
) -> None:
    dice = np.random.default_rng(size)
    weights, values = np.exp(dice.normal(0, spread, size)), dice.uniform(0, 100, (size, 2))
    whole = weights @ values / weights.sum()
    assert contributions.of_mean(weights, values).sum(axis=0) == pytest.approx(whole, abs=1e-9)


def test_of_equal_tonnes_it_is_the_plain_value_of_shapley() -> None:
    # Coming first adds 60, 30, 0; second and third move the mean: 1/3 of each place, by hand for
    # the first: (60 + (60 - 30) / 2 · ½ + (60 - 0) / 2 · ½ + (60 - 15) / 3) / 3.
    found = contributions.of_mean(np.ones(3), np.array([[60.0], [30.0], [0.0]]))
    assert found[0, 0] == pytest.approx((60 + 7.5 + 15 + 15) / 3)
    assert found.sum() == pytest.approx(30)


def test_all_but_no_tonnes_add_all_but_nothing() -> None:
    found = contributions.of_mean(np.array([100.0, 1e-6]), np.array([[40.0], [90.0]]))
    assert found[1, 0] == pytest.approx(0, abs=1e-5)
    none = contributions.of_mean(np.array([100.0, 0.0]), np.array([[40.0], [90.0]]))
    assert none.tolist() == [[40.0], [0.0]]


def test_tonnes_of_very_different_size_are_no_trouble() -> None:
    weights = np.array([1e-300, 1e-9, 1.0, 1e6])
    found = contributions.of_mean(weights, np.array([[90.0], [80.0], [70.0], [3.0]]))
    assert found.sum() == pytest.approx(weights[2:] @ [70, 3] / weights[2:].sum(), abs=1e-9)


def test_what_nobody_knows_has_unknown_contributions() -> None:
    found = contributions.of_mean(np.ones(2), np.array([[40.0, NAN], [20.0, 1.0]]))
    assert np.isnan(found[:, 1]).all()
    assert not np.isnan(found[:, 0]).any()


# --- Owners ---------------------------------------------------------------------------------------
def test_one_missing_share_is_what_the_others_leave_several_are_bounds() -> None:
    one = shares([0.25, None])
    assert (one.low.tolist(), one.high.tolist()) == ([0.25, 0.75], [0.25, 0.75])
    several = shares([None, None, None])
    assert (several.low.tolist(), several.high.tolist()) == ([0, 0, 0], [1, 1, 1])
    over = shares([0.8, 0.8])
    assert over.low.tolist() == over.high.tolist() == [0.5, 0.5]


def test_concentration_of_unknown_owners_lies_between_its_extremes() -> None:
    # 40 % sure of one, 20 % of another, 40 % unknown: all of it the largest's is .8² + .2².
    found = split({"a": 40.0, "b": 20.0}, {"a": 60.0, "b": 20.0}, 100.0)
    assert found.unknown01 == pytest.approx(0.4)
    assert found.n1 == pytest.approx((0.4, 0.8))
    assert found.hhi01 == pytest.approx((0.2, 0.68))
    assert list(found.low) == ["a", "b"]


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=6))
def test_hhi_of_known_shares_stays_within_its_two_extremes(amounts: list[float]) -> None:
    known = {str(at): kt for at, kt in enumerate(amounts)}
    found = split(known, known, float(np.sum(amounts)))
    assert found.hhi01[0] == pytest.approx(found.hhi01[1])
    assert 1 / len(amounts) - 1e-9 <= found.hhi01[0] <= 1 + 1e-9
    assert found.n1[0] == pytest.approx(max(amounts) / np.sum(amounts))


def test_nothing_held_divides_into_nothing() -> None:
    found = split({}, {}, 0.0)
    assert np.isnan([found.unknown01, *found.n1, *found.hhi01]).all()
