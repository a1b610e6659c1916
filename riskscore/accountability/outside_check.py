"""The scores of a day against an outside list of events; what came out is kept."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection

from riskscore.accountability.join import Join, Joined, Site
from riskscore.accountability.judgement import Judged, judged
from riskscore.errors import ValidationError
from riskscore.intake.aliases import known_names
from riskscore.models import ExternalId, Lens, Project, ScoreAccountability
from riskscore.models.scores import NODES
from riskscore.sources.names import UnknownName
from riskscore.sources.tables import outside_events
from riskscore.sources.tables.outside_events import OutsideEvent

#: The newest score of each project at a moment.
_SCORES = """
SELECT DISTINCT ON (h.project_id) h.project_id, p.place_id, coalesce(c.region, ''), h.composite,
    h.geopolitical, h.concentration, h.labour, h.indigenous, m.code || ' v' || m.version
FROM riskscore_scorehistory h JOIN riskscore_project p ON p.id = h.project_id
JOIN riskscore_place c ON c.code = p.place_id JOIN riskscore_method m ON m.id = h.method_id
WHERE h.lens_id = %s AND h.computed_at < %s AND p.state = 'published'
  AND NOT p.flags && ARRAY['duplicate', 'steel']::varchar[]
ORDER BY h.project_id, h.computed_at DESC
"""


class CannotCheck(ValidationError):
    """There are no scores of that day, or no event of the list is about a project of ours."""

    code = "cannot_check"
    remedy = "Choose a day on which scores were on file, and a list about projects or places here."


def check(
    path: Path, lens: Lens, *, scores_of: date | None = None, km: float = 25.0, by: Any = None
) -> ScoreAccountability:
    """Judge the scores of a day by the events after it, and keep the figures. Raises CannotCheck
    and BadFile.

    Without ``scores_of`` the scores of the day before the first event are taken. Where none are so
    old, the oldest are judged by all events: that is hindsight, and is marked so.
    """
    content = path.read_bytes()
    with path.open("rb") as file:
        events = list(outside_events.events(file, path.name))
    if not events:
        raise CannotCheck("the list is empty")
    day, hindsight = _day_of_scores(lens, scores_of, min(event.day for event in events))
    told = events if hindsight else [event for event in events if event.day > day]
    rows = _scores(lens, day)
    joined = _join(told, {row[0] for row in rows}, km)
    if not joined.ids:
        raise CannotCheck(f"none of {len(told)} events is about a project that was scored on {day}")
    return ScoreAccountability.objects.create(
        lens=lens,
        methods=", ".join(sorted({row[-1] for row in rows}))[:200],
        scores_of=day,
        file=path.name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        first_event=min(event.day for event in told),
        last_event=max(event.day for event in told),
        hindsight=hindsight,
        joined={
            "events": len(told),
            "before_scores": len(events) - len(told),
            "by_rule": dict(joined.by_rule),
            "unjoined": len(joined.unjoined),
            "projects": len(joined.ids),
            "within_km": km,
        },
        results=judged(_arrays(rows, joined.ids)),
        made_by=by,
    )


def _day_of_scores(lens: Lens, asked: date | None, first: date) -> tuple[date, bool]:
    """The day whose scores are judged, and whether some events were known before it."""
    oldest = _oldest(lens)
    if oldest is None:
        raise CannotCheck(f"no score is on file through {lens}")
    if asked is not None:
        if asked < oldest:
            raise CannotCheck(f"the oldest scores are of {oldest}, and {asked} is before")
        return asked, False
    before = first - timedelta(days=1)
    return (before, False) if before >= oldest else (oldest, True)


def _oldest(lens: Lens) -> date | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(computed_at) FROM riskscore_scorehistory WHERE lens_id = %s", [lens.pk]
        )
        (moment,) = cursor.fetchone()
    return moment.date() if moment else None


def _scores(lens: Lens, day: date) -> list[tuple[Any, ...]]:
    end = datetime.combine(day + timedelta(days=1), time(), UTC)
    with connection.cursor() as cursor:
        cursor.execute(_SCORES, [lens.pk, end])
        return list(cursor.fetchall())


def _join(events: Sequence[OutsideEvent], ids: set[int], km: float) -> Joined:
    names = known_names()
    places = {}
    for word in {event.place for event in events if event.place}:
        try:
            places[word] = names.place(word) or ""
        except UnknownName:
            places[word] = ""
    external = {
        f"{row.scheme}:{row.value}": row.project_id
        for row in ExternalId.objects.filter(project__in=ids)
    }
    return Join(list(_sites(ids)), external, km).of(events, places)


def _sites(ids: Iterable[int]) -> Iterable[Site]:
    rows = Project.objects.filter(pk__in=list(ids)).prefetch_related("minerals").order_by("pk")
    for row in rows:
        minerals = frozenset(part.mineral_id for part in row.minerals.all())
        yield Site(row.pk, row.key, row.name, row.place_id, minerals, row.latitude, row.longitude)


def _arrays(rows: Sequence[tuple[Any, ...]], ids: set[int]) -> Judged:
    scores = {
        name: np.array([row[3 + at] for row in rows], np.float64) for at, name in enumerate(NODES)
    }
    return Judged(
        scores=scores,
        place=np.array([row[1] for row in rows], object),
        region=np.array([row[2] for row in rows], object),
        event=np.array([float(row[0] in ids) for row in rows]),
    )
