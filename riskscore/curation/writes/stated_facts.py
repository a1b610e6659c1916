"""What programs state about a project: evidence, statuses, capacities, its outline.

Statements are never changed: a correction is a new one, which for evidence names what it replaces.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from riskscore.curation import land_layers, project_edits, record_checks
from riskscore.curation.owner_edits import Superseded
from riskscore.curation.writes import field_checks
from riskscore.curation.writes.doubted_projects import Doubted
from riskscore.curation.writes.write_faults import Fault, Implausible, Refused, refuse
from riskscore.curation.writes.written import Written, whole
from riskscore.models import Capacity, Evidence, Footprint, Mineral, Project, ProjectStatus
from riskscore.sources.maps import BadMap

Fields = Mapping[str, Any]
OF_EVIDENCE = (
    "kind", "level", "happened_on", "expires_on", "severity", "reach", "credibility", "status",
    "self_disclosed", "url", "reference", "note",
)  # fmt: skip
OF_STATUS = ("status", "since", "url", "credibility", "note")
OF_CAPACITY = (
    "year", "amount", "low", "high", "unit", "basis", "reason", "url", "credibility", "note",
)  # fmt: skip
AHEAD = "It is not in the past. Check the day, if it is not announced."
OTHER_PROJECT = "A new version is about the same project as the old one."


def add_evidence(
    project: Project, fields: Fields, *, by: Any, doubted: Doubted = Doubted.ASK
) -> Written[Evidence]:
    """State something about a project; with ``replaces`` (a number) as a new version of that.

    Raises Refused, Superseded where that has a newer version, and Implausible of a day to come.
    """
    with whole():
        row = Evidence(project=project, **_given(fields, OF_EVIDENCE))
        replaces = _replaced(project, fields.get("replaces"))
        refuse(_wrong_evidence(row, replaces), field_checks.rules_of(row))
        if doubted is Doubted.ASK and row.happened_on > timezone.localdate() + timedelta(days=1):
            raise Implausible([Fault("/happened_on", AHEAD)])
        jobs = project_edits.record_evidence(row, by=by, replaces=replaces)
        return Written(row, jobs)


def on_file(row: Evidence) -> Evidence | None:
    """The statement that says the same already: of the same event from the same source."""
    same: dict[str, Any] = {
        "project": row.project, "kind": row.kind, "url": row.url, "reference": row.reference,
    }  # fmt: skip
    if not row.reference:
        same["happened_on"] = row.happened_on
    return Evidence.objects.filter(**same, superseded_by__isnull=True).first()


def _given(fields: Fields, names: tuple[str, ...]) -> dict[str, Any]:
    return field_checks.texts({name: fields[name] for name in names if name in fields})


def _replaced(project: Project, number: int | None) -> Evidence | None:
    """The statement that a new one replaces, locked. Raises Refused and Superseded."""
    if number is None:
        return None
    old = Evidence.objects.select_for_update().filter(pk=number).first()
    if old is None or old.project_id != project.pk:
        words = f"{OTHER_PROJECT} There is no statement {number} about it."
        raise Refused([Fault("/replaces", words)])
    newer = Evidence.objects.filter(supersedes=old).first()
    if newer is not None:
        raise Superseded(f"statement {number} has a newer version, {newer.pk}")
    return old


def _wrong_evidence(row: Evidence, replaces: Evidence | None) -> Iterator[Fault]:
    faults = list(field_checks.faults_of(row, OF_EVIDENCE, "", record_checks.of_evidence))
    yield from faults
    if not faults and replaces is None and (same := on_file(row)):
        yield Fault("", f"This is on file already, as statement {same.pk}: replace that.")


def add_status(project: Project, fields: Fields, *, by: Any) -> Written[ProjectStatus]:
    """State what a project does from a day on. No score follows. Raises Refused."""
    row = ProjectStatus(project=project, **_given(fields, OF_STATUS))
    faults = field_checks.faults_of(row, OF_STATUS, "", record_checks.of_status)
    refuse(faults, field_checks.rules_of(row))
    project_edits.add_stated([row], by=by)
    return Written(row)


def add_capacity(project: Project, fields: Fields, *, by: Any) -> Written[Capacity]:
    """State what a project can give of one mineral in a year. No score follows. Raises Refused."""
    row = Capacity(project=project, mineral_id=fields["mineral"], **_given(fields, OF_CAPACITY))
    refuse(_wrong_capacity(row), field_checks.rules_of(row))
    project_edits.add_stated([row], by=by)
    return Written(row)


def _wrong_capacity(row: Capacity) -> Iterator[Fault]:
    known = dict(Mineral.objects.values_list("code", "name"))
    if row.mineral_id not in known:
        yield Fault("/mineral", field_checks.unknown("mineral", row.mineral_id, known))
        return

    def check(values: record_checks.Values) -> Iterator[record_checks.Found]:
        return record_checks.of_capacity({**values, "mineral": row.mineral_id})

    yield from field_checks.faults_of(row, OF_CAPACITY, "", check)


def draw_outline(project: Project, fields: Fields, *, by: Any) -> Written[Footprint]:
    """Draw a project's outline from GeoJSON; ``outline`` None takes the last one back.

    Raises Refused with what is wrong with the shape.
    """
    row = Footprint(project=project, source=field_checks.text(fields["source"]))
    refuse(field_checks.faults_of(row, ("source",)))
    outline = fields.get("outline")
    try:
        drawn = (
            land_layers.outline_of(project, orjson.dumps(outline)) if outline is not None else None
        )
    except BadMap as error:
        raise Refused([Fault("/outline", str(error))]) from None
    with transaction.atomic():
        made, jobs = land_layers.draw_and_rescore(project, drawn, row.source, by=by)
    return Written(made, jobs)
