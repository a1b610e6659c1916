"""UCDP and HDR: names of columns, encodings and editions of different years."""

import pytest

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import LeftOut, Remark
from riskscore.sources.publishers import hdr, ucdp
from tests.sources.forms.books import book, text_of

CY = ("country_id_cy", "country_cy", "year_cy", "sb_total_deaths_best_cy",
      "ns_total_deaths_best_cy", "os_total_deaths_best_cy", "version")  # fmt: skip
#: Since 26.1 without the suffix, and Version with a capital.
BARE = (*(name.removesuffix("_cy") for name in CY[:-1]), "Version")
HDR = ("iso3", "country", "hdi_rank_2023", "hdi_2023", "hdi_2024", "ihdi_2023", "le_2023",
       "pop_total_2023")  # fmt: skip
ROWS = (
    ("CIV", "Côte d'Ivoire", 157, 0.582, 0.585, 0.36, 61.9, 31.2),
    ("NAM", "Namibia", 136, 0.665, "..", "", 67.4, 2.96),
    ("ZZK.WORLD", "World", "", 0.756, 0.76, 0.59, 73.4, 8091.7),
)


@pytest.mark.parametrize(("header", "version"), [(CY, "23.1"), (CY, "25.1"), (BARE, "26.1")])
def test_ucdp_of_every_version_is_read_as_text_and_as_a_workbook(
    header: tuple[str, ...], version: str
) -> None:
    rows = [
        header,
        (155, "Chile", 2024, 0, 0, 0, version),
        (490, "DR Congo", 2024, 7, 1, 2, version),
    ]
    for content in (text_of(rows), text_of(rows, "utf-8-sig"), book(Sheet1=rows)):
        found = {(r.place, r.indicator): r.value for r in ucdp.parse(content)}
        assert found["Chile", "ucdp.state"] == 0.0
        assert found["DR Congo", "ucdp.onesided"] == 2.0
        assert len(found) == 6
        assert ucdp.stated_edition("any.csv", content) == version
        (remark,) = [part.text for part in ucdp.parts(content) if isinstance(part, Remark)]
        assert remark == f"the file says that it is version {version}, 2024–2024"


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("organizedviolencecy_v25_1.csv", "25.1"),
        ("OrganizedViolenceCYDataSet26_1.csv", "26.1"),
        ("organizedviolencecy-241-csv.zip", "24.1"),
        ("deaths.csv", ""),
    ],
)
def test_ucdp_without_a_column_of_versions_is_told_by_the_publishers_name(
    name: str, version: str
) -> None:
    assert ucdp.stated_edition(name, text_of([CY[:-1]])) == version


@pytest.mark.parametrize("cell", ["", "NA", "..", "#N/A"])
def test_deaths_that_are_not_stated_are_unknown_and_never_zero(cell: str) -> None:
    content = text_of([CY, (155, "Chile", 2025, cell, 0, 0, "26.1")])
    assert [r.indicator for r in ucdp.parse(content)] == ["ucdp.nonstate", "ucdp.onesided"]
    assert [
        (p.row, p.example) for p in ucdp.parts(content) if isinstance(p, LeftOut) and p.row
    ] == [(2, "Chile sb_total_deaths_best_cy")]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([CY, (1, "Chile", 2024, 0, 0, 0, "25.1"), (1, "Peru", 2024, 0, 0, 0, "26.1")],
         "different versions"),
        ([("country", "year", "best"), ("Chile", 2024, 1)], "column is missing"),
        ([(*CY, "year"), (1, "Chile", 2024, 0, 0, 0, "25.1", 2024)], "stands twice"),
        ([CY, (1, "Chile", 2024, "many", 0, 0, "25.1")], "not a number"),
        ([CY, (1, "Chile", 20244, 0, 0, 0, "25.1")], "not a year"),
        ([CY, (1, "Chile", 2024)], "3 cells where the header has 7"),
    ],
)  # fmt: skip
def test_a_ucdp_file_that_contradicts_itself_is_refused(
    rows: list[tuple[object, ...]], words: str
) -> None:
    with pytest.raises(BadFile, match=words):
        list(ucdp.parse(text_of(rows)))


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig", "utf-16"])
def test_hdr_of_another_year_is_read_in_any_encoding(encoding: str) -> None:
    content = text_of([HDR, *ROWS], encoding)
    found = {(r.place, r.indicator, r.year): r.value for r in hdr.parse(content)}
    assert found == {
        ("CIV", "hdr.hdi", 2023): 0.582,
        ("CIV", "hdr.hdi", 2024): 0.585,
        ("CIV", "hdr.ihdi", 2023): 0.36,
        ("CIV", "hdr.population", 2023): 31.2,
        ("NAM", "hdr.hdi", 2023): 0.665,
        ("NAM", "hdr.population", 2023): 2.96,
    }
    assert hdr.stated_edition("file.csv", content) == "2025"


def test_hdr_says_which_rows_series_and_cells_it_does_not_use() -> None:
    content = book(Data=[HDR, *ROWS], Notes=[("about",)])
    assert [
        (p.reason, p.example, p.count) for p in hdr.parts(content) if isinstance(p, LeftOut)
    ] == [
        ("another sheet: not read", "Notes", 1),
        ("columns of a series that is not used", "country", 1),
        ("columns of a series that is not used", "hdi_rank 2023–2023", 1),
        ("columns of a series that is not used", "le 2023–2023", 1),
        ("no figure stated", "NAM: 2 years of a series", 2),
        ("a group of countries", "ZZK.WORLD", 1),
    ]


@pytest.mark.parametrize(
    ("header", "name", "edition"),
    [
        ("hdi_rank_2021", "x.csv", "2021/22"),
        ("hdi_rank_2022", "x.csv", "2023/24"),
        ("hdi_rank_2024", "HDR26_Composite_indices_complete_time_series.csv", "2026"),
        ("hdi_rank_2024", "x.csv", ""),
        ("rank", "HDR23-24_Composite_indices_complete_time_series.csv", "2023/24"),
    ],
)
def test_the_report_of_an_hdr_file_is_told_by_its_ranks_or_its_name(
    header: str, name: str, edition: str
) -> None:
    assert hdr.stated_edition(name, text_of([("iso3", header, "hdi_2021")])) == edition


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("country", "hdi_2023"), ("Chile", 0.8)], "column is missing"),
        ([("iso3", "hdi_2023"), ("CHL", 0.8)], "a series is missing: pop_total, ihdi"),
        ([(*HDR, "hdi_2023")], "stands twice"),
        ([HDR, ("CHL", "Chile", 1, "high", 0.1, 0.1, 1, 1)], "not a number"),
    ],
)
def test_an_hdr_file_of_another_kind_is_refused(rows: list[tuple[object, ...]], words: str) -> None:
    with pytest.raises(BadFile, match=words):
        list(hdr.parse(text_of(rows)))
