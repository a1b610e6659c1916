"""Task shells: one line each. Every task may run twice, or never."""

from riskscore import jobs, ledger, rescoring, training, trainings
from workers.celery import POLL, SWEEP, TRAIN, TRAINING_LIMIT_S, WORK, app


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
    trainings.hint_if_waiting()


@app.task(name=TRAIN, soft_time_limit=TRAINING_LIMIT_S, time_limit=TRAINING_LIMIT_S + 30)
def train() -> None:
    """Train what somebody asked for."""
    training.drain()
