"""Two clients who write one record at the same moment, from the same ETag: the later is refused."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from riskscore.models import Lens, Portfolio, Project, ProjectList, Webhook
from tests.api.conftest import Api
from tests.make import make_method, make_place, make_project

pytestmark = pytest.mark.django_db(transaction=True)
#: How long the first of two holds the record before its change stands.
HELD_S = 1.0


def _project(_api: Api) -> Any:
    return make_project(key="paired", name="Alpha", state="draft")


def _list(_api: Api) -> Any:
    make_project(key="one-1")
    return ProjectList.objects.create(name="paired")


def _portfolio(api: Any) -> Any:
    return Portfolio.objects.create(name="paired", owner=api.user, lens=_lens())


def _webhook(api: Any) -> Any:
    return Webhook.objects.create(
        owner=api.user, url="https://a.example/hook", types=["job.finished"], lens=_lens(),
        secret="sealed",
    )  # fmt: skip


def _lens() -> Lens:
    make_place("WLD", kind="group")
    return Lens.objects.create(method_code=make_method().code, importer_id="WLD")


KINDS: dict[str, tuple[Callable[[Api], Any], str, Any, str, Any]] = {
    "project": (_project, "/projects/paired", {"name": "Beta"}, "name", "Gamma"),
    "list": (_list, "/lists/paired", {"projects": ["one-1"]}, "name", "paired-2"),
    "portfolio": (_portfolio, "/sourcing/portfolios/paired", {"about": "Beta"}, "about", "Gamma"),
    "webhook": (_webhook, "/webhooks/{}", {"name": "Beta"}, "name", "Gamma"),
}


@pytest.mark.parametrize("name", KINDS)
def test_who_has_not_seen_what_another_is_just_writing_waits_and_is_refused(
    name: str, make_api: Callable[..., Api]
) -> None:
    api = make_api("read", "curate", "list", "portfolio", "webhook")
    make, path, body, column, theirs = KINDS[name]
    record = make(api)
    path = path.format(record.pk)
    tag = api.get(path)["ETag"]
    holds = threading.Event()

    def first() -> None:
        with transaction.atomic():
            type(record).objects.filter(pk=record.pk).update(**{column: theirs})
            holds.set()
            time.sleep(HELD_S)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    holds.wait(10)
    answer = api.write("PATCH", path, body, If_Match=tag)
    thread.join()
    assert answer.status_code in (404, 412), answer.content  # a list by its old name is gone
    record.refresh_from_db()
    assert getattr(record, column) == theirs
    assert Project.objects.filter(name="Beta").count() == 0
