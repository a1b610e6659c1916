"""Challenges in admin: filed by any staff, answered by who may, shown in the project's history."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from riskscore.curation import challenges
from riskscore.models import Challenge, Evidence, Job, Observation, Project, Release
from tests.admin.conftest import form_of, url
from tests.admin.test_evidence import statement

SAID = "The strike of March ended by an agreement with the union. <script>alert(1)</script>"
URL = "https://example.org/agreement"


@pytest.fixture
def filed(project: Project) -> Challenge:
    neighbour = User.objects.create_user("neighbour")
    return challenges.file(project, SAID, URL, by=neighbour, kind="strike")


def history(page: Client, project: Project) -> str:
    return page.get(url("project", "history", project.pk)).text


def test_accepting_starts_from_the_challenge_and_ends_as_evidence(
    page: Client, filed: Challenge
) -> None:
    address = url("evidence", "add") + f"?answers={filed.pk}"
    assert address.replace("&", "&amp;") in page.get(url("challenge", "change", filed.pk)).text
    sent = form_of(page, address)
    assert (sent["kind"], sent["url"], sent["project"]) == ("strike", URL, filed.project_id)
    sent |= {"happened_on": "2026-03-01", "severity": "0.4", "credibility": "0.7"}
    page.post(address, sent)
    filed.refresh_from_db()
    assert filed.state == "accepted"
    assert filed.evidence == filed.project.evidence.get()
    assert Job.objects.filter(scope={"keys": [filed.project.key]}).exists()
    text = history(page, filed.project)
    assert "Challenge filed" in text
    assert "Challenge accepted" in text
    assert "<script>alert" not in text
    assert "answered already" in page.post(address, sent).text
    assert Evidence.objects.filter(release=None).count() == 1


def test_declining_needs_a_reason_that_stays_in_the_history(page: Client, filed: Challenge) -> None:
    address = url("challenge", "decline", filed.pk)
    assert "Say why" in page.post(address, {"reason": " "}, follow=True).text
    page.post(address, {"reason": "That was another mine."})
    text = history(page, filed.project)
    assert "Challenge declined" in text
    assert "That was another mine." in text
    assert "declined already" in page.post(address, {"reason": "Twice."}, follow=True).text


def test_open_challenges_are_counted_on_the_project(page: Client, filed: Challenge) -> None:
    assert "Open challenges" in page.get(url("project", "evidence", filed.project_id)).text


def test_staff_files_and_only_who_may_answers(
    as_staff: Callable[..., Client], project: Project
) -> None:
    clerk = as_staff("add_challenge", "view_challenge", "view_project", "add_evidence")
    clerk.post(
        url("challenge", "add"), {"project": project.pk, "statement": SAID, "url": URL, "kind": ""}
    )
    filed = Challenge.objects.get()
    assert filed.project == project
    assert clerk.post(url("challenge", "decline", filed.pk), {"reason": "No."}).status_code == 403
    sent = statement(project, answers=str(filed.pk))
    assert clerk.post(url("evidence", "add"), sent).status_code == 403
    filed.refresh_from_db()
    assert filed.state == "open"
    assert not Evidence.objects.filter(release=None).exists()


def test_the_evidence_of_an_answer_is_about_the_challenged_project(
    page: Client, filed: Challenge
) -> None:
    other = Project.objects.exclude(pk=filed.project_id).earliest("key")
    sent = statement(other, answers=str(filed.pk))
    assert "project that was challenged" in page.post(url("evidence", "add"), sent).text


def test_what_was_filed_cannot_be_edited(page: Client, filed: Challenge) -> None:
    assert page.post(url("challenge", "change", filed.pk), {"statement": "x"}).status_code == 403


def test_a_decline_without_a_challenge_is_a_page_that_says_so(page: Client, bundle: None) -> None:
    assert page.post(url("challenge", "decline", 999), {"reason": "No."}).status_code == 404


def test_a_challenge_can_become_an_observation_which_rescores_and_stays_in_the_history(
    page: Client, filed: Challenge
) -> None:
    address = url("challenge", "observation", filed.pk)
    assert address in page.get(url("challenge", "change", filed.pk)).text
    sent = {"indicator": "wgi.law", "place": "CHL", "year": "2023", "value": "0.25"}
    wrong = page.post(address, {**sent, "value": "much"})
    assert "not a finite number" in wrong.text
    assert "is not stated by mineral" in page.post(address, {**sent, "mineral": "copper"}).text
    filed.refresh_from_db()
    assert filed.state == "open"
    assert not Release.objects.filter(code__startswith="challenge-").exists()
    page.post(address, sent)
    filed.refresh_from_db()
    found = filed.observation
    assert filed.state == "accepted"
    assert found is not None
    assert (found.indicator, found.place_id, found.value) == ("wgi.law", "CHL", 0.25)
    assert (found.release.source_id, found.release.partial) == ("wgi", True)
    assert Job.objects.filter(edition=found.release.edition).exists()
    assert "Challenge accepted" in history(page, filed.project)
    assert "accepted already" in page.post(address, sent).text


def test_a_figure_that_is_known_already_is_no_answer(page: Client, filed: Challenge) -> None:
    known = Observation.objects.get(indicator="wgi.law", place="CHL", year=2023)
    sent = {
        "indicator": "wgi.law", "place": "CHL", "year": "2023", "value": repr(known.value),
        "standard_error": repr(known.standard_error),
    }  # fmt: skip
    assert "is known already" in page.post(url("challenge", "observation", filed.pk), sent).text
    filed.refresh_from_db()
    assert filed.state == "open"


def test_a_figure_about_the_project_itself_is_about_the_challenged_one(
    page: Client, filed: Challenge
) -> None:
    sent = {"indicator": "project.capacity", "place": "CHL", "year": "2025", "value": "120",
            "unit": "kt", "mineral": "copper"}  # fmt: skip
    page.post(url("challenge", "observation", filed.pk), sent)
    filed.refresh_from_db()
    assert filed.observation is not None
    assert filed.observation.project == filed.project
    assert filed.observation.place is None


def test_whoever_may_not_answer_takes_in_no_figure(
    as_staff: Callable[..., Client], filed: Challenge
) -> None:
    clerk = as_staff("add_challenge", "view_challenge", "add_intake")
    assert clerk.get(url("challenge", "observation", filed.pk)).status_code == 403
