"""What becomes of a chunk that failed: retried, split, dead-lettered; or the whole job stops.

Cutting finds the one bad project among a thousand with twenty attempts. A job in which everything
fails alike is not worth that: when its first chunk is given up and nothing was scored yet, the
first few projects are tried alone, before anything else. If all of them fail with the same
error, so would the rest. Whoever calls holds the job's row.
"""

import re

from django.db.models import Max, Min

from riskscore.models import Chunk, ItemError, Job

MAX_ATTEMPTS = 3
#: So many projects are tried alone before a job is stopped. Chunks are numbered from here on:
#: the numbers below are kept for them, since the lowest number is claimed first.
PROBES = 8
STOPPED = "stopped: "  # how the error of a stopped job begins


def was_stopped(job: Job) -> bool:
    """Whether the job stopped because everything failed alike."""
    return job.error.startswith(STOPPED)


def give_back(job: Job, chunk: Chunk, error: str, code: str) -> None:
    """Return a chunk whose attempt failed; after MAX_ATTEMPTS cut it or give its project up."""
    chunk.token = chunk.lease_until = None
    chunk.error = error[:400].replace("\0", "")
    chunk.state = Chunk.State.PENDING
    if job.cancel_requested_at or was_stopped(job):
        chunk.state = Chunk.State.SKIPPED
    elif chunk.attempts >= MAX_ATTEMPTS:
        _cut(chunk) if len(chunk.project_ids) > 1 else _bury(chunk, code)
    chunk.save()
    if chunk.state == Chunk.State.DEAD and chunk.seq < PROBES:
        _stop_if_all_fail_alike(job)


def _cut(chunk: Chunk) -> None:
    """Parts take the chunk's place: two halves, or probes and the rest if nothing is scored yet."""
    chunk.state = Chunk.State.SPLIT
    chunks = Chunk.objects.filter(job=chunk.job_id)
    ids = chunk.project_ids
    first, last = chunks.aggregate(first=Min("seq"), last=Max("seq")).values()
    if first < PROBES or chunks.filter(state=Chunk.State.DONE).exists():
        middle = len(ids) // 2
        _add(chunk, {last + 1: ids[:middle], last + 2: ids[middle:]})
        return
    probes = {seq: [project] for seq, project in enumerate(ids[:PROBES])}
    _add(chunk, probes | ({last + 1: ids[PROBES:]} if ids[PROBES:] else {}))


def _add(chunk: Chunk, parts: dict[int, list[int]]) -> None:
    """One attempt is left to each part, since the whole has failed often enough.

    A project that stands alone has them all: it is not to be given up because a machine died at
    the wrong time.
    """
    for seq, ids in parts.items():
        left = MAX_ATTEMPTS if len(ids) == 1 else 1
        Chunk.objects.create(
            job_id=chunk.job_id, seq=seq, project_ids=ids, attempts=MAX_ATTEMPTS - left
        )


def _bury(chunk: Chunk, code: str) -> None:
    ItemError.objects.bulk_create(
        [
            ItemError(
                job_id=chunk.job_id,
                project_id=chunk.project_ids[0],
                code=code,
                detail=chunk.error,
            )
        ],
        ignore_conflicts=True,
    )
    chunk.failed = 1
    chunk.state = Chunk.State.DEAD


def _stop_if_all_fail_alike(job: Job) -> None:
    """Skip what waits once every probe has failed with the same words, numbers aside."""
    chunks = Chunk.objects.filter(job=job)
    probes = list(chunks.filter(seq__lt=PROBES).order_by("seq"))
    alike = {re.sub(r"[0-9]+", "#", probe.error) for probe in probes}
    if len(probes) < PROBES or len(alike) > 1 or chunks.filter(state=Chunk.State.DONE).exists():
        return
    if any(probe.state != Chunk.State.DEAD for probe in probes):
        return
    job.error = f"{STOPPED}the first {PROBES} projects all failed alike: {probes[0].error}"[:400]
    Job.objects.filter(id=job.id).update(error=job.error)
    chunks.filter(state=Chunk.State.PENDING).update(state=Chunk.State.SKIPPED)
