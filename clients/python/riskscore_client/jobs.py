"""A job: what it is, how far it is, waiting for its end, steering it."""

import time
from typing import Any

from riskscore_client import progress
from riskscore_client.connection import Connection, Value
from riskscore_client.errors import JobFailed, NotInTime
from riskscore_client.records import JobRecord, Record, Score
from riskscore_client.rows import Rows

ENDED = ("succeeded", "partially_failed", "failed", "cancelled")
#: How often to ask where the server does not say.
PAUSE_S = 1.0


class Job:
    """One of your jobs. ``record`` is how it was when the server was last asked."""

    def __init__(self, connection: Connection, record: JobRecord, pause: str | None = None) -> None:
        self._connection, self.record = connection, record
        self._pause_s = float(pause or PAUSE_S)

    @classmethod
    def at(cls, connection: Connection, number: str) -> "Job":
        """Return the job with this id. Raises NotFound."""
        answer = connection.send("GET", f"/jobs/{number}")
        return cls(connection, answer.json(), answer.headers.get("Retry-After"))

    def __repr__(self) -> str:
        return f"<Job {self.id} {self.state}>"

    @property
    def id(self) -> str:
        """The job's id."""
        return self.record["id"]

    @property
    def state(self) -> str:
        """How it stood when last asked: queued, running, or one of ENDED."""
        return self.record["state"]

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDED

    def refresh(self) -> "Job":
        """Ask the server how it stands now; return this job."""
        now = Job.at(self._connection, self.id)
        self.record, self._pause_s = now.record, now._pause_s
        return self

    def wait(
        self, timeout: float | None = None, *, watch: progress.Watcher = progress.unseen
    ) -> "Job":
        """Return the job when it has ended well; the newer one, if that took this one over.

        ``watch`` is told each time how it stands. Raises JobFailed where not all is done, NotInTime
        after ``timeout`` seconds.
        """
        end = time.monotonic() + timeout if timeout is not None else None
        while not self.ended:
            watch(self.record)
            if end is not None and time.monotonic() + self._pause_s > end:
                raise NotInTime(f"Job {self.id} is {self.state} after {timeout:g} s", "It goes on")
            time.sleep(self._pause_s)
            self.refresh()
        watch(self.record)
        if newer := self.record.get("superseded_by"):
            rest = None if end is None else max(end - time.monotonic(), 0.0)
            return Job.at(self._connection, newer).wait(rest, watch=watch)
        if self.state != "succeeded":
            raise self._failed()
        return self

    def _failed(self) -> JobFailed:
        done = self.record.get("progress") or {}
        counts = f", {done['failed']} of {done['total']} failed" if done.get("failed") else ""
        why = f": {self.record['error']}" if self.record.get("error") else ""
        remedy = "`riskscore job ID --errors` says which and why" if counts else ""
        words = f"Job {self.id} {self.state.replace('_', ' ')}{counts}{why}"
        return JobFailed(words, remedy, self.record)

    def errors(self) -> Rows[Record]:
        """Give the projects that it could not score, and why."""
        return Rows(self._connection, f"/jobs/{self.id}/errors", {})

    def scores(self, **filters: Value) -> Rows[Score]:
        """Give the scores of a job for another day, which are its own."""
        return Rows(self._connection, f"/jobs/{self.id}/scores", filters)

    def cancel(self) -> "Job":
        """Ask it to stop; what is done stays."""
        return self._steered("cancel")

    def pause(self) -> "Job":
        """Begin no more of it until it is resumed."""
        return self._steered("pause")

    def resume(self) -> "Job":
        """Go on with it."""
        return self._steered("resume")

    def retry(self) -> "Job":
        """Return a new job for what failed, with the same inputs."""
        answer = self._connection.send("POST", f"/jobs/{self.id}/retry")
        return Job(self._connection, answer.json(), answer.headers.get("Retry-After"))

    def _steered(self, how: str) -> "Job":
        # Cancelling, pausing and resuming twice does no more than once.
        answer: Any = self._connection.send("POST", f"/jobs/{self.id}/{how}", again=True)
        self.record = answer.json()
        return self
