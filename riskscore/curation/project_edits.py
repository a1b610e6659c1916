"""What a person changes: it is written here, and whatever it touches is rescored.

Admin and API call these functions; nothing listens to saves.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from riskscore.jobs import requests
from riskscore.models import Evidence, Job, Lens, Project
from riskscore.models.facts import Stated
from riskscore.releases.editions import next_edition
from riskscore.scoring.alerts import raised
from riskscore.scoring.project_inputs import kept_communities


def projects_changed(projects: Iterable[Project], *, by: Any, reason: str) -> list[Job]:
    """Measure these projects again, and rescore them through every lens that is kept current.

    Drafts are not scored.
    """
    projects = list(projects)
    kept_communities.keep([project.pk for project in projects])
    keys = [project.key for project in projects if project.state == Project.State.PUBLISHED]
    if not keys:
        return []
    queue = requests.queue_for(len(keys))
    return [
        requests.start({"keys": keys}, lens=lens, queue=queue, reason=reason, by=by)
        for lens in Lens.objects.filter(kept_current=True)
    ]


def add_evidence(evidence: Evidence, *, by: Any, replaces: Evidence | None = None) -> Evidence:
    """Record a statement about a project, or a new version of one, and rescore the project."""
    record_evidence(evidence, by=by, replaces=replaces)
    return evidence


def record_evidence(evidence: Evidence, *, by: Any, replaces: Evidence | None = None) -> list[Job]:
    """The same; returns the jobs that score the project anew."""
    with transaction.atomic():
        evidence.pk = None
        evidence._state.adding = True
        evidence.supersedes = replaces
        evidence.entered_by = by
        evidence.edition = next_edition(f"evidence on {evidence.project.key}")
        evidence.save(force_insert=True)
        raised.of_statements(evidence.edition_id)
        return projects_changed([evidence.project], by=by, reason=f"evidence: {evidence.kind}")


def add_stated(rows: Iterable[Stated], *, by: Any) -> None:
    """Record statuses and capacities, all under one edition. No score follows from them."""
    rows = list(rows)
    if rows:
        with transaction.atomic():
            edition = next_edition("status or capacity of a project")
            for row in rows:
                row.edition, row.entered_by = edition, by
                row.save(force_insert=True)
