"""The target and the population, on series that a reader can follow by hand."""

import numpy as np
import pytest

from riskscore.learning.data.targets import fallen, median3, population, still_down
from tests.learning.panels import series


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1.0, 2.0, 3.0), 2.0),
        ((np.nan, 2.0, 4.0), 3.0),
        ((np.nan, np.nan, 4.0), 4.0),
    ],
)
def test_the_median_of_three_years_uses_those_that_are_known(
    values: tuple[float, ...], expected: float
) -> None:
    assert median3(np.array([values]), 2)[0] == expected


def test_the_median_of_three_unknown_years_is_unknown() -> None:
    assert np.isnan(median3(np.full((1, 3), np.nan), 2)[0])


def test_a_fall_below_three_fifths_of_the_median_is_an_event() -> None:
    # Median of 10, 12, 11 is 11; three fifths of it are 6.6.
    assert fallen(series(10, 12, 11, 6.5), 2)[0] == 1
    assert fallen(series(10, 12, 11, 6.7), 2)[0] == 0


def test_undoing_a_spike_of_one_year_is_no_event() -> None:
    # 30 → 10 is a fall by two thirds from this year, and no fall from the median of 10.
    assert fallen(series(10, 10, 30, 10), 2)[0] == 0


def test_a_share_that_fell_while_the_quantity_held_is_no_event() -> None:
    assert fallen(series(10, 10, 10, 2, quantity=(10, 10, 10, 10)), 2)[0] == 0


def test_a_fallen_share_with_an_unknown_quantity_is_unknown() -> None:
    assert np.isnan(fallen(series(10, 10, 10, 2, quantity=(10, 10, 10, np.nan)), 2)[0])


def test_a_held_share_with_an_unknown_quantity_is_no_event() -> None:
    assert fallen(series(10, 10, 10, 10, quantity=(10, 10, 10, np.nan)), 2)[0] == 0


def test_still_down_needs_two_years_below() -> None:
    assert still_down(series(10, 10, 10, 2, 2), 2)[0] == 1
    assert still_down(series(10, 10, 10, 2, 10), 2)[0] == 0


def test_the_population_is_producers_with_one_percent_of_the_world() -> None:
    # The second series exports more and does not produce.
    assert population(series(10, 10, 10, 10), 2).tolist() == [True, False]
    assert population(series(0.5, 0.5, 0.5, 0.5), 2).tolist() == [False, False]


def test_codes_of_a_mineral_are_summed_so_a_swap_between_them_is_no_event() -> None:
    panel = series(10, 10, 10, 10)
    assert panel.value.shape == (2, 4)
    assert panel.share[0].tolist() == [0.1, 0.1, 0.1, 0.1]
