"""The incidents of a project one by one, and how they went."""

from dataclasses import asdict

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Endpoint
from riskscore.api.project_parts import facts
from riskscore.api.projects import published
from riskscore.scoring import timeline

#: More than these are on file under `/projects/{key}/evidence`.
MOST = 500
EVENT = shapes.record(
    {
        "id": shapes.whole("Number of the statement."),
        "happened_on": shapes.day("The day."),
        "kind": shapes.text("What it was."),
        "severity": shapes.number("0..1: how grave among its kind."),
        "reach": shapes.text("How far it was felt; empty: not stated."),
        "credibility": shapes.number("0..1: how far its source can be believed."),
        "status": shapes.text("verified, reported or disputed."),
        "reference": shapes.text("What its source calls it."),
        "url": shapes.text("Where it can be read."),
        "note": shapes.text("A note."),
    },
    "An incident.",
)
COURSE = shapes.record(
    {
        "now": shapes.optional(shapes.number("0..100 today; null: nothing is on file.")),
        "peak": shapes.optional(shapes.number("The highest of the last five years.")),
        "peak_on": shapes.optional(shapes.day("The day of the peak.")),
        "trend": shapes.optional(shapes.number("Now less a year ago; above 0: worse.")),
    },
    "How one reading of harm went.",
)
TIMELINE = shapes.record(
    {
        "events": shapes.several(EVENT, f"The newest first, at most {MOST}."),
        "courses": shapes.record(
            {
                "lab.events": COURSE,
                "ind.events": COURSE,
                "geo.events": COURSE,
            },
            "By reading of harm.",
        ),
    },
    "Incidents at a project. None on file is not none happened.",
    required=["events", "courses"],
)
COLUMNS = (
    "id", "happened_on", "kind", "severity", "reach", "credibility", "status", "reference", "url",
    "note",
)  # fmt: skip


class TimelineOfProject(Endpoint):
    """Incidents, the newest first; and each reading as it is now, at its peak, and its trend."""

    tag = "projects"
    shows = ("project", "evidence", "observation")
    answers = {"get": (200, TIMELINE)}

    def get(self, _request: Request, key: str) -> Response:
        """Return what is known now."""
        project = published().filter(key=key).first()
        if project is None:
            raise Http404
        rows = facts.incidents().filter(project=project).order_by("-happened_on", "-id")
        courses = timeline.of_project(project.pk, timezone.now().date())
        return Response(
            {
                "events": list(rows.values(*COLUMNS)[:MOST]),
                "courses": {name: asdict(one) for name, one in courses.items()},
            }
        )
