"""One JSON object per line, so that a name with a line break cannot forge a log entry."""

import json
import logging
from datetime import UTC, datetime

LONGEST = 8_000  # characters of a message or traceback that are kept
# What every record carries; anything else was put there by `extra=` and is logged as its own key.
ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Objects that Django hands over as `extra`; their text is long and may hold headers.
UNLOGGED = frozenset({"request", "server_time", "status_code", "sinfo"})


class JsonLine(logging.Formatter):
    """Formats a record as one line: time (UTC), level, logger, message and the extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; long texts are cut and unknown objects are written as their text."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:LONGEST],
            "process": record.process,
        }
        extra = vars(record).items()
        line |= {key: value for key, value in extra if key not in ORDINARY | UNLOGGED}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)[-LONGEST:]
        return json.dumps(line, default=lambda value: str(value)[:LONGEST])
