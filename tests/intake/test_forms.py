"""Publishers' files of other years and encodings, from the file to what is in force."""

import pytest

from riskscore.models import Intake
from riskscore.releases import effective
from tests.intake.files import LAW, faults, take_in
from tests.make import make_place
from tests.maps.files import zipped
from tests.sources.forms.books import book_of, text_of
from tests.sources.forms.test_governance import revised
from tests.sources.forms.test_ucdp_and_hdr import BARE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(db: None) -> None:
    make_place("CHL", name="Chile")
    make_place("NAM", name="Namibia")
    make_place("CIV", name="Côte d’Ivoire")


def reasons(done: Intake) -> dict[str, int]:
    return {reason: found["count"] for reason, found in done.left_out_by_reason.items()}


def test_the_governance_indicators_of_2025_are_loaded_with_all_that_they_do_not_use() -> None:
    dimensions = ("va", "pv", "ge", "rq", "rl", "cc")
    rows = (("CHL", 2024, 0.6), ("NAM", 2024, 0.4), ("CIV", 2024, "#N/A"))
    content = book_of({code: revised(code, *rows) for code in dimensions})
    done = take_in(content, "wgi", "wgidataset.xlsx")
    assert (done.state, done.error, done.added) == ("succeeded", "", 12)
    assert reasons(done) == {
        "a column that is not used": 36,
        "no estimate (.., #N/A or an empty cell)": 6,
    }
    (chile,) = effective.observations("wgi.law").filter(place="CHL")
    assert (chile.year, chile.value, chile.standard_error) == (2024, 0.6, 0.2)


def test_a_fault_of_a_publishers_file_names_its_row() -> None:
    content = book_of({"pv": revised("pv", ("CHL", 2024, 0.6), ("XYZ", 2024, 0.4))})
    done = take_in(content, "wgi", "wgidataset.xlsx")
    assert [(line, column) for line, column, _reason in faults(done)] == [(3, "place")]


def test_ucdp_26_comes_as_the_publishers_zip() -> None:
    rows = [BARE, (155, "Chile", 2025, 0, "", 4, "26.1")]
    done = take_in(
        zipped({"OrganizedViolenceCYDataSet26_1.csv": text_of(rows, "utf-8-sig")}),
        "ucdp", "organizedviolencecy-261-csv.zip",
    )  # fmt: skip
    assert (done.state, done.error, done.added) == ("succeeded", "", 2)
    assert reasons(done) == {
        "a column that is not used": 1, "no figure of deaths: unknown, not zero": 1,
    }  # fmt: skip
    assert done.remarks == [
        "OrganizedViolenceCYDataSet26_1.csv: read as UTF-8, with a byte order mark",
        "the file says that it is version 26.1, 2025–2025",
    ]


@pytest.mark.parametrize(
    ("encoding", "remark"),
    [
        ("cp1252", "read as Windows-1252: check that these words are right: “Côte”, “d’Ivoire”"),
        ("utf-16", "read as UTF-16"),
        ("utf-8", "read as UTF-8"),
    ],
)
def test_the_encoding_of_a_table_is_recognised_and_said(encoding: str, remark: str) -> None:
    text = LAW + "wgi.law,Côte d’Ivoire,2023,0.5,\n"
    done = take_in(text.encode(encoding), "observations")
    assert (done.state, done.error, done.added) == ("succeeded", "", 1)
    assert remark in done.remarks


def test_an_encoding_that_cannot_be_told_is_refused_with_the_line() -> None:
    done = take_in((LAW + "wgi.law,Côte d’Ivoire,2023,0.5,\n").encode("mac-roman"), "observations")
    assert done.state == "failed"
    assert done.error.startswith("line 2, not UTF-8, and as Windows-1252 a word would be “C™te”")
