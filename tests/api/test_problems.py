"""Every error is a problem, wherever it arises, and says nothing of our inside."""

import html

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from riskscore.api.framework.problems import KINDS
from tests.api.broken_urls import SECRET
from tests.api.conftest import PREFIX, Api, problem


@pytest.mark.django_db
class TestWithAKey:
    def test_an_unknown_project_is_404(self, api: Api) -> None:
        problem(api.get("/projects/nobody"), 404, "not_found")

    def test_a_wrong_method_is_405_and_names_the_right_ones(self, api: Api) -> None:
        response = api.send("DELETE", "/projects")
        problem(response, 405, "method_not_allowed")
        assert "GET" in response["Allow"]

    def test_a_method_override_header_is_not_heard(self, api: Api) -> None:
        response = api.get("/projects", X_HTTP_Method_Override="DELETE")
        assert response.status_code == 200

    def test_what_nobody_can_render_is_406(self, api: Api) -> None:
        problem(api.get("/projects", Accept="application/xml"), 406, "not_acceptable")

    def test_a_problem_is_json_even_for_who_asked_for_csv(self, api: Api) -> None:
        problem(api.get("/scores?importer=QQQ", Accept="text/csv"), 400, "invalid")

    def test_nul_in_a_path_is_404(self, api: Api) -> None:
        problem(api.get("/projects/%00"), 404, "not_found")

    def test_numbers_beyond_the_database_in_a_path_are_404(self, api: Api) -> None:
        problem(api.get(f"/methods/critical-minerals/{'9' * 40}"), 404, "not_found")

    def test_ten_thousand_parameters_are_400(self, api: Api) -> None:
        query = "&".join(f"a{i}=1" for i in range(10_000))
        problem(api.get(f"/projects?{query}"), 400, "bad_request")


def test_outside_the_views_too_404_is_a_problem(client: Client) -> None:
    problem(client.get("/nowhere"), 404, "not_found")
    problem(client.get(f"{PREFIX}/nowhere"), 404, "not_found")


def test_a_wrong_host_is_a_problem(client: Client) -> None:
    problem(client.get(f"{PREFIX}/projects", headers={"Host": "evil.example"}), 400, "bad_request")
    for path in ("/", "/admin/login/"):
        page = client.get(path, headers={"Host": "evil.example"})
        assert page.status_code == 400, path
        assert "//evil.example" not in page.text, path


@pytest.mark.django_db
@pytest.mark.urls("tests.api.broken_urls")
def test_a_statement_beyond_its_time_is_503_and_the_next_request_is_answered() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '50ms'")
        response = Client(raise_request_exception=False).get(f"{PREFIX}/waits")
        transaction.set_rollback(True)
    problem(response, 503, "unavailable")
    assert int(response["Retry-After"]) > 0
    assert SECRET.replace(" ", "_") not in response.text
    assert Client().get(f"{PREFIX}/errors/invalid").status_code == 200


@pytest.mark.urls("tests.api.broken_urls")
def test_an_internal_error_says_nothing_but_its_id() -> None:
    response = Client(raise_request_exception=False).get(f"{PREFIX}/breaks")
    problem(response, 500, "internal")
    assert SECRET not in response.content.decode()
    assert "Traceback" not in response.content.decode()


def test_a_database_that_is_away_is_503_with_retry_after(
    django_db_blocker: DjangoDbBlocker, servers: None
) -> None:
    before = connection.settings_dict["HOST"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["HOST"] = "/nowhere"
        try:
            response = Api("rs_00000000_any").get("/projects")
            ready = Client().get("/readyz")
        finally:
            connection.close()
            connection.settings_dict["HOST"] = before
    said = problem(response, 503, "unavailable")
    assert "nowhere" not in said["detail"]
    assert int(response["Retry-After"]) > 0
    assert ready.status_code == 503


def test_the_type_of_each_problem_can_be_read(client: Client) -> None:
    for code, kind in KINDS.items():
        said = client.get(f"{PREFIX}/errors/{code}").json()
        assert said["status"] == kind.status
        assert said["about"]
    problem(client.get(f"{PREFIX}/errors/no-such"), 404, "not_found")


def test_each_kind_of_problem_has_a_page_for_people(client: Client) -> None:
    for code, kind in KINDS.items():
        page = client.get(f"{PREFIX}/errors/{code}", headers={"Accept": "text/html"})
        assert page["Content-Type"].startswith("text/html")
        assert kind.title in html.unescape(page.content.decode())
        assert client.get(f"{PREFIX}/errors/{code}").json()["about"] == kind.about
