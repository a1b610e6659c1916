"""The heartbeat of a worker: a thread that prolongs the lease it holds while it computes."""

import logging
import threading
import time
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection

from riskscore.jobs import ledger

log = logging.getLogger(__name__)

#: Longer than this no lease is prolonged: a worker that hangs must not look alive for ever.
LONGEST_S = 150


class Heartbeat:
    """While it is entered, the worker is seen, and the claim that it holds does not expire."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self._held: ledger.Claim | None = None
        self._since = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        ledger.beat(self.worker)
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

    def hold(self, claim: ledger.Claim | None) -> None:
        """Prolong this claim from now on, or none."""
        self._held, self._since = claim, time.monotonic()

    def _run(self) -> None:
        try:
            # Mostly the work is done before the first beat, and no second connection is made.
            while not self._ended.wait(ledger.LEASE_S / 3):
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        held = self._held if time.monotonic() - self._since < LONGEST_S else None
        try:
            ledger.beat(self.worker, held)
        except DatabaseError as error:
            log.warning("no heartbeat: %s", error)
            connection.close()
