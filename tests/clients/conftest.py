"""One live server for all clients: gunicorn and a worker, on a copy of the scored bundle."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

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
#: Enough threads for a client that keeps some connections open.
WEB = ["--worker-class=gthread", "--threads=8", "--no-control-socket", "--access-logfile=-"]


@dataclass(frozen=True)
class Live:
    """A server that runs: its address, a key that may do all, and what it writes."""

    url: str
    key: str
    log: Path

    def environment(self, **more: str) -> dict[str, str]:
        """What a program of a user sees: where the server is, the key, and this Python first."""
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        client = f"{ROOT / 'clients/python'}"
        here = {"PATH": path, "PYTHONPATH": client, "PYTHONWARNINGS": "error"}
        return {**here, "RISKSCORE_URL": self.url, "RISKSCORE_KEY": self.key, **more}


@contextmanager
def serving(name: str, log: Path, **more: str) -> Iterator[Live]:
    """Serve a copy of the bundle of its own, by a web process and a worker; ``more`` is said to
    both."""
    copied(TEMPLATE, name)
    with connected_to(name):
        user = User.objects.create_superuser("reader")
        key = api_keys.issue(user, "clients", [scope.value for scope in ApiKey.Scope])
        pulse = str(settings.VAR / f"pulse-of-{name}")
        env = environment(DATABASE_URL=database_url(), RISKSCORE_PULSE=pulse, **more)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    live = Live(f"http://127.0.0.1:{port}", key, log)
    web = [sys.executable, "-m", "gunicorn", "riskscore.wsgi:application", *WEB]
    work = [*WORKER, "--concurrency=1", "--without-mingle", "--without-gossip"]
    commands = ([*web, f"--bind=127.0.0.1:{port}"], [*work, "-Q", ",".join(settings.QUEUES)])
    with log.open("wb") as said:
        processes = [
            subprocess.Popen(command, cwd=ROOT, env=env, stdout=said, stderr=said)
            for command in commands
        ]
    try:
        until(lambda: _answers(live), f"the server answers: {log.read_text()[-2000:]}")
        yield live
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
