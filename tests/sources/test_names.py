"""One table of aliases: publishers' words for places and minerals become our codes."""

import pytest

from riskscore.sources.names import (
    PlaceName,
    UnknownName,
    folded,
    mineral_terms,
    names,
    place_names,
    shipped,
    together,
)

NAMES = shipped(["copper", "rare_earths", "diamonds_gem", "diamonds_industrial"])


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("Burma", "MMR"),
        ("Congo, Democratic Republic of the", "COD"),
        ("DR Congo (Zaire)", "COD"),
        ("Congo", "COG"),
        ("Russia (Soviet Union)", "RUS"),
        ("Côte d'Ivoire", "CIV"),
        ("cote d’ivoire", "CIV"),
        ("Turkey (Türkiye)", "TUR"),
        ("ADO", "AND"),
        ("KSV", "XKX"),
        ("ROM", "ROU"),
        ("TMP", "TLS"),
        ("WBG", "PSE"),
        ("ZAR", "COD"),
        ("S19", "TWN"),
        ("R20", "XKX"),
        ("N. Cyprus", "CYP"),
        ("Somaliland", "SOM"),
        ("Rest of world", "ROW"),
    ],
)
def test_a_publishers_word_for_a_place_becomes_our_code(word: str, code: str) -> None:
    assert NAMES.place(word) == code


def test_a_state_that_has_ended_is_left_out_knowingly() -> None:
    assert NAMES.place("Yemen (South Yemen)") is None
    assert NAMES.place("ANT") is None


def test_an_unknown_place_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UnknownName, match=r"did you mean .*argentina"):
        NAMES.place("Argentinia")


def test_an_unknown_mineral_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UnknownName, match=r"did you mean .*copper"):
        NAMES.minerals_of("icmm", "coper")


def test_a_source_has_words_of_its_own() -> None:
    assert NAMES.minerals_of("dol", "Diamonds") == ("diamonds_gem", "diamonds_industrial")
    assert NAMES.minerals_of("icmm", "diamond") == ("diamonds_gem",)
    with pytest.raises(UnknownName):
        NAMES.minerals_of("icmm", "Diamonds (Ind)")


def test_a_code_is_a_word_for_itself() -> None:
    assert NAMES.minerals_of("wmd", "rare_earths") == ("rare_earths",)
    assert NAMES.minerals_of("iea", "Rare Earth Elements") == ("rare_earths",)


def test_typos_of_the_publisher_are_known_words() -> None:
    assert NAMES.minerals_of("icmm", "bopper") == ("copper",)
    assert NAMES.minerals_of("icmm", "cadmiuum") == ("cadmium",)


def test_a_commodity_that_is_no_mineral_of_ours_is_known_as_such() -> None:
    assert NAMES.minerals_of("icmm", "steel") == ()


def test_one_word_for_two_places_is_refused() -> None:
    twice = [
        PlaceName("COD", "Congo", "country", (), True),
        PlaceName("COG", "Republic", "country", ("CONGO",), True),
    ]
    with pytest.raises(ValueError, match="both COD and COG"):
        names(twice, {}, [])


def test_comparing_ignores_case_accents_and_punctuation() -> None:
    assert folded("  Côte d'Ivoire ") == folded("COTE D IVOIRE")


def test_every_word_of_a_source_stands_once() -> None:
    words = [(source, folded(term)) for source, term, _ in mineral_terms()]
    assert len(words) == len(set(words))


def test_place_codes_that_no_file_states_are_not_verified() -> None:
    unverified = {place.code for place in place_names() if not place.verified}
    assert {"GIB", "PYF", "CXR"} <= unverified
    assert not {"CHL", "XKX", "GUF"} & unverified


@pytest.mark.parametrize(
    "term", ["China + Hong Kong", "China and Hong Kong", "Chile/Peru", "United States & Canada"]
)
def test_a_sum_of_places_is_none_of_them(term: str) -> None:
    with pytest.raises(UnknownName):
        shipped(()).place(term)


@pytest.mark.parametrize(
    ("term", "code"),
    [("S. Africa", "ZAF"), ("Trinidad & Tobago", "TTO"), ("Bosnia/Herzegovina", "BIH"),
     ("Korea, Dem. People's Rep.", "PRK"), ("Sao Tome e Principe", "STP")],
)  # fmt: skip
def test_a_name_that_joins_two_words_is_one_place(term: str, code: str) -> None:
    assert shipped(()).place(term) == code


def test_a_continent_is_no_country() -> None:
    assert shipped(()).place("Africa") is None


@pytest.mark.parametrize("word", ["spodumene", "neodymium", "ilmenite", "diamond", "coal"])
def test_tonnes_of_a_form_are_no_tonnes_of_a_mineral_whatever_aliases_it_has(word: str) -> None:
    codes = (
        "lithium", "rare_earths", "titanium", "steam_coal", "coking_coal", "diamonds_gem",
        "diamonds_industrial",
    )  # fmt: skip
    own = [("*", code, (code,)) for code in codes]
    aliases = {"spodumene": "lithium", "neodymium": "rare_earths", "ilmenite": "titanium",
               "diamond": "diamonds_gem", "coal": "steam_coal"}  # fmt: skip
    known = together([], [*own, *(("*", alias, (code,)) for alias, code in aliases.items())])
    with pytest.raises(UnknownName, match="is a form of"):
        known.minerals_of("observations", word)
    assert known.minerals_of("projects", word)
