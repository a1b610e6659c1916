"""Which edition a file is, and which of two editions is scored."""

from datetime import date
from typing import Any

import pytest

from riskscore.models import Intake, Release
from riskscore.releases import effective
from tests.intake.files import LAW, take_in
from tests.make import make_mineral, make_place

pytestmark = pytest.mark.django_db

HEADER = "country,year,rating\n"


@pytest.fixture(autouse=True)
def names(db: None) -> None:
    make_place("CHL", name="Chile")
    make_place("PER", name="Peru")


def rated(rating: str, edition: str = "", **options: Any) -> Intake:
    text = f"{HEADER}Chile,2024,{rating}\n"
    return take_in(text, "ituc", published_edition=edition, **options)


def in_force() -> tuple[str, float]:
    row = effective.observations("ituc.rating").select_related("release").get()
    return row.release.published_edition, row.value


@pytest.mark.parametrize(
    ("first", "second", "scored"),
    [
        ("version 25.1", "25.0.3", "version 25.1"),
        ("2025", "2024", "2025"),
        ("March 2026", "January 2026", "March 2026"),
        ("2024", "2025", "2025"),
        ("2025", "2025, corrected", "2025, corrected"),
        ("25.1", "revised", "revised"),
    ],
)
def test_of_two_editions_of_one_year_the_older_by_its_words_is_kept_and_not_scored(
    first: str, second: str, scored: str
) -> None:
    rated("3", first)
    done = rated("4", second)
    assert done.release is not None
    assert in_force()[0] == scored
    assert done.release.scored is (scored == second)
    assert any("older edition" in words for words in done.remarks) is (scored == first)


def test_an_older_edition_is_scored_when_asked_for() -> None:
    rated("3", "2025")
    rated("4", "2024", replace=True)
    assert in_force() == ("2024", 3.0)


def test_where_words_do_not_tell_the_day_of_retrieval_does() -> None:
    rated("3", "new", retrieved_on=date(2026, 5, 1))
    older = rated("4", "other", retrieved_on=date(2026, 4, 1))
    assert in_force()[0] == "new"
    assert "it was fetched on 2026-04-01, and what is in force on 2026-05-01" in older.remarks[-1]
    rated("4", "other", retrieved_on=date(2026, 6, 1))
    assert in_force()[0] == "other"


def test_a_preview_of_an_older_edition_says_that_it_would_not_be_scored() -> None:
    rated("3", "2025")
    done = rated("4", "2024", dry_run=True)
    assert "It is kept and not scored; --replace makes it count." in done.remarks[-1]
    assert Release.objects.count() == 1


def test_an_edition_that_nobody_names_is_called_by_what_the_file_holds() -> None:
    done = take_in(
        HEADER + "Chile,2023,3\nChile,2024,3\n", "ituc", "rights.csv", retrieved_on=date(2026, 5, 1)
    )
    assert done.release is not None
    assert done.release.published_edition == "figures of 2023–2024 (rights.csv, 2026-05-01)"
    assert "no edition is named" in done.remarks[-1]


def test_a_table_of_ones_own_is_called_by_its_name_and_day() -> None:
    done = take_in(
        LAW + "wgi.law,CHL,2023,1.0,0.2\n", "wgi", "own.csv", layout="observations",
        retrieved_on=date(2026, 5, 1),
    )  # fmt: skip
    assert done.release is not None
    assert (done.release.published_edition, done.release.partial) == ("own.csv, 2026-05-01", True)


def test_a_correction_is_no_older_edition_whatever_its_years() -> None:
    rated("3", "2025")
    text = "indicator,place,year,value\nituc.rating,CHL,2020,2\n"
    done = take_in(text, "ituc", layout="observations", published_edition="2020")
    assert done.release is not None
    assert done.release.scored
    assert effective.observations("ituc.rating").count() == 2


def cobalt(edition: int, mined: int, reserves: int, **options: Any) -> Intake:
    text = (
        "Source,Country,Type,Prod_t_2023,Prod_t_est_2024,Reserves_t,Reserves_notes\n"
        f"MCS{edition},Chile,Mine production,{mined - 5},{mined},{reserves},\n"
        + (f"MCS{edition},Peru,Mine production,{mined},{mined},,\n" if edition == 2025 else "")
    )
    return take_in(text, "usgs", f"mcs{edition}-cobal_world.csv", **options)


def test_where_files_add_to_each_other_an_older_edition_changes_no_figure_of_a_newer() -> None:
    """Of the USGS a file states one commodity: of the older one only what no newer one states."""
    make_mineral("cobalt")
    cobalt(2026, 90, 700)
    older = cobalt(2025, 80, 700)
    assert (older.added, older.changed) == (3, 0), older.left_out_by_reason
    (reason,) = (words for words in older.left_out_by_reason if "older edition" in words)
    assert older.left_out_by_reason[reason] == {
        "count": 2,
        "examples": [
            "line 2: usgs.production CHL cobalt 2023: 75, where 85 stands",
            "line 2: usgs.production CHL cobalt 2024: 80, where 90 stands",
        ],
    }
    asked = cobalt(2025, 80, 700, replace=True)
    assert (asked.added, asked.changed) == (0, 2)
    newer = cobalt(2027, 95, 700)
    assert newer.changed == 2
