"""Bulk actions ask first: how many, which, and what will come of it; nothing before yes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.auth.models import User
from django.db.models import CharField
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.safestring import SafeString

from riskscore.admin.ui import confirmed_actions
from riskscore.models import (
    Challenge,
    Job,
    Lens,
    Portfolio,
    Position,
    Project,
    ProjectList,
)
from tests.admin.conftest import act, url


def ask(page: Client, action: str, query: str = "", *rows: Project, **extra: Any) -> Any:
    sent = {"action": action, "_selected_action": [str(row.pk) for row in rows], **extra}
    return page.post(f"{url('project')}?{query}", sent)


@pytest.fixture
def cobalt() -> list[Project]:
    """Twelve ranked cobalt mines of the Congo."""
    rows = Project.objects.filter(place="COD", minerals__mineral="cobalt", flags=[]).order_by("pk")
    return list(rows[:12])


def test_archiving_says_its_consequences_and_changes_nothing_before_yes(
    page: Client, curator: User, cobalt: list[Project], lens: Lens
) -> None:
    ProjectList.objects.create(name="mine").projects.add(cobalt[0])
    held = Portfolio.objects.create(name="held", owner=curator, lens=lens)
    for project in cobalt[:2]:
        Position.objects.create(
            portfolio=held, project=project, mineral_id="cobalt", kt_per_year=1.0
        )
    Challenge.objects.create(
        project=cobalt[3], statement="x", url="https://example.org", filed_by=curator
    )
    asked = ask(page, "archive_selected", "", *cobalt)
    assert dict(asked.context["consequences"]) == {
        "will be archived": 12,
        "will be missing from rankings, maps and shortlists": 12,
        "lists of projects hold some of them": 1,
        "portfolios hold some of them": 1,
        "challenges about them are open": 1,
    }
    assert [row for row, _ in asked.context["first"]] == cobalt[:10]
    assert "and 2 more" in asked.text
    assert "Nothing has been changed yet" in asked.text
    assert not Project.objects.filter(pk__in=[p.pk for p in cobalt], state="archived").exists()
    answer = {"action": "archive_selected", "pinned": asked.context["pinned"]}
    done = page.post(asked.context["confirm"], answer, follow=True)
    assert "Now archived: 12 projects." in done.text
    assert Project.objects.filter(pk__in=[p.pk for p in cobalt], state="archived").count() == 12


def test_all_of_a_filter_are_pinned_and_more_than_the_most_are_refused(
    page: Client, cobalt: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "place=COD&mineral=cobalt"
    asked = ask(page, "rescore_selected", query, cobalt[0], select_across="1")
    number = Project.objects.filter(place="COD", minerals__mineral="cobalt").count()
    assert asked.context["number"] == number
    assert asked.context["consequences"][0] == ("will be rescored", number)
    assert query.split("&")[0] in asked.context["confirm"]
    monkeypatch.setattr(confirmed_actions, "MOST", 5)
    refused = ask(page, "rescore_selected", query, cobalt[0], select_across="1")
    assert refused.status_code == 302
    assert "more than 5 rows are chosen" in page.get(refused["Location"]).text


def test_a_question_serves_its_own_person_action_and_hour(
    page: Client,
    as_staff: Callable[..., Client],
    cobalt: list[Project],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = ask(page, "rescore_selected", "", *cobalt[:2])
    confirm, pinned = asked.context["confirm"], asked.context["pinned"]
    before = Job.objects.count()
    for client, action in ((as_staff("view_project", "change_project"), "rescore_selected"),
                           (page, "archive_selected")):  # fmt: skip
        client.post(confirm, {"action": action, "pinned": pinned})
    monkeypatch.setattr(confirmed_actions, "HOUR", -1)
    late = page.post(confirm, {"action": "rescore_selected", "pinned": pinned}, follow=True)
    assert "older than an hour" in late.text
    assert page.get(confirm).status_code == 405
    assert Job.objects.count() == before
    assert not Project.objects.filter(pk=cobalt[0].pk, state="archived").exists()


def test_what_stays_as_it_is_is_counted_too(page: Client, cobalt: list[Project]) -> None:
    Project.objects.filter(pk=cobalt[0].pk).update(state="draft")
    asked = ask(page, "publish_selected", "", *cobalt[:3])
    assert dict(asked.context["consequences"])["will be published"] == 1
    assert dict(asked.context["consequences"])["will be rescored"] == 1
    assert "Now published: 1 project." in act(page, "project", "publish_selected", *cobalt[:3]).text


def test_boxes_that_name_no_row_are_refused_on_every_list_and_nothing_is_done(
    page: Client, curator: User
) -> None:
    request = RequestFactory().get("/")
    request.user = curator
    asked = set()
    for model, shown in site._registry.items():
        if isinstance(model._meta.pk, CharField):
            continue
        for action in list(shown.get_actions(request))[:1]:
            address = reverse(admin_urlname(model._meta, SafeString("changelist")))
            for key in ("abc", "1\0", "9" * 30, ""):
                sent = {"action": action, "_selected_action": ["1", key]}
                answer = page.post(f"{address}?q=", sent)
                assert answer.status_code == 400, (model, key)
                assert "names no row of" in answer.text
                assert "Nothing was changed." in answer.text
            asked.add(model.__name__)
    assert asked >= {"Project", "Challenge", "Ownership", "Job", "LearnedModel", "User"}


def test_rows_that_left_the_list_are_not_asked_about_nor_acted_on(
    page: Client, cobalt: list[Project]
) -> None:
    gone = ask(page, "archive_selected", "place=CHL", *cobalt[:2])
    assert gone.status_code == 302
    assert "none of the chosen rows are in the list any more" in page.get(gone["Location"]).text
    asked = ask(page, "archive_selected", "place=CHL&place=COD", *cobalt[:2])
    assert asked.context["number"] == 2
