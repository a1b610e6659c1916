"""Server-sent events: each change told as it comes, taken up again where it was cut off."""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from riskscore_client.connection import Connection
from riskscore_client.errors import Unreachable

EVENTS = "text/event-stream"
#: The server says every 15 s that it is there; after so many more it is not.
QUIET_S = 30.0
#: Before a stream is asked for again.
PAUSE_S = 2.0
#: Times that a stream may break off, one after another, without having told anything.
MOST_BREAKS = 5


@dataclass(frozen=True, slots=True)
class Event:
    """An event: its name (``progress``, ``ended``), its number, and the JSON value told."""

    name: str
    number: str
    told: Any


def follow(connection: Connection, path: str) -> Iterator[Event]:
    """Give what is told at an address, until its end. Raises Problem and Unreachable.

    A stream that ends before is asked for again from the last event on, so that none is missed.
    """
    last, breaks = "", 0
    while breaks < MOST_BREAKS:
        headers = {"Last-Event-ID": last} if last else None
        try:
            with connection.stream(path, EVENTS, {}, headers=headers, held_s=QUIET_S) as response:
                if response.status_code == 204:
                    return
                for event in parsed(response.iter_lines()):
                    last, breaks = event.number or last, 0
                    yield event
                    if event.name == "ended":
                        return
            breaks = 0  # it ended as a stream does that the server cannot keep open
        except httpx.TransportError:
            breaks += 1
        time.sleep(PAUSE_S)
    raise Unreachable(f"The events of {path} break off", "Ask how it stands now and then instead")


def parsed(lines: Iterable[str]) -> Iterator[Event]:
    """Give the events that lines hold: fields, a blank line after each, comments between."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data" and "data" in fields:
            fields["data"] += f"\n{value}"
        elif name:
            fields[name] = value
        elif not line and "data" in fields:
            told = json.loads(fields["data"])
            yield Event(fields.get("event", "message"), fields.get("id", ""), told)
        if not line:
            fields = {}
