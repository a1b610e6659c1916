"""What a statement would do to its project's score, before it is made for ever."""

from dataclasses import dataclass
from math import isnan

from django.db import transaction
from django.utils import timezone

from riskscore.models import Edition, Evidence, Job, Score
from riskscore.models.scores import NODES, Band
from riskscore.scoring.compute import compute


@dataclass(frozen=True, slots=True)
class Change:
    """One node of a score without the statement and with it; None: not assessed."""

    node: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What would come out through one buyer's view."""

    lens: str
    changes: tuple[Change, ...]
    band_before: Band
    band_after: Band

    @property
    def moves(self) -> bool:
        """Whether any number differs."""
        return any(change.before != change.after for change in self.changes)


def of_statement(evidence: Evidence, replaces: Evidence | None = None) -> list[Preview]:
    """Score the project without and with the statement, as a job of today would.

    The statement is written, read by the very functions that a job uses, and rolled back: nothing
    of it stays. A project that was never scored has no preview.
    """
    scores = Score.objects.filter(project=evidence.project_id, lens__kept_current=True)
    jobs = list(Job.objects.filter(id__in=scores.values("job_id")).select_related("lens__importer"))
    edition = Edition.objects.latest("number")
    for job in jobs:
        job.edition, job.as_of, job.draws = edition, timezone.now().date(), 0
    before = [_scored(job, evidence.project_id) for job in jobs]
    with transaction.atomic():
        stated = Evidence(**_stated(evidence))
        stated.supersedes, stated.edition = replaces, edition
        stated.save(force_insert=True)
        after = [_scored(job, evidence.project_id) for job in jobs]
        transaction.set_rollback(True)
    return [
        _compared(str(job.lens), first, then)
        for job, first, then in zip(jobs, before, after, strict=True)
    ]


def _scored(job: Job, project_id: int) -> dict[str, float]:
    """Each node's score and the band; NaN where it is not assessed."""
    columns = compute(job, [project_id]).columns
    return {name: float(columns[name][0]) for name in (*NODES, "band")}


def _compared(lens: str, before: dict[str, float], after: dict[str, float]) -> Preview:
    changes = tuple(Change(node, _known(before[node]), _known(after[node])) for node in NODES)
    return Preview(lens, changes, Band(int(before["band"])), Band(int(after["band"])))


def _known(value: float) -> float | None:
    return None if isnan(value) else value


def _stated(evidence: Evidence) -> dict[str, object]:
    """What a statement says, without what the record adds to it."""
    left_out = {"id", "entered_at", "entered_by", "edition", "supersedes"}
    fields = (field for field in Evidence._meta.concrete_fields if field.name not in left_out)
    return {field.attname: getattr(evidence, field.attname) for field in fields}
