"""A panel of exports as a file: the next year of trade, whole or not at all."""

import pytest

from riskscore.models import ExportFlow, Release
from tests.intake.files import faults, take_in
from tests.make import make_place

pytestmark = pytest.mark.django_db
HEADER = "hs6,exporter,year,quantity_t,value_kusd,partners,destination_hhi\n"
FIRST = HEADER + "260300,CHL,2023,100,500,7,0.2\n260300,PER,2023,0,300,5,0.4\n"


@pytest.fixture(autouse=True)
def names(db: None) -> None:
    for code, name in (("CHL", "Chile"), ("PER", "Peru"), ("WLD", "World")):
        make_place(code, name=name)


def test_a_new_year_of_trade_is_a_new_whole_release() -> None:
    first = take_in(FIRST, "baci-exports")
    assert (first.state, first.added) == ("succeeded", 2), first.error
    unstated = ExportFlow.objects.get(place="PER")
    assert (unstated.quantity, unstated.value) == (None, 300.0)
    second = take_in(FIRST.replace(",500,", ",510,") + "260300,CHL,2024,90,450,7,0.2\n",
                     "baci-exports")  # fmt: skip
    assert (second.added, second.changed, second.unchanged, second.gone) == (1, 1, 1, 0)
    assert second.preview == ["changed: 260300 CHL 2023: 500 → 510", "added: 260300 CHL 2024: 450"]
    assert ExportFlow.objects.filter(release=second.release).count() == 3
    assert not Release.objects.latest("id").partial


def test_the_same_panel_again_changes_nothing() -> None:
    take_in(FIRST, "baci-exports")
    again = take_in(FIRST, "baci-exports")
    assert (again.state, again.unchanged, again.release) == ("succeeded", 2, None)


def test_a_panel_that_ends_earlier_does_not_take_over_by_itself() -> None:
    years = "".join(f"260300,CHL,{year},100,500,7,0.2\n" for year in range(2015, 2024))
    take_in(HEADER + years + "260300,CHL,2024,90,450,7,0.2\n", "baci-exports")
    older = take_in(HEADER + years, "baci-exports")
    assert older.release is not None
    assert not older.release.scored
    assert "its newest year is 2023, and figures for 2024 are in force" in " ".join(older.remarks)
    assert take_in(HEADER + years, "baci-exports", replace=True).gone == 1


def test_the_same_flow_twice_is_refused_and_nothing_is_loaded() -> None:
    done = take_in(FIRST + "260300,CHL,2023,100,501,7,0.2\n", "baci-exports")
    assert done.state == "failed"
    assert "stand in row 1 already" in faults(done)[0][2]
    assert not ExportFlow.objects.exists()


def test_an_unknown_exporter_is_a_fault_with_its_row() -> None:
    done = take_in(FIRST.replace("PER", "Atlantis"), "baci-exports")
    assert faults(done)[0][:2] == (2, "exporter")


def test_a_panel_that_lacks_much_of_the_last_one_is_refused() -> None:
    take_in(FIRST, "baci-exports")
    done = take_in(HEADER + "260300,CHL,2023,100,500,7,0.2\n", "baci-exports")
    assert done.state == "failed"
    assert "lacks 1 of the 2 values" in done.error
