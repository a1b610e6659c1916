"""One live server for all clients: gunicorn and a worker, on a copy of the scored bundle."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from pytest_django.plugin import DjangoDbBlocker
from riskscore_client import Riskscore

from riskscore import api_keys
from riskscore.models import ApiKey
from tests.bundled import TEMPLATE
from tests.databases import connected_to, copied
from tests.processes import ROOT, WORKER, database_url, environment, until
from tests.settings import PROCESS

NAME = f"test_riskscore_clients_{PROCESS}"
FRONT = "riskscore.serving.buffered_worker.BufferedWorker"
#: A server as others have it, which answers at once what ours would hold back.
HOLDS_NOTHING = "gthread"
#: Enough threads for a client that keeps some connections open.
WEB = ["--threads=8", "--no-control-socket", "--preload", "--access-logfile=-"]


@dataclass(frozen=True)
class Live:
    """A server that runs: its address, a key that may do all, and what it writes."""

    url: str
    key: str
    log: Path
    #: Where a webhook may be, on this machine.
    receiver: str
    #: The process that keeps the web server's workers.
    web: int = 0

    def environment(self, **more: str) -> dict[str, str]:
        """What a program of a user sees: where the server is, the key, and this Python first."""
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        client = f"{ROOT / 'clients/python'}"
        here = {"PATH": path, "PYTHONPATH": client, "PYTHONWARNINGS": "error"}
        return {**here, "RISKSCORE_URL": self.url, "RISKSCORE_KEY": self.key, **more}


@contextmanager
def serving(name: str, log: Path, front: str = FRONT, **more: str) -> Iterator[Live]:
    """Serve a copy of the bundle of its own, by a web process and a worker; ``more`` is said to
    both."""
    copied(TEMPLATE, name)
    with (
        socket.create_server(("127.0.0.1", 0)) as free,
        socket.create_server(("127.0.0.1", 0)) as free_too,
    ):
        port, other = free.getsockname()[1], free_too.getsockname()[1]
    with connected_to(name):
        user = User.objects.create_superuser("reader")
        key = api_keys.issue(user, "clients", [scope.value for scope in ApiKey.Scope])
        pulse = str(settings.VAR / f"pulse-of-{name}")
        receiver = f"127.0.0.1:{other}"
        env = environment(
            DATABASE_URL=database_url(), RISKSCORE_PULSE=pulse,
            RISKSCORE_WEBHOOK_DEVELOPMENT=receiver, **more,
        )  # fmt: skip
    live = Live(f"http://127.0.0.1:{port}", key, log, receiver)
    web = [sys.executable, "-m", "gunicorn", "riskscore.wsgi:application", *WEB, "-k", front]
    work = [*WORKER, "--concurrency=1", "--without-mingle", "--without-gossip"]
    commands = ([*web, f"--bind=127.0.0.1:{port}"], [*work, "-Q", ",".join(settings.QUEUES)])
    with log.open("wb") as said:
        processes = [
            subprocess.Popen(command, cwd=ROOT, env=env, stdout=said, stderr=said)
            for command in commands
        ]
    try:
        until(lambda: _answers(live), f"the server answers: {log.read_text()[-2000:]}")
        yield replace(live, web=processes[0].pid)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(60)


@pytest.fixture(scope="session")
def live(
    bundle_database: str,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Live]:
    """Serve a copy of the bundle, which clients may change."""
    log = tmp_path_factory.mktemp("live") / "web.log"
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            live = stack.enter_context(serving(NAME, log))
        yield live


def _answers(live: Live) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"{live.url}/livez", timeout=30).is_success
    return False


@pytest.fixture
def riskscore(live: Live) -> Iterator[Riskscore]:
    """Give a client of the live server."""
    with Riskscore(live.url, live.key) as client:
        yield client


class Scripted(BaseHTTPRequestHandler):
    """Answers as the test wrote down, one answer per request, and notes what was asked."""

    script: ClassVar[list[tuple[int, dict[str, str], str]]]
    asked: ClassVar[list[tuple[str, str, str | None]]]
    given: ClassVar[list[Message]]

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.given.append(self.headers)
        self.asked.append((self.command, self.path, self.headers["Idempotency-Key"]))
        status, headers, body = self.script.pop(0)
        if status == 0:
            return  # closes without a word
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = answer  # noqa: N815 - the names that it looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
        """Say nothing."""


@pytest.fixture
def scripted() -> Iterator[type[Scripted]]:
    class Here(Scripted):
        script, asked, given = [], [], []

    server = ThreadingHTTPServer(("127.0.0.1", 0), Here)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Here.url = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    try:
        yield Here
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def of(scripted: Any, patience: float = 20) -> Riskscore:
    return Riskscore(scripted.url, "rs_x", patience=patience)
