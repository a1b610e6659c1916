"""Names of minerals in other languages, symbols and forms: known by what they weigh, or refused."""

import csv

import pytest

from riskscore.sources.names import UnknownName, shipped
from tests.processes import ROOT

with (ROOT / "fixtures/minerals.csv").open(encoding="utf-8") as file:
    NAMES = shipped([row["code"] for row in csv.DictReader(file)])


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("litio", "lithium"), ("lítio", "lithium"), ("Li", "lithium"), ("cobre", "copper"),
        ("Cu", "copper"), ("Copper (Cu)", "copper"), ("Co", "cobalt"), ("níquel", "nickel"),
        ("tierras raras", "rare_earths"), ("terras raras", "rare_earths"), ("REE", "rare_earths"),
        ("Seltene Erden", "rare_earths"), ("Grafit", "graphite"), ("Natural graphite", "graphite"),
        ("graphite, natural", "graphite"), ("estaño", "tin"), ("Wolfram", "tungsten"),
        ("W", "tungsten"), ("fluorite", "fluorspar"), ("Blei", "lead"), ("Mo", "molybdenum"),
        ("Rare earth elements (REE)", "rare_earths"), ("mineral de hierro", "iron"),
    ],
)  # fmt: skip
def test_a_mineral_is_known_in_other_languages_and_by_its_symbol(word: str, code: str) -> None:
    assert NAMES.minerals_of("observations", word) == (code,)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("Lithium carbonate", "lithium"), ("Cobalt hydroxide", "cobalt"), ("chromite", "chromium"),
        ("copper cathodes", "copper"), ("spodumene", "lithium"), ("ilmenite", "titanium"),
    ],
)  # fmt: skip
def test_a_form_is_the_mineral_of_a_site_and_no_amount_of_the_mineral(word: str, code: str) -> None:
    assert NAMES.minerals_of("projects", word) == (code,)
    with pytest.raises(UnknownName, match=f"a form of {code}: its tonnes are not tonnes of it"):
        NAMES.minerals_of("observations", word)


@pytest.mark.parametrize("word", ["alumina", "battery-grade graphite", "PGM", "ferronickel"])
def test_a_product_is_not_read_as_the_output_of_a_mineral(word: str) -> None:
    assert NAMES.minerals_of("observations", word) == ()


def test_a_group_of_minerals_stands_for_each_of_them_on_a_site() -> None:
    assert NAMES.minerals_of("projects", "PGE") == ("platinum", "palladium", "rhodium")
    assert NAMES.minerals_of("projects", "coal") == ("steam_coal", "coking_coal")


@pytest.mark.parametrize("word", ["Unobtainium", "Copper (Au)", "Co-op"])
def test_what_is_no_mineral_is_refused(word: str) -> None:
    with pytest.raises(UnknownName):
        NAMES.minerals_of("observations", word)
