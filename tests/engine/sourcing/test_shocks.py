"""Shocks on supplies: what is lost, and that nothing else moves."""

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from riskscore.engine.errors import NumberError
from riskscore.engine.sourcing import supply_mix as of
from riskscore.engine.sourcing.damage import figures, fillers
from riskscore.engine.sourcing.shocks import Shock, left, lost_share01, output_hit01, remaining
from riskscore.engine.sourcing.supply_mix import Supply

BUYERS, M, P = 2, 2, 3
EVERYBODY = np.ones(BUYERS, dtype=bool)
CUTS = st.floats(0, 1)
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def cells(*pairs: tuple[int, int]) -> np.ndarray:
    """A mask of mineral × place."""
    mask = np.zeros((M, P), dtype=bool)
    for at in pairs:
        mask[at] = True
    return mask


@st.composite
def shocks(draw: st.DrawFn) -> Shock:
    where = draw(arrays(bool, (M, P)))
    buyers = draw(arrays(bool, BUYERS))
    amounts = draw(st.tuples(CUTS, st.floats(0, 2), st.floats(0, 50), st.floats(0, 50)))
    made = draw(st.one_of(st.none(), arrays(bool, (M, P))))
    return Shock(where, buyers, *amounts, made=made)


TONNES = arrays(
    np.float64, (BUYERS, M, P), elements=st.one_of(st.just(np.nan), st.floats(0, 1e6, width=32))
)
OUTPUT = arrays(np.float64, (M, P), elements=st.one_of(st.just(np.nan), st.floats(0, 1e6)))


def test_a_cut_loses_its_share_of_one_place_and_one_mineral_by_hand() -> None:
    output = np.array([[100.0, 50.0, 50.0], [10.0, 0.0, 0.0]])
    found = left([Shock(cells((0, 1)), EVERYBODY, cut=0.4)], output, BUYERS)
    imports = remaining(np.array([60.0, 30.0, 10.0]), found.exports[0, 0])
    assert imports.tolist() == [60, 18, 10]
    assert found.output.tolist() == [[1, 1, 1], [1, 1, 1]]  # exports stop, output does not
    assert lost_share01(np.array(100.0), imports.sum()) == pytest.approx(0.12)
    # 50 of 200 t are made there, and .4 of what it sells is cut
    assert output_hit01(output, found.exports)[0].tolist() == [pytest.approx(0.1), 0]


def test_cuts_combine_as_independent_losses() -> None:
    output = np.ones((M, P))
    two = [Shock(cells((0, 0)), EVERYBODY, cut=cut) for cut in (0.5, 0.4)]
    assert left(two, output, BUYERS).exports[0, 0, 0] == pytest.approx(0.3)  # 1 − (1 − .5)(1 − .4)


def test_a_cut_for_one_buyer_leaves_the_other_as_it_was() -> None:
    found = left([Shock(cells((0, 0)), np.array([True, False]), cut=1.0)], np.ones((M, P)), BUYERS)
    assert found.exports[:, 0, 0].tolist() == [0, 1]


def test_tonnes_of_output_count_in_proportion_and_add_up_before_they_do() -> None:
    output = np.array([[100.0, 50.0, np.nan], [0.0, 0.0, 0.0]])
    here = cells((0, 0))
    lost = [Shock(here, EVERYBODY, lost_t=amount, made=here) for amount in (20.0, 30.0)]
    assert left(lost, output, BUYERS).exports[0, 0].tolist() == [0.5, 1, 1]
    assert left(lost, output, BUYERS).output[0, 0] == 0.5
    assert left([Shock(here, EVERYBODY, lost_t=400.0, made=here)], output, BUYERS).output[0, 0] == 0
    new = left([Shock(cells((0, 0), (0, 2), (1, 0)), EVERYBODY, new_t=25.0)], output, BUYERS)
    assert new.exports[1, 0].tolist() == [1.25, 1, 1]
    assert new.unplaced.tolist() == [[False, False, True], [True, False, False]]


def test_as_many_tonnes_new_as_lost_leave_what_there_was() -> None:
    """A mine of 20 closes and one of 20 opens: 100, not 80 % of 120."""
    here = cells((0, 0))
    both = [Shock(here, EVERYBODY, lost_t=20.0, made=here), Shock(here, EVERYBODY, new_t=20.0)]
    assert left(both, np.full((M, P), 100.0), BUYERS).exports[0, 0].tolist() == [1, 1, 1]


def test_doubling_doubles_exports_and_output() -> None:
    found = left(
        [Shock(cells((0, 2)), EVERYBODY, more=1.0, made=cells((0, 2)))], np.ones((M, P)), BUYERS
    )
    assert found.exports[0, 0].tolist() == found.output[0].tolist() == [1, 1, 2]


