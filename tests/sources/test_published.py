"""The traps of the publishers' own files, and counts recomputed apart from the parsers."""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import openpyxl
import pytest

from riskscore.sources.names import Names, UnknownName, shipped
from riskscore.sources.publishers import (
    baci,
    busch,
    dol,
    ec,
    hdr,
    icmm,
    iea,
    ilo,
    natural_earth,
    ucdp,
    wgi,
    wmd,
    world_atlas,
)
from riskscore.sources.registers import asher
from riskscore.sources.tables import agreements, minerals, restrictions
from tests.sources.published import needs_published, published

pytestmark = needs_published

ICMM = "data/icmm-global-mining-dataset-2025-09.xlsx"
WGI = "data/wgidataset.xlsx"
WMD = "figures/world_mining_data_2018_2024.csv.gz"
BACI = "figures/baci_imports_2020_2024.csv.gz"
HDR = "data/HDR23-24_Composite_indices_complete_time_series.csv"
UCDP = "data/ucdp_organizedviolencecy_v25_1.csv"
ASHER = "data/asher2007_contemporary_languages_points.csv"
GOODS = "data/dol_sweat_toil_goods_2016.xml"
FINDINGS = "data/dol_sweat_toil_countries_2016.xml"
ATLAS = "data/world-atlas_countries-50m.topo.json"
EC = "cases/ec_crm/ec2023_trade_parameters.csv"


@cache
def read(parse: Callable[[bytes], Any], name: str) -> tuple[Any, ...]:
    return tuple(parse(published(name)))


@cache
def raw_rows(name: str, encoding: str = "utf-8-sig") -> tuple[dict[str, str], ...]:
    content = published(name)
    plain = gzip.decompress(content) if name.endswith(".gz") else content
    return tuple(csv.DictReader(io.StringIO(plain.decode(encoding), newline="")))


@cache
def our_names() -> Names:
    return shipped(row.code for row in read(minerals.parse, "figures/minerals.csv"))


def test_icmm_has_4185_coal_sites_and_4323_others() -> None:
    coal = sum(icmm.is_coal(site) for site in read(icmm.parse, ICMM))
    assert (coal, len(read(icmm.parse, ICMM)) - coal) == (4185, 4323)


def test_icmm_counts_equal_those_of_the_sheet() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(published(ICMM)), read_only=True)["External"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    sites = read(icmm.parse, ICMM)
    assert [site.source_id for site in sites] == [row[0] for row in rows]
    assert sum(site.confidence == "very low" for site in sites) == 1625
    assert sum("Mine" in str(row[6]) for row in rows) == sum(s.kind == "mine" for s in sites)


def test_icmm_latitude_with_a_typographic_minus_is_read() -> None:
    sites = {site.source_id: site for site in read(icmm.parse, ICMM)}
    assert sites["ICMM07721"].lat == -23.8901


def test_icmm_names_and_terms_have_no_outer_blanks() -> None:
    words = {term for site in read(icmm.parse, ICMM) for term, _ in site.minerals}
    words |= {site.name for site in read(icmm.parse, ICMM)}
    assert not [word for word in words if word != word.strip()]


def test_every_country_and_commodity_of_the_sites_is_known() -> None:
    for source, sites in (
        ("icmm", read(icmm.parse, ICMM)),
        ("busch", read(busch.parse, "data/lithium_deposits_pmbusch.csv")),
    ):
        for site in sites:
            assert our_names().place(site.place), site.place
            for term, _ in site.minerals:
                our_names().minerals_of(source, term)


def test_every_primary_commodity_but_steel_is_a_mineral_of_ours() -> None:
    primary = {
        term for site in read(icmm.parse, ICMM) for term, role in site.minerals if role == "primary"
    }
    assert [term for term in primary if not our_names().minerals_of("icmm", term)] == ["steel"]


def test_busch_lists_160_deposits() -> None:
    deposits = read(busch.parse, "data/lithium_deposits_pmbusch.csv")
    assert len({deposit.source_id for deposit in deposits}) == 160
    assert Counter(deposit.stage for deposit in deposits) == {
        "": 69,
        "evaluation": 39,
        "producing": 36,
        "construction": 16,
    }


def test_wgi_has_30974_numeric_estimates_each_with_its_standard_error() -> None:
    readings = read(wgi.parse, WGI)
    assert len(readings) == 30974
    assert all(reading.standard_error is not None for reading in readings)


def test_wgi_estimates_equal_the_numeric_cells_of_the_sheet() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(published(WGI)), read_only=True).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    numeric = [row for row in rows if row[5] != ".."]
    assert len(rows) == 32100
    assert Counter(str(row[4]) for row in numeric) == Counter(
        {
            short: sum(reading.indicator == key for reading in read(wgi.parse, WGI))
            for short, key in wgi.DIMENSIONS.items()
        }
    )


