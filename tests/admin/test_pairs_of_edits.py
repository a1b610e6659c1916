"""Hundreds of random pairs of edits, by forms and by the API: nothing newer is lost in silence.

Two people have looked at the same record. The earlier one saves, then the later one, each in a way
of their own. Whatever the earlier one changed either stands afterwards, or the later one saw it and
chose, or named the very field in a PATCH that promises nothing about the rest.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from riskscore import api_keys
from riskscore.models import ApiKey, Lens
from tests.admin.paired_records import BARE, KINDS, Kind, Stated
from tests.admin.test_forms import resent
from tests.make import make_method, make_place

FORM = "form"
#: How the two of a pair save, and how many pairs are tried.
MEETINGS = {"form, form": 70, "form, API": 50, "API, form": 40, "API, API": 40}
CHOICE = st.sampled_from(["mine", "theirs"])


def test_more_than_two_hundred_pairs_are_tried_and_every_writable_kind_has_an_address() -> None:
    assert sum(MEETINGS.values()) >= 200
    with_address = {name for name, kind in KINDS.items() if kind.door}
    assert with_address == {"project", "list", "method", "portfolio", "webhook"}


@dataclass
class Desk:
    """The browser and the key of somebody who may do everything."""

    browser: Client
    key: str

    def write(self, path: str, way: str, body: Stated, tag: str) -> Any:
        """Write a record by the API, in one of the ways of its kind."""
        condition = {"If-Match": tag} if "If-Match" in way else {}
        return self.browser.generic(
            way.split()[0], f"/api/v1{path}", json.dumps(body), content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}", **condition},
        )  # fmt: skip

    def tag(self, path: str) -> str:
        """The ETag of a record as it is now."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return str(self.browser.get(f"/api/v1{path}", headers=headers)["ETag"])


@pytest.fixture
def desk(db: None, tables_of_its_own: None) -> Desk:
    make_place("WLD", name="World", kind="group")
    Lens.objects.create(method_code=make_method().code, importer_id="WLD")
    grace = User.objects.create_superuser("grace")
    browser = Client()
    browser.force_login(grace)
    return Desk(browser, api_keys.issue(grace, "tests", list(ApiKey.Scope)))


@dataclass(frozen=True)
class Pair:
    """What the two of them make of a record of a kind, and in which way each saves."""

    name: str
    earlier: Stated
    later: Stated
    first: str
    second: str

    @property
    def kind(self) -> Kind:
        """The kind of the record."""
        return KINDS[self.name]


@st.composite
def pairs(draw: st.DrawFn, meeting: str) -> Pair:
    names = [name for name, kind in KINDS.items() if kind.door or "API" not in meeting]
    kind = KINDS[name := draw(st.sampled_from(sorted(names)))]
    edit = st.fixed_dictionaries(
        {column: st.sampled_from(values) for column, values in kind.values.items()}
    )
    first, second = meeting.split(", ")
    by_first = draw(st.sampled_from(kind.ways)) if first == "API" else FORM
    by_second = draw(st.sampled_from([*kind.ways, "PATCH"])) if second == "API" else FORM
    return Pair(name, draw(edit), draw(edit), by_first, by_second)


def check(desk: Desk, pair: Pair, choice: str) -> None:
    """Have the two meet, in a transaction that is taken back."""
    event(f"{pair.name}: {pair.first}, then {pair.second}")
    with transaction.atomic():
        Met(desk, pair, choice).check()
        transaction.set_rollback(True)


SLOW = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.django_db
@settings(SLOW, max_examples=MEETINGS["form, form"])
@given(pair=pairs("form, form"), choice=CHOICE)
def test_two_forms_lose_nothing_in_silence(desk: Desk, pair: Pair, choice: str) -> None:
    check(desk, pair, choice)


@pytest.mark.django_db
@settings(SLOW, max_examples=MEETINGS["form, API"])
@given(pair=pairs("form, API"), choice=CHOICE)
def test_a_client_after_a_form_loses_nothing_in_silence(
    desk: Desk, pair: Pair, choice: str
) -> None:
    check(desk, pair, choice)


@pytest.mark.django_db
@settings(SLOW, max_examples=MEETINGS["API, form"])
@given(pair=pairs("API, form"), choice=CHOICE)
def test_a_form_after_a_client_loses_nothing_in_silence(
    desk: Desk, pair: Pair, choice: str
) -> None:
    check(desk, pair, choice)


@pytest.mark.django_db
@settings(SLOW, max_examples=MEETINGS["API, API"])
@given(pair=pairs("API, API"), choice=CHOICE)
def test_two_clients_lose_nothing_in_silence(desk: Desk, pair: Pair, choice: str) -> None:
    check(desk, pair, choice)


