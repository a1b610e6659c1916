"""Regions as people name them: UN M49 and a few usual names, each with its source."""

import pytest

from riskscore.errors import NotFoundError
from riskscore.models import Region, RegionMember
from riskscore.sourcing import regions

pytestmark = pytest.mark.usefixtures("bundle")


@pytest.mark.parametrize(
    "name",
    ["Latin America", "latin-america", "LATIN_AMERICA", "Latín  América", "419",
     "Latin America and the Caribbean", "latam"],
)  # fmt: skip
def test_latin_america_is_found_however_it_is_written(name: str) -> None:
    places = regions.places_of([name])
    assert {"CHL", "ARG", "BOL", "BRA", "PER", "PAN", "MEX", "CUB"} <= places
    assert not places & {"USA", "CAN", "ESP", "CHN"}


def test_the_three_parts_of_latin_america_are_the_whole() -> None:
    parts = regions.places_of(["south-america", "central-america", "caribbean"])
    assert parts == regions.places_of(["Latin America"])
    assert len(parts) == 49


def test_the_continents_are_apart_and_hold_every_country_but_those_that_are_named() -> None:
    continents = [regions.places_of([name]) for name in
                  ("africa", "americas", "asia", "europe", "oceania")]  # fmt: skip
    together = frozenset().union(*continents)
    assert sum(map(len, continents)) == len(together)
    # Antarctica lies in no region of UN M49, and Kosovo is not in it.
    assert regions.unplaced() == ("ATA", "XKX")


def test_taiwan_lies_in_eastern_asia_by_another_table_and_says_so() -> None:
    assert "TWN" in regions.places_of(["East Asia"])
    row = RegionMember.objects.get(region="eastern-asia", place="TWN")
    assert (row.verified, "django-countries-hdx" in row.source) == (False, True)


def test_the_lithium_triangle_is_argentina_bolivia_and_chile() -> None:
    assert regions.places_of(["Lithium Triangle"]) == {"ARG", "BOL", "CHL"}
    assert not Region.objects.get(code="lithium-triangle").verified


def test_places_and_groups_may_stand_among_regions() -> None:
    both = regions.found(["Japan", "usa", "Côte d’Ivoire", "lithium-triangle", "EUU"])
    assert {"JPN", "USA", "CIV", "ARG", "DEU"} <= both.places
    assert "GBR" not in both.places
    assert both.regions == ("lithium-triangle",)


def test_an_unknown_name_says_what_is_near() -> None:
    with pytest.raises(NotFoundError, match=r"'Latin Amerika'; did you mean Latin America"):
        regions.places_of(["Latin Amerika"])


def test_the_whole_world_is_no_region_to_look_in() -> None:
    with pytest.raises(NotFoundError):
        regions.places_of(["WLD"])
