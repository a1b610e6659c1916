"""Edits of records for a page: with links to what was edited."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from riskscore.curation.record_history import Event

#: How somebody wrote, in words.
HOW = {"admin": "admin", "API": "API", "import": "import", "command": "command or statement"}


@dataclass(frozen=True, slots=True)
class Line:
    """One edit, the address of the record that it is about, and how it was made."""

    event: Event
    address: str
    how: str


def lines(events: Iterable[Event]) -> Sequence[Line]:
    """The edits, each with its link where the record has a page of its own."""
    return [Line(one, _address(one), HOW.get(one.how, one.how)) for one in events]


def _address(event: Event) -> str:
    try:
        return reverse(f"admin:riskscore_{event.model}_change", args=[event.record])
    except NoReverseMatch:
        return ""
