"""Tables as people bring them: what is plainly meant is read, what could be two is refused."""

import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import LeftOut, Remark
from riskscore.sources.publishers import ituc, walk_free
from riskscore.sources.reading import Reading
from riskscore.sources.tables import evidence, observations, projects

NAMES = ("indicator", "place", "year", "value")
HEADER = ",".join(NAMES) + "\n"
PREVALENCE = "walkfree.prevalence"
FIELD = Path(__file__).resolve().parents[3] / "shared" / "cases" / "field"
GSI = {
    "mapping": {
        "place": "Country",
        "value": "Estimated prevalence of modern slavery per 1,000 population",
    },
    "constants": {"indicator": PREVALENCE, "year": "2023"},
}


def parts(content: bytes, name: str, module: Any = observations, **reading: Any) -> list[Any]:
    return list(module.rows(io.BytesIO(content), name, Reading(**reading)))


def text(lines: str, module: Any = observations, **reading: Any) -> list[Any]:
    return parts(lines.encode(), "file.csv", module, **reading)


def values(found: list[Any]) -> list[tuple[str, int, float]]:
    """(place, year, value) of the rows that are read."""
    rows = [part[1] for part in found if isinstance(part, tuple)]
    return [(row.place, row.year, row.value) for row in rows]


def faults(found: list[Any]) -> list[BadFile]:
    return [part for part in found if isinstance(part, BadFile)]


def left(found: list[Any]) -> dict[str, int]:
    """How many are left out, by reason."""
    result: dict[str, int] = {}
    for part in found:
        if isinstance(part, LeftOut):
            result[part.reason] = result.get(part.reason, 0) + part.count
    return result


def remarks(found: list[Any]) -> list[str]:
    return [part.text for part in found if isinstance(part, Remark) and part.text]


def workbook(*rows: Iterable[Any], book: Any = None, title: str = "Sheet") -> Any:
    """A workbook with the rows on a sheet of the title."""
    book = book or openpyxl.Workbook()
    sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
    for row in rows:
        sheet.append(list(row))
    return book


def saved(book: Any) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def xlsx(book: Any, module: Any = observations, **reading: Any) -> list[Any]:
    return parts(saved(book), "file.xlsx", module, **reading)


CHILE = (PREVALENCE, "Chile", 2023, 4.2)
READ = [("Chile", 2023, 4.2)]


# --- Where the table stands -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("above", "row"),
    [([("Measures",)], 2), ([("Data Source", "Walk Free"), (None,), ("2023",)], 4), ([()], 2)],
)
def test_names_of_columns_are_found_below_titles(above: list[Any], row: int) -> None:
    found = xlsx(workbook(*above, NAMES, CHILE))
    assert values(found) == READ
    if any(any(line) for line in above):
        assert remarks(found) == [f"the column names are taken from row {row}"]
        assert left(found) == {"rows above the column names": sum(any(line) for line in above)}


def test_a_merged_title_and_the_row_that_a_person_states_are_read_too() -> None:
    book = workbook(("Measures",), NAMES, CHILE)
    book["Sheet"].merge_cells("A1:D1")
    assert values(xlsx(book)) == READ
    assert values(xlsx(book, header_row=2)) == READ
    with pytest.raises(BadFile, match="row 3, column indicator: this column is missing"):
        xlsx(book, header_row=3)
    with pytest.raises(BadFile, match="row 9: there is nothing in the row"):
        xlsx(book, header_row=9)
    with pytest.raises(BadFile, match="only workbooks have sheets"):
        text(HEADER, sheet="Data")


