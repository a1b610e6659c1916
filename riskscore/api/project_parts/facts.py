"""What is stated about a project with its day and source, as fields and filters of projects."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.utils import timezone

from riskscore.api.framework import shapes
from riskscore.api.framework.parameters import Parameter, choice
from riskscore.api.framework.resources import Field, Row, made
from riskscore.engine.inputs.evidence_kinds import EVENTS
from riskscore.models import (
    Capacity,
    CapacityRange,
    Evidence,
    Offtake,
    ProjectMineral,
    ProjectStatus,
)

STATUS = shapes.record(
    {
        "status": shapes.one_of(ProjectStatus.Word.values, "What it does."),
        "since": shapes.day("The day from which it is so, or for which it is stated."),
        "source": shapes.text("Release or address."),
        "url": shapes.text("Where it can be read; empty if it has no address."),
        "credibility": shapes.number("0..1; below 0.5: unverified."),
        "note": shapes.text("The document that states it, if it has no address; remarks."),
    },
    "The newest status; one that is believed less than half counts where nothing better is known.",
)
CAPACITY = shapes.record(
    {
        "mineral": shapes.text("Code of the mineral."),
        "year": shapes.optional(shapes.whole("The year that it is stated for.")),
        "amount": shapes.optional(shapes.number("A year; null: not stated.")),
        "low": shapes.optional(shapes.number("The least that it may be.")),
        "high": shapes.optional(shapes.number("The most that it may be.")),
        "unit": shapes.text("Of one year."),
        "basis": shapes.text("stated, planned, output or estimated."),
        "reason": shapes.text("Why a range, and why this one."),
        "source": shapes.text("Release or address."),
        "url": shapes.text("Where it can be read; empty if it has no address."),
        "credibility": shapes.number("0..1."),
        "note": shapes.text("The document that states it, if it has no address; remarks."),
    },
    "What it can give of a mineral in a year. What nobody states is a range with its reason.",
)
OFFTAKE = shapes.record(
    {
        "buyer": shapes.text("Who buys; empty if not stated."),
        "place": shapes.text("The buyer's country."),
        "mineral": shapes.optional(shapes.text("Code of the mineral; null: all that it yields.")),
        "share": shapes.number("Of the output, 0..1."),
        "since": shapes.optional(shapes.day("First day.")),
        "until": shapes.optional(shapes.day("Last day.")),
        "url": shapes.text("Where it can be read."),
        "source": shapes.text("Release or address."),
        "note": shapes.text("The document that states it, if it has no address; remarks."),
    },
    "A contract that holds today or later.",
)
INCIDENTS = shapes.record(
    {
        "count": shapes.whole("Incidents on file that are not retracted."),
        "latest": shapes.optional(shapes.day("The day of the newest.")),
    },
    "Incidents in short; `/projects/{key}/timeline` has them one by one.",
)
FIELDS: tuple[Field, ...] = (
    made(
        "status",
        shapes.optional(STATUS),
        lambda row: row["status"],
        "pk",
    ),
    made(
        "capacity",
        shapes.several(CAPACITY, "By mineral, the newest year first."),
        lambda row: row["capacity"],
        "pk",
    ),
    made(
        "offtake", shapes.several(OFFTAKE, "Who has bought it."), lambda row: row["offtake"], "pk"
    ),
    made("events", INCIDENTS, lambda row: row["events"], "pk"),
)


def add(rows: list[Row], names: set[str]) -> None:
    """Give each row what no column of a project holds: a query or two a page for each field."""
    for name, load in _LOADERS.items():
        if name in names:
            found = load([row["pk"] for row in rows])
            for row in rows:
                row[name] = found.get(row["pk"], _EMPTY.get(name, []))


def _status(ids: list[int]) -> dict[int, Row]:
    """The statement behind the status that is kept on each project."""
    kept = ProjectStatus.objects.filter(
        project__in=ids, status=F("project__status"), since=F("project__status_since")
    )
    return {
        row.project_id: {
            "status": row.status, "since": row.since, "credibility": row.credibility,
            "source": row.release.code if row.release else row.url, "url": row.url,
            "note": row.note,
        }
        for row in kept.select_related("release").order_by("credibility", "id")
    }  # fmt: skip


def _capacity(ids: list[int]) -> dict[int, list[Row]]:
    result: dict[int, list[Row]] = {}
    stated = Capacity.objects.filter(project__in=ids).order_by("mineral_id", "-year", "-id")
    seen = set()
    for row in stated.select_related("release"):
        key = row.project_id, row.mineral_id, row.year
        if key not in seen:
            seen.add(key)
            result.setdefault(row.project_id, []).append(_as_stated(row))
    for project, ranged in _ranges([key for key in ids if key not in result]):
        result[project] = [ranged]
    return result


def _as_stated(row: Capacity) -> Row:
    return {
        "mineral": row.mineral_id,
        "year": row.year,
        "amount": row.amount,
        "low": row.low,
        "high": row.high,
        "unit": row.unit,
        "basis": row.basis,
        "reason": row.reason,
        "source": row.release.code if row.release else row.url,
        "url": row.url,
        "credibility": row.credibility,
        "note": row.note,
    }


def _ranges(ids: Iterable[int]) -> Iterable[tuple[int, Row]]:
    """The range of the primary mineral of mines of which nothing is stated."""
    primary = ProjectMineral.objects.filter(
        project__in=list(ids), role="primary", project__kind="mine"
    ).values_list("project_id", "project__place_id", "mineral_id")
    pairs = {project: (place, mineral) for project, place, mineral in primary}
    known = {
        (row.place_id, row.mineral_id): row
        for row in CapacityRange.objects.filter(
            place__in={place for place, _ in pairs.values()},
            mineral__in={mineral for _, mineral in pairs.values()},
        )
    }
    for project, pair in pairs.items():
        if row := known.get(pair):
            yield project, {
                "mineral": row.mineral_id, "year": None, "amount": None, "low": row.low,
                "high": row.high, "unit": row.unit, "basis": "estimated", "reason": row.reason,
                "source": "", "url": "", "credibility": 0.0, "note": "",
            }  # fmt: skip


def _offtake(ids: list[int]) -> dict[int, list[Row]]:
    today = timezone.now().date()
    result: dict[int, list[Row]] = {}
    rows = Offtake.objects.filter(project__in=ids).filter(Q(until=None) | Q(until__gte=today))
    for row in rows.select_related("release").order_by("place_id", "buyer", "since", "id"):
        result.setdefault(row.project_id, []).append(
            {
                "buyer": row.buyer, "place": row.place_id, "mineral": row.mineral_id,
                "share": row.share, "since": row.since, "until": row.until, "url": row.url,
                "source": row.release.code if row.release else row.url, "note": row.note,
            }
        )  # fmt: skip
    return result


def incidents() -> Any:
    """The incidents in force, whatever their project."""
    rows = Evidence.objects.filter(kind__in=EVENTS, superseded_by__isnull=True)
    return rows.exclude(status=Evidence.Status.RETRACTED)


def _events(ids: list[int]) -> dict[int, Row]:
    rows = incidents().filter(project__in=ids).values("project")
    return {
        row["project"]: {"count": row["count"], "latest": row["latest"]}
        for row in rows.annotate(count=Count("id"), latest=Max("happened_on")).order_by()
    }


_EMPTY: dict[str, Any] = {"status": None, "events": {"count": 0, "latest": None}}
_LOADERS: dict[str, Callable[[list[int]], dict[int, Any]]] = {
    "status": _status,
    "capacity": _capacity,
    "offtake": _offtake,
    "events": _events,
}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("say a day such as 2026-01-31") from None


def filters(prefix: str = "") -> tuple[Parameter, ...]:
    """Filters by what is stated; ``prefix`` leads from the listed row to its project."""

    def has(rows: Any) -> Q:
        return Q(Exists(rows.filter(project=OuterRef(f"{prefix}pk"))))

    return (
        choice(
            "status",
            ProjectStatus.Word.values,
            "Only projects whose newest status is one of these.",
            many=True,
            where=lambda words: Q(**{f"{prefix}status__in": words}),
        ),
        Parameter(
            name="events_since",
            schema=shapes.day("Only projects with an incident on or after this day."),
            read=_day,
            where=lambda day: has(incidents().filter(happened_on__gte=day)),
        ),
        choice(
            "event_kind",
            list(EVENTS),
            "Only projects with an incident of one of these kinds.",
            many=True,
            where=lambda kinds: has(incidents().filter(kind__in=kinds)),
        ),
    )
