"""Reserves and capacity of the USGS: bounds and estimates stay such, withheld is unknown."""

import gzip
from collections import Counter
from pathlib import Path

import pytest

from riskscore.bundle import fixture_tables
from riskscore.bundle.usgs import usgs_amounts
from riskscore.engine.catalogue import INDICATORS
from riskscore.sources.bad_file import BadFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
HEAD = "Section,Commodity,Country,Statistics_detail,Unit,Year,Value,Notes\n"
RESERVES = "World Mine Production and Reserves"
CAPACITY = "World Refinery Production and Capacity"
NEWER = (
    f'{RESERVES},Lithium,Chile,Reserves,metric tons,2025,"9,200,000",See Appendix C\n'
    f"{RESERVES},Tin,Laos,Reserves,metric tons,2025,NA,See Appendix C\n"
    f"{RESERVES},Tin,United States,Reserves,metric tons,2025,—,See Appendix C\n"
    f'{RESERVES},Tin,World total,Reserves: rounded,metric tons,2025,">6,000,000",See Appendix C\n'
    f"{RESERVES},Diatomite,World total,Reserves: rounded,thousand metric tons,2025,Large,\n"
    f"{RESERVES},Vanadium,China,Reserves,metric tons,2025,5800,\n"
    f"{CAPACITY},Selenium,United States,Refinery capacity: crude and anode slimes,metric tons,"
    "2025,W,\n"
    f"{CAPACITY},Selenium,Japan,Refinery capacity,metric tons,2025,850,Estimated.\n"
)
EARLIER_HEAD = (
    "COMMODITY,COUNTRY,TYPE,CAP_2023,CAP_EST_ 2024,CAP_NOTES,RESERVES_2024,RESERVE_NOTES\n"
)
EARLIER = (
    'Lithium ,Chile ,"Mine production, lithium content",,,,9300000,\n'
    "Potash  ,World total (rounded),\"Reserves, recoverable ore\",,,,>10000000,\n"
    'Zirconium and Hafnium,Indonesia,"Mine production, zirconium, gross weight",,,,,ZrO2 content\n'
    'Aluminum,China,"Smelter production, aluminum",44400,44700,,,\n'
    "Indium,Belgium,Refinery production,,,,50,\n"
)  # fmt: skip


def newer(text: str = NEWER) -> list[tuple[object, ...]]:
    return said(usgs_amounts.newer((HEAD + text).encode("cp1252")))


def said(records: object) -> list[tuple[object, ...]]:
    return [
        (row.indicator[5:], row.place, row.mineral, row.year, row.value, row.quality, row.label)
        for row in records  # type: ignore[attr-defined]
    ]


def test_a_bound_and_an_estimate_are_kept_as_such_and_no_mark_becomes_a_number() -> None:
    assert newer() == [
        ("reserves", "Chile", "lithium", 2025, 9_200_000, "reported", "metric tons; reserves"),
        ("reserves", "WLD", "tin", 2025, 6_000_000, "at_least", "metric tons; reserves"),
        ("reserves", "China", "vanadium", 2025, 5800, "reported",
         "thousand metric tons; reserves"),
        ("capacity", "Japan", "selenium", 2025, 850, "estimated",
         "metric tons; refinery capacity"),
    ]  # fmt: skip


def test_the_edition_of_2025_is_read_with_the_units_that_its_tables_print() -> None:
    """Its "reserves" of indium are capacities in the wrong column, and are not read."""
    found = said(usgs_amounts.earlier((EARLIER_HEAD + EARLIER).encode()))
    assert found == [
        ("reserves", "Chile", "lithium", 2024, 9_300_000, "reported", "metric tons; reserves"),
        ("reserves", "WLD", "potash", 2024, 10_000_000, "at_least",
         "thousand metric tons; reserves, recoverable ore"),
        ("capacity", "China", "aluminium", 2023, 44_400, "reported",
         "thousand metric tons; smelter capacity"),
        ("capacity", "China", "aluminium", 2024, 44_700, "estimated",
         "thousand metric tons; smelter capacity"),
    ]  # fmt: skip


def test_what_stands_in_place_of_a_number_is_counted() -> None:
    found = usgs_amounts.unstated(
        (HEAD + NEWER).encode("cp1252"), (EARLIER_HEAD + EARLIER).encode()
    )
    assert found == Counter(
        {
            ("usgs.reserves", "not available"): 1,
            ("usgs.reserves", "a dash"): 1,
            ("usgs.reserves", "a word for the size"): 1,
            ("usgs.capacity", "withheld"): 1,
            ("usgs.reserves", "nothing stated"): 1,
        }
    )


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (",850,", ",850 - 900,", "not a number"),
        ("Chile,Reserves,metric tons", "Chile,Reserves,kilograms", "another unit"),
    ],
)
def test_a_range_or_another_unit_is_one_error_and_no_guess(
    before: str, after: str, words: str
) -> None:
    assert before in NEWER
    with pytest.raises(BadFile, match=words):
        newer(NEWER.replace(before, after))


def test_of_two_editions_about_one_year_the_newer_one_holds() -> None:
    first, *_, last = usgs_amounts.earlier((EARLIER_HEAD + EARLIER).encode())
    revised = [*usgs_amounts.newer((HEAD + NEWER).encode("cp1252"))][:1]
    assert list(usgs_amounts.newest_first([*revised, first, last, first])) == [
        *revised, first, last,
    ]  # fmt: skip


def test_the_bundle_has_them_with_source_and_bounds_and_no_method_weighs_them() -> None:
    """Chile's lithium, USGS: 9.3 million tonnes of content in the edition of 2025."""
    rows = [
        row
        for row in fixture_tables.read(FIXTURES).observations("usgs-2026")
        if row.indicator in ("usgs.reserves", "usgs.capacity")
    ]
    chile = {row.year: row.value for row in rows if (row.place, row.mineral) == ("CHL", "lithium")}
    assert chile[2024] == 9_300_000
    assert set(chile) == {2024, 2025}
    assert {row.place for row in rows if row.quality == "at_least"} == {"WLD", "ROW"}
    assert all(row.value > 0 for row in rows)
    for key in ("usgs.reserves", "usgs.capacity"):
        assert INDICATORS[key].kind == "observation"
        derived = [row for row in INDICATORS.values() if key in row.derived_from]
        assert derived == []


def test_production_is_what_it_was() -> None:
    """Scores are made from it: 875 figures, as before there were reserves beside them."""
    file = FIXTURES / "observations" / "usgs-2026.csv.gz"
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    assert sum(line.startswith("usgs.production,") for line in lines) == 875
