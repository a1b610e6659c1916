"""What an import edited in place, back to what it was: fields of projects, minerals, off-take, ids.

The change log (``riskscore/sql/record_changes.sql``) has each record before and after, under the
number of the import's transaction. What somebody has edited since is left as it is, and named.
"""

from typing import Any

from django.db.models import QuerySet

from riskscore.curation.withdrawals.outcome import Bounds, CannotWithdraw, Outcome
from riskscore.models import (
    ExternalId,
    Intake,
    Offtake,
    Project,
    ProjectMineral,
    RecordChange,
    Release,
)
from riskscore.scoring.project_inputs import kept_communities

BATCH = 1000
PARTS = (ProjectMineral, Offtake, ExternalId)
Action = RecordChange.Action
WHERE = {"place_id", "latitude", "longitude"}


def archive(release: Release, outcome: Outcome, bounds: Bounds) -> None:
    """Archive the projects that came with the release; none is deleted."""
    ours = Project.objects.filter(release=release).exclude(state=Project.State.ARCHIVED)
    if not (count := ours.count()):
        return
    outcome.count(count, "projects that came with it are archived")
    first = list(ours.order_by("id").values_list("id", flat=True)[: bounds.most or 2000])
    outcome.projects |= {*first}
    rows = ours if bounds.most is None else ours.filter(id__in=first)
    rows.update(state=Project.State.ARCHIVED)


def undo(release: Release, outcome: Outcome, bounds: Bounds) -> None:
    """Give every other record that its import edited back what it said before."""
    ours = _edits(release)
    touched = ours.order_by("project").values_list("project", flat=True).distinct()
    known = touched.exclude(project__in=Project.objects.filter(release=release).values("id"))
    outcome.count(known.count(), "projects that it changed go back to what they were")
    ids = list(known[: bounds.most])
    for at in range(0, len(ids), BATCH):
        moved = _undo_some(ours, ids[at : at + BATCH], outcome)
        if moved and bounds.most is None:
            kept_communities.keep(moved)
    outcome.projects |= {*ids}


def _edits(release: Release) -> QuerySet[RecordChange]:
    """What the import of a release edited in place, in the change log.

    Imports of before the number of the transaction was written down are found by reason and time.
    Raises CannotWithdraw where two of them cannot be told apart.
    """
    intake = Intake.objects.filter(release=release).first()
    if intake is None:
        return RecordChange.objects.none()
    names = [model._meta.model_name for model in (Project, *PARTS)]
    alike = RecordChange.objects.filter(
        model__in=names, project__isnull=False, how="import", reason=f"import of {intake.file}"
    )
    if intake.transaction is not None:
        return alike.filter(transaction=intake.transaction)
    alike = alike.filter(at__gte=intake.started_at, at__lte=intake.finished_at)
    numbers = list(alike.order_by().values_list("transaction", flat=True).distinct()[:2])
    if len(numbers) > 1:
        raise CannotWithdraw(
            f"what {release.code} changed in place cannot be told from another import of"
            f" {intake.file!r} at the same time: correct it by another file"
        )
    return alike


def _undo_some(ours: QuerySet[RecordChange], ids: list[int], outcome: Outcome) -> list[int]:
    """Undo what the import did to some projects; those that lie elsewhere now."""
    rows: dict[tuple[int | None, str], list[RecordChange]] = {}
    for row in ours.filter(project__in=ids).order_by("id"):
        rows.setdefault((row.project_id, row.model), []).append(row)
    first = min(found[0].id for found in rows.values())
    since = RecordChange.objects.filter(project__in=ids, id__gt=first)
    since = since.exclude(pk__in=ours.filter(project__in=ids).values("pk"))
    edited = {*since.order_by().values_list("project", "model").distinct()}
    moved = []
    for key, project in Project.objects.in_bulk(ids).items():
        fields = rows.get((key, str(Project._meta.model_name)))
        if fields and _fields_back(fields, project, outcome):
            moved.append(key)
        for model in PARTS:
            about = (key, str(model._meta.model_name))
            if about in rows and about in edited:
                words = model._meta.verbose_name_plural
                outcome.leave(f"{project.key}: {words} were edited since")
            elif about in rows:
                _parts_back(model, rows[about])
    return moved


def _fields_back(rows: list[RecordChange], project: Project, outcome: Outcome) -> bool:
    """Each column that still says what the import wrote says again what it said before.

    Returns whether the point or the place is another one now.
    """
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for row in rows:
        before = {**(row.before or {}), **before}
        after |= row.after or {}
    still = {name: old for name, old in before.items() if getattr(project, name) == after[name]}
    for name in sorted(before.keys() - still.keys()):
        outcome.leave(f"{project.key}: {name.removesuffix('_id')} was edited since")
    if still:
        Project.objects.filter(pk=project.pk).update(**still)
    return bool(WHERE & still.keys())


def _parts_back(model: Any, rows: list[RecordChange]) -> None:
    """All parts of a kind as they were: the last edit is undone first."""
    for row in reversed(rows):
        if row.action == Action.ADDED:
            model.objects.filter(pk=row.record).delete()
        elif row.action == Action.CHANGED:
            model.objects.filter(pk=row.record).update(**(row.before or {}))
        else:
            model.objects.create(**(row.before or {}))
