"""Code that is older than the database's tables or methods refuses to work, in one line."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from riskscore.engine.method import LATEST_RULES
from riskscore.jobs import ledger
from riskscore.models import Edition, Job, Method
from riskscore.scoring import methods, rescore
from riskscore.sql.database import older_code
from tests.make import make_job, make_project
from tests.processes import PATIENCE, ROOT, database_url, environment

NEWEST = max(older_code.known())


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be the code of before the newest migration: its file is not there yet."""
    before = tmp_path / "migrations"
    shutil.copytree(older_code.MIGRATIONS, before, ignore=shutil.ignore_patterns(f"{NEWEST}*"))
    monkeypatch.setattr(older_code, "MIGRATIONS", before)
    older_code.known.cache_clear()
    connection.close()
    yield
    monkeypatch.undo()
    older_code.known.cache_clear()
    connection.close()


@pytest.mark.django_db
def test_code_that_knows_every_applied_migration_connects() -> None:
    fresh = connection.copy()
    fresh.ensure_connection()
    assert fresh.is_usable()
    fresh.close()


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_is_refused_each_time_with_the_migration_and_the_remedy(
    older: None,
) -> None:
    for _ in range(2):
        with pytest.raises(older_code.OlderCode) as refused:
            Job.objects.count()
        assert connection.connection is None
    words = str(refused.value)
    assert words.startswith(f"the database is newer than this code: it has {NEWEST}; install the")
    assert "\n" not in words


@pytest.mark.django_db(transaction=True)
def test_the_web_server_lives_is_not_ready_and_answers_503(older: None) -> None:
    client = Client(raise_request_exception=False)
    assert client.get("/livez").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, NEWEST in ready.json()["reason"]) == (503, True)
    asked = client.get("/api/v1/projects", headers={"Authorization": "Bearer rs_0badf00d_x"})
    assert asked.status_code == 503
    password = {"username": "ada", "password": "x"}
    assert client.post("/admin/login/", password).status_code == 503


@pytest.fixture
def newer_database(transactional_db: None) -> Iterator[None]:
    """A database that a later version has migrated, for other processes too."""
    MigrationRecorder(connection).record_applied("riskscore", "9999_of_tomorrow")
    yield
    MigrationRecorder(connection).record_unapplied("riskscore", "9999_of_tomorrow")


def test_a_web_server_that_is_started_alone_ends_with_one_line(newer_database: None) -> None:
    gunicorn = subprocess.run(
        [sys.executable, "-m", "gunicorn", "riskscore.wsgi:application", "--no-control-socket",
         "--bind=127.0.0.1:0", "--workers=2"],
        cwd=ROOT, env=environment(DATABASE_URL=database_url()), capture_output=True, text=True,
        timeout=60 * PATIENCE, check=False,
    )  # fmt: skip
    said = [line for line in gunicorn.stderr.splitlines() if "9999_of_tomorrow" in line]
    assert gunicorn.returncode == older_code.CANNOT_LOAD, gunicorn.stderr[-2000:]
    assert "refusing to serve: the database is newer than this code" in said[0]
    assert "Traceback" not in gunicorn.stderr


@pytest.mark.django_db(transaction=True)
def test_a_worker_takes_no_work_and_says_so_in_one_line(
    older: None, caplog: pytest.LogCaptureFixture
) -> None:
    assert rescore.drain() == []
    (line,) = [one for one in caplog.records if one.name == "riskscore.scoring.rescore"]
    assert line.getMessage().startswith("no work is taken: the database is newer than this code")
    assert line.exc_info is None


def of_newer_rules() -> None:
    Method.objects.create(
        code="newer", version=1, spec={"rules": LATEST_RULES + 1}, hash="0" * 64,
        state=Method.State.PUBLISHED, edition=Edition.objects.first(),
    )  # fmt: skip


@pytest.mark.django_db
def test_with_a_method_of_newer_rules_no_work_is_taken_and_no_project_fails() -> None:
    make_project()
    job = make_job()
    methods.refuse_newer()
    of_newer_rules()
    with pytest.raises(older_code.OlderCode, match=r"newer v1 follows newer rules .* \(2\)"):
        methods.refuse_newer()
    assert rescore.drain() == []
    job.refresh_from_db()
    assert (job.state, ledger.progress(job.id).failed) == (Job.State.QUEUED, 0)
    ready = Client().get("/readyz")
    assert (ready.status_code, "newer v1" in ready.json()["reason"]) == (503, True)
