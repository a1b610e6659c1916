"""What becomes of a chunk that failed: retry, split batch, dead letter; or the whole job stops.

Splitting finds the one bad project among a thousand with twenty attempts. A job in which
everything fails alike is not worth that: when its first chunk is given up and nothing was scored
yet, the first few projects are tried alone, as canaries, before anything else. If all of them fail
with the same error, so would the rest. Whoever calls holds the job's row.
"""

import re

from django.db.models import Max, Min

from riskscore.jobs import work_items
from riskscore.models import Chunk, ItemError, Job

MAX_ATTEMPTS = 3
#: So many projects are tried alone before a job is stopped. Chunks are numbered from here on:
#: the numbers below are kept for them, since the lowest number is claimed first.
CANARIES = 8
STOPPED = "stopped: "  # how the error of a stopped job begins


def was_stopped(job: Job) -> bool:
    """Whether the job stopped because everything failed alike."""
    return job.error.startswith(STOPPED)


def retry_or_give_up(job: Job, chunk: Chunk, error: str, code: str) -> None:
    """Let a chunk whose attempt failed wait again; after MAX_ATTEMPTS split or dead-letter it."""
    chunk.token = chunk.lease_until = None
    chunk.error = work_items.clean(error)
    chunk.state = Chunk.State.PENDING
    if job.cancel_requested_at or was_stopped(job):
        chunk.state = Chunk.State.SKIPPED
    elif chunk.attempts >= MAX_ATTEMPTS:
        _split(chunk) if len(chunk.project_ids) > 1 else _dead_letter(chunk, code)
    chunk.save()
    if chunk.state == Chunk.State.DEAD and chunk.seq < CANARIES:
        _stop_if_all_fail_alike(job)


def _split(chunk: Chunk) -> None:
    """Parts take the chunk's place: halves, or canaries and the rest if nothing is scored yet."""
    chunk.state = Chunk.State.SPLIT
    chunks = Chunk.objects.filter(job=chunk.job_id)
    ids = chunk.project_ids
    first, last = chunks.aggregate(first=Min("seq"), last=Max("seq")).values()
    if first < CANARIES or chunks.filter(state=Chunk.State.DONE).exists():
        middle = len(ids) // 2
        _add(chunk, {last + 1: ids[:middle], last + 2: ids[middle:]})
        return
    canaries = {seq: [project] for seq, project in enumerate(ids[:CANARIES])}
    _add(chunk, canaries | ({last + 1: ids[CANARIES:]} if ids[CANARIES:] else {}))


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


def _dead_letter(chunk: Chunk, code: str) -> None:
    """Give the chunk's one project up: the dead letter is a row that says why."""
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
    """Skip what waits once every canary has failed with the same words, numbers aside."""
    chunks = Chunk.objects.filter(job=job)
    canaries = list(chunks.filter(seq__lt=CANARIES).order_by("seq"))
    alike = {re.sub(r"[0-9]+", "#", canary.error) for canary in canaries}
    if len(canaries) < CANARIES or len(alike) > 1 or chunks.filter(state=Chunk.State.DONE).exists():
        return
    if any(canary.state != Chunk.State.DEAD for canary in canaries):
        return
    job.error = f"{STOPPED}the first {CANARIES} projects all failed alike: {canaries[0].error}"
    job.error = job.error[:400]
    Job.objects.filter(id=job.id).update(error=job.error)
    chunks.filter(state=Chunk.State.PENDING).update(state=Chunk.State.SKIPPED)
