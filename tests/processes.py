"""Real processes for tests: their environment, and waiting for what they do."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)
MANAGE = [sys.executable, str(ROOT / "manage.py")]
#: How many times slower than a developer's machine one may be before a test fails for that alone.
PATIENCE = 5
WORKER = [sys.executable, "-m", "celery", "-A", "riskscore.celery", "worker"]


def environment(**changes: str) -> dict[str, str]:
    """Return what a child process sees: the product's own settings, and the changes."""
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "riskscore.settings", **changes}


def database_url() -> str:
    """Return the address of the database that pytest-django made, as DATABASE_URL wants it."""
    place = connection.settings_dict
    return (
        f"postgresql://{place['USER']}@/{place['NAME']}?host={quote(str(place['HOST']), safe='')}"
    )


def manage(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run `python manage.py …` to its end and return what it said."""
    return subprocess.run(
        [*MANAGE, *arguments],
        env=environment(**changes),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120 * PATIENCE,
        check=False,
    )


def until(condition: Callable[[], object], what: str, *, seconds: float = 30) -> None:
    """Wait for what takes at most so many seconds elsewhere; fail by its name if it never comes."""
    end = time.monotonic() + seconds * PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {seconds * PATIENCE:.0f} s: {what}"
        time.sleep(0.02)
