"""Small manners that make an API pleasant: ids, caching, slashes, constant cost."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import Api, problem
from tests.make import make_project

pytestmark = pytest.mark.django_db

LISTINGS = (
    "/scores",
    "/projects",
    "/jobs",
    "/methods",
    "/places",
    "/minerals",
    "/releases",
    "/lenses",
    "/projects/icmm-00026/score/history",
)
#: Key, lens, page, its unassessed end, minerals, ranks; and a project where the address has one.
BUDGET = 16


def queries(api: Api, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert api.get(path).status_code == 200
    return len(found)


@pytest.mark.parametrize("path", LISTINGS)
def test_a_listing_costs_the_same_few_queries_whatever_its_length(
    path: str, bundle: None, api: Api
) -> None:
    api.get(f"{path}?page_size=1000")  # the use of the key is noted once; tables are kept
    # A page without any owner or capacity asks less of them, so both pages are long.
    few, many = queries(api, f"{path}?page_size=500"), queries(api, f"{path}?page_size=1000")
    assert few == many <= BUDGET


@pytest.mark.parametrize(
    ("path", "budget"),
    [("", 15), ("/score", 7), ("/score/explanation", 16)],
)
def test_a_project_costs_few_queries(path: str, budget: int, bundle: None, api: Api) -> None:
    api.get(f"/projects/icmm-00026{path}")
    assert queries(api, f"/projects/icmm-00026{path}") <= budget


@pytest.mark.parametrize(
    "path", ["/scores?page_size=3", "/projects/icmm-00026/score", "/methods", "/indicators"]
)
def test_what_the_client_has_already_is_304(path: str, bundle: None, api: Api) -> None:
    first = api.get(path)
    again = api.get(path, If_None_Match=first["ETag"])
    assert again.status_code == 304
    assert again.content == b""
    assert again["X-Request-ID"]
    assert api.get(path, If_None_Match='"other"').status_code == 200


def test_if_match_on_a_read_is_412_when_it_changed(bundle: None, api: Api) -> None:
    tag = api.get("/places/CHL")["ETag"]
    assert api.get("/places/CHL", If_Match=tag).status_code == 200
    problem(api.get("/places/CHL", If_Match='"other"'), 412, "precondition_failed")


def test_the_etag_is_strong_and_another_for_other_content(bundle: None, api: Api) -> None:
    tags = {api.get(f"/scores?page_size={size}")["ETag"] for size in (1, 2, 3)}
    assert len(tags) == 3
    assert all(re.fullmatch(r'"[0-9a-f]{32}"', tag) for tag in tags)


def test_answers_are_private_and_vary(api: Api) -> None:
    response = api.get("/places")
    assert response["Cache-Control"] == "private, no-cache"
    assert {"Accept", "Authorization"} <= set(response["Vary"].split(", "))


def test_the_request_id_is_echoed_or_made(api: Api) -> None:
    assert api.get("/places", X_Request_ID="client-0001")["X-Request-ID"] == "client-0001"
    made = api.get("/places")["X-Request-ID"]
    assert len(made) == 36
    forged = api.get("/places", X_Request_ID="a b {forged} line")["X-Request-ID"]
    assert len(forged) == 36
    assert api.get("/nowhere", X_Request_ID="client-0002")["X-Request-ID"] == "client-0002"


def test_a_slash_at_the_end_changes_nothing(api: Api) -> None:
    project = make_project()
    assert api.json(f"/projects/{project.key}/") == api.json(f"/projects/{project.key}")
    assert api.get("/projects/").status_code == 200
    assert api.get("/").status_code == 200


def test_head_and_options_answer_what_they_should(api: Api) -> None:
    head = api.send("HEAD", "/projects")
    assert head.status_code == 200
    options = api.send("OPTIONS", "/jobs")
    assert options.status_code == 204
    assert "POST" in options["Allow"]


def test_times_are_utc_with_z(bundle: None, api: Api) -> None:
    score = api.json("/projects/icmm-00026/score")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", score["computed_at"])


@pytest.mark.parametrize("path", ["/scores", "/places", "/releases"])
def test_a_listing_that_is_only_read_refuses_a_post(path: str, api: Api) -> None:
    problem(api.post(path, {}), 405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/docs", "/schema", "/scores", "/projects"])
def test_options_is_only_the_allow_header(path: str, api: Api) -> None:
    response = api.send("OPTIONS", path)
    assert (response.status_code, response.content) == (204, b"")
    assert "GET" in response["Allow"]


def test_an_export_has_no_cursor(bundle: None, api: Api) -> None:
    following = api.json("/places?page_size=1")["next"].split("/api/v1")[1]
    cursor = following.split("cursor=")[1]
    answer = api.get(f"/places?cursor={cursor}", Accept="text/csv")
    assert problem(answer, 400, "invalid")["errors"][0]["parameter"] == "cursor"


def test_a_group_is_no_place_of_a_job(bundle: None, api: Api) -> None:
    body = {"scope": {"filter": {"place": ["EUU"]}}}
    said = problem(api.post("/jobs", body), 400, "invalid")
    assert "a group" in said["errors"][0]["detail"]


def test_predictions_of_no_model_are_not_found(api: Api) -> None:
    problem(api.get("/models/disruption/99/predictions"), 404, "not_found")


@pytest.mark.parametrize("path", ["/scores?page_size=3", "/projects/x/score?fields=key", "/jobs"])
def test_a_method_that_is_not_offered_is_405_before_its_parameters_are_read(
    path: str, api: Api
) -> None:
    problem(api.send("TRACE", path), 405, "method_not_allowed")


def test_a_request_that_is_only_checked_has_its_idempotency_key_checked_too(api: Api) -> None:
    asked = api.post(
        "/jobs?validate_only=true", {"scope": {"all": True}}, Idempotency_Key="k" * 256
    )
    problem(asked, 400, "bad_request")
