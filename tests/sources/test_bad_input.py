"""A file that is not its publisher's gives one clear error, never a wrong reading."""

import gzip
import io

import openpyxl
import pytest

from riskscore.sources.bad_file import BadFile
from riskscore.sources.publishers import busch, dol, hdr, icmm, iea, wgi, wmd, world_atlas
from riskscore.sources.readers import text
from tests.sources.published import sample
from tests.sources.test_hostile_files import with_part

HEADER = b"mineral,iso3,year,production,unit,quality\n"


def fault(content: bytes) -> BadFile:
    with pytest.raises(BadFile) as caught:
        list(wmd.parse(content))
    return caught.value


def workbook(title: str, *rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_missing_column_is_named() -> None:
    error = fault(b"mineral,iso3,year,production,unit\ncopper,CHL,2023,1,t\n")
    assert (error.row, error.column) == (1, "quality")


def test_a_wrong_delimiter_is_a_missing_column() -> None:
    assert fault(HEADER.replace(b",", b";")).column == "mineral"


def test_a_column_that_stands_twice_is_refused() -> None:
    assert "twice" in fault(HEADER.replace(b"unit", b"unit,unit")).reason


def test_a_bad_number_is_named_with_its_row_and_value() -> None:
    error = fault(HEADER + b"copper,CHL,2023,5 505,t,r\n")
    assert (error.row, error.column, error.value) == (2, "production", "5 505")
    assert "row 2, column production" in str(error)


@pytest.mark.parametrize("word", ["nan", "inf", "-Infinity", ""])
def test_a_number_must_be_finite(word: str) -> None:
    assert fault(HEADER + f"copper,CHL,2023,{word},t,r\n".encode()).column == "production"


def test_an_unknown_unit_is_refused() -> None:
    assert fault(HEADER + b"copper,CHL,2023,1,oz,r\n").column == "unit"


def test_a_row_that_is_too_short_is_refused() -> None:
    assert "4 cells" in fault(HEADER + b"copper,CHL,2023,1\n").reason


def test_an_unclosed_quote_is_refused() -> None:
    error = fault(HEADER + b'"copper,CHL,2023,1,t,r\n')
    assert (error.row, "never closed" in error.reason) == (2, True)
    assert error.remedy.startswith("Check the quotes from line 2 on")


def test_a_byte_order_mark_is_no_part_of_the_header() -> None:
    assert len(list(wmd.parse(b"\xef\xbb\xbf" + HEADER + b"copper,CHL,2023,1,t,r\n"))) == 1


def test_utf_16_without_its_mark_is_refused() -> None:
    assert "UTF-16" in fault(HEADER.decode().encode("utf-16-le")).reason


def test_a_gzip_cut_short_is_refused() -> None:
    assert "damaged" in fault(gzip.compress(HEADER * 50)[:-9]).reason


@pytest.mark.parametrize(("lat", "lon"), [("91", "0"), ("0", "181"), ("north", "0")])
def test_coordinates_off_the_earth_are_refused(lat: str, lon: str) -> None:
    with pytest.raises(BadFile):
        text.degrees(lat, lon, 2)


def test_a_workbook_without_the_sheet_says_which_sheets_it_has() -> None:
    with pytest.raises(BadFile, match="no sheet 'External'") as caught:
        list(icmm.parse(workbook("Other", ("ICMMID",))))
    assert caught.value.value == "Other"


def test_a_file_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(BadFile, match="Excel"):
        list(wgi.parse(b"code,year\n"))


def test_an_unknown_dimension_of_governance_is_refused() -> None:
    content = workbook("Sheet1", wgi.COLUMNS, ("CHL", 2023, "xx", 1.0, 0.2))
    with pytest.raises(BadFile, match="dimension"):
        list(wgi.parse(content))


def test_an_outside_entity_in_xml_is_refused() -> None:
    content = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Goods>&e;</Goods>'
    with pytest.raises(BadFile, match="not clean XML"):
        list(dol.parse(content, 2022))


def test_xml_of_another_kind_is_refused() -> None:
    with pytest.raises(BadFile, match="neither goods nor countries"):
        list(dol.parse(b"<Other/>"))


def test_an_unknown_advancement_level_is_refused() -> None:
    content = sample("dol_countries.xml").replace(b"Moderate Adv", b"Huge Adv")
    with pytest.raises(BadFile, match="Huge Advancement"):
        list(dol.parse(content, 2022))


def test_json_of_another_kind_is_refused() -> None:
    for parse in (iea.parse, world_atlas.parse):
        with pytest.raises(BadFile):
            list(parse(b'{"other": 1}'))


def test_a_series_that_is_missing_is_refused() -> None:
    with pytest.raises(BadFile, match="a series is missing"):
        list(hdr.parse(b"iso3,hdi_2022\nCHL,0.86\n"))


def test_an_error_names_the_file_once_it_is_known() -> None:
    with pytest.raises(BadFile) as caught:
        list(busch.parse(b"d,Country\n"))
    assert str(caught.value.within("lithium.csv")).startswith("lithium.csv, row 1, column ")


def test_an_empty_line_at_the_end_of_a_publishers_file_is_no_fault() -> None:
    assert len(list(wmd.parse(HEADER + b"copper,CHL,2023,1,t,r\n\n"))) == 1


def test_a_row_of_several_lines_is_named_by_the_line_on_which_it_begins() -> None:
    error = fault(HEADER + b'"copper\nore",CHL,2023,x,t,r\n')
    assert (error.row, error.column) == (2, "production")


def test_a_publishers_workbook_is_looked_at_before_it_is_opened() -> None:
    with pytest.raises(BadFile, match="macros"):
        list(wgi.parse(with_part("xl/vbaProject.bin", b"x")))
