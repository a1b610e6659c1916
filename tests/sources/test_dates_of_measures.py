"""Tables of measures and agreements: days and years that cannot be are refused with their row."""

import pytest

from riskscore.sources.bad_file import BadFile
from riskscore.sources.tables import agreements, restrictions

AGREEMENT = "buyer,partner,agreement,kind,since,source,checked\nUSA,AUS,US-Australia,fta,{},s,yes\n"
MEASURE = (
    "place,mineral,stage,kind,target,since,until,source,checked\n"
    "CHN,gallium,processed,ban,WLD,2023-08-01,{},press,yes\n"
)


@pytest.mark.parametrize("year", ["20055", "5", "-2005", "0"])
def test_an_agreement_begins_in_a_year(year: str) -> None:
    with pytest.raises(BadFile, match="not a year") as refused:
        list(agreements.parse(AGREEMENT.format(year).encode()))
    assert (refused.value.row, refused.value.column) == (2, "since")
    (row,) = agreements.parse(AGREEMENT.format(2005).encode())
    assert row.year == 2005


def test_a_measure_does_not_end_before_it_begins() -> None:
    with pytest.raises(BadFile, match="before the day in since") as refused:
        list(restrictions.parse(MEASURE.format("2022-01-01").encode()))
    assert (refused.value.row, refused.value.column) == (2, "until")
    (row,) = restrictions.parse(MEASURE.format("2024-11-01").encode())
    assert str(row.until) == "2024-11-01"