def test_the_sheet_with_the_columns_is_read_and_the_others_are_named() -> None:
    book = workbook(("About this file",))
    workbook(NAMES, CHILE, book=book, title="Data")
    workbook(NAMES, (PREVALENCE, "Peru", 2023, 9), book=book, title="Old")
    book["Old"].sheet_state = "hidden"
    found = xlsx(book)
    assert values(found) == READ
    assert left(found) == {"sheets that are not read": 1, "hidden sheets": 1}
    assert values(xlsx(book, sheet="OLD")) == [("Peru", 2023, 9)]
    assert values(xlsx(book, sheet="2")) == READ
    with pytest.raises(BadFile, match=r"no sheet 'Dta'.*Sheet, Data, Old"):
        xlsx(book, sheet="Dta")


def test_two_sheets_with_the_columns_behind_another_are_asked_about() -> None:
    book = workbook(("About",))
    for title in ("2022", "2023"):
        workbook(NAMES, CHILE, book=book, title=title)
    with pytest.raises(BadFile, match=r"several sheets have the columns.*2022, 2023"):
        xlsx(book)
    assert values(xlsx(book, sheet="2023")) == READ


def test_hidden_rows_are_named_and_read_when_asked_and_hidden_columns_are_named() -> None:
    book = workbook(NAMES, CHILE, (PREVALENCE, "Peru", 2023, 7.1))
    book["Sheet"].row_dimensions[3].hidden = True
    book["Sheet"].column_dimensions["C"].hidden = True
    found = xlsx(book)
    assert values(found) == READ
    assert left(found) == {"hidden rows": 1}
    assert remarks(found) == ["hidden columns are read like the others: C"]
    assert values(xlsx(book, hidden=True)) == [*READ, ("Peru", 2023, 7.1)]


# --- Which column is which ------------------------------------------------------------------------
def test_columns_that_are_not_ours_are_named_once_and_may_stand_twice() -> None:
    found = text("indicator,place,year,value,note,note\nwalkfree.prevalence,Chile,2023,4.2,a,b\n")
    assert values(found) == READ
    assert left(found) == {"columns that are not read": 2}
    assert found[0].example == "note, note"
    with pytest.raises(BadFile, match="column value: this column stands twice"):
        text("indicator,place,year,value,Value\n")


def test_a_publishers_table_is_read_with_other_names_and_constants() -> None:
    title = "Estimated prevalence of modern slavery per 1,000 population"
    names = ("Country", "Region", title)
    flat = workbook(names, ("Chile", "Americas", 3.2))
    assert values(xlsx(flat, walk_free, **GSI)) == [("Chile", 2023, 3.2)]
    titled = workbook(("Global Slavery Index 2023 Data",), (), names, ("Chile", "Americas", 3.2))
    for more in ({}, {"header_row": 3}):
        found = xlsx(titled, walk_free, **GSI, **more)
        assert values(found) == [("Chile", 2023, 3.2)]
        assert left(found)["columns that are not read"] == 1
    broken = title.replace(" modern ", "\nmodern\N{NO-BREAK SPACE}")
    assert values(xlsx(workbook((*names[:2], broken), ("Chile", "x", 3.2)), walk_free, **GSI)) == [
        ("Chile", 2023, 3.2)
    ]


def test_a_constant_stands_against_no_column_of_the_file() -> None:
    lines = HEADER + "walkfree.prevalence,Chile,2022,4.2\n"
    with pytest.raises(BadFile, match="column year: a constant for a column that the file has too"):
        text(lines, constants={"year": "2023"})
    assert values(text(lines, constants={"year": "2023"}, mapping={"year": ""})) == READ
    with pytest.raises(BadFile, match="constant names a column that this table does not have"):
        text(lines, constants={"yaer": "2023"})
    with pytest.raises(BadFile, match="column year: this column is missing"):
        text(lines, mapping={"year": ""})