@pytest.mark.parametrize(
    "wrong", [{"cut": 1.2}, {"cut": -0.1}, {"cut": float("nan")}, {"new_t": -1}, {"more": np.inf}]
)
def test_impossible_amounts_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(NumberError):
        Shock(cells(), EVERYBODY, **wrong)


@PATIENT
@given(TONNES, OUTPUT, arrays(bool, (M, P)), arrays(bool, BUYERS))
def test_a_cut_of_nothing_changes_nothing_bit_for_bit(
    imports: np.ndarray, output: np.ndarray, where: np.ndarray, buyers: np.ndarray
) -> None:
    found = left([Shock(where, buyers, cut=0.0, made=where)], output, BUYERS)
    assert remaining(imports, found.exports).tobytes() == imports.tobytes()
    assert remaining(output, found.output).tobytes() == output.tobytes()


@PATIENT
@given(TONNES, OUTPUT, st.lists(shocks(), max_size=3), shocks())
def test_adding_a_shock_and_taking_it_away_restores_every_number_bit_for_bit(
    imports: np.ndarray, output: np.ndarray, before: list[Shock], one: Shock
) -> None:
    first = left(before, output, BUYERS)
    left([*before, one], output, BUYERS)
    again = left([each for each in [*before, one] if each is not one], output, BUYERS)
    assert (
        remaining(imports, again.exports).tobytes() == remaining(imports, first.exports).tobytes()
    )
    assert again.output.tobytes() == first.output.tobytes()


@PATIENT
@given(OUTPUT, st.lists(shocks(), min_size=2, max_size=3))
def test_the_order_of_shocks_does_not_matter_bit_for_bit(
    output: np.ndarray, some: list[Shock]
) -> None:
    found = {
        (one.exports.tobytes(), one.output.tobytes())
        for one in (left(order, output, BUYERS) for order in permutations(some))
    }
    assert len(found) == 1


@PATIENT
@given(OUTPUT, st.lists(CUTS, min_size=1, max_size=4))
def test_cuts_leave_the_product_of_what_each_leaves(output: np.ndarray, cuts: list[float]) -> None:
    here = cells((1, 1))
    some = [Shock(here, EVERYBODY, cut=cut, made=here) for cut in cuts]
    found = left(some, output, BUYERS)
    expected = float(np.prod([1 - cut for cut in cuts]))
    assert found.exports[0, 1, 1] == pytest.approx(expected, abs=1e-15)
    assert (np.delete(found.exports.reshape(-1), [4, 10]) == 1).all()


@PATIENT
@given(TONNES, OUTPUT, st.lists(shocks(), max_size=3), shocks())
def test_a_further_cut_never_leaves_more(
    imports: np.ndarray, output: np.ndarray, before: list[Shock], one: Shock
) -> None:
    cut = Shock(one.where, one.buyers, cut=one.cut, made=one.made)
    first, then = (
        remaining(imports, left(some, output, BUYERS).exports) for some in (before, [*before, cut])
    )
    assert (np.nan_to_num(then) <= np.nan_to_num(first) * (1 + 1e-12)).all()
    assert (np.isnan(then) == np.isnan(first)).all()


def test_figures_after_a_ban_by_hand() -> None:
    """Of 60, 30 and 10 t the largest stops: 30 and 10 t are left, and .75 of them is one's."""
    before = Supply(np.array([[60.0, 30.0, 10.0]]), np.array([100.0]))
    found = left([Shock(np.array([[True, False, False]]), np.array([True]), cut=1.0)],
                 np.array([[1.0, 1.0, 1.0]]), 1)  # fmt: skip
    after = Supply(remaining(before.imports, found.exports[0]), before.home)
    now = figures(after, np.array([0.5]), np.array([0.6, 0.2, 0.2]))
    assert now.imports_t.tolist() == [40]
    assert now.supply_t.tolist() == [140]
    assert now.n1_imports01.tolist() == [0.75]
    assert now.hhi01[0] == pytest.approx(0.625)  # .5625 + .0625
    assert now.geopolrisk01[0] == pytest.approx(0.5 * 0.2 * 40 / 140)
    assert now.largest.tolist() == [1]
    assert now.above_eu_test.tolist() == [True]
    assert fillers(after.imports, after.imports < before.imports).tolist() == [[1, 2, -1]]


def test_what_is_unknown_stays_unknown_and_nobody_fills_it() -> None:
    supply = Supply(np.full((1, 3), np.nan), np.array([np.nan]))
    now = figures(supply, np.array([0.5]), np.array([0.6, 0.2, 0.2]))
    assert np.isnan(now.n1_imports01).all()
    assert np.isnan(of.imports_t(supply)).all()
    assert fillers(supply.imports, np.zeros((1, 3), bool)).tolist() == [[-1, -1, -1]]
    assert np.isnan(lost_share01(np.array(0.0), np.array(0.0)))
