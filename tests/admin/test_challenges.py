"""Challenges in admin: filed by any staff, answered by who may, shown in the project's history."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

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


def test_the_queue_has_the_oldest_open_one_first_with_what_is_on_file_beside_it(
    page: Client, filed: Challenge, curator: User
) -> None:
    challenges.decline(filed, "Another mine.", by=curator)
    neighbour, project = filed.filed_by, filed.project
    law = challenges.file(
        project, "The law is better than that.", URL, by=neighbour, indicator="wgi.law"
    )
    moved = challenges.file(project, "People were moved here.", URL, by=neighbour, kind="strike")
    Challenge.objects.filter(pk=law.pk).update(filed_at=timezone.now() - timedelta(days=31))
    shown = page.get(url("challenge")).context["cl"].result_list
    assert [row.pk for row in shown] == [law.pk, moved.pk, filed.pk]
    known = Observation.objects.get(indicator="wgi.law", place="CHL", year=2023)
    assert f"{known.value:.3g} " in str(shown[0].on_file)
    assert "(2023, World Bank" in str(shown[0].on_file)
    assert str(shown[1].on_file) == "Strike: nothing of this kind is on file"
    text = page.get(url("challenge", "change", law.pk)).text
    assert "Open for 31 days" in text
    assert f"<strong>{known.value:.3g}" in text
    old = page.get(url("challenge"), {"age": "old"}).context["cl"].result_list
    assert [row.pk for row in old] == [law.pk]


def test_a_challenge_is_taken_handed_on_and_given_back(
    page: Client, filed: Challenge, curator: User, as_staff: Callable[..., Client]
) -> None:
    mary = User.objects.create_superuser("mary")
    assign = url("challenge", "assign", filed.pk)
    page.post(assign, {"to": curator.pk})
    filed.refresh_from_db()
    assert (filed.assigned_to, filed.assigned_at is None) == (curator, False)
    mine = page.get(url("challenge"), {"whose": "mine"}).context["cl"].result_list
    assert [row.pk for row in mine] == [filed.pk]
    page.post(assign, {"to": mary.pk})
    filed.refresh_from_db()
    assert filed.assigned_to == mary
    # Whoever filed it is offered to nobody, and whoever may not answer cannot be given it.
    assert (
        str(filed.filed_by)
        not in page.get(url("challenge", "change", filed.pk))
        .text.split('id="to"')[1]
        .split("</select>")[0]
    )
    answer = page.post(assign, {"to": filed.filed_by_id}, follow=True)
    assert "Nobody of this number answers challenges." in answer.text
    page.post(assign, {"to": ""})
    filed.refresh_from_db()
    assert filed.assigned_to is None
    free = page.get(url("challenge"), {"whose": "unassigned"}).context["cl"].result_list
    assert [row.pk for row in free] == [filed.pk]
    clerk = as_staff("view_challenge", "add_challenge")
    assert clerk.post(assign, {"to": curator.pk}).status_code == 403
    assert "neighbour" not in clerk.get(url("challenge")).text


def test_nobody_answers_what_they_filed_themselves(
    page: Client, project: Project, curator: User, settings: Any
) -> None:
    own = challenges.file(project, SAID, URL, by=curator, kind="strike")
    shown = page.get(url("challenge", "change", own.pk)).text
    assert "You filed this." in shown
    assert "somebody else answers it" in shown
    assert ">Decline<" not in shown
    answer = page.post(url("challenge", "decline", own.pk), {"reason": "No."}, follow=True)
    assert "somebody else answers it" in answer.text
    sent = form_of(page, url("evidence", "add") + f"?answers={own.pk}")
    sent |= {"happened_on": "2026-03-01", "severity": "0.4", "credibility": "0.7"}
    assert "somebody else answers it" in page.post(url("evidence", "add"), sent).text
    own.refresh_from_db()
    assert own.state == "open"
    settings.ONE_PERSON_TEAM = True
    page.post(url("challenge", "decline", own.pk), {"reason": "I was wrong."})
    own.refresh_from_db()
    assert own.state == "declined"
