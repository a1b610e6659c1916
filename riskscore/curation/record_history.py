"""What was done to a record: before and after for every field, by whom, when, how and why.

Two memories are joined. What is edited in place is in the change log, which triggers write
(:class:`~riskscore.models.RecordChange`). What is append-only is its own record: each version is
compared with the one that it replaces.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

from riskscore.curation.field_words import Columns, Edit, FieldChange, in_words
from riskscore.models import (
    Capacity,
    Challenge,
    Evidence,
    ExternalId,
    Footprint,
    Offtake,
    Ownership,
    Project,
    ProjectMineral,
    ProjectStatus,
    RecordChange,
)

#: Events on one page, and of each memory at most.
MOST = 200
Action = RecordChange.Action
#: Parts of a project that are edited in place. Rows of portfolios name it too: they are not its.
PARTS = (Project, ProjectMineral, Offtake, ExternalId)
#: By which columns a part is the same one, if it is removed and added again at once.
SAME = {
    "projectmineral": ("mineral_id",),
    "offtake": ("buyer", "place_id", "mineral_id"),
    "externalid": ("scheme", "value"),
}
#: What says who and when, and which row belongs to which: shown elsewhere or not at all.
LEFT_OUT = (
    "project_id", "entered_by_id", "entered_at", "edition_id", "supersedes_id", "outline",
    "filed_by_id", "filed_at", "decided_by_id", "decided_at", "sealed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One edit: ``what`` was done to ``record`` of ``model`` (for a link), and its fields."""

    moment: datetime
    by: str
    how: str
    reason: str
    what: str
    name: str
    model: str
    record: str
    fields: Sequence[FieldChange] = field(default=())

    @property
    def is_whole(self) -> bool:
        """Whether a record came or went, so that all its fields are named."""
        return all(one.before is None or one.after is None for one in self.fields)


@dataclass(frozen=True, slots=True)
class _Done:
    """An event whose fields are still columns."""

    event: Event
    edit: Edit


def of_record(model: type[Model], key: Any) -> list[Event]:
    """The edits of one record that is edited in place, the newest first."""
    rows = RecordChange.objects.filter(model=model._meta.model_name, record=str(key))
    return _events(_logged(rows.select_related("author")[:MOST]))


def of_project(project: Project) -> list[Event]:
    """The newest :data:`MOST` edits of a project and of all that belongs to it."""
    names = [model._meta.model_name for model in PARTS]
    rows = RecordChange.objects.filter(project=project, model__in=names)
    done = _logged(rows.select_related("author").order_by("-id")[:MOST])
    for model, by in _VERSIONED:
        done += _versions(model._base_manager.filter(project=project), by)
    return _events([*done, *_challenges(project)])


def _events(done: list[_Done]) -> list[Event]:
    newest = sorted(done, key=lambda one: one.event.moment, reverse=True)[:MOST]
    fields = in_words([one.edit for one in newest], LEFT_OUT)
    each = zip(newest, fields, strict=True)
    return [replace(one.event, fields=changes) for one, changes in each if changes or _tells(one)]


def _tells(done: _Done) -> bool:
    """Whether it says something without a field: that a record came or went."""
    return done.edit.before is None or done.edit.after is None


# --- What is edited in place --------------------------------------------------------------------
def _logged(rows: QuerySet[RecordChange]) -> list[_Done]:
    return [_of_log(row) for row in _rewritten(list(rows))]


def _rewritten(rows: list[RecordChange]) -> Iterator[RecordChange]:
    """A part that one transaction removed and added again was changed, or was not."""
    removed = {_same(row): row for row in rows if row.action == Action.REMOVED}
    added = {_same(row) for row in rows if row.action == Action.ADDED}
    for row in rows:
        same = _same(row)
        if row.action == Action.REMOVED and same in added and row.model in SAME:
            continue
        if row.action == Action.ADDED and same in removed and row.model in SAME:
            row.before, row.action = removed[same].before, Action.CHANGED
        yield row


def _same(row: RecordChange) -> tuple[Any, ...]:
    columns = SAME.get(row.model, ("id",))
    return (row.transaction, row.model, row.project_id, *(row.about.get(c) for c in columns))


def _of_log(row: RecordChange) -> _Done:
    model = apps.get_model("riskscore", row.model)
    event = Event(
        moment=row.at,
        by=str(row.author or ""),
        how=row.how or "command",
        reason=row.reason,
        what=f"{model._meta.verbose_name} {row.action}",
        name=_name(row.about),
        model=row.model,
        record=row.record,
    )
    return _Done(event, Edit(model, row.before, row.after))


def _name(about: Columns) -> str:
    """What a record is called, by the columns that name one."""
    named = ("name", "mineral_id", "buyer", "title", "value", "place_id", "code", "statement")
    found = next((str(about[column]) for column in named if about.get(column)), "")
    return found.replace("_", " ")[:80]


# --- What is append-only ------------------------------------------------------------------------
def _versions(rows: "QuerySet[Any]", by: str) -> list[_Done]:
    """Each version, compared with the one that it replaces."""
    deferred = [name for name in ("outline",) if hasattr(rows.model, name)]
    found = list(rows.select_related(by).defer(*deferred).order_by("-id")[:MOST])
    by_id = {row.pk: row for row in found}
    return [_of_version(row, by_id.get(getattr(row, "supersedes_id", None)), by) for row in found]


def _of_version(row: Any, old: Any, by: str) -> _Done:
    options = row._meta
    event = Event(
        moment=row.entered_at,
        by=str(getattr(row, by) or ""),
        how="import" if getattr(row, "release_id", None) and not getattr(row, by) else "",
        reason=getattr(row, "note", "") if options.model is Ownership else "",
        what=f"{options.verbose_name} {'entered' if old is None else 'replaced by a new version'}",
        name=str(row),
        model=str(options.model_name),
        record=str(row.pk),
    )
    before = None if old is None else _columns(old)
    return _Done(event, Edit(type(row), before, _columns(row)))


def _challenges(project: Project) -> Iterator[_Done]:
    """Each challenge as it was filed, and its answer, which is final."""
    rows = Challenge.objects.filter(project=project).select_related("filed_by", "decided_by")
    for row in rows.order_by("-id")[:MOST]:
        columns = _columns(row)
        filed = {name: columns[name] for name in ("statement", "url", "kind", "happened_on")}
        yield _of_challenge(row, "filed", row.filed_at, row.filed_by, Edit(Challenge, None, filed))
        if row.decided_at is not None:
            answer = {name: columns[name] for name in ("state", "evidence_id", "observation_id")}
            edit = Edit(Challenge, {"state": Challenge.State.OPEN}, answer)
            yield _of_challenge(row, row.state, row.decided_at, row.decided_by, edit, row.reason)


def _of_challenge(
    row: Challenge, what: str, moment: datetime, who: Any, edit: Edit, reason: str = ""
) -> _Done:
    event = Event(
        moment, str(who or ""), "", reason, f"challenge {what}", "", "challenge", str(row.pk)
    )
    return _Done(event, edit)


def _columns(row: Model) -> Columns:
    held = row.get_deferred_fields()
    return {
        str(each.column): getattr(row, each.attname)
        for each in row._meta.concrete_fields
        if each.attname not in held
    }


_VERSIONED: tuple[tuple[Any, str], ...] = (
    (Evidence, "entered_by"),
    (Ownership, "entered_by"),
    (ProjectStatus, "entered_by"),
    (Capacity, "entered_by"),
    (Footprint, "entered_by"),
)
