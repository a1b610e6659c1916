"""A job: what it is, how far it is, waiting for its end, steering it."""

import time
from collections.abc import Iterator
from typing import Any

from riskscore_client import events, progress
from riskscore_client.connection import Connection, Value
from riskscore_client.errors import JobFailed, NotInTime
from riskscore_client.records import JobEvent, JobRecord, Record, Score
from riskscore_client.rows import Rows

ENDED = ("succeeded", "partially_failed", "failed", "cancelled")
#: How often to ask where the server does not say.
PAUSE_S = 1.0
#: Seconds that the server may hold a question back until the end; less where somebody watches.
HELD_S, WATCHED_S = 25, 2


class Job:
    """One of your jobs. ``record`` is how it was when the server was last asked."""

    def __init__(self, connection: Connection, record: JobRecord, pause: str | None = None) -> None:
        self._connection, self.record = connection, record
        self._pause_s = max(float(pause or PAUSE_S), 0.1)

    @classmethod
    def at(cls, connection: Connection, number: str, wait: int = 0) -> "Job":
        """Return the job with this id, ``wait`` seconds later or at its end. Raises NotFound."""
        parameters = {"wait": wait} if wait else None
        answer = connection.send("GET", f"/jobs/{number}", parameters=parameters, held_s=wait)
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

    def refresh(self, wait: int = 0) -> "Job":
        """Ask the server how it stands, now or ``wait`` seconds later; return this job."""
        now = Job.at(self._connection, self.id, wait)
        self.record, self._pause_s = now.record, now._pause_s
        return self

    def wait(
        self, timeout: float | None = None, *, watch: progress.Watcher = progress.unseen
    ) -> "Job":
        """Return the job when it has ended well; the newer one, if that took this one over.

        The server answers at the end and not before (a long poll). ``watch`` is told now and then
        how it stands. Raises JobFailed where not all is done, NotInTime after ``timeout`` seconds.
        """
        end = time.monotonic() + timeout if timeout is not None else None
        held: float = HELD_S if watch is progress.unseen else WATCHED_S
        while not self.ended:
            watch(self.record)
            rest = held if end is None else end - time.monotonic()
            if rest < min(self._pause_s, 1):
                raise NotInTime(f"Job {self.id} is {self.state} after {timeout:g} s", "It goes on")
            began, asked = time.monotonic(), int(min(held, rest))
            self.refresh(wait=asked)
            early = min(asked, self._pause_s) - (time.monotonic() - began)
            if early > 0 and not self.ended:
                time.sleep(early)  # as many wait already as the server lets wait
        watch(self.record)
        if newer := self.record.get("superseded_by"):
            left = None if end is None else max(end - time.monotonic(), 0.0)
            return Job.at(self._connection, newer).wait(left, watch=watch)
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

    def events(self) -> Iterator[JobEvent]:
        """Give how it stands at each change until its end. Raises Problem and Unreachable."""
        for event in events.follow(self._connection, f"/jobs/{self.id}/events"):
            yield event.told

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
