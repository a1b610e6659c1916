"""Options with bounds on two axes: who is better, who is not told apart, and what would decide."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from riskscore.engine.sourcing.told_apart import (
    Fact,
    Options,
    better,
    decides,
    told_apart_from,
    undominated,
    with_cost,
)


def _options(*rows: tuple[float, float, float, float]) -> Options:
    return Options(*(np.array(column, np.float64) for column in zip(*rows, strict=True)))


SURE = (10.0, 12.0, 20.0, 25.0)
WORSE = (2.0, 5.0, 40.0, 60.0)
VAGUE = (0.0, 30.0, 15.0, 100.0)


def test_better_needs_both_axes_apart() -> None:
    found = better(_options(SURE, WORSE, VAGUE), _options(SURE, WORSE, VAGUE))
    assert found.tolist() == [
        [False, True, False],
        [False, False, False],
        [False, False, False],
    ]


def test_an_option_that_is_not_told_apart_stays() -> None:
    assert undominated(_options(SURE, WORSE, VAGUE)).tolist() == [True, False, True]


def test_equal_options_do_not_beat_each_other() -> None:
    point = (5.0, 5.0, 30.0, 30.0)
    assert undominated(_options(point, point)).tolist() == [True, True]


_NUMBER = st.integers(0, 6).map(float)
_ROW = st.tuples(_NUMBER, _NUMBER, _NUMBER, _NUMBER).map(
    lambda x: (min(x[:2]), max(x[:2]), min(x[2:]), max(x[2:]))
)


@given(st.lists(_ROW, min_size=1, max_size=12))
def test_the_quick_front_is_that_of_all_pairs(
    rows: list[tuple[float, float, float, float]],
) -> None:
    options = _options(*rows)
    assert undominated(options).tolist() == (~better(options, options).any(axis=0)).tolist()


def test_the_fact_that_decides_is_counted_in_comparisons() -> None:
    """VAGUE is told apart from nobody; were its cost known to be 15 or 100, then at 100 it is worse
    than nobody (its gain still may be 30), at 15 better than nobody (its gain may be 0)."""
    vague, others = _options(VAGUE), _options(SURE, WORSE, VAGUE)
    cost = Fact(
        "cost",
        with_cost(vague, np.array([15.0]), np.array([15.0])),
        with_cost(vague, np.array([100.0]), np.array([100.0])),
    )
    assert decides(cost, vague, others, np.array([2])).tolist() == [0.0]
    narrow = _options((7.0, 8.0, 15.0, 100.0))
    others = _options(SURE, WORSE, (7.0, 8.0, 15.0, 100.0))
    cost = Fact(
        "cost",
        with_cost(narrow, np.array([15.0]), np.array([15.0])),
        with_cost(narrow, np.array([100.0]), np.array([100.0])),
    )
    # Known to be 15: better than WORSE. Known to be 100: worse than SURE. One each.
    assert decides(cost, narrow, others, np.array([2])).tolist() == [1.0]
    assert told_apart_from(narrow, others, np.array([2])).tolist() == [0.0]
