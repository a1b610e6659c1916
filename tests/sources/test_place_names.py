"""Names and codes of places, whoever writes them: known, left out with a reason, or refused."""

import csv
from collections.abc import Iterator
from importlib.resources import files

import country_converter
import pycountry
import pytest
from babel import Locale

from riskscore.sources.names import AmbiguousName, UnknownName, place_names, shipped

NAMES = shipped(["copper"])
OURS = {place.code for place in place_names()}
#: French for Chile, and a letter from it: asked about, as slips are.
ASKED_ABOUT = {"Chili"}


def of_country_converter() -> Iterator[tuple[str, str]]:
    """(word, alpha-3) of every short and official name and every code of country_converter."""
    text = files(country_converter).joinpath("country_data.tsv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines(), delimiter="\t"):
        words = [row[name] for name in ("name_short", "name_official", "ISO3", "ISOnumeric")]
        words += [row["UNcode"], *row["ISO2"].replace("^", "").replace("$", "").split("|")]
        yield from ((word, row["ISO3"]) for word in words if word)


def of_pycountry() -> Iterator[tuple[str, str]]:
    for one in pycountry.countries:
        for name in ("name", "official_name", "common_name", "alpha_2", "alpha_3", "numeric"):
            if word := getattr(one, name, None):
                yield word, one.alpha_3


def in_other_languages() -> Iterator[tuple[str, str]]:
    for language in ("en", "es", "pt", "fr", "de"):
        territories = Locale(language).territories
        for one in pycountry.countries:
            if word := territories.get(one.alpha_2):
                yield word, one.alpha_3


@pytest.mark.parametrize(
    "names",
    [of_country_converter, of_pycountry, in_other_languages],
    ids=lambda each: each.__name__,
)
def test_what_others_call_a_place_is_the_same_place_or_is_left_out_with_a_reason(
    names: object,
) -> None:
    wrong = []
    for word, code in names():  # type: ignore[operator]
        try:
            found = NAMES.place(word, suggest=False)
        except UnknownName:
            found = "unknown"
        if found is None:
            assert NAMES.why_left_out(word)
        elif found != code and word not in ASKED_ABOUT:
            wrong.append((word, code, found))
    assert wrong == []


@pytest.mark.parametrize(
    ("word", "code"),
    [
        # United Nations
        ("Republic of Korea", "KOR"), ("Democratic People's Republic of Korea", "PRK"),
        ("United Republic of Tanzania", "TZA"), ("Viet Nam", "VNM"), ("Türkiye", "TUR"),
        ("Iran (Islamic Republic of)", "IRN"), ("State of Palestine", "PSE"),
        ("United Kingdom of Great Britain and Northern Ireland", "GBR"), ("Congo", "COG"),
        ("China, Macao Special Administrative Region", "MAC"),
        # Comtrade and BACI
        ("Dem. Rep. of the Congo", "COD"), ("Other Asia, nes", "TWN"), ("Rep. of Moldova", "MDA"),
        ("Dem. People's Rep. of Korea", "PRK"), ("FS Micronesia", "FSM"), ("Solomon Isds", "SLB"),
        ("251", "FRA"), ("490", "TWN"), ("579", "NOR"), ("699", "IND"), ("757", "CHE"),
        ("842", "USA"), ("381", "ITA"),
        # World Bank
        ("Congo, Dem. Rep.", "COD"), ("Korea, Rep.", "KOR"), ("Egypt, Arab Rep.", "EGY"),
        ("Macao SAR, China", "MAC"), ("Micronesia, Fed. Sts.", "FSM"), ("Lao PDR", "LAO"),
        # USGS and UCDP
        ("Burma", "MMR"), ("Congo (Kinshasa)", "COD"), ("Korea, North", "PRK"),
        ("Kingdom of eSwatini (Swaziland)", "SWZ"), ("Belarus (Byelorussia)", "BLR"),
        # Codes, with and without zeros, as a spreadsheet writes them
        ("NA", "NAM"), ("CH", "CHE"), ("IN", "IND"), ("UK", "GBR"), ("EL", "GRC"), ("XK", "XKX"),
        ("036", "AUS"), ("36", "AUS"), ("36.0", "AUS"), ("4", "AFG"), ("cl", "CHL"),
        # Former names of a state that is still there
        ("Zaire", "COD"), ("Swaziland", "SWZ"), ("Upper Volta", "BFA"), ("Rhodesia", "ZWE"),
        ("Macedonia, FYR", "MKD"), ("Cape Verde", "CPV"), ("Birma", "MMR"),
        # Order, short forms, single letters and apostrophes do not matter
        ("Congo, Democratic Rep. of the", "COD"), ("D.R. Congo", "COD"), ("U.S.A.", "USA"),
        ("Cote d`Ivoire", "CIV"), ("Cote dIvoire", "CIV"), ("Islands, Marshall", "MHL"),
        ("Tanzania, United Rep.", "TZA"), ("the Philippines", "PHL"), ("DRC", "COD"),
        ("St. Vincent", "VCT"), ("RoK", "KOR"), ("DPRK", "PRK"), ("UAE", "ARE"),
        # Namesakes
        ("Guinea", "GIN"), ("Equatorial Guinea", "GNQ"), ("Niger", "NER"), ("Nigeria", "NGA"),
        ("Dominica", "DMA"), ("Dominican Republic", "DOM"), ("Samoa", "WSM"),
        ("American Samoa", "ASM"), ("Republic of China", "TWN"), ("P.R. China", "CHN"),
        # Other languages
        ("Alemania", "DEU"), ("Brasil", "BRA"), ("États-Unis", "USA"), ("Südafrika", "ZAF"),
    ],
)  # fmt: skip
def test_a_name_or_code_of_a_place_is_known(word: str, code: str) -> None:
    assert NAMES.place(word) == code


@pytest.mark.parametrize(
    "word",
    [
        "USSR", "Fmr USSR", "810", "Czechoslovakia", "200", "Serbia and Montenegro", "891",
        "Yugoslavia", "Netherlands Antilles", "530", "Belgium-Luxembourg", "58", "058",
        "East Germany", "Fmr Fed. Rep. of Germany", "Fmr Sudan", "736", "Guadeloupe", "South Yemen",
    ],
)  # fmt: skip
def test_a_state_that_has_ended_or_two_in_one_figure_are_left_out_and_the_reason_is_said(
    word: str,
) -> None:
    assert NAMES.place(word) is None
    assert len(NAMES.why_left_out(word)) > 10


@pytest.mark.parametrize(
    ("word", "first", "second"),
    [
        ("Korea", "KOR", "PRK"), ("Virgin Islands", "VGB", "VIR"), ("Kongo", "COG", "COD"),
        ("China, Republic of", "CHN", "TWN"), ("Corea", "KOR", "PRK"), ("Papua", "PNG", "IDN"),
    ],
)  # fmt: skip
def test_a_name_of_two_places_is_refused_and_both_are_named(
    word: str, first: str, second: str
) -> None:
    with pytest.raises(AmbiguousName) as refused:
        NAMES.place(word)
    assert first in str(refused.value)
    assert second in str(refused.value)


def test_congo_is_one_for_the_united_nations_and_either_in_a_table_of_ones_own() -> None:
    assert NAMES.place("Congo") == "COG"
    with pytest.raises(AmbiguousName, match="COD"):
        NAMES.place("Congo", strict=True)


@pytest.mark.parametrize(
    ("word", "meant"),
    [("Argentinia", "ARG"), ("Chili", "CHL"), ("Mozambiqe", "MOZ"), ("Republic of Zambai", "ZMB")],
)
def test_a_slip_of_few_letters_gets_a_suggestion(word: str, meant: str) -> None:
    with pytest.raises(UnknownName, match=rf"did you mean .*{meant}"):
        NAMES.place(word)


@pytest.mark.parametrize(
    "word",
    ["DRZ", "Democratic People's Republic of Atlantis", "Republic of Ganbio", "Northern Korea",
     "Federal Republic of Elbonia", "Islands of Sodor"],
)  # fmt: skip
def test_no_other_country_is_suggested_because_it_shares_words_or_letters(word: str) -> None:
    with pytest.raises(UnknownName) as refused:
        NAMES.place(word)
    assert "did you mean" not in str(refused.value)


def test_a_word_of_the_table_stands_for_a_place_of_ours_or_for_one_that_is_left_out() -> None:
    rows = files("riskscore.sources").joinpath("place_words.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(rows.splitlines()):
        assert row["place"] in OURS or NAMES.place(row["place"]) is None
        assert (row["kind"] == "former") == bool(row["until"])


@pytest.mark.parametrize(
    "word", ["China & Taiwan", "China/Taiwan", "China; Hong Kong", "United States + Puerto Rico"]
)
def test_several_places_in_one_word_are_none_of_them(word: str) -> None:
    with pytest.raises(UnknownName):
        NAMES.place(word)


@pytest.mark.parametrize(
    ("word", "code"),
    [("China, Taiwan", "TWN"), ("Italy/Sardinia", "ITA"), ("Tanzania/Tanganyika", "TZA"),
     ("Bosnia & Herzegovina", "BIH"), ("Trinidad/Tobago", "TTO")],
)  # fmt: skip
def test_a_name_of_two_words_is_one_place(word: str, code: str) -> None:
    assert NAMES.place(word) == code


@pytest.mark.parametrize("word", ["97", "097", "000", "0", "899"])
def test_a_number_of_a_sum_is_one_with_zeros_before_it_too(word: str) -> None:
    assert NAMES.aggregate(word)
    assert NAMES.aggregate("004") is None
