"""From an empty folder to scored projects, and on to serving them."""

import os
import sys
import time
from dataclasses import astuple
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError
from rich.console import Console

from riskscore.bundle import load
from riskscore.jobs import requests
from riskscore.jobs.requests import CannotStart
from riskscore.models import Score
from riskscore.serving import answer_table, score_tables
from riskscore.serving.processes import (
    CannotRun,
    Children,
    check_port,
    children_of,
    only_one,
    wait_for_port,
)
from riskscore.serving.progress_bar import follow
from riskscore.serving.welcome import Credentials, first_credentials
from riskscore.sources import BadFile

EXPECTED = (CannotRun, CannotStart, BadFile)
FILE_WIDTH = 132  # columns, when the output is no terminal
HOST = "127.0.0.1"
WORKER = ("celery", "-A", "riskscore.celery", "worker", "--loglevel=INFO")
# Neither talks to other workers at start nor gossips: both have kept workers from consuming.
WORKER_OPTIONS = ("--without-mingle", "--without-gossip", "--hostname=riskscore@localhost")
# No control socket: it would lie in the home folder. Threads, since requests wait for PostgreSQL.
WEB = ("gunicorn", "riskscore.wsgi:application", "--no-control-socket", "--worker-class=gthread")
WEB_OPTIONS = ("--workers=2", "--threads=4", "--graceful-timeout=10", "--access-logfile=-")
# A page that takes longer is a mistake, and must not hold a connection.
WEB_ENVIRONMENT = {"RISKSCORE_STATEMENT_TIMEOUT_MS": "5000"}


def run(*, serve: bool) -> None:
    """Score every project of the bundle with a real worker, print the tables, and maybe serve.

    Raises one of EXPECTED, whose message is one line; nothing is left running.
    """
    console = Console(width=None if sys.stdout.isatty() else FILE_WIDTH)
    address = f"http://{HOST}:{settings.PORT}" if serve else ""
    log = _log_folder()
    with only_one(settings.VAR, address) as lock, children_of(log, lock) as children:
        if serve:
            check_port(HOST, settings.PORT)
        _prepare(console)
        _start(children, serve=serve)
        summary = _score(console, children)
        if serve:
            wait_for_port(HOST, settings.PORT, children)
            _tell(console, address, first_credentials())
            _serve(console, children)
    console.print("stopped" if serve else summary, highlight=False, soft_wrap=True)


def _log_folder() -> Path:
    """Make the folder where the children write."""
    folder: Path = settings.VAR / "log"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun(f"{error.filename}: {error.strerror}; set RISKSCORE_VAR") from None
    return folder


def _prepare(console: Console) -> None:
    """Bring the tables up to date and load what the database does not have yet."""
    try:
        call_command("migrate", verbosity=0)
    except DatabaseError as error:
        # A database of before the first release is refused by the first migration, in one line.
        raise CannotRun(str(error).splitlines()[0]) from None
    loaded = load.load(settings.FIXTURES)
    console.print(
        f"loaded {loaded.projects:,} projects, {loaded.observations:,} observations from "
        f"{loaded.releases} releases, {loaded.methods} methods, {loaded.models} learned models"
        if any(astuple(loaded))
        else "the bundle is loaded already",
        highlight=False,
    )


def _start(children: Children, *, serve: bool) -> None:
    concurrency = f"--concurrency={min(os.cpu_count() or 1, 4)}"
    queues = ("-Q", ",".join(settings.QUEUES))
    children.start("worker", (*WORKER, *WORKER_OPTIONS, *queues, concurrency))
    if serve:
        bind = f"--bind={HOST}:{settings.PORT}"
        children.start("web", (*WEB, *WEB_OPTIONS, bind), **WEB_ENVIRONMENT)


def _score(console: Console, children: Children) -> str:
    """Rescore everything through the door that everybody uses; return the closing line."""
    began = time.monotonic()
    lens = requests.default_lens()
    job = requests.start({"all": True}, lens=lens, reason="demo")
    follow(job.id, children, console)
    seconds = time.monotonic() - began
    score_tables.show(console, lens)
    for line in score_tables.learned(lens):
        console.print(line, highlight=False, soft_wrap=True)
    answer_table.show(console)
    scores = Score.objects.filter(lens=lens)
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
    console.print("\n" + "\n".join(lines), highlight=False, soft_wrap=True, markup=False)


def _serve(console: Console, children: Children) -> None:
    """Wait until somebody stops us, or until a child fails for good (CannotRun).

    A worker that died is replaced: Celery's gives up when Valkey has no memory left, for instance.
    """
    try:
        while True:
            if children.revive("worker"):
                console.print(
                    f"the worker had ended and was started again: {children.log_of('worker')}",
                    highlight=False,
                    soft_wrap=True,
                )
            children.check()
            time.sleep(0.5)
    except KeyboardInterrupt:
        return
