"""Owners over the API: in projects, as filters, as companies, as versions."""

import pytest

from riskscore.curation import owner_edits
from riskscore.models import Company, Domicile, Ownership, Project
from tests.api.conftest import Api, problem
from tests.make import make_place, make_project

pytestmark = pytest.mark.django_db
URL = "https://www.toyota-tsusho.com/ir"


def company(key: str, **home: object) -> Company:
    made = Company.objects.create(key=key, name=key.title())
    if home:
        owner_edits.record(Domicile(company=made, url=URL, **home), by=None)
    return made


def own(project: Project, owner: Company, **changes: object) -> Ownership:
    return owner_edits.record(
        Ownership(project=project, company=owner, url=URL, **changes), by=None
    )


@pytest.fixture
def olaroz(db: None) -> Project:
    make_place("JPN")
    project = make_project("lithium", "ARG")
    parent = company("toyota", place_id="JPN", state_owned=False)
    own(project, company("tsusho", parent=parent), share=0.25, credibility=0.8)
    own(project, company("nobody"))
    make_project("lithium", "ARG")
    return project


def test_a_project_shows_its_owners_with_share_home_parent_state_and_source(
    api: Api, olaroz: Project
) -> None:
    first, second = api.json(f"/projects/{olaroz.key}")["owners"]
    assert (first["company"], first["share"]) == ("tsusho", 0.25)
    assert (first["place"], first["parent"], first["state_owned"]) == ("JPN", "toyota", False)
    assert (first["state"], first["credibility"], first["worth"]) == ("unverified", 0.8, 0.5)
    assert (first["place_state"], first["state_owned_state"]) == ("unverified", "unverified")
    assert (second["place_state"], second["state_owned_state"]) == (None, None)
    assert first["source"] == URL
    assert [second[name] for name in ("company", "share", "place", "state_owned")] == [
        "nobody", None, None, None,
    ]  # fmt: skip


def test_a_project_says_between_what_the_indicators_of_its_owners_lie(
    api: Api, olaroz: Project
) -> None:
    # A quarter, half believed: 0.125; of the rest nobody states a share, believed to the half:
    # 0.125² + (0.5 · 0.75)² at least. The parent is no state: 0.125 of it is certain.
    found = api.json(f"/projects/{olaroz.key}?fields=owner_bounds")["owner_bounds"]
    assert found["own.concentration"] == {"low": pytest.approx(0.15625), "high": 1.0}
    assert found["own.state"] == {"low": 0.0, "high": pytest.approx(0.9375)}
    assert found["own.outside_partners"] is None
    other = Project.objects.exclude(pk=olaroz.pk).get()
    bounds = api.json(f"/projects/{other.key}")["owner_bounds"]
    assert set(bounds.values()) == {None}
    problem(api.get("/projects?importer=Japan"), 400, "invalid")


@pytest.mark.parametrize(
    "query", ["owner_place=JPN", "owner=toyota", "owner=tsusho,nobody", "owner_state=unverified"]
)
def test_projects_are_filtered_by_owner(api: Api, olaroz: Project, query: str) -> None:
    assert [row["key"] for row in api.json(f"/projects?{query}")["items"]] == [olaroz.key]


def test_a_rejected_owner_is_gone_from_the_project_and_stays_on_file(
    api: Api, olaroz: Project
) -> None:
    rows = list(Ownership.objects.order_by("id"))
    owner_edits.decide(rows, "rejected", by=None, note="sold")
    assert api.json(f"/projects/{olaroz.key}?fields=owners") == {"owners": []}
    assert api.json("/projects?owner_place=JPN")["items"] == []
    held = api.json(f"/projects/{olaroz.key}/owners?order=id")["items"]
    assert [(row["state"], row["note"]) for row in held] == [("rejected", "sold")] * 2
    versions = api.json(f"/projects/{olaroz.key}/owners?versions=all&order=id")["items"]
    assert [row["superseded_by"] for row in versions] == [
        held[0]["id"], held[1]["id"], None, None,
    ]  # fmt: skip


def test_companies_are_listed_with_what_is_said_of_them(api: Api, olaroz: Project) -> None:
    rows = {row["key"]: row for row in api.json("/companies")["items"]}
    assert set(rows) == {"toyota", "tsusho", "nobody"}
    assert (rows["toyota"]["place"], rows["toyota"]["state"]) == ("JPN", "unverified")
    assert (rows["tsusho"]["place"], rows["tsusho"]["parent"]) == (None, "toyota")
    assert (rows["nobody"]["place"], rows["nobody"]["source"]) == (None, None)
    at_home = api.json("/companies?place=JPN&fields=key")["items"]
    assert [row["key"] for row in at_home] == ["toyota", "tsusho"]
    assert [row["key"] for row in api.json("/companies?state_owned=false")["items"]] == ["toyota"]
    assert [row["key"] for row in api.json("/companies?q=nobo")["items"]] == ["nobody"]
    assert api.json("/companies/toyota")["place"] == "JPN"
    problem(api.get("/companies/none"), 404, "not_found")


def test_companies_come_in_pages_that_join(api: Api, olaroz: Project) -> None:
    page = api.json("/companies?page_size=2&order=name")
    rest = api.client.get(page["next"], headers={"Authorization": f"Bearer {api.key}"}).json()
    keys = [row["key"] for row in (*page["items"], *rest["items"])]
    assert (keys, rest["next"]) == (["nobody", "toyota", "tsusho"], None)


def test_owners_are_exported(api: Api, olaroz: Project) -> None:
    text = api.get(f"/projects/{olaroz.key}/owners", Accept="text/csv").getvalue().decode()
    assert text.splitlines()[0].startswith("id,name,company,share")
    assert "tsusho" in text
    whole = api.get("/projects?owner=toyota", Accept="application/x-ndjson").getvalue().decode()
    assert '"company":"tsusho"' in whole


def test_an_owner_or_place_that_is_not_there_is_a_400_that_suggests(
    api: Api, olaroz: Project
) -> None:
    response = problem(api.get("/projects?owner=toyoto"), 400, "invalid")
    assert "did you mean 'toyota'" in str(response)
    assert "JPX" in str(problem(api.get("/projects?owner_place=JPX"), 400, "invalid"))


def test_homes_from_general_knowledge_say_so_and_are_unverified(bundle: None, api: Api) -> None:
    rows = api.json("/companies?page_size=1000")["items"]
    addressed = [row for row in rows if (row["source"] or "").startswith("http")]
    assert len(addressed) > 70
    assert {row["state"] for row in addressed} == {"unverified"}
    assert {row["credibility"] for row in addressed} == {0.5}
    assert all(
        "general knowledge; not compared with this address" in row["note"] for row in addressed
    )
    assert all(row["note"] == "" for row in rows if row["source"] and row not in addressed)
