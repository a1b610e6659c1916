"""Migrations and published methods are never edited: databases and scores rely on what they said.

``tests/frozen.sha256`` lists each with its hash, as ``sha256sum`` writes it.
"""

import hashlib
from pathlib import Path

from tests.processes import ROOT

FROZEN = ROOT / "tests/frozen.sha256"
FILES = sorted(
    [
        *(ROOT / "riskscore/migrations").glob("[0-9]*"),
        *(ROOT / "fixtures/methods").glob("*.yaml"),
    ]
)


def line_of(path: Path) -> str:
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(ROOT)}"


def frozen_names() -> dict[str, str]:
    """Hash by name of file."""
    pairs = (line.split("  ", 1) for line in FROZEN.read_text().splitlines())
    return {name: digest for digest, name in pairs}


def test_a_migration_or_a_published_method_is_never_edited() -> None:
    edited = [
        name
        for name, digest in frozen_names().items()
        if not (ROOT / name).exists()
        or hashlib.sha256((ROOT / name).read_bytes()).hexdigest() != digest
    ]
    assert not edited, (
        f"edited or removed: {edited}. Databases and scores exist that rely on what it said. Put it"
        " back (git checkout), and write a new migration (manage.py makemigrations) or a new"
        " version of the method (fixtures/methods/NAME-vN.yaml) instead."
    )


def test_every_migration_and_published_method_is_listed() -> None:
    missing = [path for path in FILES if str(path.relative_to(ROOT)) not in frozen_names()]
    assert not missing, "new: add to tests/frozen.sha256 (make freeze does)\n" + "\n".join(
        map(line_of, missing)
    )
