"""Attacks of the list in docs/security.md that no room has a test of its own for."""

import inspect
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from kombu import serialization
from kombu.exceptions import ContentDisallowed

import workers.tasks  # noqa: F401  (their names)
from benchmarks import admin_addresses
from riskscore import api_keys
from riskscore.celery import app
from riskscore.models import Project
from tests.api.conftest import PREFIX
from tests.make import make_project

pytestmark = pytest.mark.django_db
NO_ROW = "01a20ce5-5906-7838-8d4a-000000000000"


@pytest.fixture
def ada() -> User:
    return User.objects.create_superuser("ada", password="a long one for ada")


@pytest.fixture
def key(ada: User) -> dict[str, str]:
    """Give the header of a key that reads."""
    return {"Authorization": f"Bearer {api_keys.issue(ada, 'tests', ['read'])}"}


@pytest.mark.parametrize(
    "query",
    [
        "fields=__class__", "fields=created_by__password", "order=password", "include=owner.tokens",
        "name__regex=(a%2B)%2B%24", "owner__password__startswith=p", "_connector=)+OR+1=1--",
        "_negated=1", "pk__in=1", "__class__=1", "page_size=-1", "page_size=0", "page_size=abc",
    ],
)  # fmt: skip
def test_a_name_that_is_no_declared_parameter_is_400(query: str, key: dict[str, str]) -> None:
    answer = Client().get(f"{PREFIX}/projects?{query}", headers=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("next_page", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_who_signs_in_is_led_to_no_other_site(next_page: str, ada: User) -> None:
    sent = {"username": "ada", "password": "a long one for ada", "next": next_page}
    answer = Client().post("/admin/login/", sent)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/admin/")


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://testserver.evil"])
def test_no_page_of_another_site_reads_answers(origin: str, key: dict[str, str]) -> None:
    answer = Client().get(f"{PREFIX}/places", headers={**key, "Origin": origin})
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    asked = Client().options(
        f"{PREFIX}/places", headers={"Origin": origin, "Access-Control-Request-Method": "PUT"}
    )
    assert not [name for name in asked.headers if name.lower().startswith("access-control")]


def test_a_form_of_another_site_is_refused_at_every_address_of_admin(ada: User) -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(ada)
    open_doors = []
    for route, _ in admin_addresses.patterns():
        path = admin_addresses.PARAMETER.sub(
            lambda part: NO_ROW if part["kind"] == "uuid" else "1", route
        )
        answer = browser.post(
            f"/{path}", {"post": "yes"}, headers={"Origin": "https://evil.example"}
        )
        if "(?P<" not in route and "This form is too old" not in answer.text:
            open_doors.append((path, answer.status_code))
    assert open_doors == []


def test_a_message_of_the_queue_is_json_and_says_nothing_to_a_task() -> None:
    """Whoever writes to the broker can make a worker look for work, and choose nothing of it."""
    assert app.conf.accept_content == ["json"]
    for kind in ("application/x-python-serialize", "application/x-yaml"):
        with pytest.raises(ContentDisallowed):
            serialization.loads(b"x", kind, "binary", accept=app.conf.accept_content)
    ours = {name: task for name, task in app.tasks.items() if name.startswith("riskscore.")}
    assert len(ours) >= 8
    taken = {
        name: [each.name for each in inspect.signature(task.run).parameters.values()]
        for name, task in ours.items()
    }
    assert {name: names for name, names in taken.items() if names} == {"riskscore.poll": ["idle"]}


def test_there_is_no_browsable_api(key: dict[str, str]) -> None:
    answer = Client().get(f"{PREFIX}/places", headers={**key, "Accept": "text/html"})
    assert answer.status_code == 406
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/metrics", "/flower/", "/api/v1/workers/ping", "/debug/"])
def test_there_is_no_page_of_metrics_or_of_the_queue(path: str) -> None:
    assert Client().get(path).status_code == 404


def test_no_page_may_be_framed_and_none_guesses_a_type(ada: User) -> None:
    browser = Client()
    browser.force_login(ada)
    for path in ("/admin/", "/admin/login/", f"{PREFIX}/docs", "/nowhere"):
        headers = browser.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        policy = headers.get("Content-Security-Policy", "")
        assert headers.get("X-Frame-Options") == "DENY" or "frame-ancestors 'none'" in policy, path


def test_the_session_is_another_one_after_the_log_in_and_none_after_the_log_out(ada: User) -> None:
    browser = Client()
    session = browser.session
    session["before"] = 1
    session.save()
    before = session.session_key
    browser.post("/admin/login/", {"username": "ada", "password": "a long one for ada"})
    signed_in = browser.session.session_key
    assert signed_in != before
    browser.post("/admin/logout/")
    stolen = Client()
    stolen.cookies["sessionid"] = str(signed_in)
    assert stolen.get("/admin/").status_code == 302


def test_a_new_password_ends_the_other_sessions(ada: User) -> None:
    here, elsewhere = Client(), Client()
    here.force_login(ada)
    elsewhere.force_login(ada)
    another = "another long one for ada"
    here.post(
        "/admin/password_change/",
        {"old_password": "a long one for ada", "new_password1": another, "new_password2": another},
    )
    assert here.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302


def test_a_script_in_a_name_is_text_on_every_page(ada: User) -> None:
    name = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    project = make_project(key="mine-1", name=name)
    browser = Client()
    browser.force_login(ada)
    for path in ("", f"{project.pk}/change/"):
        text = browser.get(f"/admin/riskscore/project/{path}").text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_makes_a_read_a_write(header: str, ada: User) -> None:
    project = make_project(key="mine-1")
    browser = Client()
    browser.force_login(ada)
    address = f"/admin/riskscore/project/{project.pk}/rescore/"
    answer: Any = browser.get(address, headers={header: "POST"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert Project.objects.get() == project


def test_a_weak_or_old_if_match_is_412_and_any_is_heard(key: dict[str, str]) -> None:
    address = f"{PREFIX}/places"
    etag = Client().get(address, headers=key).headers["ETag"]
    for given, status in ((etag, 200), ("*", 200), ('"old"', 412), (f"W/{etag}", 412)):
        assert Client().get(address, headers={**key, "If-Match": given}).status_code == status
