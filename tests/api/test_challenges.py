"""Challenges over the API: who may file, what is refused, what everybody may read."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User

from riskscore.curation import challenges, project_edits
from riskscore.models import Challenge, Evidence, Project
from tests.api.conftest import Api, problem
from tests.make import make_project

pytestmark = pytest.mark.django_db

SAID = {
    "statement": "The strike of March ended by an agreement with the union.",
    "url": "https://example.org/agreement",
}


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def neighbour(make_api: Callable[..., Api]) -> Api:
    return make_api("challenge", name="neighbour")


def test_a_challenge_is_filed_read_and_answered(neighbour: Api, api: Api, project: Project) -> None:
    said = {**SAID, "kind": "strike", "happened_on": "2026-03-01", "indicator": "wgi.law"}
    response = neighbour.post(f"/projects/{project.key}/challenges", said)
    assert response.status_code == 201, response.content
    made = response.json()
    assert {**made, **said, "state": "open", "project": project.key} == made
    assert response["Location"] == f"/api/v1/challenges/{made['id']}"
    assert neighbour.json(f"/challenges/{made['id']}") == made
    curator = User.objects.create_user("somebody-else")
    challenges.decline(Challenge.objects.get(), "Another mine.", by=curator)
    (told,) = api.json(f"/projects/{project.key}/challenges")["items"]
    assert (told["state"], told["reason"]) == ("declined", "Another mine.")
    assert api.json("/challenges?state=declined")["items"] == [told]
    assert api.json("/challenges?state=open")["items"] == []


def test_who_filed_it_is_told_to_nobody(neighbour: Api, api: Api, project: Project) -> None:
    neighbour.post(f"/projects/{project.key}/challenges", SAID)
    assert "neighbour" not in api.get("/challenges").text


def test_the_same_challenge_again_is_the_same(neighbour: Api, project: Project) -> None:
    first, second = (
        neighbour.post(f"/projects/{project.key}/challenges", SAID).json() for _ in range(2)
    )
    assert first == second


def test_the_same_words_with_other_particulars_are_refused_while_the_first_is_open(
    neighbour: Api, project: Project
) -> None:
    address = f"/projects/{project.key}/challenges"
    neighbour.post(address, SAID)
    other = neighbour.post(address, {**SAID, "url": "https://example.org/other"})
    (fault,) = problem(other, 400, "invalid")["errors"]
    assert "say what differs" in fault["detail"]
    assert Challenge.objects.get().url == SAID["url"]


def test_a_key_that_may_only_read_files_nothing(
    make_api: Callable[..., Api], project: Project
) -> None:
    reader = make_api("read", "rescore")
    address = f"/projects/{project.key}/challenges"
    assert "challenge" in problem(reader.post(address, SAID), 403, "forbidden")["detail"]
    assert not Challenge.objects.exists()
    assert reader.get(address).status_code == 200


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"statement": "wrong"}, "/statement"),
        ({"statement": "x" * 2001}, "/statement"),
        ({"statement": " " * 30}, "/statement"),
        ({"statement": "\u202e\u200b" * 15}, "/statement"),
        ({"happened_on": "2999-01-01"}, "/happened_on"),
        ({"statement": 7}, "/statement"),
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"url": "https://"}, "/url"),
        ({"kind": "gossip"}, "/kind"),
        ({"happened_on": "March"}, "/happened_on"),
        ({"happened_on": "0001-01-01"}, "/happened_on"),
        ({"disputes": 10**30}, "/disputes"),
        ({"disputes": 12345}, "/disputes"),
        ({"disputes": True}, "/disputes"),
        ({"state": "accepted"}, "/state"),
        ({"filed_by": 1}, "/filed_by"),
    ],
)
def test_a_challenge_that_is_not_understood_is_refused_by_field(
    changes: dict[str, Any], pointer: str, neighbour: Api, project: Project
) -> None:
    response = neighbour.post(f"/projects/{project.key}/challenges", {**SAID, **changes})
    assert problem(response, 400, "invalid")["errors"][0]["pointer"] == pointer
    assert not Challenge.objects.exists()


def test_a_statement_on_file_can_be_disputed_on_its_own_project_only(
    neighbour: Api, project: Project
) -> None:
    new = Evidence(
        project=project, kind="strike", happened_on=date(2026, 3, 1), url="https://example.org/a"
    )
    strike = project_edits.add_evidence(new, by=None)
    said = {**SAID, "disputes": strike.pk}
    elsewhere = neighbour.post(f"/projects/{make_project().key}/challenges", said)
    problem(elsewhere, 400, "invalid")
    here = neighbour.post(f"/projects/{project.key}/challenges", said)
    assert here.json()["disputes"] == strike.pk


def test_after_twenty_open_ones_a_client_waits(neighbour: Api, project: Project) -> None:
    address = f"/projects/{project.key}/challenges"
    for number in range(challenges.MOST_OPEN):
        challenges.file(
            project, f"{SAID['statement']} {number}", "https://a.org", by=neighbour.user
        )
    problem(neighbour.post(address, SAID), 429, "too_many_challenges")


@pytest.mark.parametrize("state", ["draft", "archived"])
def test_what_is_not_published_is_not_challenged(state: str, neighbour: Api) -> None:
    project = make_project(state=state)
    address = f"/projects/{project.key}/challenges"
    problem(neighbour.post(address, SAID), 404, "not_found")
    problem(neighbour.get(address), 404, "not_found")
