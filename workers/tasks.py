"""Task shells: one line each. Every task may run twice, or never."""

from riskscore import jobs, ledger, rescoring
from riskscore.intake import work as intakes
from workers.celery import POLL, SWEEP, TAKE_IN, TAKE_IN_STRANDED, WORK, app

#: A file of millions of rows takes minutes; whoever hangs longer than this is ended.
LONGEST_INTAKE_S = 3600


@app.task(name=WORK)
def work() -> None:
    """Plan what is queued, or claim and score chunks until the time budget is spent."""
    jobs.hint(rescoring.drain())


@app.task(name=POLL)
def poll() -> None:
    """What a worker does without being told: sweep, and work where nobody else does."""
    jobs.hint([*ledger.sweep(), *rescoring.drain_stranded()])


@app.task(name=SWEEP)
def sweep() -> None:
    """Return expired leases, close finished jobs, and hint at jobs that nobody works on."""
    jobs.hint(ledger.sweep())


@app.task(name=TAKE_IN, soft_time_limit=LONGEST_INTAKE_S, time_limit=LONGEST_INTAKE_S + 60)
def take_in() -> None:
    """Take in every file that waits, then rescore what they touch."""
    intakes.drain()
    jobs.follow_intakes()


@app.task(name=TAKE_IN_STRANDED)
def take_in_stranded() -> None:
    """What a worker does without being told: files on which nobody works."""
    intakes.drain(waiting_s=ledger.STRANDED_AFTER_S)
    jobs.follow_intakes()
