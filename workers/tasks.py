"""Task shells: one line each. Every task may run twice, or never."""

from riskscore.celery import (
    POLL,
    SWEEP,
    TAKE_IN,
    TAKE_IN_STRANDED,
    TRAIN,
    TRAINING_LIMIT_S,
    WORK,
    app,
)
from riskscore.intake import run as intakes
from riskscore.jobs import ledger, requests, schedules
from riskscore.scoring import rescore
from riskscore.training import requests as training_requests
from riskscore.training import run

#: A file of millions of rows takes minutes; whoever hangs longer than this is ended.
LONGEST_INTAKE_S = 3600


@app.task(name=WORK)
def work() -> None:
    """Plan what is queued, and score chunks until none is left or the time budget is spent."""
    requests.hint(rescore.drain())


@app.task(name=POLL)
def poll(*, idle: bool = False) -> bool:
    """What a worker does without being told. Returns whether it should work without a call.

    That is so where nobody works; an idle worker helps others too.
    """
    rescore.beat()
    return requests.hint(
        [*ledger.sweep(), *schedules.start_due(), *(ledger.waiting() if idle else ())]
    )


@app.task(name=SWEEP)
def sweep() -> None:
    """Return expired leases, close finished jobs, start what is due, call where nobody works."""
    requests.hint([*ledger.sweep(), *schedules.start_due()])
    training_requests.sweep()


@app.task(name=TRAIN, soft_time_limit=TRAINING_LIMIT_S, time_limit=TRAINING_LIMIT_S + 30)
def train() -> None:
    """Train what somebody asked for."""
    run.drain()


@app.task(name=TAKE_IN, soft_time_limit=LONGEST_INTAKE_S, time_limit=LONGEST_INTAKE_S + 60)
def take_in() -> None:
    """Take in every file that waits, then rescore what they touch."""
    intakes.drain()
    requests.follow_intakes()


@app.task(name=TAKE_IN_STRANDED)
def take_in_stranded() -> None:
    """What a worker does without being told: files on which nobody works."""
    intakes.drain(waiting_s=ledger.STRANDED_AFTER_S)
    requests.follow_intakes()
