"""What those who wait for a job see of it: a mark that changes with it, and its end."""

import uuid

import pytest
from django.utils import timezone

from riskscore.jobs import ledger, watched
from riskscore.models import Job
from tests.make import make_job, make_project

pytestmark = pytest.mark.django_db


def test_the_mark_of_a_job_rises_with_each_change_until_it_has_ended() -> None:
    make_project()
    job = make_job()
    marks = [watched.look([job.pk])[job.pk]]
    assert watched.show(job.pk) == {
        "id": str(job.pk), "state": "queued", "paused": False, "progress": None,
    }  # fmt: skip
    ledger.plan_next()
    marks.append(watched.look([job.pk])[job.pk])
    claim = ledger.claim("a-worker")
    assert claim is not None
    marks.append(watched.look([job.pk])[job.pk])
    ledger.finish(claim, failed=0)
    ledger.close(job.pk)
    marks.append(watched.look([job.pk])[job.pk])
    assert [one.ended for one in marks] == [False, False, False, True]
    assert sorted({one.mark for one in marks}) == [one.mark for one in marks]
    shown = watched.show(job.pk)
    assert (shown["state"], shown["progress"]["percent"]) == ("succeeded", 100.0)


def test_a_pause_is_seen_and_what_is_not_there_is_left_out() -> None:
    job = make_job()
    before = watched.look([job.pk])[job.pk]
    Job.objects.filter(pk=job.pk).update(paused_at=timezone.now())
    assert watched.look([job.pk, uuid.uuid4()]).keys() == {job.pk}
    assert watched.look([job.pk])[job.pk].mark != before.mark
    assert watched.show(job.pk)["paused"] is True
