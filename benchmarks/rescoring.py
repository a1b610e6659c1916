"""Rescoring end to end, against the bare binary COPY and upsert of the same rows."""

import multiprocessing
import os
import resource
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection, connections

from benchmarks import orm_loop
from benchmarks.database import bundled, multiply
from benchmarks.runner import Measured
from riskscore.jobs import ledger, requests
from riskscore.models import Job
from riskscore.scoring import rescore as scoring_rescore

PROCESSES = 2
PROJECTS = int(os.environ.get("BENCH_PROJECTS", "1_000_000"))
FORK = multiprocessing.get_context("fork")


def million() -> Measured:
    """Two processes read, score and write score and history of synthetic projects, all new.

    Without intervals; ``intervals`` has them.
    """
    return _against_bare(PROJECTS, draws=0)


def intervals() -> Measured:
    """The same with a 90 % interval of 256 draws for each project, over a tenth of the projects."""
    return _against_bare(PROJECTS // 10, draws=256)


def _against_bare(projects: int, *, draws: int) -> Measured:
    with bundled():
        multiply(projects)
        seconds, megabytes = rescore(draws)
        rows, bare = _bare()
    return Measured(
        value=rows / seconds,
        unit=f"projects/s, {rows:,} by {PROCESSES} processes of {megabytes:.0f} MB",
        against="bare COPY and upsert of the same rows, and COPY of their history",
        ratio=bare / seconds,
    )


def orm() -> Measured:
    """5,000 projects, against the loop that one would write with the ORM and one pure function."""
    with bundled():
        multiply(5_000)
        idiomatic = orm_loop.rescore()
        start = perf_counter()
        job = requests.start({"all": True}, draws=0, apart=False)
        drain_until_ended(job)
        seconds = perf_counter() - start
        total = ledger.progress(job.id).total
    return Measured(
        value=total / seconds,
        unit="projects/s, one process",
        against="an ORM loop over the same projects",
        ratio=idiomatic / seconds,
    )


def interactive() -> Measured:
    """Seconds from asking to the end of a one-project job while a large one runs: p95.

    The large one is cancelled then.
    """
    with bundled():
        multiply(PROJECTS)
        keys = _keys(200)
        big = requests.start({"all": True})
        workers = _start_workers(big)
        waits = []
        while Job.objects.get(id=big.id).state not in Job.TERMINAL and keys:
            start = perf_counter()
            urgent = requests.start({"keys": [keys.pop()]}, queue=Job.Queue.INTERACTIVE)
            while Job.objects.get(id=urgent.id).state not in Job.TERMINAL:
                pass
            waits.append(perf_counter() - start)
        beside = ledger.progress(big.id).total
        requests.cancel(big.id)
        _end_workers(workers)
    p95 = sorted(waits)[int(len(waits) * 0.95)]
    return Measured(
        value=p95,
        unit=f"s (p95 of {len(waits)}), beside a job of {beside:,} projects with intervals",
        against="2 s, what a person may wait",
        ratio=2 / p95,
    )


def rescore(draws: int = 0) -> tuple[float, float]:
    """Seconds to rescore everything by two processes, and the memory of the larger one (MB)."""
    start = perf_counter()
    job = requests.start({"all": True}, draws=draws, apart=False)
    megabytes = _end_workers(_start_workers(job))
    seconds = perf_counter() - start
    assert Job.objects.get(id=job.id).state == Job.State.SUCCEEDED
    return seconds, megabytes


def _start_workers(job: Job) -> list[tuple[Any, Any]]:
    connections.close_all()  # no child may inherit a connection
    workers = []
    for _ in range(PROCESSES):
        parent, child = FORK.Pipe()
        process = FORK.Process(target=_work, args=(job, child))
        process.start()
        workers.append((process, parent))
    return workers


def _end_workers(workers: list[tuple[Any, Any]]) -> float:
    megabytes = [pipe.recv() for _, pipe in workers]
    for process, _ in workers:
        process.join()
    return float(max(megabytes))


def _work(job: Job, pipe: Any) -> None:
    drain_until_ended(job)
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def drain_until_ended(job: Job) -> None:
    while Job.objects.get(id=job.id).state not in Job.TERMINAL:
        scoring_rescore.drain()


def _keys(count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM riskscore_project p WHERE state = 'published' AND EXISTS"
            " (SELECT FROM riskscore_projectmineral m WHERE m.project_id = p.id)"
            " ORDER BY id LIMIT %s",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def _bare() -> tuple[int, float]:
    """Write all scores and their history again into empty copies of the tables, from bytes."""
    with tempfile.TemporaryDirectory() as folder, connection.cursor() as cursor:
        files = {}
        for table in ("riskscore_score", "riskscore_scorehistory"):
            files[table] = Path(folder) / table
            with (
                files[table].open("wb") as file,
                cursor.copy(f"COPY (SELECT * FROM {table}) TO STDOUT (FORMAT BINARY)") as copy,
            ):
                for block in copy:
                    file.write(block)
        cursor.execute("CREATE TABLE bare_score (LIKE riskscore_score INCLUDING ALL)")
        cursor.execute("CREATE TABLE bare_history (LIKE riskscore_scorehistory INCLUDING ALL)")
        cursor.execute("CREATE TEMP TABLE staged (LIKE riskscore_score)")
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'staged'"
        )
        assignments = ", ".join(f"{row[0]} = EXCLUDED.{row[0]}" for row in cursor.fetchall())
        start = perf_counter()
        _copy_in("staged", files["riskscore_score"])
        cursor.execute(
            "INSERT INTO bare_score SELECT * FROM staged"
            f" ON CONFLICT (project_id, lens_id) DO UPDATE SET {assignments}"
        )
        rows = cursor.rowcount
        _copy_in("bare_history", files["riskscore_scorehistory"])
        return rows, perf_counter() - start


def _copy_in(table: str, file: Path) -> None:
    with (
        file.open("rb") as content,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy,
    ):
        while block := content.read(1 << 20):
            copy.write(block)


BENCHMARKS = {
    "rescoring.million": million,
    "rescoring.intervals": intervals,
    "rescoring.orm": orm,
    "rescoring.interactive": interactive,
}
