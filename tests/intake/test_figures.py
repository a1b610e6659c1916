"""A figure is one per place, mineral, year and stage, in one unit, near what stands."""

import pytest
from django.db import DatabaseError, connection, transaction

from riskscore.models import Observation, Release, Source
from riskscore.releases import effective
from tests.intake.files import LAW, faults, take_in
from tests.make import make_mineral, make_place

pytestmark = pytest.mark.django_db

OUTPUT = "indicator,place,mineral,year,value,unit\n"
STANDS = OUTPUT + (
    "wmd.production,BOL,antimony,2023,5000,t\n"
    "wmd.production,BOL,antimony,2024,4817,t\n"
    "wmd.production,CHL,antimony,2024,100,t\n"
    "wmd.production,JPN,gold,2024,7000,kg\n"
)


@pytest.fixture(autouse=True)
def names(db: None) -> None:
    for code, name in (("CHL", "Chile"), ("BOL", "Bolivia"), ("JPN", "Japan"), ("USA", "States")):
        make_place(code, name=name)
    for code in ("antimony", "gold", "copper"):
        make_mineral(code)


def in_force(indicator: str, place: str, year: int) -> list[tuple[float, str, str]]:
    """(value, label, stage) of every figure of a place and year that holds."""
    return [
        (row.value, row.label, row.stage)
        for row in effective.observations(indicator).filter(place=place, year=year)
    ]


@pytest.mark.parametrize(
    ("row", "header"),
    [
        ("wmd.production,BOL,antimony,2024,4900", "indicator,place,mineral,year,value\n"),
        ("wmd.production,BOL,antimony,2024,4.9,kt", OUTPUT),
        ("wmd.production,BOL,antimony,2024,4900,t", OUTPUT),
        ("wmd.production,BOL,antimony,2024,4900,Tonnes (t)", OUTPUT),
        ("wmd.production,BOL,antimony,2024,4.9,thousand metric tons", OUTPUT),
        ("wmd.production,BOL,antimony,2024,4900000,kg/year", OUTPUT),
        ("wmd.production,BOL,antimony,2024,0.0049,Mt", OUTPUT),
    ],
)
def test_a_correction_replaces_the_figure_whatever_its_unit(row: str, header: str) -> None:
    take_in(STANDS, "wmd", layout="observations")
    done = take_in(header + row + "\n", "wmd", layout="observations")
    assert (done.state, done.error) == ("succeeded", "")
    assert done.preview == ["changed: wmd.production BOL antimony 2024: 4817 → 4900"]
    assert in_force("wmd.production", "BOL", 2024) == [(4900.0, "t", "")]


def test_the_import_says_what_was_converted_and_what_was_taken_as_it_stands() -> None:
    take_in(STANDS, "wmd", layout="observations")
    text = OUTPUT + "wmd.production,BOL,antimony,2024,4.9,kt\nwmd.production,JPN,gold,2024,7100,\n"
    done = take_in(text, "wmd", layout="observations")
    assert done.remarks == [
        "1 × wmd.production in 'kt' converted to 't', which stands: BOL antimony 2024",
        "1 × wmd.production without a unit taken in 'kg', which stands: JPN gold 2024",
    ]


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("Mio m3", "wmd.production antimony stands in t: it cannot be converted"),
        ("kt LCE", "wmd.production antimony stands in t: it cannot be converted"),
        ("tons", "metric, short or long"),
        ("mt", "metric tons or million tons"),
        ("oz", "troy or avoirdupois"),
    ],
)
def test_a_unit_that_cannot_be_converted_is_refused_with_the_one_that_stands(
    unit: str, words: str
) -> None:
    take_in(STANDS, "wmd", layout="observations")
    text = OUTPUT + f"wmd.production,BOL,antimony,2024,5,{unit}\n"
    done = take_in(text, "wmd", layout="observations")
    assert done.state == "failed"
    ((line, column, reason),) = faults(done)
    assert (line, column) == (2, "unit")
    assert words in reason
    assert "State it in t" in done.error


def test_a_mineral_that_stands_in_no_unit_needs_one() -> None:
    done = take_in(OUTPUT + "wmd.production,BOL,copper,2024,5,\n", "wmd", layout="observations")
    assert faults(done) == [(2, "unit", "wmd.production copper has no unit here, and none stands")]


def test_one_figure_in_two_units_in_one_file_is_one_or_a_contradiction() -> None:
    same = OUTPUT + "wmd.production,BOL,copper,2024,5,kt\nwmd.production,BOL,copper,2024,5000,t\n"
    assert (take_in(same, "wmd", layout="observations").added) == 1
    other = OUTPUT + "wmd.production,CHL,copper,2024,5,kt\nwmd.production,CHL,copper,2024,5,t\n"
    done = take_in(other, "wmd", layout="observations")
    assert done.state == "failed"
    assert "stands in the file again, with another value" in done.error


