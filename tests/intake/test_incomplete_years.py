"""One country's newer row, and rows that are no country's, over the loaded bundle."""

from pathlib import Path

import pytest

from riskscore.models import Intake, Observation
from riskscore.releases import effective
from riskscore.scoring.indicators import buyer_tables, derived_values
from riskscore.scoring.indicators.buyer import Buyer
from tests.intake.files import take_in

pytestmark = pytest.mark.django_db

HEAD = "indicator,place,mineral,importer,year,value,unit\n"
Cells = dict[tuple[str, str], float]


def values(key: str, importer: str = "WLD") -> Cells:
    """(place, mineral) → value of an indicator, from what is in force now; "" for none."""
    found = derived_values.values_now(key, importer)
    return {(cell.place or "", cell.mineral or ""): one.value for cell, one in found.items()}


def corrected(rows: str, source: str) -> Intake:
    done = take_in(HEAD + rows, source, layout="observations")
    assert done.state in ("succeeded", "loaded"), (done.error, list(done.faults.all()))
    return done


def test_one_countrys_newer_output_is_shown_and_moves_nothing(bundle: None) -> None:
    before = {key: values(key) for key in ("con.mining", "con.own_share", "con.mining_recent")}
    done = corrected("wmd.production,CHL,copper,,2025,5300000,t\n", "wmd")
    assert done.added == 1
    assert done.remarks == [
        "2025 of wmd.production of copper is not complete"
        " (1 of 59 places, 23 % of the total of 2024): shown, not scored"
    ]
    assert Observation.objects.filter(indicator="wmd.production", year=2025).count() == 1
    assert {key: values(key) for key in before} == before
    assert before["con.mining"]["", "copper"] == pytest.approx(0.1058, abs=5e-5)
    assert before["con.own_share"]["CHL", "copper"] == pytest.approx(0.23817, abs=5e-6)


@pytest.mark.parametrize(
    ("source", "row", "key", "importer", "remark"),
    [
        ("ucdp", "ucdp.state,COD,,,2026,9000,", "geo.violence", "WLD", "1 of 196 places"),
        ("iea", "iea.refining,CHN,copper,,2025,13000,kt", "con.refining", "WLD", "1 of 6 places"),
        ("baci", "baci.import_value,CHL,lithium,JPN,2025,900000,", "con.import_hhi", "JPN",
         "1 of 45 goods"),
        ("baci", "baci.import_quantity,CHL,lithium,DEU,2025,9000,t", "con.import_risk", "EUU",
         "1 of 46 goods"),
    ],
)  # fmt: skip
def test_the_same_holds_for_other_tables(
    bundle: None, source: str, row: str, key: str, importer: str, remark: str
) -> None:
    before = values(key, importer)
    done = corrected(row + "\n", source)
    assert values(key, importer) == before
    (said,) = done.remarks
    assert remark in said
    assert said.endswith("shown, not scored")


@pytest.mark.parametrize(
    ("source", "row", "key"),
    [
        ("wgi", "wgi.law,CHL,,,2026,0.3,", "geo.law"),
        ("hdr", "hdr.population,CHL,,,2026,21,", "geo.gang_violence"),
        ("dol", "dol.advancement,CHL,,,2026,0,", "lab.advancement"),
    ],
)
def test_where_each_places_newest_value_counts_it_counts_for_that_place_alone(
    bundle: None, source: str, row: str, key: str
) -> None:
    before, governed = values(key), values("con.hhi_governance")
    corrected(row + "\n", source)
    after = values(key)
    assert {cell for cell in before if after[cell] != before[cell]} <= {("CHL", "")}
    assert values("con.hhi_governance") == governed


def test_a_year_that_every_country_states_is_scored(bundle: None) -> None:
    stated = Observation.objects.filter(indicator="wmd.production", mineral="copper", year=2024)
    rows = "".join(
        f"wmd.production,{row.place_id},copper,,2025,{2 * row.value},{row.label}\n"
        for row in stated
    )
    share, zinc = values("con.own_share"), values("con.mining")["", "zinc"]
    done = corrected(rows, "wmd")
    assert done.remarks == []
    assert values("con.own_share")["CHL", "copper"] != share["CHL", "copper"]
    assert values("con.mining")["", "zinc"] == zinc


AGGREGATES = (
    "baci.import_value,World,lithium,JPN,2024,852000,all codes\n"
    "baci.import_quantity,World,lithium,JPN,2024,60000,all codes\n"
    "baci.import_value,W00,lithium,JPN,2024,852000,all codes\n"
    "baci.import_value,EUU,lithium,JPN,2024,99000,all codes\n"
    'baci.import_value,"Areas, nes",lithium,JPN,2024,99000,all codes\n'
    "baci.import_value,JPN,lithium,JPN,2024,99000,all codes\n"
    "baci.import_value,CHL,lithium,World,2024,99000,all codes\n"
    "wmd.production,EUU,lithium,,2024,99000,t\n"
)


def test_aggregates_are_left_out_and_counted_by_reason(bundle: None) -> None:
    before = values("con.import_hhi", "JPN"), values("con.mining")
    tables = buyer_tables.by_year(buyer_tables.View(Buyer.of("JPN"), 3), effective.in_force())
    assert before[0]["", "lithium"] == pytest.approx(0.42421, abs=5e-6)
    rows = [line for line in AGGREGATES.splitlines(keepends=True) if line.startswith("baci")]
    done = corrected("".join(rows) + "baci.import_value,CHL,lithium,JPN,2019,1,\n", "baci")
    assert done.added == 1
    assert done.left_out == 7
    assert {why: found["count"] for why, found in done.left_out_by_reason.items()} == {
        "place left out: a group of places, in a sum of countries": 3,
        "place left out: the world, which is no place": 1,
        "place left out: an area that is not specified, which is no place": 1,
        "importer left out: a group of places, in a sum of countries": 1,
        "a place's trade with itself": 1,
    }
    assert (values("con.import_hhi", "JPN"), values("con.mining")) == before
    assert max(tables) == 2024


FIELD = Path(__file__).resolve().parents[3] / "shared" / "cases" / "field"


@pytest.mark.parametrize("name", ["baci_world_row.csv", "baci_world_row_observations.csv"])
def test_the_worlds_row_beside_japans_sellers(bundle: None, name: str) -> None:
    if not (FIELD / name).exists():
        pytest.skip(f"NOT VERIFIED with the file {name}: it is not beside the checkout")
    before = values("con.import_hhi", "JPN")["", "lithium"]
    layout = "observations" if "observations" in name else ""
    done = take_in((FIELD / name).read_bytes(), "baci", name, layout=layout)
    assert done.left_out == 2
    assert before == pytest.approx(0.42421, abs=5e-6)
    assert values("con.import_hhi", "JPN")["", "lithium"] == before
