"""What was entered or edited of a project between two of its scores, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, Value

from riskscore.models import (
    Capacity,
    Domicile,
    Evidence,
    Footprint,
    Offtake,
    Ownership,
    Project,
    ProjectMineral,
    ProjectStatus,
    RecordChange,
    ScoreHistory,
)

#: Of a project so many are looked at, the newest.
MOST = 500
UNSAID = "something about the project was entered or edited"
#: What is append-only carries the edition that entered it.
_ENTERED: tuple[tuple[type[Model], str, str], ...] = (
    (Evidence, "project", "evidence was entered"),
    (Ownership, "project", "an owner was entered"),
    (Domicile, "company__ownerships__project", "the home of an owner was entered"),
    (ProjectStatus, "project", "a status was entered"),
    (Capacity, "project", "a capacity was entered"),
    (Footprint, "project", "its outline was entered"),
)
_EDITED = {
    Project._meta.model_name: "the project was edited",
    ProjectMineral._meta.model_name: "its minerals were edited",
    Offtake._meta.model_name: "its off-take was edited",
}
#: The columns of a project that a score can see (riskscore/sql/project_version.sql).
SEEN = {"place_id", "latitude", "longitude", "kind", "stage", "state"}


@dataclass(frozen=True, slots=True)
class Causes:
    """What was ``entered``, by edition, and what was ``edited``, by moment."""

    entered: Sequence[tuple[int, str]]
    edited: Sequence[tuple[datetime, str]]

    def between(self, old: ScoreHistory, new: ScoreHistory) -> list[str]:
        """Each thing once; empty where the scores saw the same version of the project."""
        if new.input_version == old.input_version:
            return []
        found = [words for at, words in self.entered if old.edition < at <= new.edition]
        found += [words for at, words in self.edited if old.computed_at < at <= new.computed_at]
        return list(dict.fromkeys(found)) or [UNSAID]


def of(project: Project, rows: Sequence[ScoreHistory]) -> Causes:
    """Between the oldest and the newest of some scores of a project, in two queries."""
    if len(rows) < 2:
        return Causes([], [])
    return Causes(_entered(project, rows), _edited(project, rows))


def _entered(project: Project, rows: Sequence[ScoreHistory]) -> list[tuple[int, str]]:
    seen = [row.edition for row in rows]
    first_seen, last_seen = min(seen), max(seen)
    first, *others = (
        model._base_manager.filter(
            **{path: project}, edition__gt=first_seen, edition__lte=last_seen
        )
        .order_by()
        .values_list("edition_id", Value(words))
        for model, path, words in _ENTERED
    )
    return list(first.union(*others).order_by("-edition_id")[:MOST])


def _edited(project: Project, rows: Sequence[ScoreHistory]) -> list[tuple[datetime, str]]:
    span = (min(row.computed_at for row in rows), max(row.computed_at for row in rows))
    changes = RecordChange.objects.filter(project=project, model__in=[*_EDITED], at__range=span)
    newest = changes.order_by("-id").only("at", "model", "after")[:MOST]
    return [(row.at, _EDITED[row.model]) for row in newest if _is_seen(row)]


def _is_seen(row: RecordChange) -> bool:
    """Whether a score can see the edit: it cannot see a name."""
    return row.model != Project._meta.model_name or bool(SEEN & {*(row.after or {})})