def test_a_column_of_our_name_that_means_another_thing_is_not_read() -> None:
    lines = (
        "dep_id,site_name,latitude,longitude,country,state,commod1,kind\n"
        "10009306,Horse Mountain,39.69999,-106.20061,United States,Colorado,Uranium,deposit\n"
    )
    mapping = {"external_ids": "dep_id", "name": "site_name", "place": "country"}
    assert faults(text(lines, projects, mapping=mapping))[0].column == "state"
    mapping |= {"state": "", "minerals": "commod1"}
    (row,) = (p[1] for p in text(lines, projects, mapping=mapping) if isinstance(p, tuple))
    assert (row.external_ids, row.state) == ((("own", "10009306"),), "")


def test_several_minerals_of_a_cell_may_be_apart_by_bars_semicolons_or_commas() -> None:
    for cell in ("copper|gold:other", "copper; gold:other", '"copper, gold:other"'):
        (part,) = text(f"key,minerals\na-1,{cell}\n", projects)
        assert part[1].minerals == (("copper", "primary"), ("gold", "other"))


# --- Formulas -------------------------------------------------------------------------------------
def test_a_formula_is_judged_only_in_a_column_that_is_used() -> None:
    unused = workbook((*NAMES, "remark"), (*CHILE, '=HYPERLINK("http://x","y")'))
    assert values(xlsx(unused)) == READ
    used = workbook(NAMES, CHILE, (PREVALENCE, "Peru", 2023, "=1+1"))
    found = xlsx(used)
    assert values(found) == READ
    assert [(each.row, each.column, each.reason) for each in faults(found)] == [
        (3, "value", "a formula")
    ]
    # openpyxl writes no result: nobody has calculated it yet.
    assert [each.reason for each in faults(xlsx(used, calculated=True))] == [
        "a formula that was never calculated"
    ]


def test_what_a_formula_gave_is_taken_when_asked() -> None:
    content = saved(workbook(NAMES, (PREVALENCE, "Chile", 2023, "=2.1*2")))
    with_result = _replaced(content, b"<f>2.1*2</f><v></v>", b"<f>2.1*2</f><v>4.2</v>")
    assert faults(parts(with_result, "a.xlsx"))[0].reason == "a formula"
    assert values(parts(with_result, "a.xlsx", calculated=True)) == READ


def _replaced(content: bytes, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            part = before.read(name).replace(b"<v />", b"<v></v>").replace(b"<v/>", b"<v></v>")
            after.writestr(name, part.replace(old, new))
    return out.getvalue()


# --- Years and days -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "cell", ["2023", "2023.0", "2023.00", "２０２３", "2023-01-01", "2023-12-31"]
)
def test_a_year_is_read_as_programs_write_it(cell: str) -> None:
    assert values(text(f"{HEADER}{PREVALENCE},Chile,{cell},4.2\n")) == READ


@pytest.mark.parametrize("cell", [2023, 2023.0, "2023", datetime(2023, 1, 1), date(2023, 12, 31)])  # noqa: DTZ001
def test_a_year_is_read_from_cells_of_any_kind(cell: Any) -> None:
    assert values(xlsx(workbook(NAMES, (PREVALENCE, "Chile", cell, 4.2)))) == READ


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (date(2023, 6, 30), "a day within a year"),
        (date(1905, 7, 15), "the year 1905, or the number 2023"),
        (44927, "2023-01-01, if it is a day as Excel counts"),
        (2023.5, "not a year"),
        ("2022/23", "not a year"),
        (None, "not a year"),
    ],
)
def test_a_year_that_could_be_another_is_refused(cell: Any, words: str) -> None:
    (found,) = faults(xlsx(workbook(NAMES, (PREVALENCE, "Chile", cell, 4.2))))
    assert found.column == "year"
    assert words in found.reason


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("2023-03-12", "2023-03-12"),
        ("25/03/2023", "2023-03-25"),
        ("03/25/2023", "2023-03-25"),
        ("4/4/2023", "2023-04-04"),
        ("12 March 2023", "2023-03-12"),
        ('"Mar 12, 2023"', "2023-03-12"),
        ("2023-03-12 00:00:00", "2023-03-12"),
        ("2023/03/12", "2023-03-12"),
        ("12/03/2023", "2023-03-12 or 2023-12-03"),
        ("12.03.2023", "2023-03-12 or 2023-12-03"),
        ("2023-03", "not a date"),
        ("March 2023", "not a date"),
        ("44997", "2023-03-12, if it is a day as Excel counts"),
    ],
)
def test_a_day_is_read_where_it_can_mean_one_alone(cell: str, read: str) -> None:
    (part,) = text(f"project,kind,date,url\na-1,strike,{cell},https://example.org/a\n", evidence)
    if isinstance(part, BadFile):
        assert read in part.reason
    else:
        assert part[1].happened_on.isoformat() == read