def test_the_two_editions_of_wgi_stability_differ_for_the_same_year() -> None:
    """Hence one edition for all six dimensions: see Ukraine and China, 2023."""
    later = "figures/wgi_political_stability_1996_2024.csv"
    older = {
        r.place: r.value
        for r in read(wgi.parse, WGI)
        if (r.indicator, r.year) == ("wgi.stability", 2023)
    }
    newer = {r.place: r.value for r in read(wgi.parse_stability, later) if r.year == 2023}
    both = older.keys() & newer.keys()
    assert round(max(abs(older[place] - newer[place]) for place in both), 2) == 0.88
    assert round(older["CHN"], 2) == -0.51
    assert round(newer["CHN"], 2) == -0.17


@pytest.mark.parametrize(
    ("parse", "name"),
    [
        (wgi.parse, WGI),
        (wmd.parse, WMD),
        (ucdp.parse, UCDP),
        (hdr.parse, HDR),
        (iea.parse, "data/iea_critical_minerals_explorer.json"),
        (dol.of_edition("2022"), GOODS),
        (dol.parse, FINDINGS),
        (ilo.parse, "data/ilo_c169_ratifications.csv"),
        (ec.parse, EC),
        (restrictions.parse, "figures/export_restrictions.csv"),
        (agreements.parse, "figures/agreements.csv"),
        (baci.parse, BACI),
        (world_atlas.parse, ATLAS),
        (natural_earth.parse, "data/naturalearth_110m_countries.geojson"),
    ],
)
def test_every_place_of_a_publisher_is_known_or_left_out_knowingly(
    parse: Callable[[bytes], Any], name: str
) -> None:
    words = {reading.place for reading in read(parse, name)} - {None}
    words |= {getattr(reading, "importer", None) for reading in read(parse, name)} - {None}
    unknown = []
    for word in words:
        try:
            our_names().place(word)
        except UnknownName:
            unknown.append(word)
    assert unknown == []


def test_wmd_names_taiwan_and_kosovo_by_codes_of_its_own() -> None:
    codes = {reading.place for reading in read(wmd.parse, WMD)}
    assert {"S19", "R20"} <= codes
    kosovo = [reading for reading in read(wmd.parse, WMD) if reading.place == "R20"]
    assert {reading.mineral for reading in kosovo} == {"lead", "zinc", "nickel", "lignite"}
    assert not any(reading.verified for reading in kosovo)


def test_wmd_states_one_unit_per_mineral() -> None:
    units: dict[str | None, set[str]] = {}
    for reading in read(wmd.parse, WMD):
        units.setdefault(reading.mineral, set()).add(reading.label)
    assert all(len(found) == 1 for found in units.values())
    assert (units["gold"], units["diamonds_gem"]) == ({"kg"}, {"ct"})


def test_wmd_states_only_the_gold_of_guyana_twice() -> None:
    keys = Counter((r.place, r.mineral, r.year) for r in read(wmd.parse, WMD))
    assert {key[:2] for key, count in keys.items() if count > 1} == {("GUY", "gold")}
    assert len(list(wmd.settled(read(wmd.parse, WMD)))) == 13407 - 7


