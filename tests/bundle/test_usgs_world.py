"""The long file of the USGS: who produced what, in our words; the rest is left alone."""

import pytest

from riskscore.bundle.usgs import usgs_world
from riskscore.sources.bad_file import BadFile

HEAD = "Section,Commodity,Country,Statistics_detail,Unit,Year,Value,Notes\n"
ROWS = """World Mine Production and Reserves,Graphite (Natural),China,Mine production,metric tons,2024,"1,270,000",
World Mine Production and Reserves,Graphite (Natural),Other countries,Mine production,metric tons,2024,500,
World Mine Production and Reserves,Graphite (Natural),World total,Mine production: rounded,metric tons,2024,1,
World Mine Production and Reserves,Graphite (Natural),United States,Mine production,metric tons,2025,W,
World Mine Production and Reserves,Nickel,Indonesia,Mine production,metric tons,2025,"2,600,000",Estimated.
Salient Statistics—United States,Nickel,United States,Mine production,metric tons,2025,10,
"""  # noqa: E501


def test_places_and_the_rest_are_read_and_totals_and_withheld_figures_are_not() -> None:
    found = list(usgs_world.parse((HEAD + ROWS).encode("cp1252")))
    assert [(row.mineral, row.place, row.year, row.value, row.quality) for row in found] == [
        ("graphite", "China", 2024, 1_270_000.0, "reported"),
        ("graphite", "ROW", 2024, 500.0, "reported"),
        ("nickel", "Indonesia", 2025, 2_600_000.0, "estimated"),
    ]
    assert {row.label for row in found} == {"metric tons; mine production"}


def test_a_value_that_is_no_number_is_named() -> None:
    with pytest.raises(BadFile, match="not a number"):
        list(usgs_world.parse((HEAD + ROWS.replace('"1,270,000"', "many")).encode("cp1252")))
