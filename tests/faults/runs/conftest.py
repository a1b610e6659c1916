"""Folders in which `make run` has worked without any fault: what the others are compared with."""

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from benchmarks.database import multiply
from riskscore import api_keys, embedded
from riskscore.config import addresses
from riskscore.jobs import requests
from riskscore.models import ApiKey
from tests.faults.history import TABLES, Checker, Numbers, execute, numbers, rows
from tests.faults.runs.make_run import MakeRun
from tests.faults.site import database_at
from tests.processes import manage

PROJECTS = 10_000
#: Tables that grow with every job, whatever came of it.
GROWING = (
    "fault_",
    "job",
    "chunk",
    "transition",
    "workerpulse",
    "itemerror",
    "django_session",
    "keptfigures",
)  # counted in the background, when there is nothing better to do


@dataclass(frozen=True)
class Undisturbed:
    """A folder as a run without faults leaves it, its scores, and how many rows each table has."""

    var: Path
    numbers: Numbers
    counts: dict[str, int]
    key: str = ""


def counts() -> dict[str, int]:
    """How many rows each table holds of what is loaded and scored."""
    tables = rows(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ %s"
        " AND tablename !~ 'scorehistory_' ORDER BY 1",
        ["|".join(GROWING)],
    )
    return {name: rows(f'SELECT count(*) FROM "{name}"')[0][0] for (name,) in tables}  # noqa: S608


def record_writes() -> None:
    """Have the database write down every score that is written from now on."""
    if not rows("SELECT FROM pg_class WHERE relname = 'fault_history'"):
        execute(TABLES)


@pytest.fixture(scope="package")
def folder() -> Iterator[Path]:
    """Give a folder for everything here; the next suite clears it if this one is killed."""
    folder = Path(tempfile.mkdtemp(prefix="riskscore-tests-faults-"))
    with embedded.serve(folder, postgres=False, valkey=False):  # in use: no other suite clears it
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def bundle_run(folder: Path, django_db_blocker: DjangoDbBlocker) -> Undisturbed:
    """Score the bundle, from an empty folder, without any fault."""
    return _demonstrated(folder / "bundle", django_db_blocker)


@pytest.fixture(scope="package")
def large_run(
    bundle_run: Undisturbed, folder: Path, django_db_blocker: DjangoDbBlocker
) -> Undisturbed:
    """The same with copies of its projects, so that a job takes a while."""
    var = folder / "large"
    shutil.copytree(bundle_run.var, var)
    with django_db_blocker.unblock(), embedded.serve(var), _database(var):
        record_writes()
        multiply(PROJECTS)
        scopes = [ApiKey.Scope.READ, ApiKey.Scope.RESCORE]
        client = User.objects.create_superuser("client")
        key = api_keys.issue(client, "faults", scopes)
    return _demonstrated(var, django_db_blocker, key)


def _demonstrated(var: Path, blocker: DjangoDbBlocker, key: str = "") -> Undisturbed:
    result = manage("demo", RISKSCORE_VAR=str(var))
    assert result.returncode == 0, result.stderr
    with blocker.unblock(), embedded.serve(var), _database(var):
        return Undisturbed(var, numbers(requests.default_lens().id), counts(), key)


def _database(var: Path) -> AbstractContextManager[None]:
    return database_at(addresses.socket_folder(var), addresses.NAME)


@pytest.fixture
def chance() -> random.Random:
    """Print what repeats this run: FAULTS_SEED."""
    seed = int(os.environ.get("FAULTS_SEED") or random.randrange(2**31))
    print(f"FAULTS_SEED={seed}")  # noqa: T201
    return random.Random(seed)


@pytest.fixture
def run_in(django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[..., MakeRun]]:
    """Give runs on folders; whatever of them is still there at the end is killed."""
    with ExitStack() as ends, django_db_blocker.unblock():

        def one(var: Path, **changes: str) -> MakeRun:
            run = MakeRun(var, changes)
            ends.callback(run.close)
            ends.callback(connection.close)
            return run

        yield one


@pytest.fixture
def busy_run(
    large_run: Undisturbed, run_in: Callable[..., MakeRun], folder: Path
) -> Iterator[MakeRun]:
    """Start `make run` on a copy of the large folder: its first job scores all projects anew."""
    var = folder / "busy"
    shutil.copytree(large_run.var, var)
    run = run_in(var)
    run.key = large_run.key
    run.start()
    run.until_ready()
    with run.database():
        yield run
    run.close()
    shutil.rmtree(var)


@pytest.fixture
def checker(large_run: Undisturbed) -> Checker:
    """Ask for the invariants of the large folder's copies."""
    return Checker(dict(large_run.numbers))  # a test may take some out
