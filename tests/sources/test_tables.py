"""The generic tables and sources that may not be passed on: what a row says, what is refused."""

import io
from collections.abc import Mapping
from typing import Any

import pytest

from riskscore.engine.catalogue import INDICATORS
from riskscore.sources.bad_file import BadFile
from riskscore.sources.discovery import discover
from riskscore.sources.publishers import ituc, oecd, usgs, walk_free
from riskscore.sources.reading import Reading
from riskscore.sources.tables import evidence, observations, projects
from riskscore.sources.tables.site_cells.party_shares import Share
from tests.sources.published import sample


def read(module: Any, text: str, mapping: Mapping[str, str] | None = None) -> list[Any]:
    return list(module.rows(io.BytesIO(text.encode()), "file.csv", Reading(mapping or {})))


def fault(module: Any, text: str) -> BadFile:
    faults = [part for part in read(module, text) if isinstance(part, BadFile)]
    assert len(faults) == 1, faults
    return faults[0]


def test_usgs_figures_know_their_year_quality_unit_and_product() -> None:
    found = list(usgs.parse(sample("usgs.csv")))
    congo = [row for row in found if row.place == "Congo (Kinshasa)"]
    assert [(row.indicator, row.year, row.value, row.quality) for row in congo] == [
        ("usgs.production", 2021, 119000.0, "reported"),
        ("usgs.production", 2022, 130000.0, "estimated"),
        ("usgs.reserves", 2022, 4000000.0, "reported"),
    ]
    assert {row.mineral for row in found} == {"cobalt"}
    assert congo[0].label == "t; Mine production, metric tons of contained cobalt"


def test_usgs_footnotes_totals_and_withheld_figures_are_known_as_such() -> None:
    found = list(usgs.parse(sample("usgs.csv")))
    assert {"Australia", "ROW", "WLD"} <= {row.place for row in found}
    assert [row.year for row in found if row.place == "Morocco"] == [2021]


def test_usgs_bounds_and_estimates_are_kept_as_such_and_capacity_is_read() -> None:
    text = (
        "Source,Country,Type,Prod_kt_2021,Cap_kt_est_2022,Reserves_kt\n"
        "MCS2023,Chile,Smelter production aluminum,e5,W,>20\n"
        "MCS2023,Peru,Smelter production aluminum,<1,40,NA\n"
    )
    found = [
        (row.indicator, row.place, row.value, row.quality) for row in usgs.parse(text.encode())
    ]
    assert found == [
        ("usgs.production", "Chile", 5.0, "estimated"),
        ("usgs.reserves", "Chile", 20.0, "at_least"),
        ("usgs.production", "Peru", 1.0, "at_most"),
        ("usgs.capacity", "Peru", 40.0, "estimated"),
    ]


def test_usgs_commodity_comes_from_the_file_name_when_no_column_says_it() -> None:
    text = "Source,Country,Type,Prod_kt_2021,Prod_kt_est_2022\nMCS2023,Chile,Mine,1,2\n"
    rows = list(usgs.rows(io.BytesIO(text.encode()), "mcs2023-coppe_world.csv", Reading()))
    assert [
        (part[0], part[1].mineral, part[1].label) for part in rows if isinstance(part, tuple)
    ] == [
        (2, "copper", "kt; Mine"),
        (2, "copper", "kt; Mine"),
    ]
    assert "commodity" in fault(usgs, text).reason


def test_ituc_ratings_are_levels_and_no_data_is_no_reading() -> None:
    found = {row.place: row.value for row in ituc.parse(sample("ituc.csv"))}
    assert found == {"Chile": 2.0, "Myanmar": 5.0, "Bolivia": 3.0}
    assert fault(ituc, "country,year,rating\nChile,2024,6\n").column == "rating"


def test_a_source_that_is_awaited_takes_its_own_indicators_alone() -> None:
    text = "indicator,place,year,value\nwgi.law,Chile,2023,1\n"
    assert "walkfree.prevalence" in fault(walk_free, text).remedy
    assert [row.value for row in oecd.parse(sample("oecd.csv"))] == [3.0, 0.0]


@pytest.mark.parametrize("code", ["ituc", "walk-free", "oecd", "ilo-fundamental"])
def test_what_may_not_be_passed_on_is_marked_and_has_indicators_that_wait_for_it(code: str) -> None:
    assert not discover()[code].SOURCE.redistributable
    waiting = {row.kind for row in INDICATORS.values() if code in row.sources}
    assert waiting == {"observation", "indicator"}


def test_an_observation_keeps_level_words_days_and_errors() -> None:
    law, _, ban, trade, capacity = observations.parse(sample("observations.csv"))
    assert (law.value, law.standard_error, law.quality) == (0.98, 0.15, "reported")
    assert (ban.value, ban.label, str(ban.since)) == (3.0, "ore", "2023-06-10")
    assert (trade.importer, trade.standard_error) == ("Japan", None)
    assert (capacity.project, capacity.mineral, capacity.label) == (
        "icmm-00026",
        "copper",
        "t/year",
    )