def test_iea_states_no_figure_after_2024_and_keeps_the_rest_of_the_world_apart() -> None:
    readings = read(iea.parse, "data/iea_critical_minerals_explorer.json")
    assert {reading.year for reading in readings} == {2024}
    assert len({reading.mineral for reading in readings}) == 6
    places = Counter(reading.place for reading in readings)
    assert (places["Rest of world"], places["World"]) == (12, 12)


def test_iea_nickel_shares_do_not_add_up_to_its_total() -> None:
    figures = {
        reading.place: reading.value
        for reading in read(iea.parse, "data/iea_critical_minerals_explorer.json")
        if (reading.mineral, reading.indicator) == ("Nickel", "iea.mining")
    }
    total = figures.pop("World")
    assert round(sum(figures.values()) / total, 3) == 1.026


def test_ucdp_rows_equal_those_of_the_file_three_times() -> None:
    assert len(read(ucdp.parse, UCDP)) == 3 * len(raw_rows(UCDP)) == 3 * 6936


def test_hdr_states_ihdi_2022_for_no_aggregate_and_not_for_cuba() -> None:
    known = {r.place for r in read(hdr.parse, HDR) if (r.indicator, r.year) == ("hdr.ihdi", 2022)}
    stated = {
        row["iso3"]
        for row in raw_rows(HDR, "latin-1")
        if row["ihdi_2022"] and not row["iso3"].startswith("ZZ")
    }
    assert known == stated
    assert not {"PRK", "CUB", "SAU", "UZB", "SUR", "GUY", "ERI", "TTO"} & known


def test_dol_lists_the_congo_for_child_labour_in_cobalt_and_forced_labour_in_gold() -> None:
    congo = {
        our_names().minerals_of("dol", reading.label): dol.GOOD_LEVELS[int(reading.value)]
        for reading in read(dol.of_edition("2022"), GOODS)
        if our_names().place(reading.place) == "COD"
    }
    assert congo == {
        ("cobalt",): "child",
        ("copper",): "child",
        ("diamonds_gem", "diamonds_industrial"): "child",
        ("gold",): "forced",
        ("tin",): "forced",
        ("tantalum",): "forced",
        ("tungsten",): "forced",
    }


def test_dol_does_not_list_the_united_states() -> None:
    assert "USA" not in {our_names().place(r.place) for r in read(dol.of_edition("2022"), GOODS)}


def test_dol_goods_of_other_sectors_are_left_out() -> None:
    goods = {reading.label for reading in read(dol.of_edition("2022"), GOODS)}
    assert len(goods) == 32
    assert not {"Bricks", "Polysilicon"} & goods


def test_dol_findings_leave_china_and_the_rich_unassessed_and_are_mostly_moderate() -> None:
    levels = {
        our_names().place(r.place): dol.LEVELS[int(r.value)]
        for r in read(dol.parse, FINDINGS)
        if r.indicator == "dol.advancement"
    }
    assert Counter(levels.values()) == {
        "moderate": 69,
        "minimal": 25,
        "minimal_delayed": 21,
        "none": 6,
        "significant": 4,
        "none_complicit": 3,
    }
    assert not {"CHN", "RUS", "IRN", "TUR", "VEN", "VNM", "USA", "AUS"} & levels.keys()


def test_c169_has_24_ratifications_of_which_two_are_from_memory() -> None:
    readings = read(ilo.parse, "data/ilo_c169_ratifications.csv")
    assert len(readings) == 24
    assert {r.place for r in readings if not r.verified} == {"LUX", "DEU"}


def test_ec_rows_of_0_8_are_of_european_scope_only() -> None:
    readings = read(ec.parse, EC)
    assert {reading.importer for reading in readings if reading.value == 0.8} == {"EUU"}
    assert max(r.value for r in readings if r.importer is None) == 1.5


