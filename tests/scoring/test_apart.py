"""Current scores belong to today: a job for another day, seed or number of draws has its own."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from riskscore.jobs import ledger, requests
from riskscore.models import Alert, Job, JobScore, Lens, Project, Score, ScoreHistory, StaleMark
from riskscore.scoring import rescore
from tests.api.conftest import Api, problem
from tests.api.conftest import api as api
from tests.api.conftest import make_api as make_api
from tests.api.conftest import stranger as stranger
from tests.bundled import AS_OF
from tests.make import make_job

pytestmark = pytest.mark.django_db
LONG_AGO = date(2017, 1, 31)


@pytest.fixture
def lens(bundle: None) -> Lens:
    return requests.default_lens()


def drain() -> None:
    while rescore.drain():
        pass


def keys(lens: Lens, number: int = 5) -> list[str]:
    rows = Project.objects.filter(scores__lens=lens, place="CHL").order_by("id")
    return list(rows.values_list("key", flat=True)[:number])


def current() -> list[Any]:
    """Everything that a current score touches: rows, history, marks, alerts."""
    names = [field.attname for field in Score._meta.concrete_fields if field.attname != "digest"]
    return [
        repr(list(Score.objects.order_by("id").values_list(*names))),
        ScoreHistory.objects.count(),
        list(StaleMark.objects.order_by("id").values()),
        Alert.objects.count(),
    ]


@pytest.mark.parametrize("other", [{"as_of": LONG_AGO}, {"seed": 7}, {"draws": 0}])
def test_another_day_seed_or_number_of_draws_leaves_current_scores_as_they_are(
    lens: Lens, other: dict[str, Any]
) -> None:
    before = current()
    job = requests.start({"keys": keys(lens)}, lens=lens, **other)
    assert job.apart
    drain()
    job.refresh_from_db()
    assert (job.state, JobScore.objects.filter(job=job).count()) == (Job.State.SUCCEEDED, 5)
    assert set(JobScore.objects.values_list("as_of", flat=True)) == {job.as_of}
    assert current() == before


def test_today_said_or_not_is_current(lens: Lens) -> None:
    today = timezone.now().date()
    assert not requests.start({"keys": keys(lens)}, lens=lens).apart
    assert not requests.start({"keys": keys(lens)}, lens=lens, as_of=today).apart
    drain()
    assert requests.check({"all": True}, as_of=today + timedelta(days=1))[0].apart
    assert not JobScore.objects.exists()


def test_a_job_about_what_is_stale_on_another_day_marks_and_clears_nothing(lens: Lens) -> None:
    before = current()
    requests.start(requests.STALE, lens=lens, as_of=LONG_AGO)
    drain()
    assert current() == before
    assert requests.refresh("what is stale is still to be rescored")


@pytest.mark.parametrize("first_is_apart", [False, True])
def test_neither_takes_work_from_the_other(lens: Lens, *, first_is_apart: bool) -> None:
    days: list[date | None] = [LONG_AGO, None] if first_is_apart else [None, LONG_AGO]
    for day in days:
        requests.start({"all": True}, lens=lens, as_of=day)
        ledger.plan_next()
    assert {job.state for job in Job.objects.order_by("-id")[:2]} == {Job.State.RUNNING}


def test_a_retry_of_one_that_stands_apart_stands_apart(lens: Lens) -> None:
    project = Project.objects.get(key=keys(lens)[0])
    failed = requests.start({"keys": [project.key]}, lens=lens, as_of=LONG_AGO)
    failed.item_errors.create(project=project, code="failed", detail="x")
    Job.objects.filter(id=failed.id).update(state=Job.State.RUNNING)
    Job.objects.filter(id=failed.id).update(state=Job.State.FAILED)
    assert requests.retry(failed.id).apart


def test_a_score_of_an_earlier_day_never_overwrites_one_of_a_later_day(lens: Lens) -> None:
    (key,) = keys(lens, 1)
    late = requests.start({"keys": [key]}, lens=lens, as_of=AS_OF - timedelta(days=30), apart=False)
    drain()
    score = Score.objects.get(lens=lens, project__key=key)
    assert (score.as_of, score.job_id != late.id) == (AS_OF, True)


def test_a_day_that_has_not_come_gives_way_to_today(lens: Lens) -> None:
    """A server whose clock was a year fast wrote it; otherwise nobody could ever write again."""
    (key,) = keys(lens, 1)
    scores = Score.objects.filter(lens=lens, project__key=key)
    scores.update(as_of=timezone.now().date() + timedelta(days=365))
    job = requests.start({"keys": [key]}, lens=lens)
    drain()
    assert scores.get().as_of == job.as_of


def test_the_database_refuses_a_job_of_chance_that_is_current(db: None) -> None:
    with pytest.raises(IntegrityError, match="job_of_chance_is_apart"), transaction.atomic():
        make_job(seed=7)


def test_results_are_kept_for_90_days_and_the_newest_20_of_one_person(lens: Lens) -> None:
    jobs = []
    for _ in range(2):
        jobs.append(requests.start({"keys": keys(lens)}, lens=lens, as_of=LONG_AGO))
        drain()
    assert rescore.forget_apart() == 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no guard of what ended
        cursor.execute(
            "UPDATE riskscore_job SET finished_at = clock_timestamp() - interval '91 days'"
            " WHERE id = %s",
            [jobs[0].id],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert rescore.forget_apart() == 5
    assert set(JobScore.objects.values_list("job", flat=True)) == {jobs[1].id}
    for _ in range(20):
        requests.start({"keys": keys(lens)}, lens=lens, as_of=LONG_AGO)
    assert rescore.forget_apart() == 5


def test_through_the_api_a_day_of_2017_has_its_own_address(
    lens: Lens, api: Api, stranger: Api
) -> None:
    before = current()
    body = {"scope": {"keys": keys(lens)}, "as_of": LONG_AGO.isoformat()}
    assert api.post("/jobs?validate_only=true", body).json()["apart"] is True
    job = api.post("/jobs", body).json()
    assert (job["apart"], job["links"]["scores"]) == (True, f"/api/v1/jobs/{job['id']}/scores")
    drain()
    found = api.json(f"/jobs/{job['id']}/scores?page_size=3")
    assert len(found["items"]) == 3
    assert {row["as_of"] for row in found["items"]} == {LONG_AGO.isoformat()}
    assert found["next"]
    text = api.get(f"/jobs/{job['id']}/scores", Accept="text/csv")
    assert len(b"".join(text.streaming_content).splitlines()) == 6
    assert current() == before
    problem(stranger.get(f"/jobs/{job['id']}/scores"), 404, "not_found")
    JobScore.objects.all().delete()
    gone = problem(api.get(f"/jobs/{job['id']}/scores"), 404, "not_found")
    assert "no longer kept: 90 days after the job ended" in gone["detail"]


def test_a_job_of_today_says_where_its_scores_are(lens: Lens, api: Api) -> None:
    job = api.post("/jobs", {"scope": {"keys": keys(lens)}}).json()
    where = "/api/v1/scores?importer=WLD&method=critical-minerals"
    assert (job["apart"], job["links"]["scores"]) == (False, where)
    said = problem(api.get(f"/jobs/{job['id']}/scores"), 404, "not_found")
    assert said["detail"] == f"this job made current scores: GET {where}"
