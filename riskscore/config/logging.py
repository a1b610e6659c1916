"""One JSON object per line, so that a name with a line break cannot forge a log entry.

A line says to which request or job it belongs, holds no secret, and what repeats itself is counted.
"""

import json
import logging
import re
import threading
import time
from datetime import UTC, datetime

from riskscore.config import log_context

LONGEST = 8_000  # characters of a message or traceback that are kept
# What every record carries; anything else was put there by `extra=` and is logged as its own key.
ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Objects that Django hands over as `extra`; their text is long and may hold headers.
UNLOGGED = frozenset({"request", "server_time", "status_code", "sinfo"})
#: What a stranger can cause as often as he likes is worth a line, never a trace.
TRACELESS = "django.security"
#: A secret, in whatever sentence, address or repr it stands: what is kept of it, and the rest.
SECRETS = re.compile(
    r"(?P<key>\brs_[0-9a-f]{8}_)[A-Za-z0-9_-]+"
    r"|(?P<url>\b[a-z][a-z0-9+.-]*://[^\s/:@\"']*:)[^\s@\"']+(?=@)"
    r"|(?P<word>\b(?:password\d?|passwd|secret|secret_key|sessionid|csrftoken|csrfmiddlewaretoken"
    r"|token|api_?key|authorization|cookie)\b[\\\"']*\s*[:=]\s*(?:bearer |basic |b?[\\\"'])?)"
    r"[^\s&;,\\\"'}]+",
    re.IGNORECASE,
)
HIDDEN = "[hidden]"
REQUEST_ID = "riskscore.request_id"
"""Under which key of a request's META its id is kept."""


class JsonLine(logging.Formatter):
    """Formats a record as one line: time (UTC), level, logger, message, the fields of the request
    or job, and the extra fields; secrets are hidden."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; long texts are cut and unknown objects are written as their text."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()[:LONGEST]),
            "process": record.process,
        }
        line |= log_context.fields() or _of_request(record)
        extra = vars(record).items()
        line |= {key: _plain(value) for key, value in extra if key not in ORDINARY | UNLOGGED}
        if record.exc_info and not record.name.startswith(TRACELESS):
            line["trace"] = without_secrets(self.formatException(record.exc_info)[-LONGEST:])
        return json.dumps(line)


def _of_request(record: logging.LogRecord) -> dict[str, str]:
    """The id of the request that Django logs after its answer has left our middleware."""
    meta = getattr(getattr(record, "request", None), "META", {})
    return {"request_id": str(meta[REQUEST_ID])} if REQUEST_ID in meta else {}


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return without_secrets(str(value)[:LONGEST])


def without_secrets(text: str) -> str:
    """The text with passwords, keys and cookies hidden; of an API key its prefix remains."""
    return SECRETS.sub(lambda found: (found[found.lastgroup or 0] or "") + HIDDEN, text)


class Repeats(logging.Filter):
    """Lets the first lines of a kind through and counts the others.

    A kind is a logger, a level and a message, numbers and ids aside. Of each kind FIRST lines pass
    in WINDOW_S seconds; the first one after that says how many were left out (``repeated``). Only
    warnings and worse are counted: whoever wants every request to be logged gets that.
    """

    FIRST, WINDOW_S, MOST_KINDS = 5, 60.0, 1000
    VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|0x[0-9a-f]+|\d+")

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._kinds: dict[tuple[str, int, str], list[float]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        if record.levelno < logging.WARNING:
            return True
        kind = (record.name, record.levelno, self.VARYING.sub("#", record.getMessage()[:500]))
        now = time.monotonic()
        with self._lock:
            if len(self._kinds) >= self.MOST_KINDS and kind not in self._kinds:
                self._kinds.clear()
            seen = self._kinds.setdefault(kind, [now, 0])
            seen[1] += 1
            if now - seen[0] < self.WINDOW_S:
                return seen[1] <= self.FIRST
            left_out = int(seen[1]) - 1 - self.FIRST
            self._kinds[kind] = [now, 1]
        if left_out > 0:
            record.repeated = left_out
        return True
