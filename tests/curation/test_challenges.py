"""Challenges: filed once, answered once, never changed; accepted ones become evidence."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from riskscore.curation import challenges, project_edits
from riskscore.curation.challenges import CannotAnswer, TooMany
from riskscore.models import Challenge, Evidence, Job, Lens, Project
from tests.make import make_method, make_place, make_project

pytestmark = pytest.mark.django_db

SAID = "The strike of March ended by an agreement with the union."
URL = "https://example.org/agreement"


@pytest.fixture
def project() -> Project:
    Lens.objects.create(
        method_code=make_method().code, importer=make_place("WLD"), kept_current=True
    )
    return make_project()


@pytest.fixture
def neighbour() -> User:
    return User.objects.create_user("neighbour")


@pytest.fixture
def curator() -> User:
    return User.objects.create_user("curator")


def evidence(project: Project, kind: str = "strike") -> Evidence:
    return Evidence(project=project, kind=kind, happened_on=date(2026, 3, 1), url=URL)


def test_an_accepted_challenge_becomes_evidence_and_rescores_its_project(
    project: Project, neighbour: User, curator: User
) -> None:
    filed = challenges.file(project, SAID, URL, by=neighbour)
    assert not Job.objects.exists(), "what somebody says changes no score"
    answered = challenges.accept(filed, evidence(project), by=curator, reason="Confirmed.")
    assert answered.state == "accepted"
    assert answered.evidence == project.evidence.get()
    assert answered.evidence is not None
    assert answered.evidence.entered_by == answered.decided_by == curator
    assert Job.objects.get().edition == answered.evidence.edition


def test_an_accepted_challenge_of_a_statement_supersedes_it(
    project: Project, neighbour: User, curator: User
) -> None:
    strike = project_edits.add_evidence(evidence(project), by=curator)
    filed = challenges.file(project, SAID, URL, by=neighbour, disputes=strike)
    better = evidence(project)
    better.status = Evidence.Status.RETRACTED
    assert challenges.accept(filed, better, by=curator).evidence == strike.superseded_by


def test_a_statement_that_was_superseded_meanwhile_is_not_superseded_twice(
    project: Project, neighbour: User, curator: User
) -> None:
    strike = project_edits.add_evidence(evidence(project), by=curator)
    filed = challenges.file(project, SAID, URL, by=neighbour, disputes=strike)
    project_edits.add_evidence(evidence(project), by=curator, replaces=strike)
    accepted = challenges.accept(filed, evidence(project), by=curator).evidence
    assert accepted is not None
    assert accepted.supersedes is None


def test_a_declined_challenge_has_a_reason_and_changes_nothing(
    project: Project, neighbour: User, curator: User
) -> None:
    filed = challenges.file(project, SAID, URL, by=neighbour)
    with pytest.raises(CannotAnswer, match="Say why"):
        challenges.decline(filed, "  ", by=curator)
    assert challenges.decline(filed, "Another mine.", by=curator).reason == "Another mine."
    assert not Evidence.objects.filter(release=None).exists()
    assert not Job.objects.exists()


def test_a_challenge_is_answered_once(project: Project, neighbour: User, curator: User) -> None:
    filed = challenges.file(project, SAID, URL, by=neighbour)
    challenges.decline(filed, "Another mine.", by=curator)
    with pytest.raises(CannotAnswer, match="declined already"):
        challenges.accept(filed, evidence(project), by=curator)
    assert not Evidence.objects.filter(release=None).exists()


def test_evidence_about_another_project_answers_nothing(
    project: Project, neighbour: User, curator: User
) -> None:
    filed = challenges.file(project, SAID, URL, by=neighbour)
    with pytest.raises(CannotAnswer, match="must be about the project"):
        challenges.accept(filed, evidence(make_project()), by=curator)


def test_the_same_challenge_again_is_the_same_until_it_is_answered(
    project: Project, neighbour: User, curator: User
) -> None:
    first = challenges.file(project, SAID, URL, by=neighbour)
    assert challenges.file(project, SAID, URL, by=neighbour) == first
    assert challenges.file(project, SAID, URL, by=curator) != first
    challenges.decline(first, "Another mine.", by=curator)
    assert challenges.file(project, SAID, URL, by=neighbour) != first


def test_nobody_has_more_than_twenty_open(project: Project, neighbour: User) -> None:
    for number in range(challenges.MOST_OPEN):
        challenges.file(project, f"{SAID} {number}", URL, by=neighbour)
    with pytest.raises(TooMany):
        challenges.file(project, SAID, URL, by=neighbour)


def test_what_was_filed_and_answered_never_changes(
    project: Project, neighbour: User, curator: User
) -> None:
    filed = challenges.file(project, SAID, URL, by=neighbour)
    rows = Challenge.objects.filter(pk=filed.pk)
    with pytest.raises(IntegrityError, match="stays as it was filed"), transaction.atomic():
        rows.update(statement="Something else.")
    challenges.decline(filed, "Another mine.", by=curator)
    with pytest.raises(IntegrityError, match="stays as it was filed"), transaction.atomic():
        rows.update(reason="")
    with pytest.raises(IntegrityError, match="stays as it was filed"), transaction.atomic():
        rows.delete()


def test_an_answer_fits_its_state(project: Project, neighbour: User) -> None:
    filed = challenges.file(project, SAID, URL, by=neighbour)
    for state in ("accepted", "declined"):
        with pytest.raises(IntegrityError, match="answer_fits"), transaction.atomic():
            Challenge.objects.filter(pk=filed.pk).update(state=state)
