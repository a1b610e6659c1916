"""To be told instead of asking, by the Python client: long polls, events, webhooks."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import riskscore_client as rc
from riskscore_client import Riskscore, events
from standardwebhooks import Webhook as Verifier

from tests.clients.conftest import Live, of
from tests.processes import until

pytestmark = pytest.mark.django_db  # the live server has a copy of what is loaded there


def test_a_job_is_waited_for_by_questions_that_the_server_holds(
    riskscore: Riskscore, caplog: pytest.LogCaptureFixture
) -> None:
    job = riskscore.rescore(importer="KOR", reason="to be waited for").pause()
    with caplog.at_level("INFO", "httpx"), pytest.raises(rc.NotInTime, match=r"after 2\.5 s"):
        job.wait(2.5)
    asked = [record.getMessage() for record in caplog.records if record.name == "httpx"]
    assert sum(f"{job.id}?wait=2" in line for line in asked) == 1
    job.cancel()
    with pytest.raises(rc.JobFailed, match="cancelled"):
        job.wait(60)


def test_the_events_of_a_job_come_until_its_end(riskscore: Riskscore) -> None:
    job = riskscore.rescore(keys=["icmm-00026"], reason="to be followed").pause()
    last = None
    for event in job.events():
        if event["paused"]:
            job.resume()
        last = (event["id"], event["state"], event["paused"])
    assert last == (job.id, "succeeded", False)
    assert [event["state"] for event in job.events()] == ["succeeded"]
    with pytest.raises(rc.NotFound):
        list(
            events.follow(riskscore.connection, "/jobs/01a20ce5-5906-7838-8d4a-000000000000/events")
        )


def test_events_that_break_off_are_taken_up_after_the_last_one(
    scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PAUSE_S", 0.0)
    first = ': heartbeat\n\nretry: 3000\n\nevent: progress\nid: 4\ndata: {"a":\ndata:  1}\n\n'
    cut = (200, {"Content-Length": "9999", "Connection": "close"}, first)
    short: tuple[int, dict[str, str], str] = (200, {}, "retry: 3000\n\n")
    last: tuple[int, dict[str, str], str] = (200, {}, 'event: ended\nid: 5\ndata: {"a": 2}\n\n')
    scripted.script[:] = [cut, short, last]
    with of(scripted) as riskscore:
        found = list(events.follow(riskscore.connection, "/jobs/1/events"))
    assert found == [events.Event("progress", "4", {"a": 1}), events.Event("ended", "5", {"a": 2})]
    assert [headers["Last-Event-ID"] for headers in scripted.given] == [None, "4", "4"]
    scripted.script[:] = [(204, {}, "")]
    with of(scripted) as riskscore:
        assert list(events.follow(riskscore.connection, "/jobs/1/events")) == []


def test_events_that_only_break_off_end_as_unreachable(
    scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PAUSE_S", 0.0)
    scripted.script[:] = [(200, {"Content-Length": "9"}, "")] * events.MOST_BREAKS
    with of(scripted) as riskscore, pytest.raises(rc.Unreachable, match="break off"):
        list(events.follow(riskscore.connection, "/jobs/1/events"))


def test_a_server_that_holds_nothing_back_is_asked_when_it_says(scripted: Any) -> None:
    going, ended = '{"id": "1", "state": "running"}', '{"id": "1", "state": "succeeded"}'
    scripted.script[:] = [(200, {"Retry-After": "1"}, going)] * 2 + [(200, {}, ended)]
    with of(scripted) as riskscore:
        began = time.monotonic()
        assert riskscore.job("1").wait(60).state == "succeeded"
        assert 1 <= time.monotonic() - began < 20
    assert [path for _, path, _ in scripted.asked] == ["/api/v1/jobs/1"] + [
        "/api/v1/jobs/1?wait=25"
    ] * 2


@pytest.fixture
def told(live: Live) -> Iterator[list[tuple[dict[str, str], bytes]]]:
    """What comes where a webhook may be."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Told(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            got.append((headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
            """Say nothing."""

    host, _, port = live.receiver.partition(":")
    server = ThreadingHTTPServer((host, int(port)), Told)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_webhook_is_made_tested_rotated_replayed_changed_and_deleted(
    riskscore: Riskscore, live: Live, told: list[tuple[dict[str, str], bytes]]
) -> None:
    hooks = riskscore.webhooks
    made = hooks.create(f"http://{live.receiver}/here", ["job.finished"], name="mine")
    number = made["id"]
    assert [row["name"] for row in hooks.all()] == ["mine"]
    begun = hooks.test(number)
    until(lambda: hooks.delivery(number, begun["id"])["state"] == "delivered", "it is delivered")
    assert told
    headers, body = told[0]
    assert Verifier(made["secret"]).verify(body, headers)["type"] == "webhook.test"
    assert [tried["status"] for tried in hooks.delivery(number, begun["id"])["tries"]] == [204]
    newer = hooks.rotate(number)
    assert newer["secret"] != made["secret"]
    assert hooks.replay_one(number, begun["id"])["id"] == begun["id"]
    until(lambda: len(told) == 2, "it is told again")
    headers, body = told[1]
    assert Verifier(newer["secret"]).verify(body, headers)["type"] == "webhook.test"
    assert hooks.replay(number) == hooks.replay(number, datetime(2026, 1, 1, tzinfo=UTC)) == 0
    assert [row["id"] for row in hooks.deliveries(number, type="webhook.test")] == [begun["id"]]
    assert hooks.change(number, enabled=False)["disabled_reason"] == "by its owner"
    with pytest.raises(rc.Conflict):
        hooks.test(number)
    hooks.delete(number)
    with pytest.raises(rc.NotFound):
        hooks.get(number)
    with pytest.raises(rc.Invalid) as refused:
        hooks.create("https://169.254.169.254/latest", ["job.finished"])
    assert [fault["pointer"] for fault in refused.value.errors] == ["/url"]
