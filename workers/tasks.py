"""Task shells: one line each. Every task may run twice, or never."""

from riskscore.celery import (
    EXPORT,
    EXPORT_LIMIT_S,
    IMPORT_LIMIT_S,
    POLL,
    SEND_WEBHOOKS,
    SWEEP,
    TAKE_IN,
    TAKE_IN_STALLED,
    TRAIN,
    TRAINING_LIMIT_S,
    WORK,
    app,
    publish,
)
from riskscore.curation import kept_figures, map_grid
from riskscore.curation.extracts import file_maker, file_requests
from riskscore.intake import requests as intake_requests
from riskscore.intake import run as intake_run
from riskscore.jobs import heartbeat, ledger, requests, schedules
from riskscore.scoring import ranking, rescore
from riskscore.scoring.alerts import mail
from riskscore.sourcing.holdings import portfolio_limits
from riskscore.training import requests as training_requests
from riskscore.training import run
from riskscore.webhooks import send


@app.task(name=WORK)
def work() -> None:
    """Plan what is queued, and score chunks until none is left or the time budget is spent.

    Then compare the portfolios whose projects were rescored with their limits.
    """
    requests.notify_workers(rescore.drain())
    portfolio_limits.check_due()


@app.task(name=POLL)
def poll(*, idle: bool = False) -> bool:
    """What each worker does by itself every few seconds. Returns whether it should work at once.

    That is so where jobs are stalled; an idle worker helps others too, and has somebody sweep.
    """
    heartbeat.worker_heartbeat(heartbeat.worker_name())
    if idle:
        portfolio_limits.check_due()
        if kept_figures.is_due() or mail.is_due():
            publish({"maintenance": 1}, SWEEP)  # where no scheduler runs
    return requests.notify_workers(
        [*ledger.sweep(), *schedules.start_due(), *(ledger.waiting() if idle else ())]
    )


@app.task(name=SWEEP)
def sweep() -> None:
    """Return expired leases, close finished jobs, start what is due, notify of what is stalled;
    then send alerts by mail, and count anew what pages show."""
    requests.notify_workers([*ledger.sweep(), *schedules.start_due()])
    training_requests.sweep()
    file_requests.sweep()
    portfolio_limits.check_due()
    mail.send_due()
    rescore.forget_apart()
    ranking.keep_due()
    send.sweep()
    map_grid.keep_due()
    kept_figures.keep_due()


@app.task(name=TRAIN, soft_time_limit=TRAINING_LIMIT_S, time_limit=TRAINING_LIMIT_S + 30)
def train() -> None:
    """Train what is requested."""
    run.drain()


@app.task(name=EXPORT, soft_time_limit=EXPORT_LIMIT_S, time_limit=EXPORT_LIMIT_S + 30)
def export() -> None:
    """Make the files that are asked for."""
    file_maker.drain()


@app.task(name=TAKE_IN, soft_time_limit=IMPORT_LIMIT_S, time_limit=IMPORT_LIMIT_S + 60)
def take_in() -> None:
    """Import every file that waits, then rescore what they touch."""
    intake_run.drain()
    intake_requests.follow_intakes()


@app.task(name=TAKE_IN_STALLED)
def take_in_stalled() -> None:
    """Import files that have waited for a while: a message was lost, or a worker died."""
    intake_run.drain(waiting_s=ledger.STALLED_AFTER_S)
    intake_requests.follow_intakes()


@app.task(name=SEND_WEBHOOKS)
def send_webhooks() -> None:
    """Send what webhooks are to be told. Each worker does so in a process of its own."""
    send.drain()
