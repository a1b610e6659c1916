"""Projects: created, changed, archived; then rescored.

Each function is one transaction, in which what it returns has been read again. Who wrote is
recorded by the triggers of the change log.
"""

from collections.abc import Mapping
from typing import Any

from riskscore.curation import project_edits
from riskscore.curation.writes.doubted_projects import Doubted, judge
from riskscore.curation.writes.known_codes import Codes, codes_of
from riskscore.curation.writes.planned_projects import Planned, planned
from riskscore.curation.writes.stored_projects import held_by, store
from riskscore.curation.writes.write_faults import refuse
from riskscore.curation.writes.written import Written, whole
from riskscore.errors import NotFoundError
from riskscore.models import Project
from riskscore.sql import authorship

Fields = Mapping[str, Any]


class NoProject(NotFoundError):
    """No project has this key."""

    code = "no_project"


def locked(key: str) -> Project:
    """A project, which nobody else changes until the transaction ends. Raises NoProject."""
    rows = Project.objects.select_for_update(no_key=True, of=("self",)).select_related("place")
    project = rows.filter(key=key).first()
    if project is None:
        raise NoProject(f"no project {key!r}")
    return project


def create(
    fields: Fields, *, by: Any, doubted: Doubted = Doubted.ASK, reason: str = ""
) -> Written[Project]:
    """Enter a project. Raises Refused with every fault, and Implausible where that is asked."""
    with whole(), authorship.because(reason):
        codes = codes_of([fields])
        plan = planned(fields, Project(), {}, codes)
        return _one(plan, codes, {}, doubted, by=by, why=reason or "entered through the API")


def change(
    project: Project, fields: Fields, *, by: Any, doubted: Doubted = Doubted.ASK, reason: str = ""
) -> Written[Project]:
    """Change a project that is :func:`locked`; what is not named stays as it is.

    Parts (minerals, off-take, external ids) are named whole. Nothing is written, and no job
    started, where everything is so already. Raises Refused and Implausible.
    """
    with whole(), authorship.because(reason):
        codes, held = codes_of([fields]), held_by([project])
        plan = planned(fields, project, held[project.pk], codes)
        return _one(plan, codes, held, doubted, by=by, why=reason or "edited through the API")


def archive(project: Project, *, by: Any, reason: str = "") -> Written[Project]:
    """Put a project away: it is scored and shown no more. Its history stays."""
    return change(project, {"state": Project.State.ARCHIVED}, by=by, reason=reason)


def _one(
    plan: Planned, codes: Codes, held: Any, doubted: Doubted, *, by: Any, why: str
) -> Written[Project]:
    judge([plan], codes, doubted)
    refuse(plan.faults)
    stored = store([plan], held)
    jobs = project_edits.projects_changed(stored, by=by, reason=why[:200])
    return Written(stored[0] if stored else plan.project, jobs)
