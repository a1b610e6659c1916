"""The forms of the USGS since 2022: one rule for places, marks, units and what is left out."""

import io
import zipfile
from collections import Counter
from typing import Any

import pytest

from riskscore.bundle.usgs import usgs_amounts, usgs_world
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import LeftOut
from riskscore.sources.publishers import usgs
from riskscore.sources.reading import Reading
from riskscore.sources.summaries import figure_cells
from riskscore.sources.summaries.figure_cells import amount
from tests.sources.published import needs_published, published

ALL_IN_ONE = (
    "SOURCE,COMMODITY,COUNTRY,TYPE,UNIT_MEAS,PROD_2023,PROD_EST_ 2024,PROD_NOTES,CAP_2023,"
    "CAP_EST_ 2024,CAP_NOTES,RESERVES_2024,RESERVE_NOTES\n"
)
LONG = (
    "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes,"
    "Is critical mineral 2025,Other notes\n"
)
MINE = '"Mine production, cobalt content",metric tons'
WORLD = "World Mine Production and Reserves"


def read(text: str | bytes, name: str = "file.csv") -> list[Any]:
    content = text.encode() if isinstance(text, str) else text
    return list(usgs.rows(io.BytesIO(content), name, Reading()))


def figures(parts: list[Any]) -> list[tuple[Any, ...]]:
    assert not [part for part in parts if isinstance(part, BadFile)]
    return [
        (row.indicator[5:], row.place, row.mineral, row.year, row.value, row.quality)
        for _, row in (part for part in parts if isinstance(part, tuple))
    ]  # fmt: skip


def left_out(parts: list[Any]) -> Counter[str]:
    result: Counter[str] = Counter()
    for part in parts:
        if isinstance(part, LeftOut):
            result[part.reason] += part.count
    return result


def test_reserves_of_the_one_file_are_read_with_the_year_of_their_column() -> None:
    """MCS 2025, cobalt: five reserves in tonnes beside ten figures of production."""
    found = figures(read(
        ALL_IN_ONE + f"MCS2025,Cobalt,Congo (Kinshasa),{MINE},175000,220000,,,,,6000000,\n"
        f"MCS2025,Cobalt,Indonesia,{MINE},19000,28000,,,,,640000,\n"
        f"MCS2025,Cobalt,United States,{MINE},500,300,,,,,70000,\n"
        f"MCS2025,Cobalt,Other Countries,{MINE},6000,7000,,,,,2000000,\n"
        f"MCS2025,Cobalt,World total (rounded),{MINE},238000,290000,,,,,11000000,\n"
    ))  # fmt: skip
    assert sum(row[0] == "production" for row in found) == 10
    assert [row[1:] for row in found if row[0] == "reserves"] == [
        ("Congo (Kinshasa)", "cobalt", 2024, 6_000_000, "reported"),
        ("Indonesia", "cobalt", 2024, 640_000, "reported"),
        ("United States", "cobalt", 2024, 70_000, "reported"),
        ("ROW", "cobalt", 2024, 2_000_000, "reported"),
        ("WLD", "cobalt", 2024, 11_000_000, "reported"),
    ]


def test_reserves_of_a_file_of_one_commodity_are_of_the_year_before_its_edition() -> None:
    text = (
        "Source,Country,Type,Prod_t_est_2022,Prod_t_est_2023,Prod_notes,Reserves_t,Reserves_notes\n"
        'MCS2024,Congo (Kinshasa),"Mine production, metric tons of contained cobalt",144000,170000'
        ",,6000000,\n"
    )
    found = figures(read(text, "mcs2024-cobal_world.csv"))
    assert found[-1] == ("reserves", "Congo (Kinshasa)", "cobalt", 2023, 6_000_000, "reported")
    (fault,) = read(text.replace("MCS2024", "USGS"), "mcs2024-cobal_world.csv")[-1:]
    assert isinstance(fault, BadFile)
    assert "of which year the reserves are" in str(fault)


@pytest.mark.parametrize(
    ("commodity", "kind", "mineral"),
    [
        ("Bauxite and alumina", "Mine production", "bauxite"),
        ("Graphite (natural)", "Mine production", "graphite"),
        ("Niobium (columbium)", "Mine production", "niobium"),
        ("Titanium Mineral Concentrates", "Mine production", "titanium"),
        ("Phosphate rock ", "Mine production", "phosphate_rock"),
        ("Diamond (industrial)", "Mine production", "diamonds_industrial"),
        ("Zirconium and hafnium", "Mine production", "zircon"),
        ("Magnesium compounds", "Mine production", "magnesite"),
        ("Platinum-Group metals", "Mine production, Palladium content", "palladium"),
        ("Clays", "Mine poduction, Kaolin", "kaolin"),
        ("Gemanium", "Primary and secondary refinery production", "germanium"),
        ("Aluminum", "Smelter production", "aluminium"),
    ],
)
def test_the_chapters_of_the_publisher_are_minerals_of_ours(
    commodity: str, kind: str, mineral: str
) -> None:
    rows = ALL_IN_ONE + f'MCS2025,{commodity},Brazil,"{kind}",metric tons,100,110,,,,,,\n'
    assert figures(read(rows)) == [
        ("production", "Brazil", mineral, 2023, 100, "reported"),
        ("production", "Brazil", mineral, 2024, 110, "estimated"),
    ]