def test_every_material_that_the_ec_assessed_has_a_known_word() -> None:
    readings = read(ec.parse, "cases/ec_crm/ec2023_results_clean.csv")
    codes = {code for r in readings for code in our_names().minerals_of("ec", r.mineral or "")}
    assert {"copper", "gallium", "graphite", "rare_earths", "zircon"} <= codes
    assert "uranium" not in codes


def test_restrictions_say_which_rows_are_partly_from_memory() -> None:
    readings = read(restrictions.parse, "figures/export_restrictions.csv")
    assert len(readings) == 23
    assert {(r.place, r.mineral) for r in readings if not r.verified} == {
        ("COD", "cobalt"),
        ("IDN", "bauxite"),
        ("ZWE", "lithium"),
    }


def test_agreements_from_memory_are_not_verified() -> None:
    rows = raw_rows("figures/agreements.csv")
    checked = sum(row["checked"] == "yes" for row in rows)
    readings = read(agreements.parse, "figures/agreements.csv")
    assert sum(reading.verified for reading in readings) == checked < len(rows) == len(readings)


def test_baci_sums_of_a_mineral_equal_those_of_its_codes_in_the_file() -> None:
    codes = {"282200": ("cobalt",), "810510": ("cobalt",)}
    summed = sum(
        reading.value
        for reading in baci.by_mineral(read(baci.parse, BACI), codes)
        if reading.indicator == "baci.import_value" and reading.importer == "JPN"
    )
    stated = sum(
        float(row["value_kusd"])
        for row in raw_rows(BACI)
        if row["hs6"] in codes and row["importer"] == "JPN"
    )
    assert summed == pytest.approx(stated, rel=1e-12)


def test_baci_rows_without_a_quantity_give_no_quantity() -> None:
    stated = sum(row["quantity_t"] != "" for row in raw_rows(BACI))
    readings = Counter(reading.indicator for reading in read(baci.parse, BACI))
    assert readings == {"baci.import_value": 114399, "baci.import_quantity": stated}


def test_gallium_and_indium_have_no_customs_code() -> None:
    codes = {row.code: row.hs6 for row in read(minerals.parse, "figures/minerals.csv")}
    assert codes["gallium"] == codes["indium"] == ()
    assert codes.keys() >= minerals.REFINERY_OUTPUT


def test_languages_keep_no_family() -> None:
    """3,722 languages stay by family and name, and 12 of tribal and Maroon peoples with them."""
    kept = read(asher.parse, ASHER)
    levels = {row["Glottocode"]: row["Glottolog_Languoid_Level"] for row in raw_rows(ASHER)}
    assert len(kept) == 3722 + 12
    assert {levels[point.code] for point in kept} == {"language"}


def test_the_atlas_of_languages_is_blind_in_australia_south_of_torres_strait() -> None:
    kept = read(asher.parse, ASHER)
    assert [point for point in kept if 113 < point.lon < 154 and -44 < point.lat < -12] == []
    assert "Kala Lagaw Ya" in {point.name for point in kept}


def test_every_language_to_leave_out_by_name_stands_in_the_atlas() -> None:
    names = {row["Name"] for row in raw_rows(ASHER)}
    assert names >= asher.NATIONAL | asher.SINITIC


def test_the_atlas_has_outlines_without_a_number() -> None:
    outlines = read(world_atlas.parse, ATLAS)
    assert len(outlines) == 241
    assert {o.place for o in outlines if not o.iso_numeric} == {
        "Kosovo",
        "Somaliland",
        "N. Cyprus",
        "Siachen Glacier",
        "Indian Ocean Ter.",
    }
    assert all(ring[0] == ring[-1] for o in outlines for polygon in o.polygons for ring in polygon)


def test_natural_earth_has_177_countries_of_which_kosovo_has_no_code() -> None:
    readings = read(natural_earth.parse, "data/naturalearth_110m_countries.geojson")
    assert len(readings) == 177
    assert "Kosovo" in {reading.place for reading in readings}
