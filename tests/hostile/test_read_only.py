"""A database that takes no changes for a while (a standby that takes over): pages are read, and
what would be written is refused in words, with a time after which to try again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.hostile import test_admin_values, test_api_values, values
from tests.hostile.admin_doors import ask, doors, forms_of
from tests.hostile.answers import fault_of_page, fault_of_reply, give_up
from tests.hostile.api_addresses import WRITING, document
from tests.hostile.test_admin_values import FORM, Trial
from tests.hostile.test_api_values import Program, filled

UNAVAILABLE = 503
browser, program = test_admin_values.browser, test_api_values.program


@contextmanager
def no_changes() -> Iterator[None]:
    """The database as a standby is, until the end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
        yield
        transaction.set_rollback(True)


def fault_of_wait(answer: Any) -> str:
    """What is wrong with an answer that asks to wait."""
    if answer.status_code == UNAVAILABLE and not answer.headers.get("Retry-After"):
        return "503: it does not say when to try again"
    return ""


def test_every_page_of_admin_is_read(browser: Client) -> None:
    faults = []
    for door in doors():
        if not door.path:
            continue
        with no_changes():
            answer = browser.get(door.path)
            if found := fault_of_page(answer):
                faults.append(f"GET {door.route}: {found}")
            give_up(answer)
    assert not faults, "\n".join(faults)


def test_every_form_of_admin_is_refused_in_words(browser: Client) -> None:
    faults, refused = [], 0
    for target, fields in _sent(browser):
        with no_changes():
            answer = test_admin_values.send(
                browser, Trial("", "POST", target, values.encoded(fields), FORM)
            )
        found = fault_of_page(answer, allowed=UNAVAILABLE) or fault_of_wait(answer)
        refused += answer.status_code == UNAVAILABLE
        if found:
            faults.append(f"POST {target}: {found}")
    assert not faults, "\n".join(faults)
    assert refused > 20


def _sent(browser: Client) -> Iterator[tuple[str, Any]]:
    seen = set()
    for door in doors():
        if not door.path:
            continue
        for form in forms_of(ask(browser, door.path), door.path):
            if form.method == "post" and form.target not in seen:
                seen.add(form.target)
                yield form.target, form.fields


def test_every_write_of_the_api_is_refused_as_a_problem(program: Program) -> None:
    described = document()
    faults = []
    for operation, tried in filled(described, program):
        trial = next(tried)
        with no_changes():
            answer = program.send(trial)
            found = fault_of_reply(answer, allowed=UNAVAILABLE) or fault_of_wait(answer)
            give_up(answer)
        if not found and operation.method in WRITING and answer.status_code not in (503, 409):
            found = "" if operation.name.endswith("/effects") else f"{answer.status_code}"
        if found:
            faults.append(f"{operation.name}: {found}")
    assert not faults, "\n".join(faults)


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Each refusal is a warning in the log, and there are hundreds."""
    caplog.set_level("CRITICAL")
