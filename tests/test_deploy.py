"""The container files, checked without a container engine: their schema, and every reference."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from tests.processes import environment, until

ROOT = Path(settings.BASE_DIR)
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
STACK: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
SERVICES: dict[str, Any] = STACK["services"]
OURS = ("setup", "web", "worker", "scheduler")


def test_the_compose_file_fits_the_compose_specification() -> None:
    schema = ["--builtin-schema", "vendor.compose-spec"]
    command = [sys.executable, "-m", "check_jsonschema", *schema, str(COMPOSE)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_services_wait_only_for_services_that_exist_and_can_say_that_they_are_well() -> None:
    for name, service in SERVICES.items():
        for other, wanted in service.get("depends_on", {}).items():
            assert other in SERVICES, f"{name} waits for {other}"
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other], f"{name} waits for {other}"


def test_every_lasting_service_has_a_health_check() -> None:
    lasting = {name for name, service in SERVICES.items() if service["restart"] != "no"}
    assert lasting == {"web", "worker", "scheduler", "postgres", "valkey"}
    assert all("healthcheck" in SERVICES[name] for name in lasting)


def test_every_named_volume_is_declared_and_used() -> None:
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }
    assert used == set(STACK["volumes"])


def test_the_databases_log_keeps_no_statement_and_no_row() -> None:
    said = SERVICES["postgres"]["command"]
    assert {"log_min_error_statement=panic", "log_error_verbosity=terse"} <= set(said)


def test_secrets_come_from_the_environment_and_are_asked_for_by_name() -> None:
    text = COMPOSE.read_text()
    for name in ("RISKSCORE_SECRET_KEY", "RISKSCORE_ALLOWED_HOSTS", "POSTGRES_PASSWORD"):
        assert f"${{{name}:?" in text
    for secret in re.findall(r"^\s+\w*(?:PASSWORD|SECRET_KEY|_AUTH): (.*)$", text, re.MULTILINE):
        assert secret.startswith("${"), "a secret is written into the file"


#: Where temporary files lie.
READ_BY_PYTHON = {"TMPDIR"}


def test_our_variables_are_ones_that_the_program_reads() -> None:
    sources = [*ROOT.glob("riskscore/*.py"), *ROOT.glob("workers/*.py")]
    code = "".join(path.read_text() for path in sources)
    for name in OURS:
        for variable in SERVICES[name]["environment"].keys() - READ_BY_PYTHON:
            assert f'"{variable}"' in code, f"{name} sets {variable}, which nothing reads"


@pytest.mark.parametrize("name", OURS)
def test_our_containers_run_without_privileges(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch("[1-9][0-9]*(:[1-9][0-9]*)?", str(service["user"])), "may be root"
    assert not service.get("privileged")
    assert not service.get("cap_add")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_the_worker_serves_every_queue() -> None:
    assert f"--queues={','.join(settings.QUEUES)}" in SERVICES["worker"]["command"]


def test_the_image_ends_as_an_ordinary_user_with_pinned_packages() -> None:
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE)[-1] == SERVICES["web"]["user"]
    assert "--require-hashes -r requirements.lock" in DOCKERFILE


def test_the_image_copies_only_what_is_there_and_not_ignored() -> None:
    kept = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().split("\n") if line[:1] == "!"
    }
    copied = {line.split()[1] for line in DOCKERFILE.split("\n") if line.startswith("COPY")}
    assert copied == kept
    assert all((ROOT / name).exists() for name in copied)


def test_both_lock_files_pin_the_same_versions_with_hashes() -> None:
    pins = {}
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        pins[name] = set(re.findall(r"^([\w.\[\]-]+==[^\s;\\]+)", text, re.MULTILINE))
        assert text.count("--hash=sha256:") >= len(pins[name])
        assert "://" not in text, "a lock file names a host"
    assert pins["requirements.lock"] <= pins["requirements-dev.lock"]


WITHOUT_THE_REST = """
import sys
from importlib.abc import MetaPathFinder

class Hide(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hide())
import django
django.setup()
import riskscore.urls, riskscore.wsgi, riskscore.serving.journey, workers.tasks
import kombu.transport.redis, celery.bin.celery, gunicorn.app.wsgiapp
import riskscore.serving.buffered_worker
import whitenoise.middleware, whitenoise.storage
"""


@pytest.mark.slow
def test_web_and_worker_need_only_what_the_runtime_lock_installs() -> None:
    """The suite's environment has more packages, so a missing pin would show only elsewhere."""
    lock = (ROOT / "requirements.lock").read_text()
    pinned = set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE))
    hidden = {
        module
        for module, packages in packages_distributions().items()
        if pinned.isdisjoint(name.lower().replace("_", "-") for name in packages)
    }
    program = f"HIDDEN = {hidden!r}\n{WITHOUT_THE_REST}"
    command = [sys.executable, "-c", program]
    result = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_a_living_worker_shows_a_pulse(journey: None) -> None:
    pulse = settings.VAR / "pulse"
    until(pulse.exists, "the worker's poller has ticked")
    first = pulse.stat().st_mtime_ns
    until(lambda: pulse.stat().st_mtime_ns > first, "the worker's poller ticks again")
