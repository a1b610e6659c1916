"""The broker fails: requests are accepted as fast as ever, and jobs end, slower."""

import json
import signal
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection

from riskscore.celery import WORK, app
from riskscore.jobs import requests
from riskscore.models import Job
from tests.bundled import AS_OF
from tests.faults.conftest import Web
from tests.faults.history import Checker
from tests.faults.length import only_long
from tests.faults.proxy import Mood
from tests.faults.site import House, Site, ended
from tests.processes import until

Take = Callable[[int], list[str]]


@pytest.fixture
def mood(site: Site) -> Iterator[Callable[[Mood], None]]:
    """Let the test break the way to Valkey; it is whole again afterwards."""
    yield site.house.proxy.set
    site.house.proxy.set(Mood.PASS)
    site.house.proxy.reset()


@pytest.fixture
def api(web: Web) -> Callable[..., tuple[int, Any]]:
    """POST a job to a real web server, freshly started; returns status and body."""

    def post(keys: list[str], *, once: str | None = None) -> tuple[int, Any]:
        body = {"scope": {"keys": keys}, "as_of": AS_OF.isoformat()}
        headers = {"Authorization": f"Bearer {web.key}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": once} if once else {}
        request = urllib.request.Request(f"{web.address}/jobs", json.dumps(body).encode(), headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, json.load(answer)

    return post


def _took(post: Callable[[], tuple[int, Any]]) -> tuple[int, Any, float]:
    """Return status, body, and the seconds until they came."""
    began = time.monotonic()
    status, body = post()
    return status, body, time.monotonic() - began


@pytest.mark.parametrize(
    "how", [Mood.REFUSE, Mood.BLACKHOLE, pytest.param(Mood.DELAY, marks=only_long)]
)
def test_a_request_is_accepted_within_2_5_s_whatever_the_broker_does_and_the_job_ends(
    how: Mood, mood: Any, api: Any, take: Take, checker: Checker
) -> None:
    # What the machine itself needs, at the moment, for a request that no broker holds up.
    _, healthy, ordinary = _took(partial(api, take(1)))
    checker.accepted.add(healthy["id"])
    ended(Job.objects.get(id=healthy["id"]))
    mood(how)
    status, body, took = _took(partial(api, take(30)))
    print(f"POST with Valkey in mood {how}: {took:.2f} s, else {ordinary:.2f} s")  # noqa: T201
    assert (status, took < 2.5 + ordinary) == (202, True), (status, took, ordinary)
    checker.accepted.add(body["id"])
    job = ended(Job.objects.get(id=body["id"]))
    assert job.state == Job.State.SUCCEEDED, list(job.item_errors.values_list("code", "detail"))


def test_a_stopped_broker_costs_waiting_and_nothing_else(
    site: Site, api: Any, take: Take, checker: Checker
) -> None:
    _, healthy, ordinary = _took(partial(api, take(1)))
    checker.accepted.add(healthy["id"])
    ended(Job.objects.get(id=healthy["id"]))
    site.house.valkey.stop()
    try:
        status, body, took = _took(partial(api, take(60)))
        assert (status, took < 2.5 + ordinary) == (202, True), (status, took, ordinary)
        checker.accepted.add(body["id"])
        job = ended(Job.objects.get(id=body["id"]))
        assert job.state == Job.State.SUCCEEDED, list(job.item_errors.values_list("code", "detail"))
    finally:
        site.house.valkey.start()


def test_a_broker_without_memory_refuses_messages_but_no_request(
    site: Site, api: Any, take: Take
) -> None:
    with site.house.broker() as broker:
        broker.config_set("maxmemory", "1")
        try:
            status, body = api(take(10))
            assert status == 202
            assert ended(Job.objects.get(id=body["id"])).state == Job.State.SUCCEEDED
        finally:
            broker.config_set("maxmemory", "0")
    # Celery gives up at such an error; who did so is not to be found dying by the next test.
    logs = [site.processes[name].log for name in ("first", "second")]
    until(lambda: all(_has_recovered(log.read_text()) for log in logs), "the workers are back")


def _has_recovered(said: str) -> bool:
    return said.rfind("Unrecoverable error") < said.rfind(" ready.")


@only_long
def test_a_hundred_equal_requests_at_once_are_one_job(api: Any, take: Take) -> None:
    keys, once = take(3), uuid.uuid4().hex
    with ThreadPoolExecutor(20) as many:
        answers = list(many.map(lambda _: api(keys, once=once), range(100)))
    accepted = {body["id"] for status, body in answers if status == 202}
    assert len(accepted) == 1
    assert {status for status, _ in answers} <= {202, 409, 429}
    ended(Job.objects.get(id=accepted.pop()))


def test_messages_lost_repeated_late_or_without_sense_change_nothing(
    site: Site, take: Take
) -> None:
    before = [site.processes[name].popen for name in ("first", "second")]
    job = requests.start({"keys": take(40)}, as_of=AS_OF, apart=False)
    with app.connection_for_write() as broker, app.amqp.Producer(broker) as producer:
        for _ in range(5):
            app.send_task(WORK, queue="bulk", producer=producer)
        app.send_task("riskscore.unheard_of", queue="bulk", producer=producer)
        app.send_task(WORK, args=["too", "many"], queue="bulk", producer=producer)
        app.send_task(WORK, kwargs={"schema_version": 99}, queue="bulk", producer=producer)
        producer.publish("no task at all", routing_key="bulk", exchange="bulk")
    assert ended(job).state == Job.State.SUCCEEDED
    requests.notify_workers([job.id])  # it has ended; nothing is sent
    app.send_task(WORK, queue="bulk")  # and if somebody were, there would be nothing to do
    later = ended(requests.start({"keys": take(1)}, as_of=AS_OF, apart=False))
    assert later.state == Job.State.SUCCEEDED
    assert [site.processes[name].popen for name in ("first", "second")] == before, "a worker died"


def stall(site: Site) -> Callable[[], list[str]]:
    """Let both workers read no more; return what tells what each has logged since."""
    said = [site.processes[name].log for name in ("first", "second")]
    before = [log.stat().st_size for log in said]

    def since() -> list[str]:
        return [log.read_text()[size:] for log, size in zip(said, before, strict=True)]

    for name in ("first", "second"):
        site.processes[name].popen.send_signal(signal.SIGUSR2)
    until(lambda: all("stalled from now on" in text for text in since()), "both are stalled")
    return since


def test_workers_that_read_no_more_take_the_messages_that_wait_though_no_job_does(
    site: Site,
) -> None:
    since = stall(site)
    for queue in ("interactive", "maintenance"):
        for _ in range(3):  # the first goes where the last question of each worker is answered
            app.send_task(WORK, queue=queue)
    with site.house.broker() as broker:
        until(lambda: not broker.exists("interactive", "maintenance"), "the messages are taken")
    assert any("it reconnects" in text for text in since())


@only_long
def test_a_worker_that_reads_no_more_notices_it_and_connects_anew(site: Site, take: Take) -> None:
    since = stall(site)

    def both_hear() -> bool:
        assert (
            ended(requests.start({"keys": take(1)}, as_of=AS_OF, apart=False)).state
            == Job.State.SUCCEEDED
        )
        return all("received" in text.partition("it reconnects")[2] for text in since())

    until(both_hear, "calls are received again", seconds=120)


def test_a_job_whose_message_was_never_sent_starts_all_the_same(
    site: Site, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "publish", lambda _calls: None)  # died between commit and message
    job = requests.start({"keys": take(10)}, as_of=AS_OF, apart=False)
    assert ended(job, seconds=30).state == Job.State.SUCCEEDED


def test_nothing_is_left_behind_when_it_is_quiet(site: Site, checker: Checker) -> None:
    connection.close()
    try:
        until(partial(_quiet, checker, site.house), "every message, transaction and lock has gone")
    except AssertionError as left:
        logs = [site.processes[name].log.read_text()[-3000:] for name in ("first", "second")]
        raise AssertionError(f"{left}: {logs}") from None


def _quiet(checker: Checker, house: House) -> bool:
    try:
        checker.nothing_is_left_behind(house)
    except AssertionError:
        return False
    return True
