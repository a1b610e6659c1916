"""Rescoring end to end, against the bare binary COPY and upsert of the same rows."""

from time import perf_counter

from django.db import connection

from benchmarks.database import bundled, multiply
from benchmarks.runner import Measured
from riskscore import jobs, rescoring
from riskscore.models import Job

PROJECTS = 45_000


def bundle_rows() -> Measured:
    """One process rescoring ten times the bundle, second run: every row is an update."""
    with bundled():
        multiply(PROJECTS)
        _rescore()
        seconds = _rescore()
        rows, bare = _copy_and_upsert()
    return Measured(
        value=rows / seconds,
        unit="projects/s, one process",
        against="bare COPY and upsert of the same rows",
        ratio=bare / seconds,
    )


def _rescore() -> float:
    job = jobs.start({"all": True})
    start = perf_counter()
    while Job.objects.get(id=job.id).state not in Job.TERMINAL:
        rescoring.drain()
    return perf_counter() - start


def _copy_and_upsert() -> tuple[int, float]:
    """Write the current scores again, from bytes: no reading, no arithmetic, no history."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bare (LIKE riskscore_score)")
        with cursor.copy("COPY riskscore_score TO STDOUT (FORMAT BINARY)") as copy:
            content = b"".join(bytes(block) for block in copy)
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'bare'"
        )
        columns = [row[0] for row in cursor.fetchall() if row[0] != "id"]
        assignments = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns)
        start = perf_counter()
        with cursor.copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(content)
        cursor.execute(
            f"INSERT INTO riskscore_score SELECT * FROM bare"  # noqa: S608 - column names
            f" ON CONFLICT (project_id, lens_id) DO UPDATE SET {assignments}"
        )
        return cursor.rowcount, perf_counter() - start


BENCHMARKS = {"rescoring.bundle": bundle_rows}
