"""Editions of the list of goods: each has its own year, and an older one never takes over."""

import pytest

from riskscore.models import Intake, Observation, Release
from riskscore.releases import effective
from riskscore.sources.bad_file import BadFile
from riskscore.sources.publishers import dol
from tests.intake.files import take_in
from tests.make import make_mineral, make_place
from tests.maps.files import zipped

pytestmark = pytest.mark.django_db

GOOD = (
    "<Good><Good_Name>Cobalt ore (heterogenite)</Good_Name><Good_Sector>Mining</Good_Sector>"
    "<Countries>{}</Countries></Good>"
)
COUNTRY = "<Country><Country_Name>{}</Country_Name><Child_Labor>Yes</Child_Labor></Country>"
CONGO, ZAMBIA = "Congo, Democratic Republic of the", "Zambia"


def goods(*countries: str) -> str:
    return f"<Goods>{GOOD.format(''.join(map(COUNTRY.format, countries)))}</Goods>"


def findings(opening: str) -> str:
    return (
        f"<Countries><Country><Name>Zambia</Name><Description>{opening}</Description>"
        "<Advancement_Level>Moderate Advancement</Advancement_Level></Country></Countries>"
    )


@pytest.fixture(autouse=True)
def names(db: None) -> None:
    make_place("COD", name="DR Congo")
    make_place("ZMB", name="Zambia")
    make_mineral("cobalt")


def loaded(edition: str, *countries: str, replace: bool = False) -> Intake:
    return take_in(
        goods(*countries), "dol", "goods.xml", published_edition=edition, replace=replace
    )


def listed() -> set[tuple[str | None, int]]:
    return set(effective.observations("dol.good").values_list("place_id", "year"))


def test_the_year_of_an_edition_is_what_the_operator_says() -> None:
    assert loaded("2024", CONGO).state == "succeeded"
    assert listed() == {("COD", 2024)}
    assert Release.objects.get().published_edition == "2024"


@pytest.mark.parametrize("edition", ["", "the newest", "1999"])
def test_a_list_of_goods_without_a_year_is_refused_with_the_remedy(edition: str) -> None:
    done = loaded(edition, CONGO)
    assert done.state == "failed"
    assert done.error == (
        "of which year this edition is, is not said. Say it with the edition: --edition 2024."
    )
    assert not Observation.objects.exists()


def test_each_edition_from_2018_to_2024_takes_the_place_of_the_one_before() -> None:
    for year, countries in ((2018, (CONGO, ZAMBIA)), (2020, (CONGO, ZAMBIA)), (2024, (CONGO,))):
        done = loaded(str(year), *countries, replace=year == 2024)
        assert done.state == "succeeded", done.error
    assert listed() == {("COD", 2024)}
    assert Release.objects.count() == 3


def test_what_a_newer_edition_no_longer_lists_is_counted() -> None:
    loaded("2022", CONGO, ZAMBIA)
    cut = loaded("2024", CONGO)
    assert "the file lacks 1 of the 2 values that dol states now" in cut.error
    done = loaded("2024", CONGO, replace=True)
    assert (done.added, done.changed, done.gone) == (1, 0, 1)


def test_an_older_edition_never_takes_over_by_itself() -> None:
    loaded("2022", CONGO)
    older = loaded("2020", CONGO)
    assert older.state == "succeeded"
    assert older.remarks[-1] == (
        "an older edition: its newest year of dol.good is 2020, and figures for 2022 are in force."
        " It is kept and not scored; --replace makes it count."
    )
    assert listed() == {("COD", 2022)}
    assert older.release is not None
    assert not older.release.scored
    assert set(older.release.observations.values_list("year", flat=True)) == {2020}
    again = loaded("2020", CONGO)
    assert (again.added, again.release) == (0, None)
    assert "kept already, as release" in again.remarks[-1]
    assert loaded("2020", CONGO, replace=True).state == "succeeded"
    assert listed() == {("COD", 2020)}


def test_findings_say_their_year_themselves_and_those_of_another_edition_are_refused() -> None:
    text = findings("In 2023, Zambia made moderate advancement. In 2020 and in 2021 it did not.")
    assert [row.year for row in dol.parse(text.encode())] == [2023]
    assert [row.year for row in dol.of_edition("2024")(text.encode())] == [2023]
    with pytest.raises(BadFile, match="about 2023, and it was to be the edition of 2018"):
        list(dol.of_edition("2018")(text.encode()))
    with pytest.raises(BadFile, match="of which year"):
        list(dol.parse(findings("Zambia made moderate advancement.").encode()))


def test_goods_and_findings_of_one_edition_come_as_one_zip() -> None:
    parts = {
        "goods.xml": goods(CONGO).encode(),
        "countries.xml": findings("In 2023, Zambia made moderate advancement.").encode(),
    }
    done = take_in(zipped(parts), "dol", "dol.zip", published_edition="2024")
    assert done.state == "succeeded", done.error
    years = Observation.objects.values_list("indicator", "year")
    assert set(years) == {("dol.good", 2024), ("dol.advancement", 2023)}
