"""Lists that people save: filters, columns and order; private, shared, first to open."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client

from riskscore.models import SavedList
from tests.admin.conftest import url

HERE = url("project")
QUERY = "band=3&band=4&mineral=lithium&o=-composite&columns=key&columns=composite"


def save(page: Client, query: str = QUERY, **fields: Any) -> Any:
    sent = {"name": "Hot lithium", "query": query, **fields}
    return page.post(f"{HERE}saved/new/", sent, follow=True)


def change(page: Client, saved: SavedList, what: str, **fields: Any) -> Any:
    return page.post(f"{HERE}saved/{saved.pk}/{what}/", fields, follow=True)


def test_a_list_is_saved_opened_made_first_renamed_and_deleted(page: Client) -> None:
    assert "Saved as “Hot lithium”." in save(page, default="on").text
    saved = SavedList.objects.get()
    assert saved.query == {
        "band": ["3", "4"], "mineral": ["lithium"], "o": ["-composite"],
        "columns": ["key", "composite"],
    }  # fmt: skip
    first = page.get(HERE, follow=True)
    shown = first.context["cl"]
    assert [chip.value for chip in shown.chips] == ["high", "extreme", "Lithium"]
    assert list(shown.list_display) == ["action_checkbox", "key", "composite"]
    assert first.context["saved_lists"][0][2], "it is shown as the one that is open"
    assert page.get(f"{HERE}?q=").context["cl"].chips == []
    assert "You have a list called" in save(page).text
    assert "It is called “Warm” now." in change(page, saved, "rename", name="Warm").text
    assert "The whole list opens first" in change(page, saved, "no-default").text
    assert page.get(HERE).status_code == 200
    change(page, saved, "delete")
    assert not SavedList.objects.exists()


def test_only_what_means_something_is_stored(page: Client) -> None:
    save(page, query="band=7&band=4&columns=nothing&o=-nothing.name&p=9&composite_from=x&flag=")
    assert SavedList.objects.get().query == {"band": ["4"], "o": ["name"]}
    refused = save(page, name="b", query="nothing__like__this=1")
    assert refused.status_code == 400
    assert "This address cannot be answered" in refused.text
    assert "Not saved: give a name" in save(page, name=" ").text
    assert SavedList.objects.count() == 1


def test_a_shared_list_is_seen_by_all_and_changed_by_its_owner(
    page: Client, as_staff: Callable[..., Client]
) -> None:
    save(page)
    saved = SavedList.objects.get()
    other = as_staff("view_project")
    assert change(other, saved, "default").status_code == 404
    change(page, saved, "share")
    assert "Hot lithium" in other.get(HERE).text
    assert change(other, saved, "rename", name="Mine").status_code == 403
    change(other, saved, "default")
    assert other.get(HERE).status_code == 302
    # What its owner takes back opens for nobody else any more.
    change(page, saved, "unshare")
    assert other.get(HERE).status_code == 200
    assert as_staff("view_job").get(f"{HERE}saved/").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"name": " x"}, "saved_list_has_a_name"),
        ({"rows": "../x"}, "saved_list_is_of_a_table"),
        ({"query": ["x"]}, "saved_list_query_is_an_object"),
        ({"query": {"q": ["x" * 9000]}}, "saved_list_query_is_short"),
    ],
)
def test_the_database_refuses_what_is_no_saved_list(
    fields: dict[str, Any], constraint: str
) -> None:
    owner = User.objects.create_user("bea")
    row = {"owner": owner, "rows": "project", "name": "x", "query": {}, **fields}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        SavedList.objects.create(**row)
