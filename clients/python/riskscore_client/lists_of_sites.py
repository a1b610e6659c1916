"""Many keys or names at once: asked for a thousand at a time, answered as one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Required, TypedDict, cast

from riskscore_client.connection import Connection
from riskscore_client.errors import Problem
from riskscore_client.records import Match, Record

#: Keys or lines of one request; the server takes no more.
MOST = 1_000


@dataclass(slots=True)
class Lookup:
    """What keys stand for: ``rows`` by key, and why a key is ``missing``: unknown, not_scored.

    ``edition``: everything up to it is in the answer; the oldest where there were several.
    """

    rows: dict[str, Record] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    edition: int | None = None


class Line(TypedDict, total=False):
    """A line of a list: what the site is called, and what else is known of it."""

    name: Required[str]
    place: str
    mineral: str
    ref: str


def look_up(connection: Connection, keys: Iterable[str], more: Mapping[str, Any]) -> Lookup:
    """Return the rows of keys, each asked for once. Raises Problem."""
    result = Lookup()
    asked = list(dict.fromkeys([keys] if isinstance(keys, str) else keys))
    for answer in _asked(connection, "/lookups", "keys", asked, more):
        result.rows |= {found["key"]: found["row"] for found in answer["items"]}
        result.missing |= {found["key"]: found["why"] for found in answer["missing"]}
        edition = answer["edition"]
        result.edition = edition if result.edition is None else min(result.edition, edition)
    return result


def match(connection: Connection, lines: Iterable[str | Line]) -> list[Match]:
    """Return what became of each line, in their order. Raises Problem."""
    asked = [{"name": line} if isinstance(line, str) else line for line in lines]
    answers = _asked(connection, "/matches", "lines", asked, {})
    return [cast("Match", found) for answer in answers for found in answer["items"]]


def _asked(
    connection: Connection, path: str, name: str, values: Sequence[Any], more: Mapping[str, Any]
) -> Iterator[Any]:
    for begin in range(0, len(values), MOST):
        body = {name: values[begin : begin + MOST], **more}
        try:
            yield connection.send("POST", path, json=body, again=True).json()
        except Problem as problem:
            for fault in problem.errors:
                fault["pointer"] = _moved(fault.get("pointer", ""), begin)
            raise


def _moved(pointer: str, by: int) -> str:
    """Write a pointer into a part as one into the whole list: `/keys/3` as `/keys/1003`."""
    parts = pointer.split("/")
    if len(parts) > 2 and parts[2].isdigit():
        parts[2] = str(int(parts[2]) + by)
    return "/".join(parts)
