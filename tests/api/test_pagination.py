"""Pages by keyset: complete, without repeats, and only forwards by cursors of our own."""

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import signing

from riskscore.api.framework.pagination import SALT
from riskscore.models import Project
from tests.api.conftest import PREFIX, Api, problem
from tests.make import make_project

pytestmark = pytest.mark.django_db


def walk(api: Api, path: str) -> list[Any]:
    """Every item of a listing, page by page, as a client does it."""
    found: list[Any] = []
    while True:
        page = api.json(path)
        found += page["items"]
        if page["next"] is None:
            return found
        parts = urlsplit(page["next"])
        path = f"{parts.path.removeprefix(PREFIX)}?{parts.query}"


def following(api: Api, path: str) -> str:
    parts = urlsplit(api.json(path)["next"])
    return f"{parts.path.removeprefix(PREFIX)}?{parts.query}"


@pytest.mark.parametrize("order", ["key", "name", "updated_at", "-updated_at"])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_walk_meets_each_row_once(order: str, size: int, api: Api) -> None:
    for name in ("B", "A", "A", "C", "A"):
        make_project(name=name)
    keys = [row["key"] for row in walk(api, f"/projects?order={order}&page_size={size}")]
    assert sorted(keys) == sorted(Project.objects.values_list("key", flat=True))


def test_rows_that_vanish_or_come_do_not_shift_the_pages(api: Api) -> None:
    for number in range(6):
        make_project(key=f"mine-{number}")
    second = following(api, "/projects?page_size=3")
    Project.objects.filter(key="mine-0").update(state="archived")
    make_project(key="mine-00")
    assert [row["key"] for row in api.json(second)["items"]] == ["mine-3", "mine-4", "mine-5"]


def test_the_next_page_is_also_a_link_header(api: Api) -> None:
    for _ in range(2):
        make_project()
    response = api.get("/projects?page_size=1")
    assert response["Link"] == f'<{response.json()["next"]}>; rel="next"'


def test_the_same_page_has_the_same_cursor_at_any_time(api: Api) -> None:
    for _ in range(2):
        make_project()
    first = following(api, "/projects?page_size=1")
    time.sleep(1.1)
    assert following(api, "/projects?page_size=1") == first


def test_a_cursor_is_bound_to_the_filters_and_the_path(api: Api) -> None:
    for _ in range(3):
        make_project()
    path = following(api, "/projects?page_size=1&place=CHL")
    cursor = path.split("cursor=")[1]
    assert api.get(path).status_code == 200
    assert api.get(path.replace("page_size=1", "page_size=2")).status_code == 200
    problem(api.get(f"/projects?page_size=1&cursor={cursor}"), 400, "bad_cursor")
    problem(api.get(f"/projects?place=CHL&order=name&cursor={cursor}"), 400, "bad_cursor")
    problem(api.get(f"/places?cursor={cursor}"), 400, "bad_cursor")


@pytest.mark.parametrize("how", ["edited", "truncated", "foreign salt", "unsigned", "nul"])
def test_a_forged_cursor_is_refused(how: str, api: Api) -> None:
    for _ in range(2):
        make_project()
    cursor = following(api, "/projects?page_size=1").split("cursor=")[1]
    forged = {
        "edited": "X" + cursor[1:],
        "truncated": cursor[:-2],
        "foreign salt": signing.Signer(salt=SALT + "x").sign_object(["x", "a", 1]),
        "unsigned": "WzEsMl0",
        "nul": "a%00b",
    }[how]
    assert api.get(f"/projects?page_size=1&cursor={forged}").status_code == 400


def test_drafts_and_archived_projects_are_as_good_as_absent(api: Api) -> None:
    make_project(key="draft-1", state="draft")
    make_project(key="old-1", state="archived")
    assert api.json("/projects")["items"] == []
    problem(api.get("/projects/draft-1"), 404, "not_found")
