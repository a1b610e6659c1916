"""Query parameters: what is not understood is refused, and nothing reaches the ORM by name."""

from urllib.parse import quote

import pytest

from tests.api.conftest import Api, problem
from tests.make import make_project

pytestmark = pytest.mark.django_db

WRONG = [
    "page_size=-1",
    "page_size=0",
    "page_size=abc",
    "page_size=1e9",
    "page_size=%C2%B2",
    "page_size=1&page_size=2",
    "fields=__class__",
    "fields=user__password",
    "fields=",
    "order=password",
    "order=-id",
    "include=owner.tokens",
    "name__regex=(a%2B)%2B$",
    "release__source__publisher__startswith=a",
    "_connector=)%20OR%201=1--",
    "_negated=1",
    "place=chl",
    "place=QQQ",
    "place=EUU",
    "mineral=unobtainium",
    "kind=castle",
    "flag=red",
    "q=a",
    "q=a%00b",
    "q=%ff%fe",
    "updated_since=yesterday",
    "updated_since=2026-13-01T00:00:00Z",
    "cursor=",
    "cursor=abc",
    "format=csv",
    "limit=5",
    "offset=5",
    "place=" + "CHL," * 60,
    "q=" + "x" * 3000,
]


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_parameter_is_400(query: str, api: Api) -> None:
    make_project()
    response = api.get(f"/projects?{query}")
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/projects/mine-1", "/jobs", "/methods", "/indicators", "/places/CHL", "/lenses"]
)
def test_every_address_refuses_what_it_does_not_know(path: str, api: Api) -> None:
    make_project(key="mine-1")
    problem(api.get(f"{path}?colour=red"), 400, "invalid")


def test_a_typing_error_gets_a_suggestion(api: Api) -> None:
    said = problem(api.get("/projects?minerals=copper"), 400, "invalid")
    assert said["errors"][0]["parameter"] == "minerals"
    assert "did you mean mineral?" in said["errors"][0]["detail"]


def test_all_wrong_parameters_are_named_at_once(api: Api) -> None:
    said = problem(api.get("/projects?page_size=x&order=x&colour=x"), 400, "invalid")
    assert {error["parameter"] for error in said["errors"]} == {"page_size", "order", "colour"}


def test_a_page_size_above_the_largest_is_read_as_the_largest(api: Api) -> None:
    make_project()
    assert len(api.json("/projects?page_size=1000000000")["items"]) == 1
    assert api.get(f"/projects?page_size={'9' * 300}").status_code == 200


@pytest.mark.parametrize("written", ["0.5", "1e-05", "2.5E-1", "1.0e1", "5e-324", "1e2", "100"])
def test_a_number_may_be_written_with_a_power_as_programs_do(written: str, api: Api) -> None:
    """Nothing is scored here, which is another answer than that to what is no number."""
    assert api.get(f"/scores?composite__lte={written}").status_code == 404


@pytest.mark.parametrize("written", ["1e999", "-1e5", "nan", "1_0", "0x1", "1e", "1e+", "+1", "١"])
def test_what_is_no_number_within_bounds_is_none(written: str, api: Api) -> None:
    problem(api.get(f"/scores?composite__lte={quote(written)}"), 400, "invalid")


def test_search_is_literal_and_knows_no_wildcards(api: Api) -> None:
    make_project(name="100% Pure_Copper")
    make_project(name="100 x PureXCopper")
    assert len(api.json("/projects?q=100%25")["items"]) == 1
    assert len(api.json("/projects?q=e_C")["items"]) == 1
    assert len(api.json("/projects?q='%20OR%201=1--")["items"]) == 0


def test_filters_join_values_by_or_and_parameters_by_and(api: Api) -> None:
    make_project("copper", "CHL")
    make_project("lithium", "CHL")
    make_project("copper", "PER")
    make_project("gold", "PER")

    def count(query: str) -> int:
        return len(api.json(f"/projects?{query}")["items"])

    assert count("place=CHL,PER") == count("place=CHL&place=PER") == 4
    assert count("place=CHL&mineral=copper") == 1
    assert count("mineral=copper,lithium") == 3


def test_sparse_fields_are_all_that_is_read(api: Api) -> None:
    project = make_project()
    assert api.json("/projects?fields=key,place")["items"] == [{"key": project.key, "place": "CHL"}]
    assert api.json(f"/projects/{project.key}?fields=name") == {"name": project.name}


@pytest.mark.parametrize("offset", ["+19:47", "-23:59", "+05:30", "Z"])
def test_a_moment_may_have_any_offset_of_rfc_3339(offset: str, api: Api) -> None:
    make_project()
    written = f"2026-01-31T00:00:00{offset}".replace("+", "%2B")
    assert len(api.json(f"/projects?updated_since={written}")["items"]) == 1


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00%2B10:00", "9999-12-31T23:59:59-10:00"])
def test_a_moment_that_is_none_in_utc_is_refused_by_its_name(moment: str, api: Api) -> None:
    said = problem(api.get(f"/projects?updated_since={moment}"), 400, "invalid")
    assert said["errors"][0]["parameter"] == "updated_since"


@pytest.mark.parametrize("name", ["region", "drop"])
def test_a_text_is_as_long_as_its_document_says(name: str, api: Api) -> None:
    where = {"region": "/sourcing/shortlist", "drop": "/sourcing/portfolios/none/exposure"}[name]
    said = problem(api.get(f"{where}?{name}={'x' * 121}"), 400, "invalid")
    assert any("longer than" in one["detail"] for one in said["errors"])