def test_a_day_of_a_workbook_is_a_day() -> None:
    names = ("project", "kind", "date", "url")
    row = ("a-1", "fatality", datetime(2023, 3, 12), "https://example.org/a")  # noqa: DTZ001
    (part,) = xlsx(workbook(names, row), evidence)
    assert part[1].happened_on == date(2023, 3, 12)


# --- Numbers --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("4.2", 4.2),
        ("٤.٢", 4.2),
        ("٤٫٢", 4.2),
        ("４．２", 4.2),
        ("4\N{NO-BREAK SPACE}.2", 4.2),
        ("3.0", 3.0),
        ("1e2", 100.0),
        ("1.250", 1.25),
        ('"1\N{NARROW NO-BREAK SPACE}000"', 1000.0),
        ("1’000", 1000.0),
        ("1'000.0", 1000.0),
        ('"1,000.0"', 1000.0),
    ],
)
def test_a_number_is_read_where_it_can_mean_one_alone(cell: str, number: float) -> None:
    assert values(text(f"{HEADER}{PREVALENCE},Chile,2023,{cell}\n")) == [("Chile", 2023, number)]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('"1,250"', "1.250 or 1250"),
        ('"4,2"', "a decimal point"),
        ("–4.2", "not a finite number"),
        ("4.2.1", "not a finite number"),
        ("1 25", "not a finite number"),
        ("<4", "not a finite number"),
        ("1_000", "not a finite number"),
    ],
)
def test_a_number_that_could_be_two_is_refused(cell: str, words: str) -> None:
    (found,) = faults(text(f"{HEADER}{PREVALENCE},Chile,2023,{cell}\n"))
    assert (found.row, found.column) == (2, "value")
    assert words in found.reason


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_marks_between_columns_are_read_and_said(mark: str) -> None:
    lines = f"{HEADER}{PREVALENCE},Chile,2023,4.2\n".replace(",", mark)
    found = text(lines)
    assert values(found) == READ
    assert "the columns are apart by" in remarks(found)[0]


def semicolons(*cells: str) -> list[Any]:
    rows = "".join(f"wmd.production;Chile;copper;2023;{cell}\n" for cell in cells)
    return text(f"indicator;place;mineral;year;value\n{rows}")


def test_decimal_commas_are_read_where_the_file_shows_them() -> None:
    assert values(semicolons("4,2")) == READ
    assert values(semicolons("1.250,5")) == [("Chile", 2023, 1250.5)]
    # 4,25 shows a decimal comma: then 1.250 is a thousand and a quarter of one.
    assert [each[2] for each in values(semicolons("1.250", "4,25"))] == [1250.0, 4.25]
    assert [each[2] for each in values(semicolons("1.250", "0.5"))] == [1.25, 0.5]
    assert [each[2] for each in values(semicolons("1.250.000"))] == [1250000.0]


def test_what_the_file_does_not_show_is_refused_and_both_readings_are_named() -> None:
    for cells in (("1.250",), ("1,250",), ("1.250", "4,2", "4.2")):
        found = faults(semicolons(*cells))
        assert [each.reason for each in found] == ["this can be 1.250 or 1250"]
    later = faults(semicolons(*["4,2"] * 1000, "4.25"))
    assert [each.row for each in later] == [1002]
    assert "decimal comma, as other cells" in later[0].reason


