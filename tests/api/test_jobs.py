"""Jobs through the API: started once, watched to their end, hidden from others."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections

from riskscore import api_keys
from riskscore.api.work import jobs as views
from riskscore.jobs import ledger, requests
from riskscore.jobs.heartbeat import worker_heartbeat
from riskscore.models import Job, LearnedModel, Lens, Place, Project, ProjectList
from riskscore.releases.editions import next_edition
from tests.api.conftest import PREFIX, Api, problem
from tests.make import make_job, make_method, make_place, make_project
from tests.processes import until

KEYS = {"scope": {"keys": ["mine-1"]}}


def tables() -> None:
    make_method("critical-minerals")
    make_place("WLD", kind=Place.Kind.GROUP)
    make_place("JPN")
    make_project(key="mine-1")


@pytest.fixture
def api(api: Api) -> Api:
    tables()
    return api


@pytest.mark.django_db
class TestStarting:
    def test_it_is_202_with_location_retry_after_and_the_job(self, api: Api) -> None:
        response = api.post("/jobs", {**KEYS, "reason": "try", "seed": 7, "as_of": "2026-01-31"})
        assert response.status_code == 202
        body = response.json()
        assert response["Location"] == f"{PREFIX}/jobs/{body['id']}" == body["links"]["self"]
        assert int(response["Retry-After"]) >= 1
        assert body["state"] == "queued"
        assert body["progress"] is None
        assert (body["seed"], body["as_of"], body["reason"]) == (7, "2026-01-31", "try")
        job = Job.objects.get()
        assert job.created_by == api.user
        assert job.request_id == response["X-Request-ID"]

    def test_a_few_projects_go_before_bulk_work(self, api: Api) -> None:
        assert api.post("/jobs", KEYS).json()["queue"] == "interactive"
        assert api.post("/jobs", {"scope": {"all": True}}).json()["queue"] == "bulk"

    def test_an_importer_makes_its_lens(self, api: Api) -> None:
        body = api.post("/jobs", {**KEYS, "importer": "JPN"}).json()
        assert body["importer"] == "JPN"
        assert Lens.objects.filter(importer="JPN").count() == 1

    def test_nothing_loaded_is_409_with_the_remedy(self, make_api: Callable[..., Api]) -> None:
        make_place("WLD", kind=Place.Kind.GROUP)
        said = problem(make_api().post("/jobs", {"scope": {"all": True}}), 409, "cannot_start")
        assert "bundle" in said["detail"]

    def test_the_learned_models_in_force_are_pinned_with_the_edition(self, api: Api) -> None:
        early, late = next_edition("promoted"), next_edition("replaced")
        for version, since, end in ((1, early, late), (2, late, None)):
            LearnedModel.objects.create(
                kind="disruption",
                version=version,
                state="champion" if end is None else "retired",
                card={},
                champion_from=since,
                champion_until=end,
            )
        job = api.post("/jobs", KEYS).json()
        assert job["models"] == ["disruption v2"]
        old = make_job(created_by=api.user, edition=early)
        assert api.json(f"/jobs/{old.pk}")["models"] == ["disruption v1"]
        listed = {row["id"]: row["models"] for row in api.json("/jobs")["items"]}
        assert listed == {job["id"]: ["disruption v2"], str(old.pk): ["disruption v1"]}

    def test_a_project_that_is_named_often_counts_once(self, api: Api) -> None:
        often = {"scope": {"keys": ["mine-1"] * 10_000}}
        found = api.post("/jobs?validate_only=true", often).json()
        assert (found["projects"], found["queue"]) == (1, "interactive")
        api.post("/jobs", often)
        assert ledger.plan_next()
        assert ledger.progress(Job.objects.get().pk).total == 1

    def test_too_many_open_jobs_are_refused(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(views, "MOST_OPEN", 1)
        assert api.post("/jobs", KEYS).status_code == 202
        problem(api.post("/jobs", KEYS), 429, "too_many_jobs")

    def test_asking_first_says_what_it_would_be_and_writes_nothing(self, api: Api) -> None:
        response = api.post("/jobs?validate_only=true", {**KEYS, "importer": "JPN", "seed": 3})
        assert response.status_code == 200
        found = response.json()
        assert (found["projects"], found["queue"], found["importer"]) == (1, "interactive", "JPN")
        assert (found["method_version"], found["seed"], found["models"]) == (1, 3, [])
        assert not Job.objects.exists()
        assert not Lens.objects.exists()
        wrong = {"scope": {"filter": {"list": ["nobodys"]}}}
        said = problem(api.post("/jobs?validate_only=true", wrong), 400, "invalid")
        assert said["errors"][0]["pointer"] == "/scope/filter/list"
        problem(api.post("/jobs?validate_only=perhaps", KEYS), 400, "invalid")

    @pytest.mark.parametrize(
        ("name", "value", "projects"),
        [
            ("place", ["CHL"], 1),
            ("mineral", ["copper"], 1),
            ("list", ["portfolio"], 1),
            ("band", ["extreme"], 0),
            ("stale_since", "now", 1),
            ("stale_since", "2020-01-31", 0),
        ],
    )
    def test_a_job_may_be_about_any_of_these(
        self, name: str, value: object, projects: int, api: Api
    ) -> None:
        project = Project.objects.get()
        ProjectList.objects.create(name="portfolio").projects.add(project)
        body = {"scope": {"filter": {name: value}}}
        assert api.post("/jobs?validate_only=true", body).json()["projects"] == projects
        assert api.post("/jobs", body).json()["scope"] == body["scope"]

    def test_the_same_idempotency_key_is_the_same_job(self, api: Api) -> None:
        first = api.post("/jobs", KEYS, Idempotency_Key="once")
        again = api.post("/jobs", KEYS, Idempotency_Key="once")
        assert first.json()["id"] == again.json()["id"]
        assert "Idempotency-Replayed" not in first
        assert again["Idempotency-Replayed"] == "true"
        assert again.status_code == 202
        assert Job.objects.count() == 1

    def test_the_same_key_with_another_body_is_422(self, api: Api) -> None:
        api.post("/jobs", KEYS, Idempotency_Key="once")
        other = api.post("/jobs", {"scope": {"all": True}}, Idempotency_Key="once")
        problem(other, 422, "idempotency_mismatch")

    def test_a_body_that_says_the_same_in_other_words_is_the_same(self, api: Api) -> None:
        one = api.post("/jobs", b'{"seed":1,"scope":{"all":true}}', Idempotency_Key="k")
        two = api.post("/jobs", b'{"scope": {"all": true}, "seed": 1}', Idempotency_Key="k")
        assert one.json()["id"] == two.json()["id"]

    def test_the_key_of_another_client_is_another_key(self, api: Api, stranger: Api) -> None:
        mine = api.post("/jobs", KEYS, Idempotency_Key="once").json()["id"]
        assert stranger.post("/jobs", KEYS, Idempotency_Key="once").json()["id"] != mine

    def test_a_refused_request_does_not_use_up_its_key(self, api: Api) -> None:
        wrong = {"scope": {"keys": ["nobody"]}}
        problem(api.post("/jobs", wrong, Idempotency_Key="once"), 400, "invalid")
        assert api.post("/jobs", KEYS, Idempotency_Key="once").status_code == 202

    @pytest.mark.parametrize("key", ["", "a b", "é", "k" * 256])
    def test_a_key_that_is_no_token_is_400(self, key: str, api: Api) -> None:
        problem(api.post("/jobs", KEYS, Idempotency_Key=key), 400, "bad_request")


@pytest.mark.django_db
class TestWatching:
    def test_a_job_of_another_is_as_good_as_absent(self, api: Api, stranger: Api) -> None:
        theirs = make_job(created_by=stranger.user)
        nobodys = make_job()
        absent = problem(api.get(f"/jobs/{uuid.uuid4()}"), 404, "not_found")
        for job in (theirs, nobodys):
            said = problem(api.get(f"/jobs/{job.pk}"), 404, "not_found")
            assert said["detail"] == absent["detail"]
            problem(api.get(f"/jobs/{job.pk}/errors"), 404, "not_found")
            problem(api.post(f"/jobs/{job.pk}/cancel"), 404, "not_found")
        assert api.json("/jobs")["items"] == []

    def test_the_list_is_of_ones_own_the_latest_first(self, api: Api) -> None:
        ids = [api.post("/jobs", KEYS).json()["id"] for _ in range(3)]
        assert [row["id"] for row in api.json("/jobs")["items"]] == ids[::-1]
        assert api.json("/jobs?state=succeeded")["items"] == []

    def test_cancelling_twice_is_as_good_as_once(self, api: Api) -> None:
        job = api.post("/jobs", KEYS).json()["id"]
        for _ in range(2):
            response = api.post(f"/jobs/{job}/cancel")
            assert response.status_code == 200
            assert response.json()["state"] == "cancelled"
        assert "Retry-After" not in api.get(f"/jobs/{job}")

    @pytest.mark.parametrize("word", ["cancel", "pause", "resume", "retry"])
    def test_steering_takes_no_body_and_only_ones_own_job(
        self, word: str, api: Api, stranger: Api
    ) -> None:
        job = api.post("/jobs", KEYS).json()["id"]
        problem(api.post(f"/jobs/{job}/{word}", {"force": True}), 400, "invalid")
        problem(stranger.post(f"/jobs/{job}/{word}"), 404, "not_found")
        problem(api.send("GET", f"/jobs/{job}/{word}"), 405, "method_not_allowed")

    def test_a_paused_job_says_since_when_until_it_is_resumed(self, api: Api) -> None:
        job = api.post("/jobs", KEYS).json()["id"]
        since = [api.post(f"/jobs/{job}/pause").json()["paused_at"] for _ in range(2)]
        assert since[0] == since[1] is not None
        assert ledger.plan_next() == []
        for _ in range(2):
            assert api.post(f"/jobs/{job}/resume").json()["paused_at"] is None
        api.post(f"/jobs/{job}/cancel")
        ended = api.post(f"/jobs/{job}/pause").json()
        assert (ended["state"], ended["paused_at"]) == ("cancelled", None)

    def test_what_failed_is_tried_again_as_one_new_job(self, api: Api) -> None:
        job = api.post("/jobs", KEYS).json()["id"]
        problem(api.post(f"/jobs/{job}/retry"), 409, "cannot_start")
        ledger.plan_next()
        while claim := ledger.claim("w"):
            ledger.fail(claim, "poison")
        ledger.close(uuid.UUID(job))
        first, again = (api.post(f"/jobs/{job}/retry") for _ in range(2))
        assert (first.status_code, again.status_code) == (202, 202)
        assert first["Location"] == again["Location"] == first.json()["links"]["self"]
        assert first.json()["retry_of"] == job
        assert first.json()["scope"] == {"keys": ["mine-1"]}

    def test_named_projects_go_first_by_the_threshold_of_all_jobs(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(requests, "INTERACTIVE_UP_TO", 0)
        assert api.post("/jobs?validate_only=true", KEYS).json()["queue"] == "bulk"

    def test_workers_are_seen_and_the_jobs_of_others_are_not_named(
        self, api: Api, stranger: Api
    ) -> None:
        job = api.post("/jobs", KEYS).json()["id"]
        ledger.plan_next()
        worker_heartbeat("busy", ledger.claim("busy"))
        worker_heartbeat("idle")
        for client, named in ((api, job), (stranger, None)):
            busy, idle = client.json("/workers")["items"]
            assert (busy["worker"], busy["working"], busy["job"]) == ("busy", True, named)
            assert (idle["worker"], idle["working"], idle["job"]) == ("idle", False, None)
            assert busy["seen_at"] >= busy["started_at"]

    @pytest.mark.parametrize("job", ["1", "x", "01a20ce5-5906-7838-8d4a", "%00"])
    def test_what_is_no_id_is_404(self, job: str, api: Api) -> None:
        problem(api.get(f"/jobs/{job}"), 404, "not_found")

    def test_the_state_of_the_queue_system_is_never_shown(self, api: Api) -> None:
        body = str(api.post("/jobs", KEYS).json()).lower()
        assert "celery" not in body
        assert "pending" not in body


@pytest.fixture
def close_all() -> Iterator[None]:
    yield
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_a_hundred_equal_requests_at_once_are_one_job(close_all: None) -> None:
    tables()
    user = get_user_model().objects.create_superuser("ana")
    key = api_keys.issue(user, "tests", ["read", "rescore"])

    def send(_: int) -> str:
        try:
            body = Api(key).post("/jobs", KEYS, Idempotency_Key="once")
            assert body.status_code == 202, body.content
            return str(body.json()["id"])
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(send, range(40)))
    assert len(found) == 1
    assert Job.objects.count() == 1


def test_a_worker_ends_what_the_api_began(journey: None, settings: object) -> None:
    tables()
    user = get_user_model().objects.create_superuser("ana")
    api = Api(api_keys.issue(user, "tests", ["read", "rescore"]))
    job = api.post("/jobs", KEYS).json()["id"]
    until(lambda: api.get(f"/jobs/{job}")["X-Request-ID"] and ended(api, job), "the job ends")
    body = api.json(f"/jobs/{job}")
    # The method of this test has no tree, so the worker fails at it, and says so.
    assert body["state"] == "failed"
    counts = {"total": 1, "done": 0, "failed": 1, "skipped": 0}
    assert body["progress"] == {**counts, "percent": 100.0, "rate": None, "eta_seconds": 0.0}
    (error,) = api.json(f"/jobs/{job}/errors")["items"]
    assert error["key"] == "mine-1"
    assert error["detail"]


def ended(api: Api, job: str) -> bool:
    return api.json(f"/jobs/{job}")["state"] in Job.TERMINAL
