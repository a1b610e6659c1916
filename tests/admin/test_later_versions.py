"""What came while a form or a question was open: new versions, drafts, outlines, many rows."""

import json

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client

from riskscore.admin.methods import draft_meeting
from riskscore.curation import land_layers, scenario_edits
from riskscore.models import Company, Evidence, Ownership, Project, Scenario
from riskscore.releases.editions import next_edition
from tests.admin.conftest import form_of, url
from tests.admin.test_forms import resent
from tests.make import make_method, make_place, make_project

pytestmark = pytest.mark.django_db
SOURCE = "https://a.example/1"


@pytest.fixture
def grace(db: None, tables_of_its_own: None) -> User:
    return User.objects.create_superuser("grace")


@pytest.fixture
def person(grace: User) -> Client:
    """A curator's browser; nothing else is loaded."""
    client = Client()
    client.force_login(grace)
    return client


@pytest.fixture
def salar(grace: User) -> Project:
    """A draft, so that saving starts no job."""
    return make_project(key="salar-1", name="Salar", state="draft")


@pytest.fixture
def strike(salar: Project) -> Evidence:
    return Evidence.objects.create(
        project=salar, kind="strike", happened_on="2024-05-01", severity=0.5, credibility=0.7,
        url=SOURCE, edition=next_edition("a test"),
    )  # fmt: skip


def test_two_new_versions_of_a_statement_are_joined_field_by_field(
    person: Client, strike: Evidence
) -> None:
    address = url("evidence", "add") + f"?replaces={strike.pk}"
    opened = form_of(person, address)
    assert person.post(address, {**opened, "note": "theirs", "severity": "0.9"}).status_code == 302
    mine = {**opened, "status": "verified", "severity": "0.6"}
    asked = person.post(address, mine)
    (clash,) = asked.context["clashes"]
    assert (clash.name, clash.was, clash.mine, clash.theirs) == ("severity", "0.5", "0.6", "0.9")
    assert Evidence.objects.count() == 2
    unanswered = person.post(address, resent(asked))
    assert [each.name for each in unanswered.context["clashes"]] == ["severity"]
    assert "Note: nothing → theirs" in asked.text
    done = person.post(address, {**resent(asked), clash.choice: "mine"})
    assert done.status_code == 302
    newest = Evidence.objects.get(superseded_by=None)
    assert (newest.severity, newest.note, newest.status) == (0.6, "theirs", "verified")
    assert newest.supersedes is not None
    assert newest.supersedes.note == "theirs"


def test_a_correction_of_an_owner_meets_a_decision_that_came_meanwhile(
    person: Client, salar: Project
) -> None:
    vale = Company.objects.create(key="vale", name="Vale")
    old = Ownership.objects.create(
        project=salar, company=vale, share=0.5, url=SOURCE, edition=next_edition("a test")
    )
    address = url("ownership", "add") + f"?replaces={old.pk}"
    opened = form_of(person, address)
    first = {**opened, "share": "0.6", "credibility": "1"}
    assert person.post(address, first).status_code == 302
    second = {**opened, "share": "0.7", "credibility": "1", "note": "counted anew"}
    asked = person.post(address, second)
    assert [each.theirs for each in asked.context["clashes"]] == ["0.6"]
    chosen = {**resent(asked), "_choice:/share": "theirs"}
    assert person.post(address, chosen).status_code == 302
    newest = Ownership.objects.get(superseded_by=None)
    assert (newest.share, newest.note) == (0.6, "counted anew")


def test_a_project_that_was_archived_after_the_question_is_not_published_by_its_answer(
    person: Client, salar: Project
) -> None:
    sent = {"action": "publish_selected", "_selected_action": [str(salar.pk)]}
    question = person.post(url("project"), sent)
    answer = {"action": sent["action"], "pinned": question.context["pinned"]}
    Project.objects.update(state="archived")
    again = person.post(question.context["confirm"], answer)
    salar.refresh_from_db()
    assert salar.state == "archived"
    assert "some of these rows were changed meanwhile" in again.text
    done = person.post(again.context["confirm"], {**answer, "pinned": again.context["pinned"]})
    assert done.status_code == 302
    salar.refresh_from_db()
    assert salar.state == "published"


def test_an_outline_that_was_drawn_meanwhile_is_asked_about(
    person: Client, salar: Project, grace: User
) -> None:
    address = url("footprint", "add") + f"?project={salar.pk}"
    opened = form_of(person, address)
    land_layers.draw_outline(salar, None, "https://a.example/theirs", by=grace)
    lat, lon = salar.latitude, salar.longitude
    corners = f"{lat}, {lon}\n{lat + 0.01}, {lon}\n{lat}, {lon + 0.01}"
    sent = {**opened, "corners": corners, "source": SOURCE}
    asked = person.post(address, sent)
    assert "https://a.example/theirs" in asked.text
    assert salar.footprints.count() == 1
    mark = asked.context["adminform"].form.question_mark
    assert person.post(address, {**sent, "_confirmed": mark}).status_code == 302
    assert salar.footprints.count() == 2


def test_a_scenario_that_was_stored_meanwhile_is_shown_before_it_is_replaced(
    person: Client, grace: User
) -> None:
    make_place("CHL")
    cut = {"kind": "export_cut", "place": "CHL", "mineral": "all", "cut": 0.5}
    opened = form_of(person, url("scenario", "add"))
    written = scenario_edits.Written("a-ban", "Theirs", [cut])
    scenario_edits.store(written, by=grace)
    sent = {**opened, "code": "a-ban", "title": "Mine", "shocks": json.dumps([{**cut, "cut": 0.7}])}
    asked = person.post(url("scenario", "add"), sent)
    assert "Theirs" in asked.text
    mark = asked.context["adminform"].form.question_mark
    person.post(url("scenario", "add"), {**sent, "_confirmed": mark})
    assert list(Scenario.objects.order_by("version").values_list("title", flat=True)) == [
        "Theirs", "Mine",
    ]  # fmt: skip


def test_a_draft_of_a_method_is_joined_value_by_value(db: None) -> None:
    draft = make_method()
    opened = draft_meeting.version_of(draft, {"a": "0.500", "b": "0.500", "reason": "first"})
    now = {"a": "0.300", "b": "0.500", "reason": "second"}
    sent = QueryDict(mutable=True)
    sent.update({"_version": opened, "a": "0.500", "b": "0.700", "reason": "mine"})
    met = draft_meeting.meet(sent, draft, now, {"reason": "Why"})
    assert (met.data["a"], met.data["b"]) == ("0.300", "0.700")
    (clash,) = met.clashes
    assert (clash.label, clash.was, clash.mine, clash.theirs) == ("Why", "first", "mine", "second")
    again = met.data.copy()
    again["_version"] = met.version
    assert draft_meeting.meet(again, draft, now, {}).clashes  # asked until it is answered
    again[clash.choice] = "theirs"
    done = draft_meeting.meet(again, draft, now, {})
    assert (done.clashes, done.data["reason"], done.data["b"]) == ([], "second", "0.700")
