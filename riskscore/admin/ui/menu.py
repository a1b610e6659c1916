"""The menu as it is shown: which entry is open, which group is folded, and what waits where."""

from collections.abc import Mapping, Sequence
from typing import Any

#: The group of what only operators look at; folded until one of its pages is open.
OPERATIONS = "Operations"
#: What is more than this is shown as more.
MOST = 999


def entry(code: str, name: str, address: str) -> dict[str, Any]:
    """An entry for a page of our own, in the shape of Django's lists of models."""
    return {
        "model": None, "name": name, "object_name": code, "perms": {"view": True},
        "admin_url": address, "add_url": None, "view_only": True,
    }  # fmt: skip


def shown(
    groups: Sequence[Mapping[str, Any]], path: str, waiting: Mapping[str, int]
) -> list[dict[str, Any]]:
    """The groups with ``is_current``, ``folded`` and ``waiting`` on them and on their entries.

    Args:
        groups: As ``AdminSite.get_app_list`` gives them.
        path: Of the page that is asked for.
        waiting: How many things wait behind an entry, by its address.
    """
    current = _longest([entry["admin_url"] for group in groups for entry in group["models"]
                        if entry.get("admin_url")], path)  # fmt: skip
    return [_group(group, current, waiting) for group in groups]


def _longest(addresses: Sequence[str], path: str) -> str:
    """The entry that the page belongs to: the longest address that the path begins with."""
    return max((each for each in addresses if path.startswith(each)), key=len, default="")


def _group(group: Mapping[str, Any], current: str, waiting: Mapping[str, int]) -> dict[str, Any]:
    entries = [
        {
            **entry,
            "is_current": bool(current) and entry.get("admin_url") == current,
            "waiting": _words(waiting.get(entry.get("admin_url") or "", 0)),
        }
        for entry in group["models"]
        if entry.get("admin_url")
    ]
    return {
        **group,
        "models": entries,
        "folded": group["name"] == OPERATIONS,
        "is_current": any(entry["is_current"] for entry in entries),
        "waiting": _words(sum(waiting.get(entry["admin_url"], 0) for entry in entries)),
    }


def _words(number: int) -> str:
    """A number that fits into the menu; nothing for none."""
    return f"{MOST}+" if number > MOST else str(number or "")
