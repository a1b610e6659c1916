"""The parts of a project that are edited in place, from what was sent: minerals, off-take, ids.

The checks are those of forms and files (:mod:`riskscore.curation.record_checks`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from riskscore.curation import record_checks
from riskscore.curation.writes import field_checks
from riskscore.curation.writes.known_codes import Codes
from riskscore.curation.writes.write_faults import Fault
from riskscore.models import ExternalId, Offtake, Project, ProjectMineral
from riskscore.sources.tables.projects import SCHEME

ONE_PRIMARY = "Only one mineral is primary: make the others secondary."
Stated = Sequence[Mapping[str, Any]]
Made = tuple[list[Any], list[Fault]]


def minerals(stated: Stated, project: Project, codes: Codes, at: str) -> Made:
    """The minerals of a project. Without a role the first is primary, the others secondary."""
    rows, faults, seen = [], [], set[str]()
    for number, fields in enumerate(stated):
        here, code = f"{at}/{number}", fields["mineral"]
        usual = "secondary" if number else "primary"
        row = ProjectMineral(
            project=project,
            mineral_id=code,
            role=fields.get("role") or usual,
            term=field_checks.text(fields.get("term", "")),
        )
        if code not in codes.minerals:
            words = field_checks.unknown("mineral", code, codes.minerals)
            faults.append(Fault(f"{here}/mineral", words))
        if code in seen:
            faults.append(Fault(f"{here}/mineral", f"{code} is stated twice"))
        seen.add(code)
        faults += field_checks.faults_of(row, ("role", "term"), here)
        rows.append(row)
    if sum(row.role == ProjectMineral.Role.PRIMARY for row in rows) > 1:
        faults.append(Fault(at, ONE_PRIMARY))
    return rows, faults


def offtake(stated: Stated, project: Project, codes: Codes, at: str) -> Made:
    """The contracts of a project."""
    names = ("buyer", "share", "since", "until", "url", "note")
    rows, faults = [], []
    for number, fields in enumerate(stated):
        here = f"{at}/{number}"
        plain = {name: fields[name] for name in names if name in fields}
        row = Offtake(
            project=project,
            place_id=fields["place"],
            mineral_id=fields.get("mineral"),
            **field_checks.texts(plain),
        )
        if row.place_id not in codes.places:
            words = field_checks.unknown("place", row.place_id, codes.places)
            faults.append(Fault(f"{here}/place", words))
        if row.mineral_id is not None and row.mineral_id not in codes.minerals:
            words = field_checks.unknown("mineral", row.mineral_id, codes.minerals)
            faults.append(Fault(f"{here}/mineral", words))
        faults += field_checks.faults_of(row, names, here, record_checks.of_offtake)
        rows.append(row)
    if not faults and (fault := record_checks.contracts(_as_stated(row) for row in rows)):
        faults.append(Fault(at, f"{fault.sentence} {fault.remedy}"))
    return rows, faults


def _as_stated(row: Offtake) -> dict[str, Any]:
    return {
        "mineral": row.mineral_id, "share": row.share, "since": row.since, "until": row.until,
    }  # fmt: skip


def external_ids(stated: Stated, project: Project, codes: Codes, at: str) -> Made:
    """What a project is called elsewhere."""
    rows, faults, seen = [], [], set[tuple[str, str]]()
    for number, fields in enumerate(stated):
        here = f"{at}/{number}"
        row = ExternalId(project=project, **field_checks.texts(fields))
        pair = (row.scheme, row.value)
        if not SCHEME.fullmatch(row.scheme):
            words = "Use small letters, digits and hyphens, like usgs-mrds."
            faults.append(Fault(f"{here}/scheme", words))
        faults += field_checks.faults_of(row, ("value",), here)
        if pair in seen:
            faults.append(Fault(here, f"{row} is stated twice"))
        elif codes.owned.get(pair, project.pk) != project.pk:
            faults.append(Fault(here, f"{row} is another project"))
        seen.add(pair)
        rows.append(row)
    return rows, faults


Reader = Callable[[Stated, Project, Codes, str], Made]
#: By the field that states a part: how its rows are read, and where they are stored.
PARTS: Mapping[str, tuple[Reader, type[Any], tuple[str, ...]]] = {
    "minerals": (minerals, ProjectMineral, ("mineral_id", "role", "term")),
    "offtake": (
        offtake,
        Offtake,
        ("buyer", "place_id", "mineral_id", "share", "since", "until", "url", "note"),
    ),
    "external_ids": (external_ids, ExternalId, ("scheme", "value")),
}

#: Which row of a part it is. Never of which there is one alone, lest two trade places.
IDENTITY: Mapping[str, tuple[str, ...]] = {
    "minerals": ("mineral_id", "role"),
    "offtake": ("buyer", "place_id", "mineral_id"),
    "external_ids": ("scheme", "value"),
}


def identity(part: str, row: Any) -> tuple[Any, ...]:
    """What tells a row of a part from the others of its project."""
    return tuple(getattr(row, name) for name in IDENTITY[part])


def content(part: str, row: Any) -> tuple[Any, ...]:
    """What a row of a part says, without who has it."""
    return tuple(getattr(row, name) for name in PARTS[part][2])
