"""Projects by the thousand, found by what somebody else calls them: all of them stored, or none."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from riskscore.curation import project_edits
from riskscore.curation.writes import field_checks
from riskscore.curation.writes.doubted_projects import Doubted, judge
from riskscore.curation.writes.known_codes import Codes, Outer, codes_of, outer_ids
from riskscore.curation.writes.planned_projects import Planned, planned
from riskscore.curation.writes.stored_projects import held_by, store
from riskscore.curation.writes.write_faults import Fault, refuse
from riskscore.curation.writes.written import Written, whole
from riskscore.models import Project
from riskscore.sources.tables.projects import SCHEME
from riskscore.sql import authorship

#: Projects of one request; more come as a file.
MOST = 1000
Fields = Mapping[str, Any]
_IDS = re.compile(r"(/items/\d+)/external_ids/(\d+)(/.*)?")


@dataclass(frozen=True, slots=True)
class Upserted:
    """What was done with one item: created, changed or unchanged, and to which project."""

    external_id: str
    key: str
    outcome: str
    state: str


@dataclass(frozen=True, slots=True)
class _Item:
    """One item: its place, what was sent, and its own external id."""

    at: int
    fields: Fields
    own: Outer

    @property
    def pointer(self) -> str:
        return f"/items/{self.at}"

    @property
    def ids(self) -> list[Outer]:
        """All its external ids, its own first."""
        return list(dict.fromkeys([self.own, *outer_ids(self.fields.get("external_ids"))]))

    def stated(self, ids: Sequence[Outer]) -> dict[str, Any]:
        """The fields of its project, which is called all of ``ids``."""
        rest = {name: value for name, value in self.fields.items() if name != "external_id"}
        return {**rest, "external_ids": [{"scheme": one, "value": value} for one, value in ids]}


def upsert(
    scheme: str,
    items: Sequence[Fields],
    *,
    by: Any,
    doubted: Doubted = Doubted.ASK,
    reason: str = "",
) -> Written[list[Upserted]]:
    """Store projects by their ids in ``scheme``: known ones are changed, others are created.

    All of them or none: Refused names every fault with its item (``/items/3/latitude``),
    Implausible what is asked about. One job for each buyer's view scores all that differ. Fields
    that are not named stay as they are; external ids are added, and none is taken away.
    """
    _check(scheme, items)
    rows = [
        _Item(at, item, (scheme, field_checks.text(item["external_id"])))
        for at, item in enumerate(items)
    ]
    with whole(), authorship.because(reason):
        refuse(_repeated(rows))
        codes = codes_of([row.stated(row.ids) for row in rows])
        known = _known([row.own for row in rows], codes)
        held = held_by(known.values())
        plans = [_plan(row, known.get(row.own), codes, held) for row in rows]
        refuse(_of_one_key(plans))
        judge(plans, codes, doubted)
        refuse(fault for plan in plans for fault in plan.faults)
        outcomes = [_outcome(plan) for plan in plans]
        why = reason or f"{len(items)} projects through the API"
        stored = store(plans, held)
        jobs = project_edits.projects_changed(stored, by=by, reason=why[:200])
    made = [
        Upserted(row.own[1], plan.project.key, outcome, plan.project.state)
        for row, plan, outcome in zip(rows, plans, outcomes, strict=True)
    ]
    return Written(made, jobs)


def _check(scheme: str, items: Sequence[Fields]) -> None:
    if not SCHEME.fullmatch(scheme):
        refuse([Fault("/scheme", "Use small letters, digits and hyphens, like usgs-mrds.")])
    if not 0 < len(items) <= MOST:
        words = f"Send 1 to {MOST:,} projects; more as a file, to /api/v1/imports."
        refuse([Fault("/items", words)])


def _repeated(rows: Sequence[_Item]) -> Iterator[Fault]:
    """Items of one request are different projects: no key and no id stands in two of them."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        named: list[tuple[str, ...]] = [("external_id", *one) for one in row.ids]
        named += [("key", row.fields["key"])] if row.fields.get("key") else []
        for name, *value in named:
            first = seen.setdefault((name, *value), row.at)
            if first != row.at:
                yield Fault(f"{row.pointer}/{name}", f"{value[-1]} is item {first} already")


def _of_one_key(plans: Sequence[Planned]) -> Iterator[Fault]:
    """New projects whose keys, made from their ids, would be the same."""
    seen: dict[str, str] = {}
    for plan in plans:
        first = seen.setdefault(plan.project.key, plan.at)
        if plan.is_new and first != plan.at:
            words = f"{plan.project.key} would be the key of {first} too: give it a key of its own"
            yield Fault(f"{plan.at}/key", words)


def _known(ids: Sequence[Outer], codes: Codes) -> dict[Outer, Project]:
    """The projects that there are already, locked in the order of their numbers."""
    named = {codes.owned[one]: one for one in ids if one in codes.owned}
    rows = Project.objects.select_for_update(no_key=True).filter(pk__in=named).order_by("pk")
    return {named[row.pk]: row for row in rows}


def _plan(row: _Item, project: Project | None, codes: Codes, held: Any) -> Planned:
    parts = held[project.pk] if project else {"external_ids": ()}
    stored = [(one.scheme, one.value) for one in parts["external_ids"]]
    ids = list(dict.fromkeys([*stored, *row.ids]))
    plan = planned(row.stated(ids), project or Project(), parts, codes, row.pointer)
    plan.faults = [_as_sent(fault, ids, row) for fault in plan.faults]
    return plan


def _as_sent(fault: Fault, ids: Sequence[Outer], row: _Item) -> Fault:
    """A fault of an external id at the place where the item named it."""
    found = _IDS.fullmatch(fault.pointer)
    if not found:
        return fault
    wrong = ids[int(found[2])]
    if wrong == row.own:
        return replace(fault, pointer=f"{row.pointer}/external_id")
    at = outer_ids(row.fields.get("external_ids")).index(wrong)
    return replace(fault, pointer=f"{row.pointer}/external_ids/{at}{found[3] or ''}")


def _outcome(plan: Planned) -> str:
    if plan.is_new:
        return "created"
    return "changed" if plan.differs else "unchanged"
