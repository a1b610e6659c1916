"""Ore, refining, buyer: who holds a stage, what is lost, and which way a project's tonnes take."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscore.engine.errors import NumberError
from riskscore.engine.sourcing.stages import (
    BOTTLENECK01,
    Seen,
    Way,
    held,
    is_diversifying,
    lost,
    own_part01,
    way,
    weakest,
)

AMOUNT = st.floats(0.001, 1e6)
AMOUNTS = st.lists(st.just(0.0) | AMOUNT, min_size=1, max_size=12)
UNKNOWN = float("nan")


def test_refined_copper_of_2024_is_44_percent_chinese_and_its_hhi_has_bounds() -> None:
    # IEA, kt: China, Chile, Japan, Russia, India, and 9,890 of places that are not named.
    found = held([11860.0, 1966.0, 1578.0, 995.0, 655.0], 9890.0)
    assert found.n1_01 == pytest.approx(11860 / 26944)
    assert found.rest01 == pytest.approx(9890 / 26944)
    low = (11860**2 + 1966**2 + 1578**2 + 995**2 + 655**2) / 26944**2
    # 9,890 is 15 blocks of 655, and 65.
    assert found.hhi_low01 == pytest.approx(low)
    assert found.hhi_high01 == pytest.approx(low + (15 * 655**2 + 65**2) / 26944**2)


def test_nothing_made_is_unknown_and_not_spread_out() -> None:
    for found in (held([0.0, 0.0]), held([UNKNOWN, UNKNOWN])):
        assert found.largest == -1
        assert np.isnan([found.n1_01, found.hhi_low01, found.hhi_high01]).all()


@given(AMOUNTS, st.just(0.0) | AMOUNT)
def test_the_hhi_of_a_stage_stays_within_its_bounds(amounts: list[float], rest: float) -> None:
    found = held(amounts, rest)
    if found.largest >= 0:
        assert found.n1_01**2 - 1e-12 <= found.hhi_low01 <= found.hhi_high01 + 1e-12
        assert found.hhi_high01 <= 1 + 1e-12


def test_the_buyers_own_members_are_not_lost() -> None:
    assert lost([6.0, 3.0, 1.0], [True, False, False]) == (1, 0.3)
    assert lost([6.0], [True]) == (-1, 0.0)


def test_what_the_buyer_makes_itself_lessens_what_is_lost() -> None:
    # United States, copper ore: 6 kt from Canada of 7 kt imports, and 1,160 kt of its own.
    assert lost([6.0, 1.0], [False, False], 1160.0).share01 == pytest.approx(6 / 1167)
    # Unknown own output counts as nothing, so that the share is an upper bound.
    assert lost([6.0, 1.0], [False, False], UNKNOWN).share01 == pytest.approx(6 / 7)


@given(AMOUNTS, st.floats(0, 1e6))
def test_own_output_never_raises_what_is_lost(amounts: list[float], home: float) -> None:
    nobody = [False] * len(amounts)
    before, after = lost(amounts, nobody).share01, lost(amounts, nobody, home).share01
    assert np.isnan(before) or after <= before


def test_the_weakest_stage_is_the_one_of_which_most_is_lost() -> None:
    assert weakest([0.29, 0.44]) == 1
    assert weakest([0.60, UNKNOWN]) == 0
    assert weakest([UNKNOWN]) == -1


def test_a_place_refines_at_most_what_it_mines() -> None:
    # IEA 2024, kt Li: Chile 49.27 mined and refined; Australia 89.97 mined, 4.33 refined.
    assert own_part01(49.274236, 49.274236) == 1.0
    assert own_part01(4.33321568627451, 89.969451315) == pytest.approx(0.0482, abs=1e-4)
    assert own_part01(9.0, 3.0) == 1.0
    assert np.isnan(own_part01(UNKNOWN, 3.0))
    assert np.isnan(own_part01(3.0, 0.0))
    with pytest.raises(NumberError):
        own_part01(-1.0, 3.0)


CHINA, BRAZIL = 0, 1
NEARLY_ALL = held([95.0, 5.0])
MUCH = held([70.0, 30.0])


@pytest.mark.parametrize(
    ("project", "taken", "said"),
    [
        (Seen(BRAZIL, False, UNKNOWN, UNKNOWN), Way.BOTTLENECK, False),
        (Seen(BRAZIL, False, 0.49, 0.49), Way.BOTTLENECK, False),
        (Seen(BRAZIL, False, 0.5, UNKNOWN), Way.AT_HOME, True),
        (Seen(BRAZIL, False, UNKNOWN, 0.84), Way.BY_BUYER, True),
        (Seen(BRAZIL, True, UNKNOWN, UNKNOWN), Way.ITSELF, True),
        (Seen(CHINA, True, 1.0, 1.0), Way.BOTTLENECK, False),
        (Seen(CHINA, False, 1.0, UNKNOWN, for_largest=True), Way.BY_BUYER, True),
    ],
)
def test_where_one_place_refines_nearly_all_everything_else_must_be_seen(
    project: Seen, taken: Way, said: object
) -> None:
    assert way(NEARLY_ALL, project) is taken
    assert is_diversifying(taken) is said


def test_below_90_percent_no_way_is_barred_and_without_figures_nobody_knows() -> None:
    nothing = Seen(BRAZIL, False, UNKNOWN, UNKNOWN)
    assert MUCH.n1_01 < BOTTLENECK01
    assert way(MUCH, nothing) is Way.OPEN
    assert way(held([0.9, 0.1]), nothing) is Way.BOTTLENECK
    assert way(held([UNKNOWN]), nothing) is Way.UNKNOWN
    assert is_diversifying(Way.UNKNOWN) is None
