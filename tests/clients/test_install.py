"""The client installs by itself: into an empty environment, with nothing of the server."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.conftest import Live
from tests.processes import PATIENCE, ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def needed(name: str) -> set[str]:
    """The distributions that one needs without its extras, itself among them."""
    requires = importlib.metadata.requires(name) or []
    always = [line for line in requires if ";" not in line]
    names = {re.split(r"[^\w.-]", line)[0] for line in always}
    return {name}.union(*(needed(each) for each in names))


def test_it_runs_in_an_environment_of_its_own(live: Live, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", str(tmp_path / "env"))
    here = tmp_path / "env/bin"
    # Built by what is here already, so that no network is needed.
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps"]
    run(*build, "-w", str(tmp_path), str(ROOT / "clients/python"))
    (wheel,) = tmp_path.glob("riskscore_client-*.whl")
    run(str(here / "pip"), "install", "-q", "--no-deps", "--no-index", str(wheel))
    site = Path(run(str(here / "python"), "-c", "import site; print(*site.getsitepackages())"))
    for name in needed("httpx"):  # what pip would have fetched
        for file in importlib.metadata.files(name) or ():
            first = file.parts[0]
            there = site / first
            if first not in ("..", "__pycache__") and not there.exists():
                there.symlink_to(str(importlib.metadata.distribution(name).locate_file(first)))
    env = live.environment()
    del env["PYTHONPATH"]
    done = subprocess.run(
        [str(here / "riskscore"), "scores", "--limit", "1", "--csv"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=60 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("rank,key,name")


def run(*command: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120 * PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_it_imports_nothing_of_the_server() -> None:
    for path in (ROOT / "clients/python").rglob("*.py"):
        found = re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(), re.MULTILINE)
        assert not {"riskscore", "django", "rest_framework", "workers"} & set(found), path
