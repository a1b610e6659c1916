"""The product's worker with faults built in: what its environment and a table say.

``FAULT_LEASE_S`` shortens leases, ``FAULT_CHUNK`` makes chunks smaller, ``FAULT_DRAG_S`` makes each
take longer; a project in the table ``fault_poison`` does what its row says to whoever scores it.
SIGUSR2 stalls a worker's consumer: it stays connected to the broker and reads no more.
"""

import logging
import os
import signal
import time
from typing import Any

import django
from celery.signals import worker_ready
from django.db import connection

django.setup()  # what follows imports models, before Celery does as much

from riskscore import celery  # noqa: E402
from riskscore.jobs import ledger, work_items  # noqa: E402
from riskscore.scoring import rescore  # noqa: E402
from workers import fallback_poller  # noqa: E402

app = celery.app  # found by `celery -A tests.faults.app`

work_items.LEASE_S = int(os.environ["FAULT_LEASE_S"])
ledger.CHUNK_SIZE = int(os.environ["FAULT_CHUNK"])
ledger.STALLED_AFTER_S = 1
fallback_poller.POLL_EVERY_S = 0.5
app.conf.task_soft_time_limit, app.conf.task_time_limit = 12, 20  # several times what work takes
rescore.BUDGET_S = 3.0
DRAG_S = float(os.environ["FAULT_DRAG_S"])

log = logging.getLogger(__name__)
score_chunk, stage = rescore.score_chunk, rescore._stage


@worker_ready.connect
def stall_when_told(sender: Any, **_: Any) -> None:
    def stall() -> None:
        for callback in list(sender.hub.on_tick):
            if callback.__module__ == "kombu.transport.redis":  # not that of the pool
                sender.hub.on_tick.discard(callback)
        for descriptor in list(sender.connection.transport.cycle.fds):
            sender.hub.remove(descriptor)
        log.warning("stalled from now on")

    signal.signal(signal.SIGUSR2, lambda *_: sender.hub.call_soon(stall))


def faulty_score_chunk(claim: ledger.Claim) -> None:
    """Do to this process what the projects of the chunk say, then score."""
    for project, action in poison(claim.project_ids):
        log.warning("project %s: %s", project, action)
        act(project, action)
    time.sleep(DRAG_S)
    score_chunk(claim)


def faulty_stage(columns: object) -> None:
    """Between taking the chunk's row and writing scores."""
    for project, action in poison([int(i) for i in columns["project_id"]]):  # type: ignore[index]
        if action == "stop while writing":
            once(project)
            os.kill(os.getpid(), signal.SIGSTOP)
    stage(columns)  # type: ignore[arg-type]


def poison(projects: list[int]) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT project_id, action FROM fault_poison WHERE project_id = ANY(%s)", [projects]
        )
        return list(cursor.fetchall())


def once(project: int) -> None:
    """Take the poison away, on record even if this process dies now or never commits."""
    alone = connection.copy()
    with alone.cursor() as cursor:
        cursor.execute("DELETE FROM fault_poison WHERE project_id = %s", [project])
    alone.close()


def act(project: int, action: str) -> None:
    if action == "raise":
        raise ValueError(f"project {project} is poison " + "x" * 10_000_000)
    if action == "exit":
        os._exit(1)
    if action == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if action == "hang":
        time.sleep(3600)
    if action == "stop":
        once(project)
        os.kill(os.getpid(), signal.SIGSTOP)
    if action == "disk full":
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE 'no space left' USING ERRCODE = '53100'; END $$")


rescore.score_chunk = faulty_score_chunk
rescore._stage = faulty_stage
