"""The bundle's facts about projects into the database: those of a release all at once, and once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Model

from riskscore.bundle import facts_layout
from riskscore.models import Capacity, Edition, Evidence, Project, ProjectStatus, Release
from riskscore.releases.editions import next_edition

Made = Callable[[Any, int, Release, Edition], Model]


class Facts(NamedTuple):
    """The rows of the three tables."""

    events: Sequence[facts_layout.Incident]
    statuses: Sequence[facts_layout.Status]
    capacities: Sequence[facts_layout.Capacity]


def load(facts: Facts) -> int:
    """Load the facts of releases of which the table holds none yet; how many.

    Projects that a curator has removed keep none; what a curator has stated stays beside it.
    """
    releases = {row.code: row for row in Release.objects.all()}
    keys = {row.project for rows in facts for row in rows}
    projects = dict(Project.objects.filter(key__in=keys).values_list("key", "id"))
    return sum(
        _load(model, rows, make, releases, projects)
        for model, rows, make in (
            (Evidence, facts.events, _event),
            (ProjectStatus, facts.statuses, _status),
            (Capacity, facts.capacities, _capacity),
        )
    )


def _load(
    model: Any,
    rows: Iterable[Any],
    make: Made,
    releases: Mapping[str, Release],
    projects: Mapping[str, int],
) -> int:
    present = set(
        model.objects.filter(release__isnull=False).values_list("release__code", flat=True)
        .distinct()
    )  # fmt: skip
    new = [row for row in rows if row.release not in present and row.project in projects]
    if new:
        edition = next_edition(f"bundle: {model._meta.verbose_name_plural}")
        model.objects.bulk_create(
            [make(row, projects[row.project], releases[row.release], edition) for row in new]
        )
    return len(new)


def _event(row: facts_layout.Incident, project: int, release: Release, edition: Edition) -> Model:
    return Evidence(
        project_id=project,
        kind=row.kind,
        happened_on=row.date,
        severity=row.severity,
        reach=row.reach,
        credibility=row.credibility,
        status=row.status,
        url=row.url,
        reference=row.reference,
        note=row.note,
        release=release,
        edition=edition,
    )


def _status(row: facts_layout.Status, project: int, release: Release, edition: Edition) -> Model:
    return ProjectStatus(
        project_id=project,
        status=row.status,
        since=row.since,
        credibility=row.credibility,
        note=row.note,
        release=release,
        edition=edition,
    )


def _capacity(
    row: facts_layout.Capacity, project: int, release: Release, edition: Edition
) -> Model:
    return Capacity(
        project_id=project,
        mineral_id=row.mineral,
        year=row.year,
        amount=row.amount,
        low=row.low,
        high=row.high,
        unit=row.unit,
        basis=row.basis,
        reason=row.reason,
        credibility=row.credibility,
        release=release,
        edition=edition,
    )
