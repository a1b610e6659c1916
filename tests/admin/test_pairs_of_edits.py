"""Two hundred random pairs of edits, by forms and by the API: nothing newer is lost in silence.

Two people have looked at the same record. The earlier one saves, then the later one, each in a way
of their own. Whatever the earlier one changed either stands afterwards, or the later one saw it and
chose, or named the very field in a PATCH that promises nothing about the rest.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from riskscore import api_keys
from riskscore.models import (
    Company,
    Evidence,
    Lens,
    Mineral,
    Portfolio,
    ProjectList,
    Region,
    SavedMapping,
    Schedule,
)
from riskscore.releases.editions import next_edition
from tests.admin.conftest import form_of, url
from tests.admin.test_forms import resent
from tests.make import make_method, make_place, make_project

PAIRS = 200
Stated = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A record that people edit: one of it, its form, and what may stand in its fields. The first
    value of a field is what stands there before."""

    make: Callable[[], Any]
    address: Callable[[Any], str]
    values: dict[str, list[Any]]
    read: Callable[[Any], Any] = field(default=lambda record: record)
    by_api: bool = False


def _page(model: str) -> Callable[[Any], str]:
    return lambda record: url(model, "change", record.pk)


def _newest(statement: Any) -> Any:
    return Evidence.objects.get(project=statement.project, superseded_by=None)


def _evidence() -> Evidence:
    project = make_project(key="paired", state="draft")
    return Evidence.objects.create(
        project=project, kind="strike", happened_on="2024-05-01", severity=0.5, credibility=0.7,
        url="https://a.example/1", note="", edition=next_edition("a test"),
    )  # fmt: skip


NAMES = ["Alpha", "Beta", "Gamma"]
SLUGS = ["alpha", "beta", "gamma"]
KINDS = {
    "project": Kind(
        lambda: make_project(key="paired", name="Alpha", state="draft"),
        _page("project"),
        {"name": NAMES, "stage": ["", "construction", "closed"], "confidence": ["", "low", "high"],
         "state": ["draft", "archived", "archived"]},
    ),
    "company": Kind(
        lambda: Company.objects.create(key="paired", name="Alpha", aliases=["a"]),
        _page("company"),
        {"name": NAMES, "aliases": ["a", "a,b", "c"]},
    ),
    "mineral": Kind(
        lambda: Mineral.objects.create(code="paired", name="Alpha"),
        _page("mineral"),
        {"name": NAMES, "aliases": ["", "a,b", "c"]},
    ),
    "place": Kind(
        lambda: make_place("PPP", name="Alpha"),
        _page("place"),
        {"name": NAMES, "aliases": ["", "a,b", "c"]},
    ),
    "region": Kind(
        lambda: Region.objects.create(code="paired", name="Alpha", source="a test"),
        _page("region"),
        {"name": NAMES, "aliases": ["", "a,b", "c"]},
    ),
    "projectlist": Kind(
        lambda: ProjectList.objects.create(name="alpha"), _page("projectlist"), {"name": SLUGS}
    ),
    "schedule": Kind(
        lambda: Schedule.objects.create(name="alpha", what="stale", every="day", at=time(3)),
        _page("schedule"),
        {
            "name": SLUGS,
            "what": ["stale", "everything", "everything"],
            "every": ["day", "hour", "hour"],
        },
    ),
    "savedmapping": Kind(
        lambda: SavedMapping.objects.create(name="Alpha", source="owners"),
        _page("savedmapping"),
        {"name": NAMES, "sheet": ["", "one", "two"]},
    ),
    "group": Kind(
        lambda: Group.objects.create(name="Alpha"),
        lambda record: f"/admin/auth/group/{record.pk}/change/",
        {"name": NAMES},
    ),
    "user": Kind(
        lambda: User.objects.create_user("paired", first_name="Alpha", last_name="Alpha"),
        lambda record: f"/admin/auth/user/{record.pk}/change/",
        {"first_name": NAMES, "last_name": NAMES},
    ),
    "evidence": Kind(
        _evidence,
        lambda record: url("evidence", "add") + f"?replaces={record.pk}",
        {"severity": [0.5, 0.6, 0.9], "note": ["", "one", "two"],
         "status": ["reported", "verified", "disputed"]},
        _newest,
    ),
    "portfolio": Kind(
        lambda: Portfolio.objects.create(
            name="paired", about="Alpha", owner=User.objects.get(username="grace"),
            lens=Lens.objects.get(),
        ),
        _page("portfolio"),
        {"about": NAMES},
        by_api=True,
    ),
}  # fmt: skip
#: In which ways a portfolio is written; the earlier of two never fails.
WAYS = ["form", "PATCH", "PATCH with If-Match", "PUT with If-Match"]
CHOICE = st.sampled_from(["mine", "theirs"])


