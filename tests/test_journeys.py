"""Journeys: a person asks, a real worker process does it, the rows remember."""

from datetime import date
from typing import Any

import pytest
import redis
import yaml
from django.conf import settings
from django.contrib.auth.models import User

from riskscore.bundle import load
from riskscore.curation import method_edits, project_edits
from riskscore.jobs import ledger, requests
from riskscore.models import Edition, Evidence, Job, Method, Project, Score
from tests.bundled import AS_OF
from tests.make import make_place, make_project
from tests.processes import until


@pytest.fixture
def method(journey: None) -> None:
    """The default method and nobody's importer, without any observation."""
    make_place("WLD")
    spec = yaml.safe_load((settings.FIXTURES / "methods/critical-minerals-v1.yaml").read_text())
    method_edits.publish_method(spec)


def ended(job: Job) -> bool:
    return ledger.progress(job.id).state in Job.TERMINAL


def finish(job: Job, *, seconds: float = 60) -> Job:
    until(lambda: ended(job), f"job {job.id} ends", seconds=seconds)
    return Job.objects.get(id=job.id)


def test_everything_in_the_bundle_is_scored_by_a_worker(journey: None) -> None:
    load.load(settings.FIXTURES)
    job = finish(requests.start({"all": True}, as_of=AS_OF, apart=False), seconds=120)
    scoreable = Project.objects.filter(minerals__isnull=False).distinct().count()
    assert job.state == Job.State.SUCCEEDED
    assert ledger.progress(job.id) == ledger.Progress("succeeded", scoreable, scoreable, 0, 0)
    assert Score.objects.filter(job=job).count() == scoreable > 4300


def test_loading_the_bundle_twice_changes_nothing(db: Any) -> None:
    first = load.load(settings.FIXTURES)
    assert first.projects == 4483
    assert load.load(settings.FIXTURES) == load.Loaded(0, 0, 0, 0)
    # Releases, layers, companies, owners, incidents; each version of the method; each champion.
    assert Edition.objects.count() == 5 + Method.objects.count() + first.models


def test_a_project_of_which_nothing_is_known_is_not_assessed_and_not_zero(method: None) -> None:
    project = make_project()
    finish(requests.start({"keys": [project.key]}))
    score = Score.objects.get(project=project)
    assert (score.composite, score.labour, score.band) == (None, None, 0)


def test_a_job_ends_although_every_message_was_lost(method: None, broker: redis.Redis) -> None:
    project = make_project()
    job = requests.start({"keys": [project.key]})
    broker.delete(*settings.QUEUES)
    assert finish(job).state == Job.State.SUCCEEDED


def test_a_message_that_comes_five_times_does_the_work_once(method: None) -> None:
    project = make_project()
    job = requests.start({"keys": [project.key]})
    for _ in range(5):
        requests.notify_workers([job.id])
    finish(job)
    assert project.history.count() == 1


def test_evidence_entered_by_a_curator_rescores_the_project(method: None) -> None:
    project = make_project()
    finish(requests.start({"keys": [project.key]}))
    curator = User.objects.create_user("curator")
    entered = Evidence(
        project=project,
        kind=Evidence.Kind.CONSENT,
        level="refused",
        happened_on=date(2026, 1, 1),
        status=Evidence.Status.VERIFIED,
        url="https://example.org/refusal",
    )
    project_edits.add_evidence(entered, by=curator)
    finish(Job.objects.get(reason="evidence: consent"))
    assert Score.objects.get(project=project).edition == Edition.objects.latest("number").number
    assert project.history.count() == 2


def test_a_cancelled_job_stops_and_says_so(method: None) -> None:
    make_project()
    job = requests.start({"all": True})
    requests.cancel(job.id)
    assert finish(job).state in (Job.State.CANCELLED, Job.State.SUCCEEDED)
    requests.cancel(job.id)