class Met:
    """One pair over a record of its own."""

    def __init__(self, desk: Desk, pair: Pair, choice: str) -> None:
        self.desk, self.pair, self.kind, self.choice = desk, pair, pair.kind, choice
        self.record = self.kind.make()
        self.address = self.kind.address(self.record)
        self.path = self.kind.door(self.record) if self.kind.door else ""
        is_opened = FORM in (pair.first, pair.second)
        self.opened = self.kind.opened(desk.browser, self.record, self.address) if is_opened else {}
        self.tag = desk.tag(self.path) if self.path else ""
        self.before = self.state()

    def check(self) -> None:
        """Both save; what then stands is what they knew of."""
        pair = self.pair
        saved = self.save(pair.first, pair.earlier)
        assert saved.status_code == (302 if pair.first == FORM else 200), _why(saved)
        between = self.state()
        assert between == _written(pair.earlier), pair
        answer = self.save(pair.second, pair.later)
        mine = _written(pair.later)
        changed = {column for column in between if between[column] != self.before[column]}
        if pair.name == "evidence" and mine == between:
            assert "already has a newer version" in answer.text  # one version, not two
        elif pair.second == FORM:
            self.form_met(answer, between, mine, changed)
        elif answer.status_code in (412, 428):
            assert self.state() == between
            assert (answer.status_code == 428) == (pair.second == BARE)
            self.refusal_shows(answer, between)
        else:  # what the later one named, or nothing had changed
            assert answer.status_code == 200, answer.content
            assert pair.second == BARE or not changed
            assert self.state() == mine

    def save(self, way: str, stated: Stated) -> Any:
        """Save the whole of what is stated."""
        if way != FORM:
            return self.desk.write(self.path, way, self.kind.body(self.record, stated), self.tag)
        filled = self.kind.filled(self.record, self.opened, stated)
        return self.desk.browser.post(self.address, {**self.opened, **filled})

    def state(self) -> Stated:
        """What stands in the fields that both may write."""
        self.record.refresh_from_db()
        row = self.kind.read(self.record)
        return {column: _plain(getattr(row, column)) for column in self.kind.values}

    def form_met(self, answer: Any, between: Stated, mine: Stated, changed: set[str]) -> None:
        """The form asks about what both changed, and shows the earlier value; one is chosen."""
        both = {
            column for column in changed - self.kind.sets
            if mine[column] not in (self.before[column], between[column])
        }  # fmt: skip
        clashes = answer.context["clashes"] if answer.context else []
        asked = {_column(clash): clash for clash in clashes}
        assert set(asked) == both
        if both:
            assert all(asked[column].theirs for column in both if between[column])
            choices = {asked[column].choice: self.choice for column in both}
            answer = self.desk.browser.post(self.address, {**self.again(answer), **choices})
        assert answer.status_code == 302, _why(answer)
        after = self.state()
        for column in between:
            theirs_holds = column in changed and (column not in both or self.choice == "theirs")
            expected = between[column] if theirs_holds else mine[column]
            if column in self.kind.sets:
                expected = _joined(self.before[column], between[column], mine[column])
            assert after[column] == expected, column

    def again(self, answer: Any) -> Stated:
        """What the browser sends back from the form that asks."""
        if "adminform" in answer.context:
            return resent(answer)
        return {**answer.context["form"].data.dict(), "_version": answer.context["version"]}

    def refusal_shows(self, answer: Any, between: Stated) -> None:
        """A client that wrote over what it has not seen is told what stands there now."""
        told = {one["pointer"].lstrip("/"): one for one in answer.json().get("errors", ())}
        for column in told.keys() & between.keys():
            assert told[column]["now"] == between[column]


def _column(clash: Any) -> str:
    """The field that a question is about, in the record or in a row of a part."""
    return str(clash.name or clash.key.rpartition("/")[2])


def _joined(was: list[str], theirs: list[str], mine: list[str]) -> list[str]:
    """Members that either added or both kept."""
    added = (set(mine) | set(theirs)) - set(was)
    return sorted(added | set(was) & set(mine) & set(theirs))


def _why(answer: Any) -> Any:
    return answer.context["faults"] if answer.context else answer.content


def _written(stated: Stated) -> Stated:
    """What then stands in the record: aliases are words of a list."""
    return {column: _split(column, value) for column, value in stated.items()}


def _split(column: str, value: Any) -> Any:
    if column == "aliases":
        return value.split(",") if value else []
    return sorted(value) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
