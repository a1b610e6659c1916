"""Which years are complete: hand numbers, and what one place's newer row may never move."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscore.engine.derive import complete_years
from riskscore.engine.derive.derivation import derive
from riskscore.engine.inputs.axes import Observations, Table
from tests.engine.test_derivation import AXES, MINERALS, PLACES, at, observe, produced, seen_by

COUNTRIES = PLACES[:7]
Rows = list[dict[str, Any]]


def years_of(key: str, rows: Rows, series: int = 0) -> dict[int, bool]:
    judged = complete_years.judge(key, observe(*rows), AXES)
    assert judged is not None
    return {int(y): bool(c) for y, c in zip(judged.years, judged.complete[:, series], strict=True)}


def made(year: int, *mineral: str, **amounts: float) -> Rows:
    (name,) = mineral or ("copper",)
    return [{**row, "year": year} for row in produced(name, **amounts)]


COPPER = MINERALS.index("copper")
FULL = {"AUS": 10, "CHL": 30, "CHN": 25, "COD": 20, "USA": 15}


def test_one_country_of_five_is_no_year_and_four_with_nine_tenths_are() -> None:
    rows = [*made(2022, **FULL), *made(2023, CHL=31)]
    assert years_of("wmd.production", rows, COPPER) == {2022: True, 2023: False}
    without_aus = {place: value for place, value in FULL.items() if place != "AUS"}
    rows = [*made(2022, **FULL), *made(2023, **without_aus)]  # 4 of 5 places, who made 90 of 100
    assert years_of("wmd.production", rows, COPPER) == {2022: True, 2023: True}
    without_usa = {place: value for place, value in FULL.items() if place != "USA"}
    rows = [*made(2022, **FULL), *made(2023, **without_usa)]  # they made 85 of 100
    assert years_of("wmd.production", rows, COPPER) == {2022: True, 2023: False}


def test_the_largest_alone_are_no_year_nor_are_many_with_a_part_of_their_output() -> None:
    many = {"CHL": 50, "CHN": 46, "AUS": 1, "COD": 1, "USA": 1, "FRA": 1}
    rows = [*made(2022, **many), *made(2023, CHL=52, CHN=48)]
    assert years_of("wmd.production", rows, COPPER)[2023] is False
    first_months = {place: 0.4 * value for place, value in FULL.items()}
    rows = [*made(2022, **FULL), *made(2023, **first_months)]
    assert years_of("wmd.production", rows, COPPER)[2023] is False


def test_whoever_has_stopped_is_stated_with_0_and_a_worlds_total_is_nobodys_output() -> None:
    rows = [*made(2022, **FULL), *made(2023, **{**FULL, "CHL": 0})]
    assert years_of("wmd.production", rows, COPPER)[2023] is True
    rows = [*made(2022, **FULL), *made(2023, WLD=100)]
    assert years_of("wmd.production", rows, COPPER)[2023] is False


def test_a_year_in_the_middle_and_a_stray_first_year_are_passed_over() -> None:
    rows = [
        *made(2019, CHL=29), *made(2021, **FULL), *made(2022, CHL=30, AUS=9), *made(2023, **FULL),
    ]  # fmt: skip
    assert years_of("wmd.production", rows, COPPER) == {
        2019: False, 2021: True, 2022: False, 2023: True,
    }  # fmt: skip


def test_a_new_minerals_first_year_counts_and_so_does_each_year_of_a_single_producer() -> None:
    rows = [*made(2022, "cobalt", COD=9), *made(2023, "cobalt", COD=8)]
    assert years_of("wmd.production", rows, MINERALS.index("cobalt")) == {2022: True, 2023: True}


def test_refining_counts_its_rest_of_the_world_as_a_part() -> None:
    key, named = "iea.refining", {"CHN": 40, "CHL": 20, "USA": 10}
    rows = [*made(2022, **named, ROW=30), *made(2023, **named)]  # they made 70 of 100
    assert years_of(key, rows, COPPER) == {2022: True, 2023: False}
    rows = [*made(2022, **named, ROW=30), *made(2023, **named, ROW=31)]
    assert years_of(key, rows, COPPER) == {2022: True, 2023: True}


def bought(year: int, importer: str, **amounts: float) -> Rows:
    """A purchase of every mineral from each seller."""
    return [
        {"place": place, "mineral": mineral, "importer": importer, "year": year, "value": value}
        for place, value in amounts.items()
        for mineral in MINERALS
    ]


def test_an_importers_year_is_its_own() -> None:
    rows = [
        *bought(2022, "FRA", CHL=60, AUS=40), *bought(2022, "DEU", CHL=60, AUS=40),
        *bought(2023, "DEU", CHL=60, AUS=40),
        {"place": "CHL", "mineral": "copper", "importer": "FRA", "year": 2023, "value": 500.0},
    ]  # fmt: skip
    key = "baci.import_value"
    assert years_of(key, rows, PLACES.index("DEU")) == {2022: True, 2023: True}
    assert years_of(key, rows, PLACES.index("FRA")) == {2022: True, 2023: False}
    assert complete_years.buyer_years(key, observe(*rows), AXES) == [2022]
    union = derive({key: observe(*rows)}, seen_by("EUU"))["con.import_hhi"]
    assert at(union, mineral="copper") == pytest.approx(0.6**2 + 0.4**2)


def test_how_old_a_value_is_counts_from_the_year_that_three_quarters_have_reached() -> None:
    assert complete_years.reached_year(np.array([2023, 2023, 2023, 2031])) == 2023
    assert complete_years.reached_year(np.array([2023, 2031, 2031, 2031])) == 2031
    assert complete_years.reached_year(np.array([0, 0, 2020])) == 2020
    rows = [{"place": place, "value": 1.0} for place in COUNTRIES[:5]]
    newer = {"place": "CHL", "value": -1.0, "year": 2025}
    old = {"place": "USA", "value": 0.5, "year": 2018}
    stability = derive({"wgi.stability": observe(*rows, old, newer)}, AXES)["geo.stability"]
    assert at(stability, "CHL") == -1.0
    assert at(stability, "USA") == 0.5  # 5 years before 2023, 7 before 2025
    assert at(stability, "AUS") == 1.0


def test_a_day_before_the_year_sees_what_it_saw_then() -> None:
    rows = observe(*made(2022, **FULL), *made(2023, **{**FULL, "CHL": 60}))
    then = replace(AXES, as_of=AXES.as_of.replace(year=2022))
    share = derive({"wmd.production": rows}, then)["con.own_share"]
    assert at(share, "CHL", "copper") == pytest.approx(0.3)


def world() -> dict[str, Rows]:
    """Four years of everything that depends on years, each complete, for seven countries."""
    result: dict[str, Rows] = {key: [] for key in KEYS}
    for year in range(2020, 2024):
        for number, place in enumerate(COUNTRIES, start=1):
            for mineral in MINERALS:
                row = {"place": place, "mineral": mineral, "year": year, "label": "t"}
                for key in ("wmd.production", "iea.refining", "usgs.production"):
                    result[key].append({**row, "value": float(10 * number + year % 5)})
                for importer in ("DEU", "FRA"):
                    if place not in ("DEU", "FRA"):
                        value = float(number * (1 + len(importer)) + year % 3)
                        for key in ("baci.import_value", "baci.import_quantity"):
                            result[key].append({**row, "importer": importer, "value": value})
            for key in ("ucdp.state", "ucdp.onesided", "hdr.population", *GOVERNANCE):
                result[key].append({"place": place, "year": year, "value": number / 10})
            restricted = {"place": place, "mineral": "copper", "year": year, "value": number % 3}
            result["oecd.restriction"].append(restricted)
            result["dol.good"].append({**restricted, "value": 1.0})
    return result


GOVERNANCE = tuple(
    f"wgi.{name}"
    for name in ("stability", "law", "corruption", "regulation", "voice", "effectiveness")
)
OF_PLACES = ("ucdp.state", "ucdp.onesided", "hdr.population", *GOVERNANCE)
OF_MINERALS = ("wmd.production", "iea.refining", "usgs.production", "oecd.restriction", "dol.good")
OF_TRADE = ("baci.import_value", "baci.import_quantity")
KEYS = (*OF_PLACES, *OF_MINERALS, *OF_TRADE)
WORLD = world()
STATED: dict[str, Observations] = {key: observe(*rows) for key, rows in WORLD.items()}
BEFORE = {importer: derive(STATED, seen_by(importer)) for importer in ("WLD", "DEU", "EUU")}


def row_of(key: str, place: str, mineral: str, importer: str, year: int) -> dict[str, Any]:
    row: dict[str, Any] = {"place": place, "year": year, "value": 2.0, "label": "t"}
    if key not in OF_PLACES:
        row["mineral"] = mineral
    return {**row, "importer": importer} if key in OF_TRADE else row


def moved(before: dict[str, Table], after: dict[str, Table]) -> set[tuple[str, str]]:
    """(indicator, place) of each value that is another; "" for a value of no place."""
    result = set()
    for key, table in before.items():
        same = (table.values == after[key].values) | np.isnan(table.values)
        same &= np.isnan(table.values) == np.isnan(after[key].values)
        for where in np.argwhere(~same):
            result.add((key, PLACES[where[0]] if len(table.values) == len(PLACES) else ""))
    return result


@settings(max_examples=60, deadline=None)
@given(
    key=st.sampled_from(KEYS),
    place=st.sampled_from(COUNTRIES),
    mineral=st.sampled_from(MINERALS),
    importer=st.sampled_from(["WLD", "DEU", "EUU"]),
    year=st.integers(2024, 2025),
)
def test_one_places_newer_row_moves_nobody_else(
    key: str, place: str, mineral: str, importer: str, year: int
) -> None:
    row = row_of(key, place, mineral, "DEU", year)
    after = derive({**STATED, key: observe(*WORLD[key], row)}, seen_by(importer))
    assert {where for _, where in moved(BEFORE[importer], after)} <= {place}


@settings(max_examples=60, deadline=None)
@given(
    key=st.sampled_from(["wmd.production", "iea.refining", *OF_TRADE]),
    aggregate=st.sampled_from(["WLD", "EUU"]),
    mineral=st.sampled_from(MINERALS),
    importer=st.sampled_from(["WLD", "DEU", "EUU"]),
    buyer=st.sampled_from(["DEU", "EUU", "WLD"]),
    year=st.integers(2020, 2025),
)
def test_an_aggregates_row_moves_nothing(
    key: str, aggregate: str, mineral: str, importer: str, buyer: str, year: int
) -> None:
    row = {**row_of(key, aggregate, mineral, buyer, year), "value": 1e6}
    after = derive({**STATED, key: observe(*WORLD[key], row)}, seen_by(importer))
    assert moved(BEFORE[importer], after) == set()