HEADER = "indicator,place,mineral,year,value,standard_error,since,until\n"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("wgi.lwa,Chile,,2023,1,,,", "indicator"),
        ("geo.law,Chile,,2023,1,,,", "indicator"),
        ("wgi.law,,,2023,1,,,", "place"),
        ("wgi.law,Chile,copper,2023,1,,,", "mineral"),
        ("wgi.law,Chile,,23,1,,,", "year"),
        ("wgi.law,Chile,,2023.5,1,,,", "year"),
        ("wgi.law,Chile,,2023,1e999,,,", "value"),
        ("wgi.law,Chile,,2023,1_000,,,", "value"),
        ('wgi.law,Chile,,2023,"0,98",,,', "value"),
        ("wgi.law,Chile,,2023,=1+1,,,", "value"),
        ("wgi.law,Chile,,2023,1,-1,,", "standard_error"),
        ("trade.restriction,Chile,copper,2023,tax,,,", "value"),
        ("trade.restriction,Chile,copper,2023,7,,,", "value"),
        ("wgi.law,Chile,,2023,1,,2023-13-01,", "since"),
        ("wgi.law,Chile,,2023,1,,2023-02-01,2023-01-01", "until"),
    ],
)
def test_a_wrong_cell_of_an_observation_is_named(row: str, column: str) -> None:
    found = fault(observations, HEADER + row + "\n")
    assert (found.row, found.column) == (2, column)
    assert found.remedy


def test_an_unknown_indicator_gets_a_suggestion() -> None:
    assert "wgi.law" in fault(observations, HEADER + "wgi.lawe,Chile,,2023,1,,,\n").remedy


def test_columns_of_other_names_are_mapped() -> None:
    text = "Indicator, Country ,Jahr,Wert\nwgi.law,Chile,2023,1\n"
    ((line, row),) = read(observations, text, {"place": "country", "year": "Jahr", "value": "Wert"})
    assert (line, row.place, row.year) == (2, "Chile", 2023)
    with pytest.raises(BadFile, match="missing"):
        read(observations, text, {"place": "Land", "year": "Jahr", "value": "Wert"})
    with pytest.raises(BadFile, match="mapping names a column"):
        read(observations, "indicator,year,value\n", {"colour": "value"})


def test_a_project_has_ids_minerals_owners_buyers_and_a_capacity() -> None:
    new, known = projects.parse(sample("projects.csv"))
    assert new.external_ids == (("gem", "G100"), ("usgs-mrds", "1003"))
    assert new.minerals == (("lithium", "primary"), ("potash", "other"))
    assert new.owners == (Share("Codelco", "CHL", 0.51), Share("SQM", "CHL", 0.49))
    assert new.offtake == (Share("", "JPN", 0.3), Share("Trafigura", "CHE", 0.2))
    assert (new.capacity, new.capacity_unit, new.capacity_year) == (40000.0, "t/year", 2027)
    assert (known.key, known.stage, known.name, known.latitude) == (
        "icmm-00026",
        "closed",
        "",
        None,
    )


PROJECT = "key,name,place,latitude,longitude,kind,minerals,owners,capacity\n"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",A,Chile,-23,-68,mine,copper,,", "key"),
        ("A b,A,Chile,-23,-68,mine,copper,,", "key"),
        ("a-1,=cmd|' /C calc'!A0,Chile,-23,-68,mine,copper,,", "name"),
        ("a-1,@SUM(1),Chile,-23,-68,mine,copper,,", "name"),
        ("a-1,＝1+1,Chile,-23,-68,mine,copper,,", "name"),
        ("a-1,A,Chile,91,-68,mine,copper,,", "latitude"),
        ("a-1,A,Chile,-23,181,mine,copper,,", "longitude"),
        ("a-1,A,Chile,nan,-68,mine,copper,,", "latitude"),
        ("a-1,A,Chile,-23,,mine,copper,,", "longitude"),
        ("a-1,A,Chile,-23,-68,quarry,copper,,", "kind"),
        ("a-1,A,Chile,-23,-68,mine,copper|gold:primary,,", "minerals"),
        ("a-1,A,Chile,-23,-68,mine,copper,Codelco,", "owners"),
        ("a-1,A,Chile,-23,-68,mine,copper,Codelco:51,", "owners"),
        ("a-1,A,Chile,-23,-68,mine,copper,A:60%|B:50%,", "owners"),
        ("a-1,A,Chile,-23,-68,mine,copper,,40000", "capacity"),
    ],
)
def test_a_wrong_cell_of_a_project_is_named(row: str, column: str) -> None:
    found = fault(projects, PROJECT + row + "\n")
    assert (found.row, found.column) == (2, column)


def test_a_text_exported_for_spreadsheets_comes_back_as_it_was() -> None:
    ((_, row),) = read(projects, PROJECT + "a-1,'=Mine,Chile,-23,-68,mine,copper,,\n")
    assert row.name == "=Mine"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("icmm-1,strike,1500-01-01,https://example.org,", "date"),
        ("icmm-00026,party,2024-05-01,https://example.org/x,", "kind"),
        ("icmm-00026,strike,May 2024,https://example.org/x,", "date"),
        ("icmm-00026,strike,,https://example.org/x,", "date"),
        ("icmm-00026,strike,2024-05-01,javascript:alert(1),", "url"),
        ("icmm-00026,consent,2024-05-01,https://example.org/x,maybe", "level"),
        ("icmm-00026,certification,2024-05-01,https://example.org/x,", "level"),
    ],
)
def test_a_wrong_cell_of_evidence_is_named(row: str, column: str) -> None:
    found = fault(evidence, "project,kind,date,url,level\n" + row + "\n")
    assert (found.row, found.column) == (2, column)


def test_a_capacity_of_no_year_is_a_fault_of_its_cell() -> None:
    text = "key,capacity,capacity_unit,capacity_year\na-1,1,t/year,²\n"
    found = fault(projects, text)
    assert (found.row, found.column, found.value) == (2, "capacity_year", "²")
