"""Whatever is looked for is found: accents, case and the order of words do not matter."""

import unicodedata

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from riskscore.curation.search import folding, list_search, project_terms
from riskscore.curation.search.find import Hit, find
from riskscore.models import Company, ExternalId, Place, Project, ProjectMineral, RegionMember


@pytest.mark.parametrize(("written", "compared"), [
    ("Peñasquito (Mine)", "penasquito mine"), ("Pen\u0303asquito", "penasquito"),
    ("STRASSE, Straße", "strasse strasse"), ("Łódź Øst Ærø", "lodz ost aero"),
    ("Ma’aden’s N'Djamena", "maadens ndjamena"), ("Kryvyi-Rih/Кривий", "kryvyi rih кривии"),
    ("智利 2", "智利 2"), ("a\0b", "a b"), (" -- ", ""),
])  # fmt: skip
def test_texts_are_compared_without_case_accents_and_punctuation(
    db: None, written: str, compared: str
) -> None:
    assert folding.folded([written]) == [compared]


@pytest.fixture
def mine(bundle: None) -> Project:
    """A copper and gold mine of Mexico whose name is written with an accent."""
    row = Project.objects.create(
        key="test-1", name="Mina Peñablanca del Ñandú", place_id="MEX", latitude=24.6,
        longitude=-101.7, kind="mine",
    )  # fmt: skip
    ProjectMineral.objects.create(project=row, mineral_id="copper", role="primary")
    ProjectMineral.objects.create(project=row, mineral_id="gold", role="other")
    ExternalId.objects.create(project=row, scheme="gem", value="G100000123")
    return row


def first(text: str, *kinds: str) -> Hit:
    return find(text, kinds or ("project",))[0]


@pytest.mark.parametrize("text", [
    "penablanca", "PEÑABLANCA", unicodedata.normalize("NFD", "Peñablanca"), "nandu mina",
    "mina peña", "penablanca mexico", "copper penablanca", "gold mexico ñandú", "test-1",
    "latin america penablanca gold", "G100000123",
])  # fmt: skip
def test_a_project_is_found_by_its_words_in_any_order_its_place_and_minerals(
    mine: Project, text: str
) -> None:
    assert first(text).key == str(mine.pk)


def test_what_changes_about_a_project_changes_what_it_is_found_by(mine: Project) -> None:
    Project.objects.filter(pk=mine.pk).update(name="Zafiroblanco", place="PER")
    ProjectMineral.objects.filter(project=mine, mineral="gold").delete()
    assert first("zafiroblanco peru copper").key == str(mine.pk)
    assert not find("penablanca", ["project"])
    assert not find("zafiroblanco gold", ["project"])


def test_lithium_chile_finds_exactly_the_lithium_projects_of_chile(bundle: None) -> None:
    chilean = Project.objects.filter(place="CHL", minerals__mineral="lithium")
    found = find("lithium chile", ["project"], most=200)
    assert {hit.key for hit in found if hit.rank == 5} <= {str(row.pk) for row in chilean}
    assert {hit.key for hit in found} >= {str(row.pk) for row in chilean}
    assert [hit.key for hit in find("CHILE Lithium", ["project"], most=200)] == [
        hit.key for hit in found
    ]


def test_a_region_is_meant_only_by_its_whole_name(bundle: None) -> None:
    """“lithium” is a word of the lithium triangle, and is no country for that."""
    assert "'@BOL'" not in project_terms.of_text("lithium")
    assert "'@BOL'" in project_terms.of_text("triangle lithium")
    latin = set(RegionMember.objects.filter(
        region="latin-america-and-the-caribbean"
    ).values_list("place_id", flat=True))  # fmt: skip
    mined = Project.objects.filter(place__in=latin, minerals__mineral="cobalt")
    found = project_terms.matching("cobalt latin america")
    assert mined.exists()
    assert set(found.filter(minerals__mineral="cobalt")) >= set(mined)
    assert not found.exclude(place__in=latin).exclude(name__icontains="latin").exists()


def test_places_minerals_owners_sources_and_methods_are_found(bundle: None) -> None:
    assert first("chile", "place").key == "CHL"
    assert first("cote d'ivoire", "place").key == "CIV"
    assert first("latin america", "region").key == "latin-america-and-the-caribbean"
    assert first("earths rare", "mineral").key == "rare_earths"
    assert first("mining world", "source").title == "World Mining Data"
    assert first("wmd", "release").title.startswith("wmd-")
    assert first("critical minerals v1", "method").title == "critical-minerals v1"
    company = Company.objects.create(key="acme", name="Ácme Mining", aliases=["Compañía Zeta"])
    assert first("zeta compania", "company").key == str(company.pk)
    alias = Place.objects.get(code="CHL")
    alias.aliases = [*alias.aliases, "Chilito"]
    alias.save()
    assert first("chilito", "place").key == "CHL"
    assert find("chilito lithium", ["project"])


def test_the_best_answer_stands_first(bundle: None) -> None:
    assert (first("copper", "project", "mineral").kind, first("copper", "mineral").rank) == (
        "mineral", 0,
    )  # fmt: skip
    names = [hit.title for hit in find("escondida", ["project"])]
    assert names[0] == "Escondida"


@pytest.mark.parametrize("text", ["", "  ", "%", "'", "\\", "\0", ":* & |", "x" * 5000, "ñ" * 300])
def test_no_text_breaks_the_search(bundle: None, text: str) -> None:
    assert find(text) == find(text)


def test_a_search_asks_the_database_few_times(bundle: None) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        find("copper latin america")
    assert len(asked) <= 20


def test_lists_are_searched_by_the_same_rule(mine: Project) -> None:
    def found(text: str) -> list[Project]:
        return list(list_search.narrowed(Project.objects.all(), ("name",), text))

    assert found("ñandu PENABLANCA mexico") == [mine]
    assert found("") == list(Project.objects.all())
    assert found("--") == []
    places = list_search.narrowed(Place.objects.all(), ("=code", "name", "aliases"), "COTE ivoire")
    assert [place.code for place in places] == ["CIV"]
    assert [
        p.code for p in list_search.narrowed(Place.objects.all(), ("=code", "name"), "chl")
    ] == ["CHL"]
