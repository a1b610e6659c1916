"""How the incidents of a project went, from what is known now."""

from datetime import date

from riskscore.engine.inputs.event_course import Course, course
from riskscore.engine.inputs.evidence_values import EVENT_KEYS
from riskscore.scoring.project_inputs import statements


def of_project(project_id: int, day: date) -> dict[str, Course]:
    """By reading of harm: now, its peak of the last five years, and its trend."""
    known = statements.of_projects([project_id], {project_id: 0})
    return {key: course(known, key, day) for key in EVENT_KEYS}
