"""An import of a file: uploaded, previewed by a worker, confirmed, its report read."""

import time
import uuid
from pathlib import Path
from typing import Any

from riskscore_client.connection import Connection, Value
from riskscore_client.errors import JobFailed, NotInTime, own_file
from riskscore_client.records import Record
from riskscore_client.rows import Rows

ENDED = ("succeeded", "failed", "cancelled")
PAUSE_S = 1.0


class Import:
    """An import. ``record`` is how it was when the server was last asked."""

    def __init__(self, connection: Connection, record: Record) -> None:
        self._connection, self.record = connection, record

    @classmethod
    def of_file(
        cls, connection: Connection, file: Path, source: str, options: dict[str, Value]
    ) -> "Import":
        """Upload a file. Nothing is loaded before it is confirmed, unless ``dry_run`` is false.

        Raises FileTrouble where it cannot be read.
        """
        with own_file(file, "Name a file that you may read"):
            content = file.read_bytes()
        fields = {name: _word(value) for name, value in options.items() if value is not None}
        answer = connection.send(
            "POST",
            "/imports",
            headers={"Idempotency-Key": str(uuid.uuid4())},
            again=True,
            files={"file": (file.name, content)},
            data={"source": source, **fields},
        )
        return cls(connection, answer.json())

    @property
    def id(self) -> str:
        """The import's id."""
        return str(self.record["id"])

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it but what is confirmed."""
        return self.record["state"] in ENDED

    def wait(self, timeout: float | None = None) -> "Import":
        """Return it when it has ended well. Raises JobFailed and NotInTime."""
        end = None if timeout is None else time.monotonic() + timeout
        while not self.ended:
            if end is not None and time.monotonic() + PAUSE_S > end:
                state = self.record["state"]
                raise NotInTime(f"Import {self.id} is {state} after {timeout:g} s", "It goes on")
            time.sleep(PAUSE_S)
            self.record = self._connection.get(f"/imports/{self.id}")
        if self.record["state"] != "succeeded":
            words = f"Import {self.id} {self.record['state']}: {self.record['error']}"
            raise JobFailed(" ".join(words.split()), "Its report says which rows", self.record)
        return self

    def faults(self) -> Rows[Record]:
        """Give what is wrong, row by row, each with what to do."""
        return Rows(self._connection, f"/imports/{self.id}/faults", {})

    def confirm(self, **answers: bool) -> "Import":
        """Load what the preview has shown, as an import of its own, and return that."""
        answer: Any = self._connection.send(
            "POST",
            f"/imports/{self.id}/confirm",
            json=answers,
            headers={"Idempotency-Key": str(uuid.uuid4())},
            again=True,
        )
        return Import(self._connection, answer.json())


def _word(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
