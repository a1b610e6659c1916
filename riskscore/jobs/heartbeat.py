"""The heartbeat of a worker: a thread that prolongs the lease it holds while it computes."""

import logging
import os
import socket
import threading
import time
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection

from riskscore.jobs import ledger, work_items

log = logging.getLogger(__name__)

BEATS_PER_LEASE = 3
#: Seconds that a heartbeat waits for a row which its own worker may have locked.
PATIENCE = "5s"

_SEEN = """
INSERT INTO riskscore_workerpulse (worker, seen_at, chunk_id) VALUES (%s, clock_timestamp(), %s)
ON CONFLICT (worker) DO UPDATE SET seen_at = clock_timestamp(), chunk_id = EXCLUDED.chunk_id
"""


def worker_name() -> str:
    """Host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def worker_heartbeat(worker: str, lease: work_items.Lease | None = None) -> None:
    """Say that the worker lives, and prolong the lease that it holds, if it still does."""
    chunk = lease.id if lease and lease.table is ledger.CHUNKS else None
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [worker, chunk])
    if lease:
        work_items.prolong(lease)


class Heartbeat:
    """While it is entered, the lease that it holds does not expire and the worker is seen."""

    def __init__(self, worker: str, lease: work_items.Lease | None = None) -> None:
        self.worker = worker
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self.hold(lease)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def hold(self, lease: work_items.Lease | None) -> None:
        """Prolong this lease from now on, or none."""
        self._held, self._since = lease, time.monotonic()

    def _run(self) -> None:
        try:
            # Mostly the work is done before the first time, and no second connection is made.
            while not self._ended.wait(work_items.LEASE_S / BEATS_PER_LEASE):
                self._tick()
        finally:
            connection.close()

    def _tick(self) -> None:
        held = self._held
        if held and time.monotonic() - self._since > held.table.longest_s:
            held = None
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [PATIENCE])
            worker_heartbeat(self.worker, held)
        except DatabaseError as error:
            log.warning("no heartbeat: %s", error)
            connection.close()
