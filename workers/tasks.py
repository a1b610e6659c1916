"""Task shells: one line each. Every task may run twice, or never."""

from riskscore import jobs, ledger, rescoring, schedules, training, trainings
from workers.celery import POLL, SWEEP, TRAIN, TRAINING_LIMIT_S, WORK, app


@app.task(name=WORK)
def work() -> None:
    """Plan what is queued, and score chunks until none is left or the time budget is spent."""
    jobs.hint(rescoring.drain())


@app.task(name=POLL)
def poll() -> bool:
    """What a worker does without being told. Returns whether work waits that nobody does."""
    rescoring.beat()
    return jobs.hint([*ledger.sweep(), *schedules.start_due()])


@app.task(name=SWEEP)
def sweep() -> None:
    """Return expired leases, close finished jobs, start what is due, call where nobody works."""
    jobs.hint([*ledger.sweep(), *schedules.start_due()])
    trainings.hint_if_waiting()


@app.task(name=TRAIN, soft_time_limit=TRAINING_LIMIT_S, time_limit=TRAINING_LIMIT_S + 30)
def train() -> None:
    """Train what somebody asked for."""
    training.drain()
