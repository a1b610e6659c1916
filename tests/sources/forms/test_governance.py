"""Worldwide Governance Indicators: every form of the last years gives the same estimates."""

import pytest

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import LeftOut, Remark
from riskscore.sources.publishers import wgi
from riskscore.sources.source_records import SourceRecord
from tests.sources.forms.books import Rows, book, book_of, text_of

REVISED = (
    "Economy (code)", "Economy (name)", "Region", "Income group", "Year", "Governance dimension",
    "Governance estimate (approx. -2.5 to +2.5)", "Standard error (estimate)",
    "Governance score (0-100)", "Standard error (gov. score)", "Number of sources",
)  # fmt: skip
WIDE_SHEETS = {
    "VoiceandAccountability": "voice",
    "Political StabilityNoViolence": "stability",
    "GovernmentEffectiveness": "effectiveness",
    "RegulatoryQuality": "regulation",
    "RuleofLaw": "law",
    "ControlofCorruption": "corruption",
}
MEASURES = ("Estimate", "StdErr", "NumSrc", "Rank", "Lower", "Upper")


def revised(dimension: str, *rows: tuple[str, int, object]) -> Rows:
    yield REVISED
    for code, year, value in rows:
        yield (code, "Name", "r", "i", year, dimension, value, 0.2, 66.2, 2.1, 8)


def wide(*years: int, merged: bool = False, above: int = 13) -> Rows:
    """Chile with 0.1, 0.2 … and Somalia without a figure, years over groups of six columns."""
    yield from [("The Worldwide Governance Indicators, 2022 Update",), *[("",)] * (above - 2)]
    over: list[object] = [None, None]
    for year in years:
        over += [year, *[None if merged else year] * 5]
    yield over
    yield ("Country/Territory", "Code", *MEASURES * len(years))
    chile: list[object] = ["Chile", "CHL"]
    for at, _year in enumerate(years, start=1):
        chile += [at / 10, 0.15, 9, 80.2, 70.1, 90.3]
    yield chile
    yield ("Somalia", "SOM", *["#N/A"] * (6 * len(years)))


def records(content: bytes) -> list[SourceRecord]:
    return list(wgi.parse(content))


def left_out(content: bytes) -> list[tuple[str, str]]:
    return [(p.reason, p.example) for p in wgi.parts(content) if isinstance(p, LeftOut)]


def test_the_revision_of_2025_has_a_sheet_for_each_dimension_and_scores_are_not_estimates() -> None:
    content = book_of(
        {
            code: revised(code, ("CHL", 2024, 0.61), ("ANT", 2024, ".."), ("NAM", 2024, 0.5))
            for code in ("va", "pv", "ge", "rq", "rl", "cc")
        }
    )
    found = records(content)
    assert {r.indicator for r in found} == set(wgi.DIMENSIONS.values())
    assert {(r.place, r.year, r.value, r.standard_error) for r in found} == {
        ("CHL", 2024, 0.61, 0.2),
        ("NAM", 2024, 0.5, 0.2),
    }
    reasons = left_out(content)
    assert ("a column that is not used", "pv: Governance score (0-100)") in reasons
    assert ("no estimate (.., #N/A or an empty cell)", "ANT pv 2024") in reasons


@pytest.mark.parametrize("merged", [True, False], ids=["merged", "repeated"])
def test_the_wide_form_has_an_introduction_and_the_years_above_the_columns(*, merged: bool) -> None:
    sheets: dict[str, Rows] = {"Introduction": [("Read me",), ("Code of conduct",)]}
    sheets |= {name: wide(1996, 1998, 2021, merged=merged) for name in WIDE_SHEETS}
    content = book_of(sheets)
    stability = [r for r in records(content) if r.indicator == "wgi.stability"]
    assert [(r.place, r.year, r.value) for r in stability] == [
        ("CHL", 1996, 0.1), ("CHL", 1998, 0.2), ("CHL", 2021, 0.3),
    ]  # fmt: skip
    assert {r.standard_error for r in stability} == {0.15}
    assert {r.indicator for r in records(content)} == set(wgi.DIMENSIONS.values())
    assert ("a sheet that holds no estimates", "Introduction") in left_out(content)
    assert ("a column that is not used", "RuleofLaw: Rank") in left_out(content)
    assert wgi.stated_edition("wgidataset.xlsx", content) == "2022 Update"


