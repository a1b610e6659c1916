"""What can go wrong, each with its remedy. All are `RiskscoreError`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx


class RiskscoreError(Exception):
    """The base of all errors here: a message in one line, and what to do in ``remedy``."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy

    def __str__(self) -> str:
        return " ".join(_sentence(part) for part in (self.message, self.remedy) if part)


def _sentence(words: str) -> str:
    return words if words.endswith((".", "?", ")")) else f"{words}."


class NoKey(RiskscoreError):
    """No key is at hand, or the file that holds it can be read by others."""


class FileTrouble(RiskscoreError):
    """A file of yours cannot be read or written."""


@contextmanager
def own_file(path: Path, remedy: str) -> Iterator[None]:
    """Raise FileTrouble, with the path and the remedy, for what the system says of a file."""
    try:
        yield
    except OSError as error:
        raise FileTrouble(f"{path}: {error.strerror or error}", remedy) from None
    except UnicodeDecodeError:
        raise FileTrouble(f"{path}: it is no text in UTF-8", remedy) from None


class Unreachable(RiskscoreError):
    """The server did not answer, also not when asked again."""


class CutShort(RiskscoreError):
    """An export ended before its last line: some rows are missing."""


class NotInTime(RiskscoreError):
    """A job had not ended within the time that it was given. It goes on."""


class JobFailed(RiskscoreError):
    """A job ended and not all that it was to do is done. ``job`` is its last state."""

    def __init__(self, message: str, remedy: str, job: Mapping[str, Any]) -> None:
        super().__init__(message, remedy)
        self.job = job


class Problem(RiskscoreError):
    """The server refused: an RFC 9457 problem.

    ``code`` is stable, ``detail`` is for people, ``errors`` has an entry per parameter or field,
    and ``request_id`` finds the request in the server's logs.
    """

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(body.get("code", ""))
        self.title = str(body.get("title") or f"HTTP {status}")
        self.detail = str(body.get("detail", ""))
        self.errors: list[dict[str, str]] = list(body.get("errors", []))
        self.request_id = str(body.get("request_id", ""))
        words = f"{self.title}: {self.detail}" if self.detail else self.title
        super().__init__(" ".join(words.split()), self._remedy(str(body.get("type", ""))))

    def _remedy(self, kind: str) -> str:
        about = f"see {kind}" if kind else ""
        request = f"request {self.request_id}" if self.request_id else ""
        more = ", ".join(part for part in (about, request) if part)
        return f"{REMEDIES.get(self.code, '')} ({more})".removesuffix("()").strip()


class Invalid(Problem):
    """400, 413, 415, 422 and other 4xx: the request is not understood; see ``errors``."""


class NotAuthenticated(Problem):
    """401: no living key."""


class Forbidden(Problem):
    """403: the key lacks a scope, or its account a permission; ``detail`` names which."""


class NotFound(Problem):
    """404: nothing there, or nothing that you may see."""


class Conflict(Problem):
    """409: it cannot be done as things stand."""


class PreconditionFailed(Problem):
    """412: it has changed since you read it."""


class TooMany(Problem):
    """429, also after waiting as long as ``patience`` allows."""


class ServerFault(Problem):
    """5xx: not your fault."""


KINDS: dict[int, type[Problem]] = {
    401: NotAuthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: PreconditionFailed,
    429: TooMany,
}
REMEDIES = {
    "unauthenticated": "Run `riskscore login`, or put a living key into RISKSCORE_KEY",
    "forbidden": "Ask for a key with that scope, or for that permission",
    "lens_not_scored": "Start a job for this importer: `riskscore rescore --importer … --wait`",
    "not_scored": "Start a job for this project",
    "throttled": "Ask more slowly, or give more `patience`",
    "too_many_jobs": "Wait until some of your jobs have ended",
    "precondition_failed": "Read it again, and decide anew",
    "internal": "Report the request to whoever runs the server",
    "unavailable": "Try again later",
}


def of_response(response: httpx.Response) -> Problem:
    """Return the problem that a response is, whoever sent it: a proxy sends no problem+json."""
    try:
        found = response.json()
    except ValueError:
        found = None
    body: dict[str, Any] = found if isinstance(found, dict) else {}
    body.setdefault("request_id", response.headers.get("X-Request-ID", ""))
    kind = body.get("type", "")
    if kind.startswith("/"):
        body["type"] = str(response.url.join(kind))
    default = ServerFault if response.status_code >= 500 else Invalid
    return KINDS.get(response.status_code, default)(response.status_code, body)
