"""The command's words that start work and follow it: `rescore`, `job`, `import`."""

import sys
from argparse import Namespace
from itertools import islice

from riskscore_client import progress
from riskscore_client.client import Riskscore
from riskscore_client.command import output
from riskscore_client.errors import JobFailed
from riskscore_client.jobs import Job

JOB = {
    "id": "job",
    "state": "state",
    "importer": "importer",
    "progress.percent": "%",
    "progress.total": "projects",
    "progress.failed": "failed",
    "finished_at": "finished",
}
#: How many faults of a file are printed; the rest is at its address.
MOST_FAULTS = 20
ERRORS = {"project": "project", "code": "code", "detail": "detail"}


def rescore(riskscore: Riskscore, said: Namespace) -> None:
    """Start a job; with `--wait` follow it to its end."""
    chosen = {"place": list(said.place or ()), "mineral": said.mineral, "kind": said.kind}
    if said.region:
        chosen["place"] += riskscore.places_in(said.region)
    filters = {name: values for name, values in chosen.items() if values}
    wanted = {"importer": said.importer, "as_of": said.as_of, "reason": said.reason}
    job = riskscore.rescore(
        keys=said.keys,
        filter=filters,
        idempotency_key=said.idempotency_key,
        **{name: value for name, value in wanted.items() if value is not None},
    )
    _followed(job, said)


def job(riskscore: Riskscore, said: Namespace) -> None:
    """Print a job, or what it could not score; with `--wait` at its end."""
    found = riskscore.job(said.id)
    if not said.errors:
        _followed(found, said)
        return
    rows = list(found.errors())
    if said.json:
        output.as_json(rows)
    elif said.csv:
        output.as_csv(rows, list(rows[0]) if rows else list(ERRORS))
    else:
        output.as_table(rows, {name: name for name in rows[0]} if rows else ERRORS)


IMPORT = {
    "id": "import",
    "source": "source",
    "state": "state",
    "dry_run": "preview",
    "rows_read": "rows",
    "added": "new",
    "changed": "changed",
    "unchanged": "as they were",
    "rejected": "wrong",
}


def import_file(riskscore: Riskscore, said: Namespace) -> None:
    """Show what a file would change; with `--confirm` load it."""
    made = riskscore.import_file(said.file, said.source, skip_bad=said.skip_bad or None)
    sys.stderr.write(f"import {made.id}\n")
    try:
        made.wait(said.timeout)
    except JobFailed:
        for fault in islice(made.faults(), MOST_FAULTS):
            where = f"line {fault['line']}, {fault['column']}"
            sys.stderr.write(f"{where}: {fault['reason']}. {fault['remedy']}\n")
        raise
    if said.confirm:
        made = made.confirm().wait(said.timeout)
    if said.json:
        output.as_json(made.record)
    elif said.csv:
        output.as_csv([made.record], list(IMPORT))
    else:
        output.as_table([made.record], IMPORT)
        for line in made.record["preview"]:
            sys.stdout.write(f"{line}\n")


def _followed(job: Job, said: Namespace) -> None:
    """Print a job; at its end where that is wanted."""
    if said.wait:
        sys.stderr.write(f"job {job.id}\n")  # so that it can be found again after Ctrl-C
        with progress.shown() as watch:
            job = job.wait(said.timeout, watch=watch)
    if said.json:
        output.as_json(job.record)
    elif said.csv:
        output.as_csv([job.record], list(JOB))
    else:
        output.as_table([job.record], JOB)
