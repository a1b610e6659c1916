"""What every answer to something hostile must be: refused in words, or taken; never a failure."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.core.signals import request_finished
from django.db import close_old_connections

#: Words of Python, Django and PostgreSQL that belong into a log.
INSIDE = re.compile(
    r"Traceback|File \"/|psycopg|django\.db|riskscore_\w+_(?:check|key|fkey|uniq)|line \d+, in |"
    r"SELECT .* FROM|relation \"|invalid input syntax|violates|LINE 1:|object at 0x"
)
CONTENT_POLICY = "default-src 'self'"
#: Stands in the names of rows (tests/hostile/rows.py); on a page it is text, never an element.
ELEMENT = "<img src=x onerror=alert(1)>"
RAW = re.compile(r"<script>alert|<img src=x ", re.I)


def give_up(answer: Any) -> None:
    """Read no more of an answer that is streamed. As Django's own client closes others: the
    connection, which is in a transaction, stays."""
    if answer.streaming:
        request_finished.disconnect(close_old_connections)
        try:
            answer.close()
        finally:
            request_finished.connect(close_old_connections)


def fault_of_page(answer: Any, allowed: int = 0) -> str:
    """What is wrong with an answer of admin, in words; empty if nothing is."""
    status = answer.status_code
    if status >= 500 and status != allowed:
        return f"{status}: it failed"
    if status < 400:
        return _leak(answer) if status < 300 else _led_away(answer)
    kind = answer.headers.get("Content-Type", "")
    if answer.request["REQUEST_METHOD"] == "HEAD":
        return ""
    if kind.startswith("application/json"):
        return _leak(answer)
    if not kind.startswith("text/html"):
        return f"{status}: {kind or 'no'} page"
    text = answer.text
    for part, words in (
        ("<h1", "it has no heading"), ("stylesheet", "it has no style"), ("<a ", "no way back"),
    ):  # fmt: skip
        if part not in text:
            return f"{status}: {words}"
    if not answer.headers.get("Content-Security-Policy", "").startswith(CONTENT_POLICY):
        return f"{status}: it may load anything"
    return _leak(answer)


def fault_of_reply(answer: Any, allowed: int = 0) -> str:
    """What is wrong with an answer of the API, in words; empty if nothing is."""
    status = answer.status_code
    if status >= 500 and status != allowed:
        return f"{status}: it failed"
    if status < 400 or answer.request["REQUEST_METHOD"] == "HEAD":
        return ""
    if answer.headers.get("Content-Type") != "application/problem+json":
        return f"{status}: {answer.headers.get('Content-Type')} instead of a problem"
    said = answer.json()
    if said["status"] != status or not said["detail"] or not said["title"]:
        return f"{status}: the problem says nothing"
    if said["request_id"] != answer.headers.get("X-Request-ID"):
        return f"{status}: no request id"
    return _leak(answer)


def _led_away(answer: Any) -> str:
    """Whether a browser would go to another site: `/\\` and a tab or line feed between are `//`."""
    place = re.sub(r"[\t\r\n]", "", answer.headers.get("Location", "")).replace("\\", "/")
    found = urlsplit(place)
    away = found.scheme or found.netloc or place.startswith("//")
    return f"{answer.status_code}: it leads to {place[:80]}" if away else ""


def _leak(answer: Any) -> str:
    if answer.streaming or not answer.content:
        return ""
    text = answer.content.decode("utf-8", "replace")
    if found := INSIDE.search(text):
        return f"{answer.status_code}: it tells of the inside: {found[0]!r}"
    if answer.headers.get("Content-Type", "").startswith("text/html") and (
        found := RAW.search(text)
    ):
        return f"{answer.status_code}: what was typed is an element: {found[0]!r}"
    return ""