def test_chapters_that_are_no_mineral_of_ours_are_counted_and_an_unknown_one_is_not() -> None:
    names = ("Platinum-Group metals", "Cement", "Bromine ", "Soda ash")
    rest = "Brazil,Mine production,metric tons,1,2,,,,,,"
    rows = "".join(f"MCS2025,{name},{rest}\n" for name in names)
    assert left_out(read(ALL_IN_ONE + rows))["a commodity that is no mineral of ours"] == 4
    (found, *_) = figures(read(ALL_IN_ONE + "MCS2025,Unobtainium,Brazil,Mine,t,1,2,,,,,,\n"))
    assert found[2] == "Unobtainium", "the table of names refuses it with a suggestion"


def test_what_stands_in_place_of_a_number_is_counted_by_reason_and_never_zero() -> None:
    found = read(
        ALL_IN_ONE + f"MCS2025,Cobalt,Cuba,{MINE},W,NA,,,,,Large,\n"
        f"MCS2025,Cobalt,Chile,{MINE},,,W for 23-24,,,,,NA\n"
        f"MCS2025,Cobalt,Peru,{MINE},—,e5,,,,,>20,\n"
    )
    assert figures(found) == [
        ("production", "Peru", "cobalt", 2024, 5, "estimated"),
        ("reserves", "Peru", "cobalt", 2024, 20, "at_least"),
    ]
    assert left_out(found) == Counter({
        "a column of notes": 3, "withheld (W), not zero": 3, "not available (NA)": 2,
        "a word for the size, not an amount": 1, "a dash": 1,
    })  # fmt: skip


def test_units_come_from_the_column_or_the_row_and_an_unknown_one_is_refused() -> None:
    kilotonnes = "Source,Country,Type,Prod_kt_2021,Prod_notes\nMCS2022,Chile,Mine copper,5,\n"
    ((_, row),) = [part for part in read(kilotonnes) if isinstance(part, tuple)]
    assert row.label == "kt; Mine copper"
    in_pounds = ALL_IN_ONE + "MCS2025,Copper,Chile,Mine production,thousand pounds,5,6,,,,,,\n"
    faults = [part for part in read(in_pounds) if isinstance(part, BadFile)]
    assert [(fault.row, fault.column) for fault in faults] == [(2, "UNIT_MEAS")] * 2
    without = read(ALL_IN_ONE + "MCS2025,Copper,Chile,Mine production,,5,6,,,,,,\n")
    assert left_out(without)["no unit is stated"] == 2


def test_the_long_file_is_read_and_its_salient_statistics_are_counted() -> None:
    found = read(
        LONG + f'LITHIUM,{WORLD},Lithium,Chile,Production,Mine production,metric tons,2024,"49,000",,Yes,\n'  # noqa: E501
        f'LITHIUM,{WORLD},Lithium,Chile,Production,Mine production,metric tons,2025,"52,000",Estimated.,Yes,\n'  # noqa: E501
        f'LITHIUM,{WORLD},Lithium,Chile,Reserves,Reserves,metric tons,2025,"9,300,000",,Yes,\n'
        f'LITHIUM,{WORLD},Lithium,World total,Reserves,Reserves: rounded,metric tons,2025,">30,000",,,\n'  # noqa: E501
        f"LITHIUM,{WORLD},Lithium,Peru,Production,Mine production,metric tons,2025,W,,Yes,\n"
        "LITHIUM,Salient Statistics—United States,Lithium,United States,Price,Price,dollars per ton"
        ",2025,9,,,\nLITHIUM,Import Sources,Lithium,Chile,Import,Share,percent,2021–24,50,,,\n"
    )  # fmt: skip
    assert figures(found) == [
        ("production", "Chile", "lithium", 2024, 49_000, "reported"),
        ("production", "Chile", "lithium", 2025, 52_000, "estimated"),
        ("reserves", "Chile", "lithium", 2025, 9_300_000, "reported"),
        ("reserves", "WLD", "lithium", 2025, 30_000, "at_least"),
    ]
    assert left_out(found) == Counter({
        "a column that is not used": 2, "withheld (W), not zero": 1,
        "another section: salient statistics of the United States": 1,
        "another section: sources of imports": 1,
    })  # fmt: skip


