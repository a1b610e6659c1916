"""Contracts overlap by day and by mineral; what is bound at once is at most all."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from riskscore.engine.inputs.bound_shares import Bound, peak

DAYS = st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 12))
CONTRACTS = st.lists(
    st.builds(Bound, st.sampled_from(["", "tin", "zinc"]), st.floats(0.01, 1), DAYS, DAYS),
    max_size=6,
)


def test_contracts_one_after_the_other_are_not_added_up() -> None:
    old = Bound("", 0.7, None, date(2023, 12, 31))
    new = Bound("", 0.6, date(2024, 1, 1), None)
    assert peak([old, new]).share == 0.7
    late = new._replace(since=date(2023, 12, 31))
    assert peak([old, late]) == (1.3, date(2023, 12, 31), "")
    assert peak([old, late]).is_too_much


def test_two_minerals_are_two_outputs_and_a_contract_over_all_counts_for_each() -> None:
    tin, zinc = Bound("tin", 0.8, None, None), Bound("zinc", 0.7, None, None)
    assert peak([tin, zinc]).share == 0.8
    assert peak([tin, zinc, Bound("", 0.3, None, None)]) == (1.1, date.min, "tin")
    assert peak([]).share == 0


@given(CONTRACTS)
def test_the_peak_is_what_counting_day_by_day_gives(contracts: list[Bound]) -> None:
    contracts = [row for row in contracts if (row.since or date.min) <= (row.until or date.max)]
    days = [date.min, *(date(2020, 1, day) for day in range(1, 15)), date.max]
    most = max(
        sum(row.share for row in contracts if row.holds(day, mineral))
        for day in days
        for mineral in ("tin", "zinc")
    )
    assert abs(peak(contracts).share - most) < 1e-9