def test_populations_are_millions_whatever_the_file_counts_in() -> None:
    text = "indicator,place,year,value,unit\nhdr.population,Japan,2023,123294513,persons\n"
    take_in(text, "hdr", layout="observations")
    assert in_force("hdr.population", "JPN", 2023) == [(123.294513, "millions", "")]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("hdr.population,Japan,2024,109276000", "lies between 1e-05 and 2000 (millions)"),
        ("ucdp.state,Japan,2024,2.5", "is a whole number (deaths)"),
        ("ucdp.state,Japan,2024,7000000", "lies between 0 and 3e+06 (deaths)"),
        ("wgi.law,Japan,2024,55.2", "lies between -5 and 5"),
        ("hdr.hdi,Japan,2024,92", "lies between 0 and 1"),
        ("hdr.ihdi,CHL,2023,70.4", "lies between 0 and 1"),
        ("walkfree.prevalence,Chile,2023,0.0032", "lies between 0.05 and 500 (per 1,000 people)"),
    ],
)
def test_a_value_outside_its_unit_is_an_error(row: str, words: str) -> None:
    done = take_in(f"indicator,place,year,value\n{row}\n", "observations")
    ((line, column, reason),) = faults(done)
    assert (line, column) == (2, "value")
    assert words in reason


POPULATION = "indicator,place,year,value\n"


@pytest.mark.parametrize("value", ["0.1223", "1.2231", "12.3", "190", "1233"])
def test_a_value_far_from_the_one_that_stands_is_asked_about(value: str) -> None:
    take_in(POPULATION + "hdr.population,Japan,2023,123.3\n", "hdr", layout="observations")
    wrong = POPULATION + f"hdr.population,Japan,2024,{value}\n"
    seen = take_in(wrong, "hdr", layout="observations", dry_run=True)
    assert seen.preview[0] == f"jump: hdr.population JPN 2024: {value}, where 123.3 of 2023 stands"
    assert "needs --accept-jumps" in seen.remarks[0]
    done = take_in(wrong, "hdr", layout="observations")
    assert done.state == "failed"
    assert "values far from those that stand, 1 in all" in done.error
    assert "--accept-jumps" in done.error
    assert take_in(wrong, "hdr", layout="observations", accept_jumps=True).added == 1


@pytest.mark.parametrize(
    ("value", "is_far"),
    [("48170", True), ("481.7", True), ("0", True), ("4900", False), ("9600", False)],
)
def test_a_correction_with_a_slip_of_a_digit_or_without_its_figure_is_asked_about(
    value: str, *, is_far: bool
) -> None:
    rows = "".join(
        f"wmd.production,{place},antimony,2024,{tonnes},t\n"
        for place, tonnes in (("BOL", 4817), ("CHL", 900), ("USA", 60000))
    )
    take_in(OUTPUT + rows, "wmd", layout="observations")
    done = take_in(
        OUTPUT + f"wmd.production,BOL,antimony,2024,{value},t\n", "wmd", layout="observations"
    )
    assert (done.state == "failed") == is_far


def test_points_that_are_stated_as_shares_are_asked_about_where_nothing_stands() -> None:
    shares = "indicator,place,year,value\nwalkfree.vulnerability,Chile,2023,0.401\n"
    done = take_in(shares, "walk-free", layout="observations")
    assert done.state == "failed"
    assert "no value is above 0.401, and it has 100 points or more" in done.error


def test_a_year_that_has_not_begun_is_refused() -> None:
    done = take_in(POPULATION + "hdr.population,Japan,2062,120\n", "hdr", layout="observations")
    assert done.state == "failed"
    assert "this year has not begun" in done.error


@pytest.mark.parametrize(("value", "asked"), [("1.9", 1), ("0.9", 0)])
def test_an_estimate_of_another_scale_is_asked_about(value: str, asked: int) -> None:
    take_in(LAW + "wgi.law,CHL,2023,0.63,\n", "wgi", layout="observations")
    seen = take_in(LAW + f"wgi.law,CHL,2024,{value},\n", "wgi", layout="observations", dry_run=True)
    assert seen.jumps == asked, seen.error