def test_reserves_in_another_unit_than_the_publisher_prints_are_refused() -> None:
    row = f"TIN,{WORLD},Tin,Peru,Reserves,Reserves,kilograms,2025,5,,,\n"
    (fault,) = [part for part in read(LONG + row) if isinstance(part, BadFile)]
    assert "another unit" in str(fault)


def test_what_is_counted_stands_apart_from_the_place() -> None:
    row = "MCS2025,Diatomite,Denmark (processed),Mine production,metric tons,5,6,,,,,,\n"
    found = [part[1] for part in read(ALL_IN_ONE + row) if isinstance(part, tuple)]
    assert {(one.place, one.label) for one in found} == {
        ("Denmark", "metric tons; Mine production, processed")
    }


def test_a_zip_of_world_tables_is_read_and_the_salient_ones_are_named() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as container:
        container.writestr("mcs2023-coppe_world.csv",
                           "Source,Country,Type,Prod_kt_2021\nMCS2023,Chile,Mine,1\n")  # fmt: skip
        container.writestr("mcs2023-coppe_salient.csv", "DataSource,Commodity,Year,USprod_kt\n")
        container.writestr("mcs2023.xml", "<metadata/>")
    found = read(target.getvalue(), "mcs2023.zip")
    assert figures(found) == [("production", "Chile", "copper", 2021, 1, "reported")]
    assert set(left_out(found)) == {
        "a file of the zip that is no table",
        "a file of the zip: the salient statistics of the United States, not the world",
    }
    with pytest.raises(BadFile, match="salient statistics"):
        read("DataSource,Commodity,Year,USprod_kt\nMCS2023,Copper,2021,1\n")


@pytest.mark.parametrize(
    ("name", "first", "edition"),
    [("mcs2025-cobal_world.csv", b"", "2025"), ("MCS2026_Commodities_Data.csv", b"", "2026"),
     ("world.csv", b"SOURCE,COMMODITY\nMCS2024,Cobalt", "2024"), ("world.csv", b"", "")],
)  # fmt: skip
def test_the_edition_is_what_the_name_or_the_rows_say(
    name: str, first: bytes, edition: str
) -> None:
    said = usgs.stated_edition(name, first)
    assert said == (f"Mineral Commodity Summaries {edition}" if edition else "")


@needs_published
def test_both_whole_files_are_read_without_a_fault_and_as_the_bundle_reads_them() -> None:
    newer = published("data/usgs_MCS2026_Commodities_Data.csv").decode("cp1252").encode()
    earlier = published("data/usgs_MCS2025_World_Data.csv")
    for content, name, bundled in (
        (newer, "MCS2026.csv", usgs_world.parse(newer.decode().encode("cp1252"))),
        (earlier, "MCS2025.csv", usgs_amounts.earlier(earlier)),
    ):
        parts = read(content, name)
        assert not [part for part in parts if isinstance(part, BadFile)]
        found = {
            (row.indicator, row.mineral, row.place, row.year, row.label): (row.value, row.quality)
            for _, row in (part for part in parts if isinstance(part, tuple))
        }
        for row in bundled:
            place = figure_cells.counted_place(row.place or "").name
            about = (row.indicator, row.mineral, place, row.year, row.label)
            assert found[about] == (row.value, row.quality), about


def test_carats_of_a_column_are_spelled_as_every_table_of_units_knows_them() -> None:
    text = "Source,Country,Type,Prod_Mct_2022\nMCS2024,Russia,Mine industrial diamond,19\n"
    ((_, row),) = [
        part for part in read(text, "mcs2024-diamo_world.csv") if isinstance(part, tuple)
    ]
    assert (row.mineral, row.label) == (
        "diamonds_industrial", "million carats; Mine industrial diamond"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "value", "mark"),
    [
        ("66,000", 66_000, ""), ("66,000e", 66_000, "estimated"), ("e66,000", 66_000, "estimated"),
        ("(e) 800", 800, "estimated"), ("89,000 (est.)", 89_000, "estimated"),
        (">1,000", 1_000, "at_least"), ("<500", 500, "at_most"), ("> 1,000e", 1_000, "at_least"),
    ],
)  # fmt: skip
def test_an_estimate_is_marked_before_or_behind_its_number(
    cell: str, value: float, mark: str
) -> None:
    assert amount(cell, "prod_2023", 2) == (value, mark)


@pytest.mark.parametrize("cell", ["66,000r2", "e", "sixty"])
def test_a_number_with_another_mark_is_refused(cell: str) -> None:
    with pytest.raises(BadFile, match="not a number"):
        amount(cell, "prod_2023", 2)
