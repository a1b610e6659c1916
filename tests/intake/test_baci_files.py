"""A file of BACI taken in: codes of a later revision, what is left out by reason."""

import pytest

from riskscore.models import Mineral, Observation
from tests.intake.files import take_in
from tests.make import make_place

pytestmark = pytest.mark.django_db
OURS = "year,hs6,exporter,importer,value_kusd,quantity_t\n"


@pytest.fixture(autouse=True)
def known(db: None) -> None:
    for code, name in (("COD", "DR Congo"), ("JPN", "Japan"), ("CHL", "Chile")):
        make_place(code, name=name)
    for code, hs6 in (("cobalt", ["282200", "810510"]), ("boron", ["252890"])):
        Mineral.objects.update_or_create(code=code, defaults={"name": code.title(), "hs6": hs6})


def test_nothing_of_a_file_of_another_revision_vanishes_without_a_word() -> None:
    done = take_in(
        OURS + "2024,810520,COD,JPN,900,90\n2024,810530,COD,JPN,50,5\n2024,282200,COD,JPN,10,1\n"
        "2024,252800,CHL,JPN,7,7\n2024,010121,CHL,JPN,3,3\n2024,282200,JPN,JPN,1,1\n",
        "baci", "BACI_HS17_Y2024_V202601.csv",
    )  # fmt: skip
    assert (done.state, done.added) == ("succeeded", 2), done.error
    found = Observation.objects.filter(release=done.release).order_by("indicator")
    assert [(row.indicator, row.mineral_id, row.value) for row in found] == [
        ("baci.import_quantity", "cobalt", 96), ("baci.import_value", "cobalt", 960),
    ]  # fmt: skip
    reasons = {reason: found["count"] for reason, found in done.left_out_by_reason.items()}
    assert reasons == {
        "a code of HS2017 that covers more than those of ours": 1,
        "goods that are not of ours": 1,
        "a place's trade with itself": 1,
    }
    assert done.left_out == 3


def test_a_code_of_another_revision_than_the_name_says_is_refused_with_its_line() -> None:
    done = take_in(OURS + "2024,810510,COD,JPN,9,9\n", "baci", "BACI_HS17_Y2024_V202601.csv")
    assert done.state == "failed"
    fault = done.faults.get()
    assert (fault.line, fault.column, fault.value) == (2, "hs6", "810510")
