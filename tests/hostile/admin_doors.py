"""Every page of admin and every form on it, asked of Django and of the pages themselves.

Addresses come from the resolver, their parts from rows of the database, the fields of a form from
the page that shows it, and the parameters of a page from what its view reads of the request. So a
page that is added tomorrow is tried too.
"""

import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.http import QueryDict
from django.test import Client

from benchmarks import admin_addresses
from riskscore.models import Alert, Intake, Mineral, Place, Portfolio, Project
from tests.faults.length import LONG
from tests.hostile.answers import give_up

#: It ends the session of whoever tries the others.
ENDS = {"logout"}
#: Parts of addresses that are no row.
WORDS = {"kind": "csv", "content_type_id": "1", "app_label": "riskscore"}
#: What the fields of a form take where it shows none.
BY_TYPE = {"number": "1", "date": "2026-01-31", "url": "https://a.example", "email": "a@b.example",
           "time": "12:00", "datetime-local": "2026-01-31T12:00"}  # fmt: skip
Fields = list[tuple[str, str | bytes]]


@dataclass
class Form:
    """A form of a page: where it goes, and what it would send."""

    target: str
    method: str
    fields: Fields = field(default_factory=list)
    files: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """Collects the forms of a page, filled as it shows them."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.found: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.form: Form | None = None
        self.select: tuple[str, Form, dict[str, str]] | None = None
        self.options: list[tuple[str, bool]] = []
        self.text: tuple[str, Form] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(
                urljoin(self.address, unescape(given.get("action", "")) or self.address),
                given.get("method", "get").lower(),
            )
            self.found.append(self.form)
            if given.get("id"):
                self.by_id[given["id"]] = self.form
        form = self.by_id.get(given.get("form", ""), self.form)
        name = given.get("name", "")
        if form is None or not name or "__prefix__" in name:
            return
        if tag == "select":
            self.select, self.options = (name, form, given), []
        elif tag == "textarea":
            self.text = (name, form)
        elif tag in ("input", "button"):
            self._input(form, name, given, "submit" if tag == "button" else "text")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def _input(self, form: Form, name: str, given: dict[str, str], default: str) -> None:
        kind = given.get("type", default)
        if kind == "file":
            form.files.append(name)
        elif kind in ("checkbox", "radio") and "checked" not in given:
            if name == "_selected_action" and all(each != name for each, _ in form.fields):
                form.fields.append((name, given.get("value", "on")))
        elif kind == "submit":
            if all(each != name for each, _ in form.fields):
                form.fields.append((name, given.get("value", "")))
        else:
            form.fields.append((name, given.get("value") or _filling(name, kind, given)))

    def handle_data(self, text: str) -> None:
        if self.text:
            name, form = self.text
            form.fields.append((name, text.strip() or "Because it is so."))
            self.text = None

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.text:
            self.handle_data("")
        if tag == "form":
            self.form = None
        if tag == "select" and self.select:
            name, form, given = self.select
            chosen = [value for value, is_chosen in self.options if is_chosen and value]
            first = [value for value, _ in self.options if value][:1] or _of_another_table(given)
            form.fields.extend((name, value) for value in chosen or first)
            self.select = None

    def unknown_decl(self, data: str) -> None:
        """Nothing."""

    def take_option(self, given: dict[str, str]) -> None:
        self.options.append((given.get("value", ""), "selected" in given))


def _filling(name: str, kind: str, given: dict[str, str]) -> str:
    if kind == "hidden" or "required" not in given:
        return ""
    return BY_TYPE.get(kind, "1" if "pattern" in given else "copper")


def _of_another_table(given: dict[str, str]) -> list[str]:
    """A row of the table that a box asks for which finds rows while one types."""
    if "data-field-name" not in given:
        return []
    model = apps.get_model(given["data-app-label"], given["data-model-name"])
    other = model._meta.get_field(given["data-field-name"]).related_model
    row: Any = other._default_manager.order_by("pk").first()
    return [str(row.pk)] if row else []


class _Options(Forms):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "option" and self.select:
            self.take_option({name: value or "" for name, value in attrs})
        else:
            super().handle_starttag(tag, attrs)


def forms_of(answer: Any, address: str) -> list[Form]:
    """The forms of an answer that send to pages of admin; none where it is no page."""
    if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
        return []
    parser = _Options(address)
    parser.feed(answer.text)
    return [
        form
        for form in parser.found
        if urlsplit(form.target).path.startswith("/admin/") and "logout" not in form.target
    ]


@contextmanager
def names_read() -> Iterator[set[str]]:
    """The names of parameters and fields that views ask a request for."""
    names: set[str] = set()
    patch = pytest.MonkeyPatch()
    contains = QueryDict.__contains__
    getitem, getlist = QueryDict.__getitem__, QueryDict._getlist  # type: ignore[attr-defined]

    def read(real: Any) -> Any:
        def noted(self: QueryDict, name: Any, *more: Any, **named: Any) -> Any:
            if isinstance(name, str):
                names.add(name)
            return real(self, name, *more, **named)

        return noted

    patch.setattr(QueryDict, "__contains__", read(contains), raising=False)
    patch.setattr(QueryDict, "__getitem__", read(getitem), raising=False)
    patch.setattr(QueryDict, "_getlist", read(getlist), raising=False)
    try:
        yield names
    finally:
        patch.undo()


def ask(client: Client, path: str) -> Any:
    """What a page answers; what it wrote is undone."""
    with transaction.atomic():
        answer = client.get(path)
        give_up(answer)
        transaction.set_rollback(True)
    return answer


@dataclass(frozen=True, slots=True)
class Door:
    """An address of admin, with a row that it shows; without one its path is empty."""

    name: str
    route: str
    path: str

    @property
    def has_parts(self) -> bool:
        return self.odd("x") != f"/{self.route}"

    def odd(self, part: str) -> str:
        """The address with something else for each part."""
        return "/" + admin_addresses.PARAMETER.sub(lambda _: part, self.route)


#: What a part of an address names that is below no list: by the words before it.
NAMED: tuple[tuple[str, type[Model], str], ...] = (
    ("admin/alerts/", Alert, "pk"),
    ("admin/riskscore/landlayer/mended/", Intake, "pk"),
    ("admin/sourcing/briefing/projects/", Project, "key"),
    ("admin/sourcing/briefing/portfolios/", Portfolio, "pk"),
    ("admin/map/projects/", Project, "pk"),
    ("admin/place/", Place, "code"),
    ("admin/mineral/", Mineral, "code"),
)
#: Pages that a list has whatever it shows; there need be no row, nor a saved list.
OF_EVERY_LIST = ("_change", "_history", "_saved_change", "view_on_site")


#: What every list has, and is tried of a few of them unless the run is a long one.
ALIKE = ("_saved", "_saved_new", "_saved_change", "_confirm", "_export", "_history")


def doors() -> Iterator[Door]:
    """Each address; those that lists have alike of some lists only. Fails by its name if nothing
    is known that its part may be."""
    homeless, alike = [], Counter[str]()
    for route, pattern in admin_addresses.patterns():
        name = str(pattern.name)
        if name in ENDS or name.endswith("_delete"):
            continue
        kind = next((kind for kind in ALIKE if name.endswith(kind)), "")
        alike[kind] += bool(kind)
        if not LONG and zlib.crc32(route.encode()) % 8 and alike[kind] > 3:
            continue
        path = filled(route)
        if path is None and not name.endswith(OF_EVERY_LIST):
            homeless.append(route)
        yield Door(name, route, path or "")
    assert not homeless, f"no row for {homeless}: let row_of_each() make one, or NAMED name it"


def filled(route: str) -> str | None:
    if "(?P<" in route:
        return "/admin/riskscore/"
    fixed = admin_addresses.PARAMETER.sub(lambda part: WORDS.get(part["name"], part[0]), route)
    if not admin_addresses.PARAMETER.search(fixed):
        return f"/{fixed}"
    row = _row(route)
    if row is None:
        return None
    return "/" + admin_addresses.PARAMETER.sub(quote(str(row), safe=""), fixed)


def _row(route: str) -> Any:
    """What names a row of the table that the address is about; None if there is none."""
    for start, model, column in NAMED:
        if route.startswith(start):
            return model._default_manager.order_by("-pk").values_list(column, flat=True).first()
    for model in admin_addresses.registered():
        if route.startswith(admin_addresses.list_path(model)[1:]):
            return model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return None


def filters_of(door: Door) -> list[str]:
    """The parameters of a list: those of its filters, and those of every list."""
    for model, page in admin.site._registry.items():
        if admin_addresses.list_path(model) == door.path:
            chosen = (each[0] if isinstance(each, tuple) else each for each in page.list_filter)
            names = [
                each if isinstance(each, str) else str(getattr(each, "parameter_name", "") or "")
                for each in chosen
            ]
            columns = [column.name for column in model._meta.concrete_fields]
            return [
                *filter(None, names), *(f"{column}__gte" for column in columns[:3]),
                *(f"{column}__isnull" for column in columns[-2:]), "q", "o", "p", "e",
            ]  # fmt: skip
    return []
