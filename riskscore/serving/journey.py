"""From an empty folder to scored projects, and on to serving them."""

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from rich.console import Console

from riskscore.embedded import Postgres, Server, Valkey
from riskscore.jobs import ledger, requests
from riskscore.jobs.requests import CannotStart
from riskscore.models import Job, Score
from riskscore.serving import answer_table, log_files, score_tables
from riskscore.serving.preparing import prepare
from riskscore.serving.processes import (
    CannotRun,
    Children,
    check_port,
    children_of,
    wait_for_port,
)
from riskscore.serving.progress_bar import follow
from riskscore.serving.run_lock import only_one
from riskscore.serving.unfailing import unfailing
from riskscore.serving.watching import Watch
from riskscore.serving.welcome import Credentials, first_credentials
from riskscore.sources import BadFile

EXPECTED = (CannotRun, CannotStart, BadFile)
FILE_WIDTH = 132  # columns, when the output is no terminal
HOST = "127.0.0.1"
WORKER = ("celery", "-A", "riskscore.celery", "worker", "--loglevel=INFO")
# Neither talks to other workers at start nor gossips: both have kept workers from consuming.
WORKER_OPTIONS = ("--without-mingle", "--without-gossip", "--hostname=riskscore@localhost")
# No control socket: it would lie in the home folder. Threads, since requests wait for PostgreSQL.
# Loaded once, before the workers are forked: they share the memory of what is loaded.
WEB = ("gunicorn", "riskscore.wsgi:application", "--no-control-socket", "--preload")
WEB_OPTIONS = (
    "--worker-class=riskscore.serving.buffered_worker.BufferedWorker", "--workers=2", "--threads=4",
    "--graceful-timeout=10",
)  # fmt: skip
# A page that takes longer is a mistake, and must not hold a connection.
WEB_ENVIRONMENT = {"RISKSCORE_STATEMENT_TIMEOUT_MS": "5000"}
LOOK_EVERY_S, ROTATE_EVERY_S = 0.5, 60.0


def run(*, serve: bool) -> None:
    """Score every project of the bundle with a real worker, print the tables, and maybe serve.

    Raises one of EXPECTED, whose message is one line; nothing is left running.
    """
    width = None if sys.stdout.isatty() else FILE_WIDTH
    console = Console(file=unfailing(sys.stdout) if serve else None, width=width)
    say = partial(_say, console)
    address = f"http://{HOST}:{settings.PORT}" if serve else ""
    log = _log_folder()
    with only_one(settings.VAR, address) as lock, children_of(log, lock) as children:
        if serve:
            check_port(HOST, settings.PORT)
        prepare(say, _servers())
        _start(children, serve=serve)
        if serve:
            watch = Watch(say)
            watch.over(_servers(), children)
            look = partial(_look, children, watch, starting=True)
            wait_for_port(HOST, settings.PORT, look, children.log_of("web"))
            _tell(console, address, first_credentials())
            _serve(console, children, watch, address)
            summary = "stopped"
        else:
            summary = _demonstrate(console, children)
    say(summary)


def _say(console: Console, words: str) -> None:
    """Print a line as it is: a log's last words may hold what rich takes for markup."""
    console.print(words, highlight=False, soft_wrap=True, markup=False)


def _log_folder() -> Path:
    """Make the folder where the children write."""
    folder: Path = settings.VAR / "log"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun(f"{error.filename}: {error.strerror}; set RISKSCORE_VAR") from None
    return folder


def _start(children: Children, *, serve: bool) -> None:
    concurrency = f"--concurrency={min(os.cpu_count() or 1, 4)}"
    queues = ("-Q", ",".join(settings.QUEUES))
    children.start("worker", (*WORKER, *WORKER_OPTIONS, *queues, concurrency))
    if serve:
        bind = f"--bind={HOST}:{settings.PORT}"
        children.start("web", (*WEB, *WEB_OPTIONS, bind), **WEB_ENVIRONMENT)


