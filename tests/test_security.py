"""What docs/security.md promises: its proofs exist, and what no other test says."""

import ast
import re
import secrets
import zlib
from typing import Any

import pytest
import yaml

from riskscore import api_keys
from riskscore.admin.methods import spec_text
from tests.processes import ROOT

PROOF = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
CLIENTS = {"aiohttp", "http.client", "httpcore", "httpx", "requests", "urllib.request", "urllib3"}
RUNS = {
    "pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "eval", "exec",
    "os.system", "os.popen", "shell", "yaml.load", "yaml.unsafe_load", "yaml.full_load",
}  # fmt: skip
#: The one module that may ask an address which somebody names: it checks where that leads.
ASKS = "riskscore/webhooks/posting.py"


def test_every_test_that_the_page_names_exists() -> None:
    proofs = PROOF.findall((ROOT / "docs/security.md").read_text())
    missing = [
        f"{path}::{name}"
        for path, name in proofs
        if f"def {name}(" not in (ROOT / path).read_text()
    ]
    assert missing == []
    assert len(proofs) > 50


def test_every_risk_of_the_top_ten_has_a_proof() -> None:
    lines = (ROOT / "docs/security.md").read_text().splitlines()
    rows = {line.split()[1]: line for line in lines if line.startswith("| API")}
    assert list(rows) == [f"API{number}" for number in range(1, 11)]
    assert all(PROOF.search(line) for line in rows.values())


def test_one_module_alone_has_an_http_client() -> None:
    """So no request can make it ask an address of the client's choice that was not checked."""
    asking = []
    for path in sorted([*(ROOT / "riskscore").rglob("*.py"), *(ROOT / "workers").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom) and not node.level:
                module = node.module or ""
                names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
            asking += [f"{path.relative_to(ROOT)}: {name}" for name in names if name in CLIENTS]
    assert asking == [f"{ASKS}: httpcore"]


def test_nothing_that_runs_what_it_reads_is_called() -> None:
    """No pickle or its like, no shell, no eval; YAML is read as plain values."""
    found = []
    for path in sorted([*(ROOT / "riskscore").rglob("*.py"), *(ROOT / "workers").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            names: list[str | None] = []
            if isinstance(node, ast.Import):
                names = [alias.name.partition(".")[0] for alias in node.names]
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [(node.module or "").partition(".")[0]]
            if isinstance(node, ast.Call):
                names = [ast.unparse(node.func)]
                names += ["shell"] * any(each.arg == "shell" for each in node.keywords)
            found += [f"{path.relative_to(ROOT)}: {name}" for name in names if name in RUNS]
    # With a reader that is yaml.SafeLoader, made stricter.
    assert found == ["riskscore/admin/methods/spec_text.py: yaml.load"]
    assert issubclass(spec_text._Reader, yaml.SafeLoader)


@pytest.mark.django_db
def test_a_key_has_192_random_bits(monkeypatch: pytest.MonkeyPatch, django_user_model: Any) -> None:
    """24 bytes of `secrets`, which asks the operating system, are 32 letters of base64; the rest is
    their checksum."""
    asked: list[int | None] = []
    real = secrets.token_urlsafe

    def drawn(size: int | None = None) -> str:
        asked.append(size)
        return real(size)

    monkeypatch.setattr(secrets, "token_urlsafe", drawn)
    plain = api_keys.issue(django_user_model.objects.create_superuser("ada"), "tests", ["read"])
    assert asked == [24]
    assert len(plain.split("_", 2)[2]) == 32 + 8
    assert zlib.crc32(plain[:-8].encode()) == int(plain[-8:], 16)
