"""Figures of a supply, and what new tonnes do to it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from riskscore.engine.errors import NumberError
from riskscore.engine.sourcing import supply_mix as of
from riskscore.engine.sourcing.new_tonnes import Rule, displaced
from riskscore.engine.sourcing.supply_mix import Supply

TONNES = arrays(np.float64, 6, elements=st.floats(0, 1e6, width=32))


def test_figures_of_a_supply_by_hand() -> None:
    supply = Supply(np.array([60.0, 30.0, 10.0]), np.array(100.0))
    assert of.imports_t(supply) == 100
    assert of.largest_partner(supply) == 0
    assert of.n1_imports01(supply) == 0.6
    assert of.n1_supply01(supply) == 0.3
    assert of.import_hhi01(supply) == pytest.approx(0.46)  # .36 + .09 + .01
    assert of.supply_hhi01(supply) == pytest.approx(0.365)  # .09 + .0225 + .0025 + .25
    assert of.share_of01(supply, [False, True, True]) == pytest.approx(0.4)
    assert not of.above_eu_test(supply)
    # .5 × (.6 × 60 + .2 × 40) ÷ 200
    assert of.geopolrisk01(supply, 0.5, [0.6, 0.2, 0.2]) == pytest.approx(0.11)
    # .6 × .1 × .4; the partner that no model speaks of adds nothing
    assert of.expected_loss01(supply, [0.1, np.nan, 0.0], 0.4) == pytest.approx(0.024)


def test_no_trade_on_record_is_unknown_and_no_imports_have_no_shares() -> None:
    supply = Supply(np.array([[np.nan, np.nan], [0.0, 0.0]]), np.array([5.0, 5.0]))
    assert np.isnan(of.imports_t(supply)).tolist() == [True, False]
    assert np.isnan(of.n1_imports01(supply)).all()
    assert np.isnan(of.import_hhi01(supply)).all()
    assert of.largest_partner(supply).tolist() == [-1, -1]
    assert of.supply_hhi01(supply)[1] == 1.0  # all that it uses it makes itself
    assert np.isnan(of.supply_hhi01(supply)[0])


@pytest.mark.parametrize("bad", [-1.0, np.inf])
def test_impossible_tonnes_are_refused(bad: float) -> None:
    with pytest.raises(NumberError, match="negative"):
        Supply(np.array([bad, 1.0]), np.array(0.0))
    with pytest.raises(NumberError, match="negative"):
        displaced([1.0, 1.0], 0, [bad], Rule.PRO_RATA)


def test_the_largest_gives_way_first_and_in_proportion_all_do() -> None:
    first = displaced([60.0, 30.0, 10.0], 2, [10.0, 80.0], Rule.LARGEST_FIRST)
    assert first.tolist() == [[50, 30, 20], [0, 10, 90]]
    rata = displaced([60.0, 30.0, 10.0], 2, [9.0], Rule.PRO_RATA)
    assert rata[0] == pytest.approx([54, 27, 19])


def test_a_place_never_displaces_itself() -> None:
    """The largest partner's own mine takes the next one's tonnes: more concentrated."""
    assert displaced([60.0, 30.0, 10.0], 0, [20.0], Rule.LARGEST_FIRST).tolist() == [[80, 10, 10]]


@given(TONNES, st.integers(0, 5), st.floats(0, 1e6, width=32), st.sampled_from(Rule))
def test_displacing_keeps_the_total_and_nothing_falls_below_zero(
    imports: np.ndarray, place: int, tonnes: float, rule: Rule
) -> None:
    after = displaced(imports, place, [tonnes], rule)[0]
    assert after.sum() == pytest.approx(imports.sum(), rel=1e-9, abs=1e-9)
    assert (after >= 0).all()
    assert after[place] >= imports[place]
    assert (np.delete(after, place) <= np.delete(imports, place)).all()


@given(TONNES, st.integers(0, 5), st.sampled_from(Rule))
def test_no_tonnes_change_nothing_bit_for_bit(imports: np.ndarray, place: int, rule: Rule) -> None:
    assert displaced(imports, place, [0.0], rule)[0].tobytes() == imports.tobytes()


@given(TONNES, st.floats(0, 1), st.integers(0, 5), st.integers(0, 5))
def test_moving_supply_to_a_smaller_partner_never_raises_n_1(
    imports: np.ndarray, part: float, one: int, other: int
) -> None:
    """As long as the smaller one does not thereby become the larger."""
    large, small = (one, other) if imports[one] >= imports[other] else (other, one)
    moved = part * (imports[large] - imports[small])
    after = imports.copy()
    after[large] -= moved
    after[small] += moved
    before_n1, after_n1 = (of.n1_imports01(Supply(x, np.array(0.0))) for x in (imports, after))
    assert np.isnan(before_n1) or after_n1 <= before_n1 * (1 + 1e-9)


@given(arrays(np.float64, (3, 6), elements=st.floats(0, 1e6, width=32)))
def test_hhi_stays_within_its_extremes(imports: np.ndarray) -> None:
    """Between 1/n of n equal partners and 1."""
    hhi = of.import_hhi01(Supply(imports, np.zeros(3)))
    some = imports.sum(axis=1) > 0
    partners = (imports > 0).sum(axis=1)
    assert (hhi[some] >= 1 / partners[some] - 1e-12).all()
    assert (hhi[some] <= 1 + 1e-12).all()
    assert np.isnan(hhi[~some]).all()


@given(arrays(np.float64, (3, 6), elements=st.floats(0, 1e6, width=32)))
def test_a_group_is_its_members_less_their_own_trade(parts: np.ndarray) -> None:
    own = np.array([True, True, True, False, False, False])
    group = of.joined(parts, own)
    assert (group[:3] == 0).all()
    assert group[3:] == pytest.approx(parts[:, 3:].sum(axis=0))