@dataclass
class Desk:
    """The browser and the key of somebody who may do everything."""

    browser: Client
    key: str

    def send(self, method: str, body: Stated, tag: str = "") -> Any:
        """Write the portfolio by the API."""
        condition = {"If-Match": tag} if tag else {}
        return self.browser.generic(
            method, PORTFOLIO, json.dumps(body), content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}", **condition},
        )  # fmt: skip

    def get(self) -> Any:
        return self.browser.get(PORTFOLIO, headers={"Authorization": f"Bearer {self.key}"})


PORTFOLIO = "/api/v1/sourcing/portfolios/paired"


@pytest.fixture
def desk(db: None, tables_of_its_own: None) -> Desk:
    make_place("WLD", name="World", kind="group")
    Lens.objects.create(method_code=make_method().code, importer_id="WLD")
    grace = User.objects.create_superuser("grace")
    browser = Client()
    browser.force_login(grace)
    return Desk(browser, api_keys.issue(grace, "tests", ("read", "portfolio")))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, Stated, Stated, str, str]:
    """A kind, what each of the two makes of it, and in which way each saves."""
    name = draw(st.sampled_from(sorted(KINDS)))
    kind = KINDS[name]
    edit = st.fixed_dictionaries(
        {column: st.sampled_from(values) for column, values in kind.values.items()}
    )
    first = draw(st.sampled_from(WAYS)) if kind.by_api else "form"
    second = draw(st.sampled_from([*WAYS, "PUT"])) if kind.by_api else "form"
    return name, draw(edit), draw(edit), first, second


@pytest.mark.django_db
@settings(
    max_examples=PAIRS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pair=pairs(), choice=CHOICE)
def test_no_newer_value_of_any_record_is_lost_in_silence(
    desk: Desk, pair: tuple[str, Stated, Stated, str, str], choice: str
) -> None:
    name, earlier, later, first_way, second_way = pair
    kind = KINDS[name]
    event(f"{name}: {first_way}, then {second_way}")
    with transaction.atomic():
        record = kind.make()
        opened = form_of(desk.browser, kind.address(record))
        tag = desk.get()["ETag"] if kind.by_api else ""
        before = _state(kind, record)
        saved = _save(desk, kind, record, opened, tag, first_way, earlier)
        assert saved.status_code == (302 if first_way == "form" else 200), saved.context["faults"]
        between = _state(kind, record)
        assert between == _written(kind, earlier), pair

        answer = _save(desk, kind, record, opened, tag, second_way, later)
        after = _state(kind, record)
        changed = {column for column in between if between[column] != before[column]}
        mine = _written(kind, later)
        both = {
            column for column in changed if mine[column] not in (before[column], between[column])
        }
        if name == "evidence" and mine == between:
            assert "already has a newer version" in answer.text  # one version, not two
        elif second_way == "form":
            _form_met(desk, kind, record, answer, both, choice)
            after = _state(kind, record)
            for column in between:
                theirs_holds = column in changed and (column not in both or choice == "theirs")
                expected = between[column] if theirs_holds else mine[column]
                assert after[column] == expected, column
        elif answer.status_code in (412, 428):
            assert after == between
        else:  # what the later one named, or nothing had changed
            assert second_way == "PATCH" or not changed
            assert after == mine
        transaction.set_rollback(True)


def _form_met(
    desk: Desk, kind: Kind, record: Any, answer: Any, both: set[str], choice: str
) -> None:
    """The form asks about what both changed, and shows the earlier value; then one is chosen."""
    asked = {clash.name: clash for clash in answer.context["clashes"]} if answer.context else {}
    assert set(asked) == both
    if both:
        assert all(asked[column].theirs for column in both)
        choices = {asked[column].choice: choice for column in both}
        again = desk.browser.post(kind.address(record), {**resent(answer), **choices})
        assert again.status_code == 302, again.context["faults"]
    else:
        assert answer.status_code == 302, answer.context["faults"]


def _save(
    desk: Desk, kind: Kind, record: Any, opened: Stated, tag: str, way: str, stated: Stated
) -> Any:
    if way == "form":
        return desk.browser.post(kind.address(record), {**opened, **stated})
    return desk.send(way.split()[0], stated, tag if "If-Match" in way else "")


def _state(kind: Kind, record: Any) -> Stated:
    record.refresh_from_db()
    row = kind.read(record)
    return {column: _plain(getattr(row, column)) for column in kind.values}


def _written(kind: Kind, stated: Stated) -> Stated:
    return {
        column: value.split(",") if column == "aliases" and value else
        ([] if column == "aliases" else value)
        for column, value in stated.items()
    }  # fmt: skip


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
