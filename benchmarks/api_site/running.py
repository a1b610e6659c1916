"""The site as `make run` serves it, over the database that is connected just now."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import connection

from benchmarks import load
from riskscore import api_keys
from riskscore.serving.journey import WEB, WEB_ENVIRONMENT, WEB_OPTIONS

_TOKEN = "0123456789abcdef0123456789abcdef01234567"  # noqa: S105 - of the benchmark's own table


@dataclass(frozen=True, slots=True)
class Site:
    """Where it listens, its processes, a key for ours, and where the answers of ours are kept."""

    port: int
    master: int
    key: str
    answers: Path

    def ours(self, path: str, **headers: str) -> bytes:
        """A request to the API."""
        return load.get(f"/api/v1{path}", {"Authorization": f"Bearer {self.key}", **headers})

    def same_bytes(self, name: str, request: bytes) -> bytes:
        """A request to the view that returns the bytes which ours gives to ``request``."""
        connection_ = load.Connection(self.port)
        status, _, body = connection_.ask(request)
        connection_.close()
        assert status == 200, body
        (self.answers / name).write_bytes(body)
        return load.get(f"/reference/bytes/{name}", {})

    def serialized(self) -> bytes:
        """A request to the ModelSerializer."""
        return load.get("/reference/scores", {"Authorization": f"Token {_TOKEN}"})

    def megabytes(self) -> float:
        """The memory of the larger worker process now."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        return max(_share(int(child)) for child in children)

    @contextmanager
    def watched(self) -> Iterator[list[float]]:
        """While the block runs, the memory of the larger worker, ten times a second."""
        seen, over = [self.megabytes()], threading.Event()

        def look() -> None:
            while not over.wait(0.1):
                seen.append(self.megabytes())

        thread = threading.Thread(target=look)
        thread.start()
        yield seen
        over.set()
        thread.join()


def _share(process: int) -> float:
    """Its share of the memory, in MB: what others use as well is split among them (PSS)."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    return next(
        int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")
    )


@contextmanager
def served() -> Iterator[Site]:
    """Serve until the block ends: two worker processes of four threads each."""
    with tempfile.TemporaryDirectory() as folder:
        environment = _environment(folder)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "authtoken", "-v0"],
            env=environment, cwd=settings.BASE_DIR, check=True,
        )  # fmt: skip
        key = _key()
        _index_for_the_reference()
        port = _free_port()
        with subprocess.Popen(
            [sys.executable, "-m", *WEB, *WEB_OPTIONS, f"--bind=127.0.0.1:{port}"],
            env=environment, cwd=settings.BASE_DIR,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as server:  # fmt: skip
            try:
                _wait(port)
                yield Site(port, server.pid, key, Path(folder))
            finally:
                server.terminate()


def _environment(folder: str) -> dict[str, str]:
    place = connection.settings_dict
    host = quote(str(place["HOST"]), safe="")
    return {
        **os.environ,
        **WEB_ENVIRONMENT,
        "DJANGO_SETTINGS_MODULE": "benchmarks.api_site.site_settings",
        "DATABASE_URL": f"postgresql://{place['USER']}@/{place['NAME']}?host={host}",
        "REDIS_URL": settings.BROKER.redis,
        "BENCH_ANSWERS": folder,
    }


def _key() -> str:
    """A key of somebody who may see everything by groups, as people do; and DRF's token."""
    user, _ = User.objects.get_or_create(username="bench-api", defaults={"is_staff": True})
    user.groups.set(Group.objects.all())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO authtoken_token (key, created, user_id) VALUES (%s, now(), %s)"
            " ON CONFLICT DO NOTHING",
            [_TOKEN, user.pk],
        )
    return api_keys.issue(user, "benchmark", ["read"])


def _index_for_the_reference() -> None:
    """DRF's cursors know no NULLS LAST, so ours is no index for its order; whoever lists by it at a
    million rows makes one that is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE INDEX IF NOT EXISTS bench_composite"
            " ON riskscore_score (lens_id, composite DESC, project_id)"
        )


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _wait(port: int) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            answer = load.Connection(port).ask(load.get("/livez", {}))
            assert answer[0] == 200, answer
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing listens on port {port}")
