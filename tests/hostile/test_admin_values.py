"""Every page and form of admin with what it was not meant for: a sentence, nothing written, a way
back; never a failure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from riskscore.admin.ui.pages import Page
from tests.faults.length import LONG
from tests.hostile import values
from tests.hostile.admin_doors import (
    Door,
    Fields,
    Form,
    ask,
    doors,
    filters_of,
    forms_of,
    names_read,
)
from tests.hostile.answers import fault_of_page, give_up
from tests.hostile.rows import row_of_each
from tests.hostile.written import what_is_written

FORM = "application/x-www-form-urlencoded"
#: There only for a model that waits for a decision, which the bundle has none of.
CLOSED = {"riskscore_learnedmodel_decide"}
#: Fields that every form has and that mean nothing to its page.
NOT_TRIED = {"csrfmiddlewaretoken"}
BODIES = ("", "%00=%00", "&" * 3000, "a=" * 100, "%FF=%ED%A0%80", "a" * 6_000_000)


@dataclass(frozen=True, slots=True)
class Trial:
    """One request, and words for what is hostile in it."""

    words: str
    method: str
    path: str
    body: str = ""
    kind: str = FORM


@pytest.fixture
def browser(bundle: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Give a browser of somebody who may do everything."""
    monkeypatch.setattr(Page, "list_per_page", 2)  # the rows are not what is asked about
    ada = User.objects.create_superuser("ada")
    row_of_each(ada)
    client = Client(raise_request_exception=False)
    client.force_login(ada)
    client.session_cookie = client.cookies.output(header="", sep=";")  # type: ignore[attr-defined]
    return client


def send(browser: Client, trial: Trial) -> Any:
    """What comes back. A form that logs somebody in anew is undone, and so is its cookie."""
    browser.cookies.load(browser.session_cookie)  # type: ignore[attr-defined]
    return browser.generic(trial.method, trial.path, trial.body.encode(), trial.kind)


def fault(browser: Client, trial: Trial) -> str:
    """What is wrong with the answer, or with what was written before it; empty if nothing is."""
    with transaction.atomic(), what_is_written() as written:
        answer = send(browser, trial)
        found = fault_of_page(answer)
        if not found and answer.status_code >= 400 and written.tables:
            found = f"{answer.status_code}: it has written to {written.tables}"
        give_up(answer)
        transaction.set_rollback(True)
    return found


def of_address(door: Door, browser: Client) -> Iterator[Trial]:
    """The address with odd parts, odd parameters and other methods."""
    if door.has_parts:
        for part in values.some(values.PARTS, door.route, 2):
            for method in ("GET", "POST") if LONG else ("GET",):
                yield Trial(f"a part is {values.shown(part)}", method, door.odd(part))
    if not door.path:
        return
    with names_read() as read:
        answer = ask(browser, door.path)
    assert answer.status_code != 404 or door.name in CLOSED, (
        f"{door.path} is not there: name another row for it"
    )
    names = [*dict.fromkeys([*filters_of(door), *sorted(read - NOT_TRIED)])]
    for name in names if LONG else values.some(names, door.route, 1):
        for value in values.some(values.TEXTS, f"{door.route} {name}", 1):
            query = values.encoded([(name, value)])
            yield Trial(f"{name} is {values.shown(value)}", "GET", f"{door.path}?{query}")
    for value in values.some(values.TEXTS, door.route, 1):
        query = values.encoded([(name, value) for name in names])
        words = f"{', '.join(names)} are {values.shown(value)}"
        yield Trial(words, "GET", f"{door.path}?{query}")
    odd = values.some([*values.UNDECLARED, *values.METHODS[1:]], door.route, 1)
    for name in odd:
        if name in values.METHODS:
            yield Trial(name, name, door.path)
        else:
            query = values.encoded([(name, "1")])
            yield Trial(f"undeclared {name!r}", "GET", f"{door.path}?{query}")


def of_form(form: Form) -> Iterator[Trial]:
    """The form as it is, then with one field or all of them hostile, or twice, or none at all."""
    yield from _of_form(form, form.fields)
    sent = values.encoded(form.fields)
    bodies = [(f"a body of {raw[:10]}", raw, FORM) for raw in BODIES]
    bodies += [(f"content type {kind!r}", sent, kind) for kind in values.CONTENT_TYPES]
    for words, raw, kind in values.some(bodies, form.target, 1):
        yield Trial(words, "POST", form.target, raw, kind)


def _of_form(form: Form, fields: Fields) -> Iterator[Trial]:
    yield _trial(form, "as it is", fields)
    names = [name for name in dict.fromkeys(name for name, _ in fields) if name not in NOT_TRIED]
    place = f"{form.target} {' '.join(names)}"
    for name in names if LONG else values.some(names, place, 1):
        for value in values.some(values.TEXTS, f"{place} {name}", 1):
            odd = values.replaced(fields, name, value)
            yield _trial(form, f"{name} is {values.shown(value)}", odd)
    for value in values.some(values.TEXTS, place, 1):
        everything = [(name, value) for name in names if not name.startswith("_")]
        yield _trial(form, f"everything is {values.shown(value)}", everything)
    if names and LONG:
        without = [(name, value) for name, value in fields if name != names[0]]
        yield _trial(form, f"without {names[0]}", without)
        yield _trial(form, "each field twice", [*fields, *fields])


def _trial(form: Form, words: str, fields: Fields) -> Trial:
    if form.method == "get":
        path, _, _ = form.target.partition("?")
        return Trial(words, "GET", f"{path}?{values.encoded(fields)}")
    return Trial(words, "POST", form.target, values.encoded(fields))


def forms(found: list[Door], browser: Client) -> Iterator[Form]:
    """Each form of each page once; and of the page that a form leads to, such as its question."""
    seen: set[tuple[str, str, tuple[str, ...]]] = set()
    for door in found:
        waiting = list(forms_of(ask(browser, door.path), door.path))
        for form in waiting:
            names = tuple(sorted({name for name, _ in form.fields}))
            place = (form.target.partition("?")[0], form.method, names)
            if place in seen or form.method == "get":  # what a page reads is tried at its address
                continue
            seen.add(place)
            yield form
            if form.method == "post" and len(waiting) < 30:
                waiting.extend(_after(form, browser))


def _after(form: Form, browser: Client) -> list[Form]:
    with transaction.atomic():
        answer = send(browser, _trial(form, "", form.fields))
        transaction.set_rollback(True)
    found = forms_of(answer, form.target) if answer.status_code == 200 else []
    return [each for each in found if each.target != form.target]


def test_no_address_fails_whatever_stands_in_it(browser: Client) -> None:
    faults, count = [], 0
    for door in doors():
        for trial in of_address(door, browser):
            count += 1
            if found := fault(browser, trial):
                faults.append(f"{trial.method} {door.route}: {trial.words}: {found}")
    assert not faults, f"{len(faults)} of {count}:\n" + "\n".join(faults[:60])


def test_no_form_fails_whatever_is_sent_with_it(browser: Client) -> None:
    faults, count = [], 0
    for form in forms(list(doors()), browser):
        for trial in of_form(form):
            count += 1
            if found := fault(browser, trial):
                faults.append(f"{trial.method} {form.target}: {trial.words}: {found}")
    assert not faults, f"{len(faults)} of {count}:\n" + "\n".join(faults[:60])
