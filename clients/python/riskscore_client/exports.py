"""A file of many rows: asked for, made by a worker, fetched whole or not at all."""

import hashlib
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from riskscore_client.connection import Connection
from riskscore_client.errors import CutShort, JobFailed, NotInTime, own_file
from riskscore_client.records import Record

ENDED = ("succeeded", "failed", "cancelled")
#: Seconds that the server may hold a question back until the file is made.
HELD_S = 25
#: How long to rest where the server holds nothing back.
PAUSE_S = 1.0


class Export:
    """One of your exports. ``record`` is how it was when the server was last asked."""

    def __init__(self, connection: Connection, record: Record) -> None:
        self._connection, self.record = connection, record

    def __repr__(self) -> str:
        return f"<Export {self.id} {self.state}>"

    @property
    def id(self) -> str:
        """The export's id."""
        return str(self.record["id"])

    @property
    def state(self) -> str:
        """How it stood when last asked: queued, running, or one of ENDED."""
        return str(self.record["state"])

    def refresh(self, wait: int = 0) -> "Export":
        """Ask the server how it stands, ``wait`` seconds later or at its end; return this one."""
        parameters = {"wait": wait} if wait else None
        answer = self._connection.send(
            "GET", f"/exports/{self.id}", parameters=parameters, held_s=wait
        )
        self.record = answer.json()
        return self

    def wait(self, timeout: float | None = None) -> "Export":
        """Return it when its file is made. Raises JobFailed, and NotInTime after ``timeout`` s."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.state not in ENDED:
            rest: float = HELD_S if end is None else min(HELD_S, end - time.monotonic())
            if rest < PAUSE_S:
                raise NotInTime(
                    f"Export {self.id} is {self.state} after {timeout:g} s", "It goes on"
                )
            began = time.monotonic()
            self.refresh(wait=int(rest))
            if self.state not in ENDED:
                time.sleep(max(PAUSE_S - (time.monotonic() - began), 0.0))
        if self.state != "succeeded":
            words = f"Export {self.id} {self.state}: {self.record['error']}"
            raise JobFailed(" ".join(words.split()), "Ask for it again", self.record)
        return self

    def save(self, path: str | Path) -> Path:
        """Write the file to ``path``, in one step and only if it is whole; return where it is.

        Raises CutShort where its bytes are not those that the server's hash is of, and FileTrouble
        where they cannot be written.
        """
        target = Path(path)
        with (
            own_file(target, "Name a file in a folder that is there and has room"),
            # Beside the target, so that the last step is one; the name may be as long as any.
            TemporaryDirectory(dir=target.parent, prefix=".riskscore-") as folder,
        ):
            fetched = Path(folder) / "export"
            self._fetch(fetched)
            fetched.replace(target)
        return target

    def _fetch(self, target: Path) -> None:
        digest = hashlib.sha256()
        with (
            target.open("xb") as file,
            self._connection.stream(f"/exports/{self.id}/file", "*/*", {}) as response,
        ):
            for piece in response.iter_bytes():
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != self.record["sha256"]:
            raise CutShort(f"The file of export {self.id} did not arrive whole", "Ask again")

    def delete(self) -> None:
        """Delete the file on the server; that it was made stays on record."""
        self._connection.send("DELETE", f"/exports/{self.id}", again=True)