def test_a_series_a_row_is_how_the_databank_gives_them_out() -> None:
    rows = [
        ("Country Name", "Country Code", "Series Name", "Series Code", "2022 [YR2022]", "2023"),
        ("Chile", "CHL", "Political Stability: Estimate", "GOV_WGI_PV.EST", "0.11", ".."),
        ("Chile", "CHL", "Political Stability: Standard Error", "PV.STD.ERR", "0.21", "0.22"),
        ("Chile", "CHL", "Political Stability: Score", "GOV_WGI_PV_SC", "66", "67"),
        ("Data from database: Worldwide Governance Indicators", "", "", "", "", ""),
    ]
    for content in (text_of(rows), text_of(rows, "utf-8-sig"), book(Data=rows)):
        assert [(r.indicator, r.year, r.value, r.standard_error) for r in records(content)] == [
            ("wgi.stability", 2022, 0.11, 0.21)
        ]
        assert (
            "a series that is no estimate and no standard error", "GOV_WGI_PV_SC",
        ) in left_out(content)  # fmt: skip


def test_a_series_a_column_is_read_by_the_code_in_its_brackets() -> None:
    name = "Rule of Law - Governance estimate (approx. -2.5 to +2.5) [GOV_WGI_RL_EST]"
    rows = [
        ("Time", "Time Code", "Country Name", "Country Code", name, "GDP [NY.GDP.MKTP.CD]"),
        ("2023", "YR2023", "Namibia", "NAM", "0.3", "1"),
    ]
    assert [(r.indicator, r.place, r.value) for r in records(text_of(rows))] == [
        ("wgi.law", "NAM", 0.3)
    ]


def test_a_hidden_sheet_is_named_and_not_read_and_the_lacking_dimensions_are_said() -> None:
    content = book_of(
        {"pv": revised("pv", ("CHL", 2024, 0.6)), "rl": revised("rl", ("CHL", 2024, 0.7))}, ["rl"]
    )
    assert [r.indicator for r in records(content)] == ["wgi.stability"]
    assert ("a hidden sheet: not read", "rl") in left_out(content)
    (remark,) = [part.text for part in wgi.parts(content) if isinstance(part, Remark)]
    assert remark.startswith("no estimate of: voice and accountability")
    assert "rule of law" in remark


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (book(Sheet=[("country", "score"), ("CHL", 66)]), "no sheet has the columns"),
        (book_of({"pv": revised("rl", ("CHL", 2024, 0.1))}), "a row of rl in the sheet of pv"),
        (book_of({"pv": revised("pv", ("CHL", 2024, "high"))}), "not a number"),
        (book_of({"pv": revised("pv", ("CHL", 24, 0.1))}), "not a year"),
        (book_of({"RuleofLaw": wide(2021, 2021)}), "two columns of estimates for 2021"),
        (book_of({"RuleofLaw": [("Country", "Code", "Estimate")]}), "of which year"),
        (book_of({"Sheet1": wide(2021)}), "an unknown dimension"),
        (book_of({"a": [("x",)], "pv": [REVISED]}, ["pv"]), "no sheet has the columns"),
    ],
)
def test_what_is_no_form_of_the_publisher_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        records(content)


def test_a_fault_names_sheet_row_and_column() -> None:
    content = book_of({"pv": revised("pv", ("CHL", 2024, 0.1), ("PER", 2024, "x"))})
    with pytest.raises(BadFile) as caught:
        records(content)
    assert (caught.value.row, caught.value.column) == (
        3, "pv: Governance estimate (approx. -2.5 to +2.5)",
    )  # fmt: skip
