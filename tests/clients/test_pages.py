"""What the pages for users of the API show is run, as it is printed, against the live server."""

import csv
import json
import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from riskscore_client import Riskscore

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
    code = "\n".join(blocks(page, "python"))
    printed = python(
        live, code.replace("https://hooks.example.org", f"http://{live.receiver}"), tmp_path
    )
    assert "Salar de Uyuni" in printed
    assert "{'gone-1': 'unknown'}" in printed
    assert "match icmm-13488 " in printed
    assert "not_found" in printed


def test_the_tutorial_leads_from_a_key_to_a_decision_in_five_minutes(
    live: Live, tmp_path: Path
) -> None:
    page = "docs/tutorial.md"
    began = time.monotonic()
    said = [shell(live, block, tmp_path) for block in blocks(page, "sh")]
    decision = python(live, "\n".join(blocks(page, "python")), tmp_path)
    assert time.monotonic() - began < 300
    assert "63% of 55,250 t come from CHN" in said[0]
    assert said[2].startswith("Grota do Cirilo, Brazil (icmm-13488): ")
    (shown,) = blocks(page, "text")
    assert decision.startswith(shown)
    assert decision.splitlines()[len(shown.splitlines()) :] != []


def recipe(title: str) -> str:
    """The program under a heading of the page of recipes."""
    text = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
    part = re.split(r"^## ", text.split(f"## {title}\n")[1], flags=re.MULTILINE)[0]
    (program,) = re.findall(r"^```python\n(.*?)^```", part, re.MULTILINE | re.DOTALL)
    return str(program)


def test_every_recipe_is_run_here() -> None:
    titles = re.findall(r"^## (.*)$", (ROOT / "docs/recipes.md").read_text(), re.MULTILINE)
    assert titles == ["A nightly sync", "A supplier list", "Watch a portfolio"]


def test_a_nightly_sync_brings_all_then_only_what_is_new(live: Live, tmp_path: Path) -> None:
    program = recipe("A nightly sync")
    first = python(live, program, tmp_path)
    with Riskscore(live.url, live.key) as riskscore:
        there = {
            row["key"]: row["composite"] for row in riskscore.scores(unranked="include").stream()
        }
    with sqlite3.connect(tmp_path / "scores.db") as table:
        rows = [json.loads(row) for (row,) in table.execute("SELECT row FROM score")]
    assert {row["key"]: row["composite"] for row in rows} == there
    assert first == f"{len(there)} scores since ever\n"
    again = int(python(live, program, tmp_path).split()[0])
    assert again < len(there) / 4


def test_a_supplier_list_guesses_nothing(live: Live, tmp_path: Path) -> None:
    lines = ["name,place", "Grota do Cirilo,BRA", "Salar,CHL", "No Such Mine,", "Pato,COL"]
    (tmp_path / "suppliers.csv").write_text("\n".join(lines) + "\n")
    python(live, recipe("A supplier list"), tmp_path)
    with (tmp_path / "suppliers-risk.csv").open() as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert rows["Grota do Cirilo"]["match"] == "icmm-13488"
    assert float(rows["Pato"]["composite"]) > 0
    assert rows["No Such Mine"]["candidates"] == "none"
    assert len(rows["Salar"]["candidates"].split()) > 1
    assert rows["Salar"]["match"] == rows["Salar"]["composite"] == ""


def test_a_watched_portfolio_says_which_limit_does_not_hold(live: Live, tmp_path: Path) -> None:
    program = recipe("Watch a portfolio")
    for _ in range(2):  # it begins the portfolio once
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=live.environment(),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120 * PATIENCE,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        assert "place: above, at most 0.6" in done.stdout
    with Riskscore(live.url, live.key) as riskscore:
        names = [row["name"] for row in riskscore.sourcing.portfolios()]
    assert names.count("lithium-supply") == 1
