"""Tables of statuses, capacities and off-take: each row whole, or one fault."""

import io
from collections.abc import Iterable
from datetime import date
from types import ModuleType
from typing import Any

import openpyxl
import pytest

from riskscore.models import ProjectStatus
from riskscore.sources.bad_file import BadFile
from riskscore.sources.reading import Reading
from riskscore.sources.tables import capacities, offtake, statuses
from riskscore.sources.tables.status_words import STATUS_WORDS, UNKNOWN, status_of
from tests.sources.published import sample

HEADERS = {
    statuses: "project,status,since,source,credibility,note\n",
    capacities: "project,mineral,year,amount,low,high,unit,basis,reason,source\n",
    offtake: "project,buyer,place,mineral,share,since,until,source\n",
}


def parsed(rows: Iterable[Any]) -> list[Any]:
    """The rows, none of them a fault."""
    found = list(rows)
    assert not [row for row in found if isinstance(row, BadFile)]
    return found


def only(module: ModuleType, row: str) -> Any:
    (result,) = module.rows(io.BytesIO((HEADERS[module] + row).encode()), "file.csv", Reading())
    return result if isinstance(result, BadFile) else result[1]


def test_the_words_of_ours_are_those_of_the_table_in_the_database() -> None:
    assert {*STATUS_WORDS, UNKNOWN} == set(ProjectStatus.Word.values)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Care & Maintenance", "suspended"),
        ("on care and maintenance", "suspended"),
        ("ACTIVE", "operating"),
        ("Pre-feasibility", "feasibility"),
        ("under  construction", "construction"),
        ("Historic", "closed"),
        ("Canceled", "cancelled"),
        ("unknown", "unknown"),
        ("planned", None),  # an idea, a study or a building site: not guessed
        ("asleep", None),
        ("", None),
    ],
)
def test_a_status_is_understood_in_usual_words_and_never_guessed(
    word: str, status: str | None
) -> None:
    assert status_of(word) == status


def test_the_samples_are_read_with_other_usual_names_of_columns() -> None:
    first, second = statuses.parse(sample("statuses.csv"))
    assert (first.status, first.since, first.credibility) == ("suspended", date(2024, 3, 1), 0.9)
    assert (second.url, second.note) == ("", "Annual report 2024, p. 12")
    point, ranged = capacities.parse(sample("capacities.csv"))
    assert (point.amount, point.low, point.basis) == (8000, None, "stated")
    assert (ranged.amount, ranged.low, ranged.high, ranged.basis) == (
        None,
        8000,
        12000,
        "estimated",
    )
    named, place = offtake.parse(sample("offtake.csv"))
    assert (named.share, named.since, named.until) == (0.75, date(2015, 1, 1), date(2028, 12, 31))
    assert (place.buyer, place.place, place.note) == ("", "CHN", "Press release of 3 May 2024")


def test_a_workbook_with_dates_and_numbers_reads_as_the_csv_does() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Project", "Status", "Since", "URL"])
    sheet.append(["icmm-00026", "closed", date(2024, 5, 1), "https://example.org/a"])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    ((line, row),) = parsed(statuses.rows(file, "file.xlsx", Reading()))
    assert (line, row.status, row.since) == (2, "closed", date(2024, 5, 1))


@pytest.mark.parametrize(
    ("module", "row", "column", "words"),
    [
        (statuses, ",closed,2024-01-01,https://a.example/b,,", "project", "an empty cell"),
        (statuses, "a1,asleep,2024-01-01,https://a.example/b,,", "status", "not understood"),
        (statuses, "a1,planned,2024-01-01,https://a.example/b,,", "status", "not understood"),
        (statuses, "a1,closed,2024,https://a.example/b,,", "since", "not a date"),
        (statuses, "a1,closed,,https://a.example/b,,", "since", "an empty cell"),
        (statuses, "a1,closed,0024-01-01,https://a.example/b,,", "since", "no year of our time"),
        (statuses, "a1,closed,2024-01-01,,,", "source", "without its source"),
        (statuses, "a1,closed,2024-01-01,ftp://x,,", "source", "not a web address"),
        (statuses, "a1,closed,2024-01-01,https://a.example/b,2,", "credibility", "not a share"),
        (capacities, "a1,tin,2025,,,,t,,,https://a.example/b", "amount", "neither an amount"),
        (capacities, "a1,tin,2025,,5,,t,,,https://a.example/b", "high", "half a range"),
        (capacities, "a1,tin,2025,,5,9,t,,,https://a.example/b", "reason", "without its reason"),
        (capacities, "a1,tin,2025,,9,5,t,,why,https://a.example/b", "high", "not above low"),
        (capacities, "a1,tin,2025,,5,5,t,,why,https://a.example/b", "high", "not above low"),
        (capacities, "a1,tin,2025,3,5,9,t,,,https://a.example/b", "amount", "outside its own"),
        (capacities, "a1,tin,2025,-3,,,t,,,https://a.example/b", "amount", "negative"),
        (capacities, "a1,tin,2025,W,,,t,,,https://a.example/b", "amount", "not a finite number"),
        (capacities, "a1,tin,2025,3,,,,,,https://a.example/b", "unit", "an empty cell"),
        (capacities, "a1,tin,25,3,,,t,,,https://a.example/b", "year", "not a year"),
        (capacities, "a1,tin,2025,3,,,t,guess,,https://a.example/b", "basis", "an unknown word"),
        (offtake, "a1,,,,50%,,,https://a.example/b", "buyer", "neither a buyer"),
        (offtake, "a1,B,JPN,,,,,https://a.example/b", "share", "not known"),
        (offtake, "a1,B,JPN,,0,,,https://a.example/b", "share", "not a share"),
        (offtake, "a1,B,JPN,,140%,,,https://a.example/b", "share", "not a share"),
        (offtake, "a1,B,JPN,,5%,2025-01-01,2024-01-01,https://a.example/b", "until", "before"),
        (offtake, "a1,B,JPN,,5%,,,", "source", "without its source"),
    ],
)  # fmt: skip
def test_a_bad_row_is_one_fault_with_line_column_and_remedy(
    module: ModuleType, row: str, column: str, words: str
) -> None:
    fault = only(module, row)
    assert isinstance(fault, BadFile)
    assert (fault.row, fault.column) == (2, column)
    assert words in fault.reason
    assert fault.remedy


def test_zero_is_an_amount_and_an_empty_cell_is_not() -> None:
    assert only(capacities, "a1,tin,2025,0,,,t,output,,https://a.example/b").amount == 0
    stated = only(capacities, "a1,tin,2025,7,5,9,t,,,https://a.example/b")
    assert (stated.amount, stated.low, stated.high, stated.basis) == (7, 5, 9, "stated")


def test_the_columns_of_a_file_may_be_mapped_and_a_missing_one_is_named() -> None:
    text = "mine,state,day,ref\na1,closed,2024-01-01,https://a.example/b\n"
    mapping = {"project": "mine", "status": "state", "since": "day", "source": "ref"}
    ((_, row),) = parsed(statuses.rows(io.BytesIO(text.encode()), "file.csv", Reading(mapping)))
    assert row.status == "closed"
    with pytest.raises(BadFile, match="column status: this column is missing"):
        list(statuses.rows(io.BytesIO(text.encode()), "file.csv", Reading({"project": "mine"})))
