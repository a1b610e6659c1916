"""Every source reads a recorded sample in its publisher's layout."""

from datetime import date
from functools import partial

import pytest

from riskscore.sources.bad_file import BadFile
from riskscore.sources.discovery import discover
from riskscore.sources.publishers import (
    baci,
    baci_exports,
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
from riskscore.sources.source_records import ExportRecord, MineralRecord, SourceRecord
from riskscore.sources.tables import agreements, minerals, restrictions
from tests.sources.published import sample

SAMPLE_OF = {
    "agreements": "agreements.csv",
    "asher": "asher.csv",
    "baci": "baci.csv",
    "baci-exports": "baci_exports.csv",
    "busch": "busch.csv",
    "capacities": "capacities.csv",
    "companies": "companies.csv",
    "defensoria": "defensoria.csv",
    "dol": "dol_goods.xml",
    "ec": "ec_trade.csv",
    "evidence": "evidence.csv",
    "gsmc": "gsmc.csv",
    "hdr": "hdr.csv",
    "icmm": "icmm.xlsx",
    "iea": "iea.json",
    "ilo": "ilo.csv",
    "ilo-fundamental": "ilo_fundamental.csv",
    "ituc": "ituc.csv",
    "minerals": "minerals.csv",
    "natural-earth": "natural_earth.geojson",
    "observations": "observations.csv",
    "offtake": "offtake.csv",
    "owners": "owners.csv",
    "oecd": "oecd.csv",
    "projects": "projects.csv",
    "restrictions": "restrictions.csv",
    "statuses": "statuses.csv",
    "ucdp": "ucdp.csv",
    "usgs": "usgs.csv",
    "walk-free": "walk_free.csv",
    "wgi": "wgi.xlsx",
    "wmd": "wmd.csv",
    "world-atlas": "world_atlas.topo.json",
}


def test_every_source_has_a_sample() -> None:
    # Files of map layers are read by riskscore.sources.maps; tests/maps has theirs.
    assert set(discover()) - {"map-layers"} == set(SAMPLE_OF)


@pytest.mark.parametrize("code", sorted(SAMPLE_OF))
def test_a_source_reads_its_sample_the_same_way_twice(code: str) -> None:
    parse = discover()[code].parse
    if code == "defensoria":  # its rows do not say the month; the name of the file does
        parse = partial(parse, month=(2024, 3))
    if code == "dol":  # the list of goods does not say its year
        parse = dol.of_edition("2022")
    content = sample(SAMPLE_OF[code])
    first = list(parse(content))
    assert first
    assert first == list(parse(content))


@pytest.mark.parametrize("code", sorted(SAMPLE_OF))
def test_a_source_says_who_publishes_it_and_under_which_licence(code: str) -> None:
    source = discover()[code].SOURCE
    assert source.code == code
    assert all((source.publisher, source.title, source.licence, source.attribution))


def test_icmm_sites_lose_outer_blanks_and_keep_their_order_of_minerals() -> None:
    sites = {site.source_id: site for site in icmm.parse(sample("icmm.xlsx"))}
    assert sites["ICMM00026"].name == "Pato"
    assert sites["ICMM00026"].minerals == (("gold", "primary"), ("silver", "secondary"))
    assert ("iron ore", "primary") in {pair for site in sites.values() for pair in site.minerals}


def test_icmm_latitude_with_a_typographic_minus_is_south() -> None:
    sites = {site.source_id: site for site in icmm.parse(sample("icmm.xlsx"))}
    assert sites["ICMM07721"].lat == -23.8901


def test_icmm_sites_of_several_types_count_as_the_first_of_mine_smelter_refinery_plant() -> None:
    kinds = [site.kind for site in icmm.parse(sample("icmm.xlsx"))]
    assert set(kinds) == {"mine", "smelter", "refinery", "plant"}


def test_icmm_steel_and_coal_are_recognised_by_the_primary_commodity() -> None:
    sites = list(icmm.parse(sample("icmm.xlsx")))
    assert sum(site.steel for site in sites) == 2
    assert sum(icmm.is_coal(site) for site in sites) == 1


def test_busch_deposits_have_a_stage_only_where_one_is_stated() -> None:
    stages = {site.name: site.stage for site in busch.parse(sample("busch.csv"))}
    assert stages["Jadar"] == "evaluation"
    assert stages["Thacker Pass"] == "construction"
    assert stages["Salar de Uyuni"] == "producing"


def test_wgi_missing_estimates_are_no_readings_and_stddev_is_the_standard_error() -> None:
    readings = list(wgi.parse(sample("wgi.xlsx")))
    afghanistan = next(reading for reading in readings if reading.place == "AFG")
    assert len(readings) == 8
    assert (afghanistan.indicator, afghanistan.year) == ("wgi.corruption", 1996)
    assert afghanistan.value == -1.291704773902893
    assert afghanistan.standard_error == pytest.approx(0.34050697088241577, rel=1e-15)


def test_wmd_labels_carry_the_unit_and_the_inferred_place_is_not_verified() -> None:
    readings = {(r.place, r.mineral): r for r in wmd.parse(sample("wmd.csv"))}
    assert readings["BWA", "diamonds_gem"].label == "ct"
    assert readings["ARG", "natural_gas"].label == "Mio m3"
    assert not readings["R20", "lead"].verified
    assert readings["COD", "cobalt"].verified


def test_wmd_figures_stated_twice_become_the_greater_one_and_are_not_verified() -> None:
    guyana = [r for r in wmd.settled(wmd.parse(sample("wmd.csv"))) if r.place == "GUY"]
    assert [(r.year, r.value, r.verified) for r in guyana] == [
        (2018, 19069.0, False),
        (2023, 1164.0, False),
    ]


def test_iea_projections_and_footnotes_are_no_readings() -> None:
    readings = list(iea.parse(sample("iea.json")))
    assert {(r.place, r.value) for r in readings} == {
        ("Indonesia", 2463.0),
        ("Rest of world", 629.0),
        ("World", 3861.0),
    }
    assert {r.year for r in readings} == {2024}


def test_ucdp_zero_deaths_are_readings() -> None:
    readings = {(r.place, r.indicator): r.value for r in ucdp.parse(sample("ucdp.csv"))}
    assert readings["Chile", "ucdp.state"] == 0.0
    assert readings["DR Congo (Zaire)", "ucdp.onesided"] == 3926.0


def test_hdr_is_latin_1_and_its_aggregates_are_left_out() -> None:
    readings = {(r.place, r.indicator, r.year): r.value for r in hdr.parse(sample("hdr.csv"))}
    assert readings["CIV", "hdr.ihdi", 2022] == 0.318
    assert readings["PRK", "hdr.population", 2022] == 26.0694165
    assert ("PRK", "hdr.hdi", 2022) not in readings
    assert {place for place, _, _ in readings} == {"CIV", "PRK"}


def test_dol_lists_mined_goods_only_and_forced_labour_of_any_age_is_forced() -> None:
    readings = list(dol.parse(sample("dol_goods.xml"), 2022))
    assert {(r.label, dol.GOOD_LEVELS[int(r.value)]) for r in readings} == {
        ("Cobalt ore (heterogenite)", "child"),
        ("Diamonds", "forced"),
        ("Jade", "forced"),
    }


def test_dol_findings_are_levels_and_what_is_not_assessed_is_no_reading() -> None:
    readings = list(dol.parse(sample("dol_countries.xml"), 2022))
    levels = {r.place: dol.LEVELS[int(r.value)] for r in readings if "advanc" in r.indicator}
    assert levels == {
        "Peru": "moderate",
        "Burma": "none_complicit",
        "Tonga": "minimal_delayed",
        "Kosovo": "moderate",
    }
    conventions = {(r.place, r.indicator): r.value for r in readings if ".c1" in r.indicator}
    assert conventions["Tonga", "dol.c138"] == 0.0
    assert ("Kosovo", "dol.c138") not in conventions
    assert ("China", "dol.c182") not in conventions


def test_dol_readings_carry_no_text_of_the_report() -> None:
    assert {r.label for r in dol.parse(sample("dol_countries.xml"), 2022)} == {""}


def test_ilo_ratifications_from_memory_are_not_verified() -> None:
    readings = {r.place: r for r in ilo.parse(sample("ilo.csv"))}
    assert readings["CHL"].since == date(2008, 9, 15)
    assert {place for place, r in readings.items() if not r.verified} == {"LUX", "DEU"}


def test_ec_parameters_of_european_scope_have_the_union_as_importer() -> None:
    readings = list(ec.parse(sample("ec_trade.csv")))
    silver = next(r for r in readings if r.mineral == "Silver")
    assert (silver.importer, silver.value, silver.label) == ("EUU", 0.8, "primary")
    assert {r.importer for r in readings if r.mineral == "Copper"} == {None, "EUU"}


def test_ec_assessed_materials_have_the_neutral_parameter_for_no_place_in_particular() -> None:
    readings = list(ec.parse(sample("ec_results.csv")))
    assert {(r.place, r.value, r.label) for r in readings} == {(None, 1.0, "default")}


def test_restrictions_on_ore_are_bans_of_ore_and_know_their_days_and_target() -> None:
    readings = list(restrictions.parse(sample("restrictions.csv")))
    found = {(r.place, restrictions.LEVELS[int(r.value)]): r for r in readings}
    assert found["IDN", "ore_ban"].importer is None
    assert found["CHN", "ban"].importer == "USA"
    assert found["CHN", "ban"].until == date(2025, 11, 9)
    assert found["COD", "quota"].until is None


def test_restrictions_whose_day_is_from_memory_are_not_verified() -> None:
    readings = list(restrictions.parse(sample("restrictions.csv")))
    assert [(r.place, r.since) for r in readings if not r.verified] == [("COD", date(2025, 2, 22))]


def test_agreements_are_between_buyer_and_partner_and_say_what_is_from_memory() -> None:
    readings = list(agreements.parse(sample("agreements.csv")))
    found = {(r.importer, r.place, agreements.LEVELS[int(r.value)]): r for r in readings}
    assert found["USA", "JPN", "critical_minerals_agreement"].verified
    assert not found["USA", "CHL", "fta"].verified
    assert not found["EUU", "CHL", "strategic_partnership"].verified


def test_minerals_have_their_customs_codes_in_order() -> None:
    found: dict[str, MineralRecord] = {r.code: r for r in minerals.parse(sample("minerals.csv"))}
    assert found["cobalt"].hs6 == ("282200", "810510")
    assert found["gallium"].hs6 == ()


def test_baci_exports_without_a_quantity_are_unknown_and_not_zero() -> None:
    found = {(r.place, r.year): r for r in baci_exports.parse(sample("baci_exports.csv"))}
    assert found["COD", 1995] == ExportRecord("282200", "COD", 1995, 512.5, None, 3, 0.61)
    assert found["COD", 1996].quantity == 120.0
    assert found["ZA1", 1999].quantity == 0.0  # nothing exported, and nothing stated to be


@pytest.mark.parametrize(
    ("cell", "column"), [("-1", "value_kusd"), ("x", "quantity_t"), ("1.5", "destination_hhi")]
)
def test_baci_exports_name_the_cell_that_is_wrong(cell: str, column: str) -> None:
    cells = {"quantity_t": "1", "value_kusd": "1", "partners": "1", "destination_hhi": "0.5"}
    cells[column] = cell
    header = "hs6,exporter,year," + ",".join(cells)
    content = f"{header}\n282200,COD,1995,{','.join(cells.values())}\n"
    with pytest.raises(BadFile) as caught:
        list(baci_exports.parse(content.encode()))
    assert (caught.value.row, caught.value.column) == (2, column)


def test_baci_codes_of_one_mineral_are_summed() -> None:
    cobalt = {"282200": ("cobalt",), "810510": ("cobalt",)}
    summed = {
        (r.place, r.indicator): r for r in baci.by_mineral(baci.parse(sample("baci.csv")), cobalt)
    }
    belgium = summed["BEL", "baci.import_value"]
    # 3,310.059 + 7,882.165 thousand USD in the file.
    assert (belgium.value, belgium.label) == (11192.224, "282200;810510")
    assert summed["BEL", "baci.import_quantity"].value == 245.101
    assert summed["AUS", "baci.import_value"].label == "810510"


def test_baci_quantity_that_misses_a_code_is_partial() -> None:
    content = (
        b"year,hs6,exporter,importer,value_kusd,quantity_t\n"
        b"2023,282200,BEL,JPN,1.5,\n2023,810510,BEL,JPN,2.5,4\n"
    )
    cobalt = {"282200": ("cobalt",), "810510": ("cobalt",)}
    found: dict[str, SourceRecord] = {
        r.indicator: r for r in baci.by_mineral(baci.parse(content), cobalt)
    }
    assert found["baci.import_value"].quality == ""
    assert found["baci.import_quantity"].quality == "partial"
    assert found["baci.import_quantity"].value == 4.0


def test_languages_of_states_are_left_out_and_those_of_tribal_peoples_stay() -> None:
    kept = {r.name for r in asher.parse(sample("asher.csv"))}
    assert kept == {"Aari", "Bhili", "Mapudungun", "Rana Tharu", "Waxianghua", "Wutung"}


def test_natural_earth_countries_are_known_by_name_because_some_have_no_code() -> None:
    found = {r.place: r.continent for r in natural_earth.parse(sample("natural_earth.geojson"))}
    assert found == {"Kosovo": "Europe", "Chile": "South America"}


def test_topojson_arcs_are_summed_scaled_and_turned_around() -> None:
    chile, kosovo = world_atlas.parse(sample("world_atlas.topo.json"))
    assert (chile.iso_numeric, kosovo.iso_numeric) == ("152", "")
    # Arc 0 starts at (-180 + 0, -90 + 100 / 2) and goes 10 steps east, then 20 half steps north.
    assert chile.polygons == (
        (((-180.0, -40.0), (-170.0, -40.0), (-170.0, -30.0), (-180.0, -30.0), (-180.0, -40.0)),),
    )
    with_hole, backwards = kosovo.polygons
    assert len(with_hole) == 2
    assert backwards[0] == tuple(reversed(chile.polygons[0][0]))
