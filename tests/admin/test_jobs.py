"""Jobs are followed and cancelled, and otherwise left alone."""

from collections.abc import Callable

import pytest
from django.test import Client

from riskscore.jobs import ledger, requests
from riskscore.jobs.heartbeat import worker_heartbeat
from riskscore.models import Chunk, ItemError, Job, Lens, Project
from riskscore.scoring import rescore
from tests.admin.conftest import act, url


@pytest.fixture
def job(lens: Lens) -> Job:
    return requests.start({"filter": {"place": ["CHL"]}}, lens=lens)


def test_a_queued_job_shows_that_it_waits(page: Client, job: Job) -> None:
    text = page.get(url("job", "change", job.pk)).text
    assert "Waiting for a worker" in text
    assert "place: CHL" in text
    assert "refresh.js" in text


def test_a_running_job_shows_its_bar_and_its_chunks(
    page: Client, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "CHUNK_SIZE", 50)
    ledger.plan_next()
    claim = ledger.claim("worker-1")
    assert claim
    rescore.score_chunk(claim)
    ledger.claim("worker-2")
    response = page.get(url("job", "change", job.pk))
    total = sum(len(chunk.project_ids) for chunk in Chunk.objects.filter(job=job))
    assert f"50 of {total:,}" in response.text
    assert {row["state"]: row["n"] for row in response.context["chunks"]}["done"] == 1
    assert "worker-2" in response.text


def test_a_finished_job_is_no_longer_followed(page: Client, job: Job) -> None:
    while rescore.drain():
        pass
    rescore.drain()
    text = page.get(url("job", "change", job.pk)).text
    assert "succeeded" in text
    assert "refresh.js" not in text
    assert "Cancel this job" not in text


def test_projects_that_failed_are_listed_with_the_reason(
    page: Client, job: Job, project: Project
) -> None:
    ItemError.objects.create(job=job, project=project, code="failed", detail="<b>no</b> such file")
    text = page.get(url("job", "change", job.pk)).text
    assert "1 project could not be scored" in text
    assert "&lt;b&gt;no&lt;/b&gt; such file" in text


def test_a_job_is_cancelled_on_its_page(page: Client, job: Job) -> None:
    page.post(url("job", "cancel", job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED


def test_a_job_is_paused_and_resumed_on_its_page(page: Client, job: Job) -> None:
    said = page.post(url("job", "pause", job.pk), follow=True).text
    assert "paused" in said
    assert "Resume this job" in said
    assert "Pause this job" not in said
    assert ledger.plan_next() == []
    page.post(url("job", "resume", job.pk))
    job.refresh_from_db()
    assert job.paused_at is None


def test_what_failed_is_tried_again_by_a_job_of_its_own(
    page: Client, job: Job, project: Project
) -> None:
    assert "Retry what failed" not in page.get(url("job", "change", job.pk)).text
    ItemError.objects.create(job=job, project=project, code="failed", detail="poison")
    requests.cancel(job.pk)
    assert "Retry what failed" in page.get(url("job", "change", job.pk)).text
    assert "1 job tried again" in act(page, "job", "retry_selected", job).text
    assert Job.objects.get(retry_of=job).scope == {"keys": [project.key]}


def test_workers_are_seen_where_they_work(page: Client, job: Job) -> None:
    ledger.plan_next()
    worker_heartbeat("worker-1", ledger.claim("worker-1"))
    text = page.get(url("job", "change", job.pk)).text
    assert "Last seen" in text
    assert "worker-1" in page.get(url("workerpulse")).text


def test_cancelling_what_has_ended_changes_nothing_and_says_so(page: Client, job: Job) -> None:
    requests.cancel(job.pk)
    ended = Job.objects.get(pk=job.pk).finished_at
    assert "had ended already" in act(page, "job", "cancel_selected", job).text
    assert Job.objects.get(pk=job.pk).finished_at == ended


def test_cancelling_needs_its_permission_and_a_post(
    page: Client, as_staff: Callable[..., Client], job: Job
) -> None:
    address = url("job", "cancel", job.pk)
    assert page.get(address).status_code == 405
    assert as_staff("view_job").post(address).status_code == 403
    assert as_staff("view_job", "change_job").post(address).status_code == 302


def test_jobs_scores_and_observations_are_read_only(page: Client, job: Job) -> None:
    for name in ("job", "chunk", "score", "scorehistory", "observation", "release", "edition"):
        assert page.get(url(name, "add")).status_code == 403
    assert page.post(url("job", "change", job.pk), {"state": "succeeded"}).status_code == 403
    assert Job.objects.get(pk=job.pk).state == Job.State.QUEUED


def test_chosen_projects_go_first_by_the_threshold_of_all_jobs(
    page: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for threshold, queue in ((1, "interactive"), (0, "bulk")):
        monkeypatch.setattr(requests, "INTERACTIVE_UP_TO", threshold)
        act(page, "project", "rescore_selected", project)
        assert Job.objects.latest("id").queue == queue


def test_a_cancelled_job_does_not_say_100_percent(
    page: Client, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "CHUNK_SIZE", 50)
    ledger.plan_next()
    claim = ledger.claim("worker-1")
    assert claim
    rescore.score_chunk(claim)
    requests.cancel(job.pk)
    text = page.get(url("job", "change", job.pk)).text
    assert "cancelled" in text
    assert "100 %" not in text
