"""Requests that wait for a job hold no thread: streams and long polls beside ordinary requests."""

import http.client
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from tests.processes import ROOT, environment, until

#: Two jobs: ``ends`` ends once the file is there, ``lasts`` never changes.
APP = """
    from pathlib import Path
    from riskscore.jobs.waiting import PLACE, RETRY, WAITED, WISH, Kind, Seen, TooManyWaiting, Wish

    FILE = Path(__file__).with_name("ended")

    def look(jobs):
        over = {job: job == "ends" and FILE.exists() for job in jobs}
        return {job: Seen(7 if over[job] else 3, over[job]) for job in jobs}

    KIND = Kind(look, lambda job: {"job": job, "over": FILE.exists()})

    def app(environ, start_response):
        _, how, job, seconds, *client = environ["PATH_INFO"].split("/") + ["", "", ""]
        if how in ("follow", "wait") and not environ.get(WAITED):
            client = client[0] or "one"
            try:
                environ[PLACE].reserve(client)
            except TooManyWaiting as refusal:
                start_response("503 Service Unavailable", [])
                return [refusal.code.encode()]
            follows = how == "follow"
            environ[WISH] = Wish(KIND, job, client, float(seconds), 3, follows)
            start_response("200 OK", [("Content-Type", "text/event-stream")])
            return iter([RETRY]) if follows else [b"not yet"]
        start_response("200 OK", [("Content-Type", "text/plain")])
        if how == "waiting":
            return [str(environ[PLACE].number).encode()]
        return [b"ended" if FILE.exists() else b"going on"]
"""


class Site:
    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.ended, self.held = port, folder / "ended", ExitStack()

    def ask(self, path: str) -> bytes:
        """The body of an answer; of a refusal its body too."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as client:
            client.request("GET", path)
            with client.getresponse() as answer:
                return answer.read()

    def hold(self, path: str) -> socket.socket:
        client = self.held.enter_context(socket.create_connection(("127.0.0.1", self.port), 30))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        return client

    @property
    def waiting(self) -> int:
        return int(self.ask("/waiting"))

    def answers_within(self) -> float:
        began = time.monotonic()
        self.ask("/livez")
        return time.monotonic() - began


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One process of four threads."""
    folder = tmp_path_factory.mktemp("holding")
    (folder / "holding_app.py").write_text(textwrap.dedent(APP))
    with socket.create_server(("127.0.0.1", 0)) as free:
        site = Site(free.getsockname()[1], folder)
    options = [
        "--worker-class=riskscore.serving.buffered_worker.BufferedWorker", "--threads=4",
        "--no-control-socket", f"--bind=127.0.0.1:{site.port}", "--graceful-timeout=20",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "holding_app:app", *options],
            cwd=ROOT, env=environment(PYTHONPATH=f"{folder}:{ROOT}"), stdout=log, stderr=log,
        )  # fmt: skip
    try:
        until(lambda: _listens(site), (folder / "log").read_text())
        yield site
        with site.held:
            site.hold("/wait/lasts/600")
            began = time.monotonic()
            process.terminate()
            assert process.wait(60) == 0
            assert time.monotonic() - began < 10, "those who wait are answered when it ends"
    finally:
        process.kill()
        assert b"Traceback" not in (folder / "log").read_bytes(), (folder / "log").read_text()


@pytest.fixture
def site(served: Site) -> Iterator[Site]:
    served.ended.unlink(missing_ok=True)
    served.held = ExitStack()
    yield served
    served.held.close()
    until(lambda: served.waiting == 0, "0 requests wait")


def _listens(site: Site) -> bool:
    with suppress(OSError):
        return site.answers_within() >= 0
    return False


def _answer(client: socket.socket) -> tuple[bytes, bytes]:
    """Status line and body of a short answer on a connection that stays open."""
    answer = client.recv(1000)
    while not answer.partition(b"\r\n\r\n")[2]:
        answer += client.recv(1000)
    return answer.partition(b"\r\n")[0], answer.partition(b"\r\n\r\n")[2]


def test_fifty_streams_and_fifty_long_polls_stop_no_answer(site: Site) -> None:
    for number in range(50):
        site.hold(f"/follow/lasts/60/follows{number % 5}")
        site.hold(f"/wait/lasts/60/waits{number % 5}")
    until(lambda: site.waiting == 100, "100 requests wait")
    slowest = max(site.answers_within() for _ in range(20))
    assert slowest < 1.0, "threads are held"


def test_a_long_poll_is_answered_as_if_it_came_when_its_job_ended(site: Site) -> None:
    began = time.monotonic()
    client = site.hold("/wait/ends/30")
    until(lambda: site.waiting == 1, "1 requests wait")
    site.ended.touch()
    assert _answer(client) == (b"HTTP/1.1 200 OK", b"ended")
    assert time.monotonic() - began < 10
    client.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
    assert _answer(client) == (b"HTTP/1.1 200 OK", b"ended"), "the connection goes on"


def test_a_long_poll_is_answered_when_its_time_is_over(site: Site) -> None:
    began = time.monotonic()
    assert site.ask("/wait/lasts/1") == b"going on"
    assert 1.0 <= time.monotonic() - began < 5.0


def test_a_stream_is_told_of_a_change_once_and_ends_with_its_job(site: Site) -> None:
    client = site.hold("/follow/ends/30")
    until(lambda: site.waiting == 1, "it waits")
    site.ended.touch()
    answer = b"".join(iter(lambda: client.recv(1000), b""))
    assert b"Content-Type: text/event-stream" in answer
    assert b"retry: 3000\n\n" in answer
    assert b'event: ended\nid: 7\ndata: {"job":"ends","over":true}\n\n' in answer
    assert answer.count(b"event:") == 1
    assert answer.endswith(b"0\r\n\r\n"), "the answer is whole"


def test_a_stream_ends_when_its_time_is_over(site: Site) -> None:
    began = time.monotonic()
    assert site.ask("/follow/lasts/1") == b"retry: 3000\n\n"
    assert time.monotonic() - began < 5.0


def test_a_client_that_leaves_gives_its_place_back(site: Site) -> None:
    clients = [site.hold(f"/{how}/lasts/60") for how in ("wait", "follow") for _ in range(5)]
    until(lambda: site.waiting == 10, "10 requests wait")
    for client in clients:
        client.close()
    until(lambda: site.waiting == 0, "0 requests wait")


def test_one_client_may_wait_twenty_times_and_others_still_may(site: Site) -> None:
    for _ in range(20):
        site.hold("/follow/lasts/60/greedy")
    until(lambda: site.waiting == 20, "20 requests wait")
    assert site.ask("/wait/lasts/60/greedy") == b"too_many_waiting"
    assert site.ask("/wait/lasts/0/modest") == b"going on"