def test_a_number_that_was_typed_as_text_is_no_less_doubtful_in_a_workbook() -> None:
    rows = [(PREVALENCE, "Chile", 2023, cell) for cell in (1.25, "4,2", "1.250")]
    found = xlsx(workbook(NAMES, *rows))
    assert [each[2] for each in values(found)] == [1.25, 4.2]
    assert [each.reason for each in faults(found)] == ["this can be 1.250 or 1250"]


def test_none_is_a_level_of_some_indicators_and_no_figure_of_the_others() -> None:
    rows = (
        "dol.good,BOL,2024,None\n" "dol.good,PER,2024,n/a\n" "dol.advancement,BOL,2024,none\n"
        f"{PREVALENCE},BOL,2023,none\n" "ituc.rating,BOL,2024,none\n"
    )  # fmt: skip
    found = text(HEADER + rows)
    assert values(found) == [("BOL", 2024, 0.0), ("BOL", 2024, 4.0)]
    assert left(found) == {"no value (an empty cell, .., NA, n/a, -)": 3}
    bare = text("indicator,place,year,value,standard_error\ndol.good,BOL,2024,child,none\n")
    assert bare[0][1].standard_error is None


@pytest.mark.parametrize("cell", ["..", "…", "NA", "n/a", "#N/A", "-", "–", "", "NaN", "n.d."])
def test_a_row_without_a_value_is_left_out_and_counted(cell: str) -> None:
    found = text(f"{HEADER}{PREVALENCE},Peru,2023,{cell}\n{PREVALENCE},Chile,2023,4.2\n")
    assert values(found) == READ
    assert left(found) == {"no value (an empty cell, .., NA, n/a, -)": 1}


def test_na_is_namibia_where_a_place_stands() -> None:
    assert values(text(f"{HEADER}{PREVALENCE},NA,2023,4.2\n")) == [("NA", 2023, 4.2)]


def test_a_percentage_is_read_where_the_indicator_is_one() -> None:
    def of(indicator: str, cell: str) -> list[Any]:
        return text(f"{HEADER}{indicator},Chile,2023,{cell}\n")

    assert values(of("walkfree.vulnerability", "40%")) == [("Chile", 2023, 40)]
    assert values(of("walkfree.vulnerability", "40.5 %")) == [("Chile", 2023, 40.5)]
    assert values(of("hdr.ihdi", "70.4%")) == [("Chile", 2023, 0.704)]
    for indicator in (PREVALENCE, "wgi.law", "ilo.c169"):
        assert "a percentage of something" in faults(of(indicator, "0.45%"))[0].reason
    with_unit = text("indicator,place,year,value,unit\nhdr.ihdi,Chile,2023,70.4%,%\n")
    assert values(with_unit) == [("Chile", 2023, 70.4)]  # the unit is turned later, once
    (both,) = faults(text("indicator,place,year,value,unit\nhdr.ihdi,Chile,2023,70.4%,t\n"))
    assert both.reason == "a percentage, and the unit t"


def test_a_cell_in_the_format_of_percentages_is_one() -> None:
    for form in ("0%", "0.00%", "0.000 %"):
        book = workbook(NAMES, ("walkfree.vulnerability", "Chile", 2023, 0.456))
        book["Sheet"]["D2"].number_format = form
        assert values(xlsx(book)) == [("Chile", 2023, 45.6)]
    book["Sheet"]["A2"] = PREVALENCE
    assert "a percentage of something" in faults(xlsx(book))[0].reason


