"""Customs codes of other stages: taken in from a BACI file, beside what scores read."""

import pytest
from django.db.models import Sum

from riskscore.models import Mineral, Observation, TradeCode
from riskscore.sources.discovery import discover
from riskscore.sources.publishers import baci
from tests.intake.files import take_in
from tests.make import make_mineral, make_place

pytestmark = pytest.mark.django_db

#: In the columns of the publisher's file; Chile sells Japan copper ore and copper cathodes.
FILE = (
    "year,hs6,exporter,importer,value_kusd,quantity_t\n"
    "2024,260300,CHL,JPN,3500000.5,1255000.25\n"
    "2024,740311,CHL,JPN,900.5,100.25\n"
    "2024,740319,CHL,JPN,99.5,10.5\n"
    "2024,740312,PHL,JPN,50.0,\n"
    "2024,850511,PHL,JPN,7.0,1.0\n"
)


@pytest.fixture
def copper() -> Mineral:
    for code in ("CHL", "JPN", "PHL"):
        make_place(code)
    mineral = make_mineral("copper", hs6=["260300"])
    for hs6 in ("740311", "740312", "740319", "260300"):
        TradeCode.objects.create(
            mineral=mineral, hs6=hs6, stage="refined", what="refined copper", source="a test"
        )
    return mineral


def test_refined_codes_are_summed_apart_and_the_ore_is_what_it_was(copper: Mineral) -> None:
    intake = take_in(FILE, "baci")
    assert not intake.faults.exists()
    stored = {
        (row.indicator, row.place_id): (row.value, row.label, row.quality)
        for row in Observation.objects.filter(mineral=copper)
    }
    assert stored == {
        # A code that is the mineral's own is no other stage of it, whatever the table says.
        ("baci.import_value", "CHL"): (3500000.5, "260300", ""),
        ("baci.import_quantity", "CHL"): (1255000.25, "260300", ""),
        ("baci.refined_value", "CHL"): (1000.0, "740311;740319", ""),
        ("baci.refined_quantity", "CHL"): (110.75, "740311;740319", ""),
        # A value without a quantity has no quantity.
        ("baci.refined_value", "PHL"): (50.0, "740312", ""),
    }


def test_a_code_that_the_table_gets_later_counts_from_the_next_file_on(copper: Mineral) -> None:
    TradeCode.objects.all().delete()
    take_in(FILE, "baci")
    assert not Observation.objects.filter(indicator__startswith="baci.refined").exists()
    TradeCode.objects.create(mineral=copper, hs6="740311", stage="refined", what="cathodes")
    take_in(FILE, "baci", release_code="again")
    refined = Observation.objects.filter(indicator="baci.refined_quantity")
    assert refined.aggregate(Sum("value"))["value__sum"] == 100.25


def test_a_quantity_that_misses_a_code_is_partial_at_other_stages_too() -> None:
    content = (
        b"year,hs6,exporter,importer,value_kusd,quantity_t\n"
        b"2024,740311,CHL,JPN,1.5,\n2024,740319,CHL,JPN,2.5,4\n"
    )
    stages = baci.other_stages(
        [("740311", "copper", "refined"), ("740319", "copper", "refined")], {}
    )
    found = {row.indicator: row for row in baci.by_mineral(baci.parse(content), {}, stages)}
    assert found["baci.refined_quantity"].quality == "partial"
    assert found["baci.refined_value"].quality == ""


def test_whether_a_publishers_file_adds_or_replaces_is_true_or_false() -> None:
    said = {name: getattr(module, "PARTIAL", False) for name, module in discover().items()}
    assert {name for name, partial in said.items() if partial is True} == {"usgs"}
    assert {name for name, partial in said.items() if not isinstance(partial, bool)} == set()
