"""Projects as they are to be stored: from fields that were sent to rows, with all that is wrong.

One project and a thousand go through the same functions; the number of queries is the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from riskscore.curation import record_checks
from riskscore.curation.writes import field_checks
from riskscore.curation.writes.known_codes import Codes, outer_ids
from riskscore.curation.writes.part_rows import PARTS, content
from riskscore.curation.writes.write_faults import Fault
from riskscore.intake.projects import derived_key
from riskscore.models import Project
from riskscore.sources.tables.projects import KEY

PLAIN = ("name", "latitude", "longitude", "kind", "stage", "state", "flags")
#: What a project has from the beginning.
NEEDED = ("name", "place", "latitude", "longitude", "kind")
WHERE = {"place_id", "latitude", "longitude"}
Held = Mapping[str, Sequence[Any]]


@dataclass(slots=True)
class Planned:
    """A project to be stored, and which of its columns and parts differ from what is stored.

    ``at`` is the pointer to what was sent about it. ``parts``: rows by part, of parts that differ.
    """

    at: str
    project: Project
    changed: set[str] = field(default_factory=set)
    parts: dict[str, list[Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.project.pk is None

    @property
    def differs(self) -> bool:
        """Whether anything is to be written."""
        return self.is_new or bool(self.changed or self.parts)

    @property
    def is_moved(self) -> bool:
        """Whether it lies elsewhere than before, or is new."""
        return self.is_new or bool(self.changed & WHERE)


def planned(
    fields: Mapping[str, Any], project: Project, held: Held, codes: Codes, at: str = ""
) -> Planned:
    """A project with these fields. ``held`` are the rows of its parts as they are stored."""
    plan = Planned(at, project)
    given = field_checks.texts(fields)
    if plan.is_new:
        _begin(plan, given, codes)
    elif "key" in given and given["key"] != project.key:
        plan.faults.append(Fault(f"{at}/key", "A key is for ever: it cannot be changed."))
    _set(plan, {name: given[name] for name in PLAIN if name in given})
    _set_place(plan, given, codes)
    _set_duplicate(plan, given, codes)
    plan.faults += _wrong(plan)
    for part, (read, _, _) in PARTS.items():
        if fields.get(part) is not None:
            rows, faults = read(fields[part], project, codes, f"{at}/{part}")
            plan.faults += faults
            rows += _over(held.get(part, ()), rows, part)
            if _says(part, rows) != _says(part, held.get(part, ())):
                plan.parts[part] = rows
    return plan


def _over(held: Sequence[Any], stated: Sequence[Any], part: str) -> list[Any]:
    """Contracts that are over and not stated again: a statement of what holds leaves them alone."""
    today, said = timezone.localdate(), [content(part, row) for row in stated]
    over = [row for row in held if (until := getattr(row, "until", None)) and until < today]
    return [row for row in over if content(part, row) not in said]


def _says(part: str, rows: Sequence[Any]) -> list[str]:
    return sorted(repr(content(part, row)) for row in rows)


def _begin(plan: Planned, given: dict[str, Any], codes: Codes) -> None:
    """What only a new project is asked for."""
    plan.faults += [
        Fault(f"{plan.at}/{name}", "A new project needs it.")
        for name in NEEDED
        if given.get(name) in (None, "")
    ]
    plan.project.key = key = given.get("key") or derived_key(outer_ids(given.get("external_ids")))
    if not key:
        words = "Give a key, or an external id to make it from."
    elif not KEY.fullmatch(key):
        words = "Use 2 to 60 small letters, digits and hyphens, like icmm-00026."
    elif key in codes.projects:
        words = f"{key} is another project."
    else:
        return
    plan.faults.append(Fault(f"{plan.at}/key", words))


def _set(plan: Planned, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if getattr(plan.project, name) != value:
            plan.changed.add(name)
            setattr(plan.project, name, value)


def _set_place(plan: Planned, given: Mapping[str, Any], codes: Codes) -> None:
    code = given.get("place")
    if code is None:
        return
    if code not in codes.places:
        words = field_checks.unknown("place", code, codes.places)
        plan.faults.append(Fault(f"{plan.at}/place", words))
    elif plan.project.place_id != code:
        _set(plan, {"place_id": code, "place_rule": "label"})


def _set_duplicate(plan: Planned, given: Mapping[str, Any], codes: Codes) -> None:
    if "duplicate_of" not in given:
        return
    key = given["duplicate_of"]
    number = codes.projects.get(key) if key else None
    if key and number is None:
        plan.faults.append(Fault(f"{plan.at}/duplicate_of", f"no project {key!r}"))
    elif key and number == plan.project.pk:
        plan.faults.append(Fault(f"{plan.at}/duplicate_of", "A project is not its own duplicate."))
    else:
        _set(plan, {"duplicate_of_id": number})


def _wrong(plan: Planned) -> Iterator[Fault]:
    """What is wrong with the values themselves; what nobody changed is not asked about again."""
    asked = sorted(plan.changed & set(PLAIN))
    # Where a point lies is judged for all projects together, so the place is not among the fields.
    yield from field_checks.faults_of(plan.project, asked, plan.at, record_checks.of_project)
    if "flags" in asked and len(set(plan.project.flags)) < len(plan.project.flags):
        yield Fault(f"{plan.at}/flags", "A flag is stated twice.")
