"""The menu: which entry is open, what is folded, what waits."""

from typing import Any

from riskscore.admin.ui import menu


def entry(name: str, address: str | None) -> dict[str, Any]:
    return {"name": name, "admin_url": address}


PROJECTS = [entry("Projects", "/admin/riskscore/project/"),
            entry("Lists", "/admin/riskscore/projectlist/")]  # fmt: skip
SOURCING = [entry("Question", "/admin/sourcing/"), entry("What if", "/admin/sourcing/scenarios/")]
HIDDEN = [entry("Chunks", "/admin/riskscore/chunk/"), entry("Nothing to see", None)]
GROUPS: list[dict[str, Any]] = [
    {"name": "Projects", "models": PROJECTS},
    {"name": "Sourcing", "models": SOURCING},
    {"name": menu.OPERATIONS, "models": HIDDEN},
]


def current(path: str) -> list[str]:
    shown = menu.shown(GROUPS, path, {})
    return [each["name"] for group in shown for each in group["models"] if each["is_current"]]


def test_the_longest_address_that_fits_is_the_open_entry() -> None:
    assert current("/admin/riskscore/project/26/change/") == ["Projects"]
    assert current("/admin/sourcing/shortlist/") == ["Question"]
    assert current("/admin/sourcing/scenarios/") == ["What if"]
    assert current("/admin/") == []


def test_operations_are_folded_until_one_of_their_pages_is_open() -> None:
    *others, operations = menu.shown(GROUPS, "/admin/", {})
    assert operations["folded"]
    assert not operations["is_current"]
    assert not any(group["folded"] for group in others)
    assert menu.shown(GROUPS, "/admin/riskscore/chunk/", {})[-1]["is_current"]


def test_what_waits_stands_at_its_entry_and_adds_up_at_its_group() -> None:
    shown = menu.shown(
        GROUPS, "/", {"/admin/riskscore/project/": 2, "/admin/riskscore/projectlist/": 3}
    )
    assert [each["waiting"] for each in shown[0]["models"]] == ["2", "3"]
    assert [group["waiting"] for group in shown] == ["5", "", ""]


def test_an_entry_without_a_page_is_left_out() -> None:
    assert [each["name"] for each in menu.shown(GROUPS, "/", {})[2]["models"]] == ["Chunks"]


def test_many_are_shown_as_many() -> None:
    shown = menu.shown(GROUPS, "/", {"/admin/riskscore/project/": 1_001})
    assert shown[0]["models"][0]["waiting"] == shown[0]["waiting"] == "999+"
