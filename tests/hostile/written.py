"""What a request has written, as far as it was not undone: by the statements themselves."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

WRITE = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM|COPY|TRUNCATE)\s+\"?(\w+)", re.I)
INSIDE = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.I)
SAVEPOINT = re.compile(r'\s*(SAVEPOINT|ROLLBACK TO SAVEPOINT)\s+"?(\w+)', re.I)
#: What a request may note whatever it is answered: who asked, and when.
NOTES = {"django_session", "riskscore_apikey", "axes_accessattempt", "auth_user", "SKIP", "OF"}


class Written(list[str]):
    """The tables that statements wrote to and that no savepoint took back."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: dict[str, int] = {}

    def take(self, sql: str) -> None:
        if mark := SAVEPOINT.match(sql):
            if mark[1].upper() == "SAVEPOINT":
                self.marks[mark[2]] = len(self)
            else:
                del self[self.marks.get(mark[2], 0) :]
        elif found := WRITE.match(sql):
            self.append(found[1])
        elif sql.lstrip()[:4].upper() == "WITH":
            self.extend(INSIDE.findall(sql))

    @property
    def tables(self) -> list[str]:
        return sorted(set(self) - NOTES)


@contextmanager
def what_is_written() -> Iterator[Written]:
    """Watch the statements of the connection."""
    written = Written()

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        result = execute(sql, params, many, context)
        written.take(sql)
        return result

    with connection.execute_wrapper(watch):
        yield written
