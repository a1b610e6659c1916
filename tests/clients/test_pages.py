"""What the pages for users of the API show is run, as it is printed, against the live server."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.conftest import Live
from tests.processes import PATIENCE, ROOT

pytestmark = pytest.mark.django_db  # the live server has a copy of what is loaded there


def blocks(page: str, kind: str) -> list[str]:
    """The blocks of code of a kind on a page, in their order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def run(live: Live, program: list[str], folder: Path) -> str:
    """Run a program of a user in an empty folder; return what it prints."""
    done = subprocess.run(
        program,
        cwd=folder,
        env=live.environment(HOME=str(folder)),
        capture_output=True,
        text=True,
        timeout=120 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def shell(live: Live, block: str, folder: Path) -> str:
    """Run a block of a shell; the command is that of this checkout."""
    name = f'riskscore() {{ "{sys.executable}" -m riskscore_client "$@"; }}'
    there = block.replace("http://localhost:8000", live.url)
    return run(live, ["/bin/bash", "-euo", "pipefail", "-c", f"{name}\n{there}"], folder)


def python(live: Live, code: str, folder: Path) -> str:
    return run(live, [sys.executable, "-c", code], folder)


def test_the_client_s_page_is_true(live: Live, tmp_path: Path) -> None:
    page = "clients/python/README.md"
    install, words = blocks(page, "sh")
    assert install.count("pip install") == 3
    shown = shell(live, words, tmp_path)
    assert "come from CHN" in shown
    assert "succeeded" in shown
    assert (tmp_path / "chile.csv").read_text().startswith("key,name,kind")
    printed = python(live, "\n".join(blocks(page, "python")), tmp_path)
    assert "Salar de Uyuni" in printed
    assert "not_found" in printed