def test_a_whole_column_that_has_shrunk_is_asked_about() -> None:
    years = [("CHL", 1.1), ("BOL", -1.2), ("JPN", 1.5), ("USA", 1.4)]
    make_place("PER", name="Peru")
    years.append(("PER", -1.0))
    take_in(LAW + "".join(f"wgi.law,{p},2022,{v},\n" for p, v in years), "observations")
    shares = LAW + "".join(f"wgi.law,{p},2023,{(v + 2.5) / 5:.3f},\n" for p, v in years)
    done = take_in(shares, "observations")
    assert done.state == "failed"
    assert "wgi.law: 5 values, of which the median differs by" in done.error


TRADE = "indicator,place,mineral,importer,year,value\n"


@pytest.mark.parametrize(("year", "jumps"), [(2023, 12), (2012, 12), (2011, 0), (1950, 0)])
def test_a_new_flow_of_trade_is_compared_with_what_stands_of_ten_years(
    year: int, jumps: int
) -> None:
    places = [f"P{letter}{letter}" for letter in "ABCDEFGHIJKL"]
    for code in places:
        make_place(code, name=f"Place {code}")
    stands = "".join(f"baci.import_value,{p},gold,JPN,2022,{n + 1}\n" for n, p in enumerate(places))
    take_in(TRADE + stands, "baci", layout="observations")
    new = "".join(f"baci.import_value,{p},gold,USA,{year},121\n" for p in places)
    seen = take_in(TRADE + new, "baci", layout="observations", dry_run=True)
    assert (seen.jumps, seen.added) == (jumps, 12)
    told = [text for text in seen.preview if text.startswith("jump: ")]
    assert len(told) == min(jumps, 10)
    for text in told[:1]:
        assert text.endswith(f"PAA gold USA {year}: 121, where the places that stand have 1 to 12")


GOOD = "indicator,place,mineral,year,value,unit\n"


def test_a_listed_good_is_one_however_it_is_spelt() -> None:
    take_in(GOOD + "dol.good,BOL,gold,2022,1,Gold\n", "dol", layout="observations")
    for spelling in ("GOLD", " gold ", ""):
        text = GOOD + f"dol.good,BOL,gold,2022,0,{spelling}\n"
        seen = take_in(text, "dol", layout="observations", dry_run=True)
        assert (seen.added, seen.changed) == (0, 1), seen.error


def test_a_correction_that_says_no_stage_where_several_stand_is_refused() -> None:
    stands = OUTPUT + (
        "usgs.production,CHL,copper,2024,5300,thousand metric tons; mine production\n"
        "usgs.production,CHL,copper,2024,1900,thousand metric tons; refinery production\n"
    )
    take_in(stands, "usgs", layout="observations")
    text = OUTPUT + "usgs.production,CHL,copper,2024,5400,kt\n"
    done = take_in(text, "usgs", layout="observations")
    assert faults(done)[0][1] == "stage"
    assert "mine production, refinery production" in done.error
    staged = "indicator,place,mineral,year,value,unit,stage\n"
    row = "usgs.production,CHL,copper,2024,5400000,t,Mine production\n"
    done = take_in(staged + row, "usgs", layout="observations")
    assert done.preview == ["changed: usgs.production CHL copper 2024: 5300 → 5400"]
    assert len(in_force("usgs.production", "CHL", 2024)) == 2


def test_the_database_forbids_a_second_figure_of_one_identity() -> None:
    take_in(STANDS, "wmd", layout="observations")
    row = Observation.objects.get(place="BOL", year=2024)
    with pytest.raises(DatabaseError, match="observation_once_per_release"), transaction.atomic():
        _insert(row.release_id, "kt")


def test_the_database_forbids_figures_of_two_sources_for_one_indicator() -> None:
    take_in(STANDS, "wmd", layout="observations")
    other = Release.objects.get()
    usgs = Source.objects.create(code="usgs", publisher="USGS", title="MCS")
    other.pk, other.code, other.source = None, "other", usgs
    other.save(force_insert=True)
    with (
        pytest.raises(DatabaseError, match="is stated by the source wmd, and not by usgs"),
        transaction.atomic(),
    ):
        _insert(other.pk, "t")


def _insert(release: int, label: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO riskscore_observation (release_id, indicator, place_id, mineral_id, year,"
            " value, quality, label, verified) VALUES"
            " (%s, 'wmd.production', 'BOL', 'antimony', 2024, 1, '', %s, true)",
            [release, label],
        )


@pytest.mark.parametrize("year", ["99999", "20055", "0", "-5", "124"])
def test_a_year_of_no_time_is_refused_whatever_file_states_it(year: str) -> None:
    text = f"mineral,iso3,year,production,unit,quality\nantimony,BOL,{year},4817,t,r\n"
    done = take_in(text, "wmd")
    assert done.state == "failed"
    assert "not a year" in done.error
