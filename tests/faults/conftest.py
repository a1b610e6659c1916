"""The house of the fault suite, a site that its small tests share, and sites of one's own.

All of it ends with the folder's last test: idle workers cost the tests that follow."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from benchmarks.database import multiply
from riskscore import api_keys, embedded
from riskscore.bundle import load
from riskscore.celery import publish
from riskscore.jobs import requests
from riskscore.models import ApiKey, Job, Schedule
from riskscore.scoring import rescore
from tests.bundled import AS_OF
from tests.faults.history import TABLES, Checker, Numbers, numbers
from tests.faults.length import PROJECTS
from tests.faults.site import House, Site


@pytest.fixture(scope="package")
def house(django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """Start servers in a folder of their own, with the bundle and copies of it as a template."""
    folder = Path(tempfile.mkdtemp(prefix="riskscore-tests-faults-"))
    with django_db_blocker.unblock(), embedded.serve(folder):
        house = House(folder)
        house.on_server("CREATE DATABASE template_house")
        with house.connected_to("template_house"):
            call_command("migrate", verbosity=0)
            load.load(settings.FIXTURES)
            multiply(PROJECTS)
            requests.default_lens()
            Schedule.objects.all().delete()
            with connection.cursor() as cursor:
                cursor.execute(TABLES)
        yield house
        house.proxy.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="package")
def reference(house: House) -> Numbers:
    """Score everything once without any fault."""
    house.on_server("CREATE DATABASE reference TEMPLATE template_house")
    with house.connected_to("reference"):
        job = requests.start({"all": True}, as_of=AS_OF, apart=False)
        while Job.objects.get(id=job.id).state not in Job.TERMINAL:
            rescore.drain()
        found = numbers(job.lens_id)
    house.on_server("DROP DATABASE reference")
    return found


@contextmanager
def site_of(house: House, name: str, **changes: float) -> Iterator[Site]:
    """A database from the template, and whatever processes the test starts on it."""
    house.on_server(f'CREATE DATABASE "{name}" TEMPLATE template_house')
    site = Site(house, name, **changes)  # type: ignore[arg-type]
    try:
        yield site
    finally:
        site.stop()
        house.on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def at(site: Site) -> Iterator[None]:
    """Let this process work at the site as a web process would: its database, its broker."""
    with pytest.MonkeyPatch.context() as patch, site.house.connected_to(site.database):
        patch.setenv("CELERY_BROKER_URL", site.house.broker_url)
        patch.setattr(publish, "_circuit_open_until", 0.0)
        yield


@pytest.fixture(scope="package")
def shared_site(house: House) -> Iterator[Site]:
    """Run two workers for all small tests: every test has its own projects."""
    with site_of(house, "shared", chunk=20, lease_s=2) as site:
        site.start_worker("first")
        site.start_worker("second")
        site.wait_for_workers("first", "second")
        with site.supervised():
            yield site


@pytest.fixture
def checker(reference: Numbers) -> Checker:
    """Ask for the invariants."""
    return Checker(reference)


@pytest.fixture
def site(shared_site: Site, checker: Checker, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """Work at the shared site, and check every invariant when the test is over."""
    with django_db_blocker.unblock(), at(shared_site):
        yield shared_site
        checker.check()


@dataclass(frozen=True)
class Web:
    """A web server of the site, and a key that opens it."""

    address: str
    key: str


@pytest.fixture
def web(site: Site) -> Iterator[Web]:
    """Start a real web server afresh."""
    user, _ = User.objects.get_or_create(
        username="client", defaults={"is_staff": True, "is_superuser": True}
    )
    key = api_keys.issue(user, "faults", [ApiKey.Scope.READ, ApiKey.Scope.RESCORE])
    yield Web(site.start_web(), key)
    site.processes.pop("web").kill()


@pytest.fixture(scope="package")
def take(house: House) -> Callable[[int], list[str]]:
    """Give out keys of projects, none of them twice."""
    with house.connected_to("template_house"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM riskscore_project p WHERE state = 'published' AND EXISTS"
            " (SELECT FROM riskscore_projectmineral m WHERE m.project_id = p.id) ORDER BY id"
        )
        keys = [row[0] for row in cursor.fetchall()]

    def next_keys(count: int) -> list[str]:
        taken = keys[:count]
        del keys[:count]
        return taken

    return next_keys
