"""What one would write first: a loop over objects, one project at a time, scores saved one by one.

The arithmetic is the engine's own, so that the comparison is about moving rows.
"""

from datetime import date
from time import perf_counter

from django.utils import timezone

from riskscore.engine.inputs.gather import gather
from riskscore.jobs import ledger, requests
from riskscore.models import Job, Project, Score, ScoreHistory
from riskscore.models.scores import NODES
from riskscore.scoring import compute, inputs, methods


def rescore(limit: int = 300) -> float:
    """Seconds that the loop would take for all projects, from its first ``limit``."""
    scoreable = Project.objects.filter(state="published", minerals__isnull=False).distinct()
    job, _ = requests.check({"all": True}, as_of=date(2026, 11, 1))
    job.draws = 0  # as the job that it is compared with
    job.save()
    pinned = inputs.Pinned(job.edition_id, job.as_of, job.lens.importer_id)
    inputs.known_at(pinned)
    ledger.ensure_history_partition(timezone.now().date())
    start = perf_counter()
    for project in scoreable.select_related("place").prefetch_related("minerals")[:limit]:
        _save(project, job, pinned)
    seconds = perf_counter() - start
    Score.objects.all().delete()
    Job.objects.filter(id=job.id).delete()
    return seconds * scoreable.count() / limit


def _save(project: Project, job: Job, pinned: inputs.Pinned) -> None:
    fitted = methods.fitted_method(job.method_id)
    known = inputs.known_at(pinned)
    one = inputs.projects([project.pk], known, pinned)
    frame = gather(known.tables, one.units, fitted.method, known.axes)
    interval = compute._interval(fitted, frame, job)
    columns = compute._columns(one, fitted.score(frame), interval, job.method_id)
    values = {name: array[0].tolist() for name, array in columns.items() if name != "digest"}
    for node in NODES:
        values[node] = None if values[node] != values[node] else values[node]
    values |= {
        "digest": columns["digest"][0],
        "lens": job.lens,
        "method": job.method,
        "job_id": job.id,
        "edition": job.edition_id,
        "as_of": job.as_of,
        "computed_at": timezone.now(),
    }
    before = Score.objects.filter(project=project, lens=job.lens).first()
    Score.objects.update_or_create(project=project, lens=job.lens, defaults=values)
    if before is None or before.digest != values["digest"]:
        ScoreHistory.objects.create(**values)
