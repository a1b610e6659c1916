"""A real browser before a real server: chromium, gunicorn, and the suite's worker."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page, expect, sync_playwright

from tests.processes import PATIENCE, ROOT, database_url, environment, until

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def address(journey: None) -> Iterator[str]:
    """Where gunicorn serves the test database, while the suite's worker works on it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    log = settings.VAR / "log" / "web.log"
    command = [sys.executable, "-m", "gunicorn", "riskscore.wsgi", "-b", place, "--threads", "2"]
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*command, "--no-control-socket"],
            cwd=ROOT,
            env=environment(DATABASE_URL=database_url()),
            stdout=said,
            stderr=said,
        )
    try:
        until(lambda: _answers(f"http://{place}/admin/login/"), f"gunicorn: {log.read_text()}")
        yield f"http://{place}"
    finally:
        process.terminate()
        process.wait(150)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=30) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False


@pytest.fixture
def browser_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page of chromium that fails the test if the browser complains about anything."""
    if CHROMIUM is None:
        pytest.skip("NO BROWSER TEST RAN: there is no chromium; apt-get install chromium")
    # Playwright runs an event loop in this thread; Django would refuse its ordinary queries.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(30_000 * PATIENCE)
        expect.set_options(timeout=5_000 * PATIENCE)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: _note(said.type, said.text, complaints))
        yield page
        browser.close()
        # While that loop runs, Django keeps a connection of its own for it.
        connection.close()
    assert not complaints


def _note(kind: str, text: str, complaints: list[str]) -> None:
    if kind in ("error", "warning"):
        complaints.append(text)
