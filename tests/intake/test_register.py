"""Licences: what may not be passed on is marked, and left out of what is."""

import pytest

from riskscore.models import Release
from riskscore.releases import register
from tests.intake.files import LAW, take_in
from tests.make import make_place

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def names(db: None) -> None:
    for code, name in (("CHL", "Chile"), ("BOL", "Bolivia"), ("WLD", "World")):
        make_place(code, name=name)


def test_what_may_not_be_passed_on_is_marked_and_never_passed_on() -> None:
    take_in("country,year,rating\nChile,2024,3\n", "ituc")
    take_in(LAW + "wgi.law,Bolivia,2023,1,\n", "wgi", layout="observations")
    closed, free = Release.objects.order_by("id")
    assert (closed.redistributable, free.redistributable) == (False, True)
    assert not register.passed_on("ituc.rating").exists()
    assert register.passed_on("wgi.law").get().place_id == "BOL"


def test_a_correction_is_passed_on_in_place_of_what_it_corrects() -> None:
    for value in ("1", "2"):
        take_in(LAW + f"wgi.law,Bolivia,2023,{value},\n", "wgi", layout="observations")
    assert register.passed_on("wgi.law").get().value == 2.0


def test_a_correction_that_may_not_be_passed_on_hides_what_it_corrects() -> None:
    take_in(LAW + "wgi.law,Bolivia,2023,1,\n", "wgi", layout="observations")
    take_in(LAW + "wgi.law,Bolivia,2023,2,\n", "wgi", layout="observations", redistributable=False)
    assert not register.passed_on("wgi.law").exists()
