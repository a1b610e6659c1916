"""Statements that came with a withdrawn release: the version before holds again, or none.

Statements are append-only, so that this is a new version of each: it says again what the newest
version of a release that still stands said, or that the statement is retracted or rejected.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import Model

from riskscore.curation import owner_edits
from riskscore.curation.withdrawals.outcome import Bounds, Outcome
from riskscore.models import Domicile, Edition, Evidence, Ownership, Release, Withdrawal

BATCH = 2000
#: Each table, the column and word that take a statement back, and what it is called.
TABLES: tuple[tuple[type[Model], dict[str, str], str], ...] = (
    (Evidence, {"status": Evidence.Status.RETRACTED}, "statements of evidence"),
    (Ownership, {"state": Ownership.State.REJECTED}, "owners"),
    (Domicile, {"state": Domicile.State.REJECTED}, "homes of companies"),
)
#: What a version does not repeat of another one.
OF_RECORD = ("id", "entered_at", "entered_by", "edition", "supersedes")


def take_back(
    release: Release,
    edition: Edition,
    reason: str,
    outcome: Outcome,
    *,
    by: Any,
    bounds: Bounds,
) -> None:
    """Write the version that holds from ``edition`` on, for each statement of the release.

    What a newer version has replaced since stays, and is counted.
    """
    gone = {*Withdrawal.objects.filter(release__isnull=False).values_list("release", flat=True)}
    for model, taken_back, words in TABLES:
        objects: Any = model._default_manager
        ours = objects.filter(release=release)
        newest = ours.filter(superseded_by__isnull=True)
        outcome.count(newest.count(), f"{words} are taken back")
        outcome.count(ours.count() - newest.count(), f"{words} have a newer version and stay")
        rows = newest.select_related("supersedes").order_by("id")[: bounds.most]
        fresh = (_version(row, taken_back, reason, gone, edition, by) for row in rows.iterator())
        for part in _batches(fresh):
            objects.bulk_create(part)
            if bounds.most is not None:
                outcome.projects |= _projects(part)


def _projects(part: list[Any]) -> set[int]:
    """What these statements are about: a project, or all that a company and its own hold."""
    if isinstance(part[0], Domicile):
        return {project.pk for project in owner_edits.touched(part)}
    return {row.project_id for row in part}


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while part := list(islice(rows, BATCH)):
        yield part


def _version(
    row: Any, taken_back: dict[str, str], reason: str, gone: set[int], edition: Edition, by: Any
) -> Any:
    before = row.supersedes
    while before is not None and (before.release_id in gone or before.release_id == row.release_id):
        before = before.supersedes
    said = row if before is None else before
    fresh = type(row)(**_said(said), supersedes=row, edition=edition, entered_by=by)
    if before is None:
        for name, word in taken_back.items():
            setattr(fresh, name, word)
        fresh.note = reason[:400]
    return fresh


def _said(row: Any) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in OF_RECORD
    }