# --- Rows -----------------------------------------------------------------------------------------
def test_empty_rows_and_empty_columns_at_the_end_are_no_fault() -> None:
    lines = f"indicator,place,year,value,,\n{PREVALENCE},Chile,2023,4.2,,\n,,,,,\n\n"
    found = text(lines)
    assert values(found) == READ
    assert faults(found) == []
    assert values(text(f"{HEADER}{PREVALENCE},Chile,2023,4.2,,\n")) == READ
    assert "5 cells" in faults(text(f"{HEADER}{PREVALENCE},Chile,2023,4,2\n"))[0].reason


def test_a_note_beside_the_table_is_named_and_not_judged() -> None:
    found = xlsx(workbook(NAMES, (*CHILE, None, "see the report")))
    assert values(found) == READ
    assert left(found) == {"cells beside the columns": 1}


def test_ratings_are_read_as_numbers_of_a_spreadsheet_and_no_rating_is_left_out() -> None:
    lines = (
        "country,year,rating\nChile,2024,3.0\nMyanmar,2024,5+ \nHaiti,2024,5 +\nNamibia,2024,NR\n"
    )
    found = text(lines, ituc)
    assert values(found) == [("Chile", 2024, 2), ("Myanmar", 2024, 5), ("Haiti", 2024, 5)]
    assert left(found) == {"no rating (an empty cell, NR, no data)": 1}
    for cell in ("3.5", "6", "5++", "three"):
        assert faults(text(f"country,year,rating\nChile,2024,{cell}\n", ituc))[0].column == "rating"
    names = ("Country name", "Score")
    reading = {"mapping": {"country": names[0], "rating": names[1]}, "constants": {"year": "2024"}}
    assert values(xlsx(workbook(names, ("Chile", 3.0)), ituc, **reading)) == [("Chile", 2024, 2)]


# --- The files of the field -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("file", "module", "reading", "expected"),
    [
        ("obs_formula_unused.xlsx", observations, {}, READ),
        ("obs_date_year.xlsx", observations, {}, READ),
        ("obs_merged_header.xlsx", observations, {}, READ),
        ("obs_readme_first.xlsx", observations, {}, READ),
        ("obs_readme_first.xlsx", observations, {"sheet": "data"}, READ),
        ("obs_hidden_row.xlsx", observations, {}, READ),
        ("obs_arabic_digits.csv", observations, {}, READ),
        ("obs_fullwidth.csv", observations, {}, READ),
        ("obs_duplicate_unused.csv", observations, {}, READ),
        ("obs_semicolon_comma.csv", observations, {}, READ),
        ("obs_tab.csv", observations, {}, READ),
        ("obs_title_lines.csv", observations, {}, READ),
        ("obs_year_float.csv", observations, {}, READ),
        ("obs_missing_words.csv", observations, {}, []),
        ("obs_percent.csv", observations, {}, [("Chile", 2023, 40.0)]),
        ("obs_percent_format.xlsx", observations, {}, []),
        ("obs_german_thousands.csv", observations, {}, []),
        ("gsi_2023.xlsx", walk_free, GSI, [("Chile", 2023, 3.2)]),
        ("gsi_flat.xlsx", walk_free, GSI, [("Chile", 2023, 3.2)]),
        ("ituc_float.csv", ituc, {},
         [("Chile", 2024, 2), ("Colombia", 2024, 4), ("Myanmar", 2024, 5)]),
    ],
)  # fmt: skip
def test_files_that_people_brought_give_the_right_value_or_none(
    file: str, module: Any, reading: dict[str, Any], expected: list[Any]
) -> None:
    if not FIELD.exists():
        pytest.skip("NO FIELD FILE WAS READ: ../shared/cases/field is not there")
    assert values(parts((FIELD / file).read_bytes(), file, module, **reading)) == expected


def test_a_column_that_is_read_as_two_of_ours_is_refused() -> None:
    lines = "indicator,place,Jahr,Wert\nwalkfree.prevalence,Chile,2023,4.2\n"
    with pytest.raises(BadFile, match="this column is read as year and as value"):
        text(lines, mapping={"year": "Jahr", "value": "Jahr"})
