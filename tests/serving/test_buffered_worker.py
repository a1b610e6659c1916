"""A client that is slow costs a connection, not one of the threads that answer."""

import os
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from riskscore.serving.buffered_worker import (
    BODY_S,
    FIRST_EVERY_S,
    HEAD_S,
    SLOWEST,
    Answering,
    BoundedChannel,
)
from tests.processes import ROOT, environment, until

ANSWER_S = 1.0
LARGE = 3200 * 65536
APP = """
    import time

    def app(environ, start_response):
        if environ["PATH_INFO"] == "/page":
            time.sleep(0.3)
        size = len(environ["wsgi.input"].read())
        if environ["PATH_INFO"] in ("/304", "/204"):
            start_response(environ["PATH_INFO"][1:] + " Empty", [])
            return []
        start_response("200 OK", [("Content-Type", "text/plain")])
        if environ["PATH_INFO"] == "/export":
            return (b"x" * 65536 for _ in range(160))
        if environ["PATH_INFO"] == "/large":
            return (b"x" * 65536 for _ in range(3200))
        return [str(size).encode()]
"""


class Site:
    def __init__(self, port: int) -> None:
        self.port, self.held = port, ExitStack()
        self.process = 0

    def megabytes(self) -> float:
        """The memory of the larger of its processes."""
        parent = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        sizes = [Path(f"/proc/{child}/statm").read_text().split()[1] for child in parent]
        return max(map(int, sizes)) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def connect(self, *said: bytes) -> socket.socket:
        client = self.held.enter_context(socket.create_connection(("127.0.0.1", self.port), 30))
        for words in said:
            client.sendall(words)
        return client

    def answers_within(self, path: str = "/livez") -> float:
        began = time.monotonic()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as page:
            page.read()
        return time.monotonic() - began


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two processes of four threads, as `make run` has, before a small application."""
    folder = tmp_path_factory.mktemp("front")
    (folder / "small.py").write_text(textwrap.dedent(APP))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    site = Site(port)
    options = [
        "--worker-class=riskscore.serving.buffered_worker.BufferedWorker", "--workers=2",
        "--threads=4", "--no-control-socket", f"--bind=127.0.0.1:{port}",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "small:app", *options],
            cwd=ROOT, env=environment(PYTHONPATH=f"{folder}:{ROOT}"), stdout=log, stderr=log,
        )  # fmt: skip
    site.process = process.pid
    try:
        until(lambda: _listens(site), Path(folder / "log").read_text())
        yield site
    finally:
        site.held.close()
        process.terminate()
        process.wait(60)


def _listens(site: Site) -> bool:
    with suppress(OSError):
        site.answers_within()
        return True
    return False


def test_a_crowd_that_waits_for_a_thread_does_not_stand_before_whether_it_lives(site: Site) -> None:
    for _ in range(200):
        site.connect(b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n")
    time.sleep(1)
    for path in ("/livez", "/readyz"):  # 200 of 0.3 s by eight threads are 7 s
        assert site.answers_within(path) < ANSWER_S
        time.sleep(FIRST_EVERY_S)
    site.held.close()


@pytest.mark.parametrize("pause_s", [0.0, 0.002])
def test_what_a_client_has_read_of_a_large_answer_takes_no_memory(
    site: Site, pause_s: float
) -> None:
    before, most, read = site.megabytes(), 0.0, 0
    client = site.connect(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    while piece := client.recv(256 * 1024):
        time.sleep(pause_s)  # about as fast as it is made: little waits at any moment
        if read // 20_000_000 != (read + len(piece)) // 20_000_000:
            most = max(most, site.megabytes())
        read += len(piece)
    assert read >= LARGE
    assert most - before < 40


def test_two_hundred_slow_clients_of_every_sort_stop_no_answer(site: Site) -> None:
    post = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
    for _ in range(50):
        site.connect()  # says nothing
        site.connect(b"GET / HT")  # half a head
        site.connect(post, b"abc")  # half a body
        site.connect(b"GET /export HTTP/1.1\r\nHost: a\r\n\r\n")  # reads nothing
    time.sleep(2)
    fastest = min(site.answers_within() for _ in range(5))
    assert fastest < ANSWER_S, "threads are held"
    site.held.close()


@pytest.mark.parametrize("path", [b"/304", b"/204"])
def test_a_connection_goes_on_after_an_answer_without_a_body(site: Site, path: bytes) -> None:
    client = site.connect()
    for _ in range(3):
        client.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(4096)
        assert head.startswith(b"HTTP/1.1 ")
        assert b"connection: close" not in head.lower()
    client.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    client.settimeout(30)
    said = b""
    while piece := client.recv(4096):
        said += piece
    assert b"connection: close" in said.lower()


def test_who_asks_without_end_whether_it_lives_holds_nobody_else_up() -> None:
    asked = ["/scores", "/livez", "/readyz", "/livez", "/minerals"]
    tasks = [SimpleNamespace(requests=[SimpleNamespace(path=path)]) for path in asked]
    answering = Answering()  # without threads: what is added waits
    for task in tasks:
        answering.add_task(task)  # type: ignore[arg-type]
    waiting = [task.requests[0].path for task in answering.queue]
    assert waiting == ["/livez", "/scores", "/readyz", "/livez", "/minerals"]


def test_a_body_that_no_file_brings_is_refused_by_its_head(site: Site) -> None:
    head = b"POST /api/v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 17000000\r\n\r\n"
    assert b" 413 " in site.connect(head).recv(1000).split(b"\r\n")[0]
    file = b"POST /admin/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    assert b" 200 " in site.connect(file).recv(1000).split(b"\r\n")[0]


def test_a_head_without_end_is_refused(site: Site) -> None:
    client = site.connect(b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000)
    assert b" 431 " in client.recv(1000).split(b"\r\n")[0]


AMBIGUOUS = {
    "Content-Length twice": b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "both": b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
    "another coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a negative length": b"Content-Length: -1\r\n\r\n",
    "a signed length": b"Content-Length: +2\r\n\r\n{}",
    "an underscore": b"Content-Length: 1_0\r\n\r\n{}",
}


@pytest.mark.parametrize("rest", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_a_body_whose_end_is_ambiguous_is_refused_and_the_connection_closed(
    site: Site, rest: bytes
) -> None:
    client = site.connect(b"POST /x HTTP/1.1\r\nHost: a\r\n" + rest)
    client.settimeout(30)
    said = b"".join(iter(lambda: client.recv(4096), b""))
    assert said.split(b" ")[1] in (b"400", b"501"), said
    assert said.count(b"HTTP/1.") == 1, "what came after it was read as another request"


def test_an_address_of_100_kilobytes_is_refused(site: Site) -> None:
    client = site.connect(b"GET /?q=" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b" 431 " in client.recv(1000).split(b"\r\n")[0]


def test_few_large_bodies_are_taken_at_a_time(site: Site) -> None:
    head = b"POST /admin/x HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n"
    clients = [site.connect(head, b"abc") for _ in range(12)]
    time.sleep(1)
    refused = 0
    for client in clients:
        client.setblocking(False)
        with suppress(BlockingIOError):
            refused += b" 503 " in client.recv(1000)
    assert 4 <= refused <= 8, "two processes take four each"
    site.held.close()


def test_a_request_that_comes_too_slowly_is_closed() -> None:

    channel = BoundedChannel.__new__(BoundedChannel)
    channel.coming_since, channel.request = 0.0, _Coming(finished=False)
    assert not channel.is_late(HEAD_S - 1)
    assert channel.is_late(HEAD_S + 1)
    channel.request = _Coming(finished=True, body=10 * SLOWEST)
    assert not channel.is_late(BODY_S + 9)
    assert channel.is_late(BODY_S + 11)


class _Coming:
    def __init__(self, *, finished: bool, body: int = 0) -> None:
        self.headers_finished, self.body_bytes_received = finished, body