def _demonstrate(console: Console, children: Children) -> str:
    """Score all; return the closing line. Raises CannotRun when that does not succeed."""
    began = time.monotonic()
    job = _scored(console, children.check)
    if job.state != Job.State.SUCCEEDED:
        raise CannotRun(f"{_how_it_ended(job)}; see {children.log_of('worker')}")
    return _show(console, job, time.monotonic() - began)


def _scored(console: Console, look: Callable[[], None]) -> Job:
    """Rescore everything through the door that everybody uses; return the job that did it."""
    lens = requests.default_lens()
    return follow(requests.start({"all": True}, lens=lens, reason="demo").id, look, console)


def _how_it_ended(job: Job) -> str:
    progress = ledger.progress(job.id)
    words = f" ({job.error})" if job.error else ""
    return (
        f"job {job.id} ended as {job.state}: {progress.failed:,} of {progress.total:,} projects"
        f" could not be scored{words}"
    )


def _show(console: Console, job: Job, seconds: float) -> str:
    """Print the tables; return the line that sums them up."""
    score_tables.show(console, job.lens)
    for line in score_tables.learned(job.lens):
        console.print(line, highlight=False, soft_wrap=True)
    answer_table.show(console)
    scores = Score.objects.filter(lens=job.lens)
    blank = scores.filter(composite__isnull=True).count()
    return f"scored {scores.count()} projects in {seconds:.1f} s, {blank} not assessed"


def _tell(console: Console, address: str, new: Credentials | None) -> None:
    """Say where everything is."""
    lines = [
        f"admin  {address}/admin/",
        f"API    {address}/api/v1/",
        f"docs   {address}/api/v1/docs",
    ]
    if new:
        lines += [f"user   {new.user}", f"password (shown once)  {new.password}"]
        lines += [f"API key  (shown once)  {new.api_key}"]
    else:
        lines += ["user   as before; forgotten? .venv/bin/python manage.py changepassword admin"]
    lines += ["people more accounts: Users in admin, then a group (docs/roles.md)"]
    lines += [f"logs   {settings.VAR / 'log'}", "Ctrl-C stops everything."]
    _say(console, "\n" + "\n".join(lines))


def _look(children: Children, watch: Watch, *, starting: bool = False) -> None:
    """Start again what has ended; who ends by itself while all is ``starting`` never will work.

    Raises KeyboardInterrupt if all is to end, CannotRun.
    """
    if children.is_stopping:
        raise KeyboardInterrupt
    if starting:
        children.check(killed=False)
    watch.look()


def _serve(console: Console, children: Children, watch: Watch, address: str) -> None:
    """Serve until somebody stops us; whatever ends meanwhile is started again."""
    look = partial(_look, children, watch)
    try:
        _report_first_job(console, look, address)
        rotated = time.monotonic()
        while True:
            look()
            if time.monotonic() - rotated > ROTATE_EVERY_S:
                log_files.rotate(children.log_folder)
                rotated = time.monotonic()
            time.sleep(LOOK_EVERY_S)
    except KeyboardInterrupt:
        return


def _servers() -> list[tuple[str, Server]]:
    """The servers that are ours to keep alive."""
    own: list[tuple[str, Server]] = []
    if not settings.DATABASE_URL:
        own.append(("PostgreSQL", Postgres(settings.VAR)))
    if not settings.REDIS_URL:
        own.append(("Valkey", Valkey(settings.VAR)))
    return own


def _report_first_job(console: Console, look: Callable[[], None], address: str) -> None:
    """Score all while serving, and say what came of it: that it fails ends nothing."""
    began = time.monotonic()
    try:
        job = _scored(console, look)
        if job.state != Job.State.SUCCEEDED:
            page = f"{address}/admin/riskscore/job/{job.pk}/change/"
            _say(console, f"{_how_it_ended(job)}: {page}")
        said = _show(console, job, time.monotonic() - began)
    except (CannotStart, Error) as error:
        words = " ".join(str(error).split())
        said = f"the first scores could not be made: {words}; it serves what is there"
        connection.close()
    _say(console, said)
