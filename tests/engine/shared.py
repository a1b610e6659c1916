"""Published tables that tests compare with; they lie beside the repository, not in it."""

import csv
from pathlib import Path

import pytest

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a case table; skips the test, and says so, where the tables are absent."""
    path = CASES / name
    if not path.exists():
        pytest.skip(f"NOT VERIFIED against the published table {name}: {path} is absent")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    """A float, NaN for an empty cell."""
    return float(text) if text not in {"", "NA"} else float("nan")
