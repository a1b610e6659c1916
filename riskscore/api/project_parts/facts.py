"""What is stated about a project with its day and source, as fields and filters of projects."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from rest_framework import serializers

from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.query_fields import ChoiceField, DayField, Several
from riskscore.api.framework.row_serializers import Made, Row, RowSerializer
from riskscore.engine.inputs.evidence_kinds import EVENTS
from riskscore.models import (
    Capacity,
    CapacityRange,
    Evidence,
    Offtake,
    ProjectMineral,
    ProjectStatus,
)


class StatusSerializer(serializers.Serializer[Any]):
    """The newest status; one that is believed less than half counts where nothing better is
    known.
    """

    status = serializers.ChoiceField(ProjectStatus.Word.values, help_text="What it does.")
    since = serializers.DateField(
        help_text="The day from which it is so, or for which it is stated."
    )
    source = serializers.CharField(help_text="Release or address.")
    url = serializers.CharField(help_text="Where it can be read; empty if it has no address.")
    credibility = serializers.FloatField(help_text="0..1; below 0.5: unverified.")
    note = serializers.CharField(
        help_text="The document that states it, if it has no address; remarks."
    )


class CapacitySerializer(serializers.Serializer[Any]):
    """What it can give of a mineral in a year. What nobody states is a range with its reason."""

    mineral = serializers.CharField(help_text="Code of the mineral.")
    year = serializers.IntegerField(allow_null=True, help_text="The year that it is stated for.")
    amount = serializers.FloatField(allow_null=True, help_text="A year; null: not stated.")
    low = serializers.FloatField(allow_null=True, help_text="The least that it may be.")
    high = serializers.FloatField(allow_null=True, help_text="The most that it may be.")
    unit = serializers.CharField(help_text="Of one year.")
    basis = serializers.CharField(help_text="stated, planned, output or estimated.")
    reason = serializers.CharField(help_text="Why a range, and why this one.")
    source = serializers.CharField(help_text="Release or address.")
    url = serializers.CharField(help_text="Where it can be read; empty if it has no address.")
    credibility = serializers.FloatField(help_text="0..1.")
    note = serializers.CharField(
        help_text="The document that states it, if it has no address; remarks."
    )


class OfftakeSerializer(serializers.Serializer[Any]):
    """A contract that holds today or later."""

    buyer = serializers.CharField(help_text="Who buys; empty if not stated.")
    place = serializers.CharField(help_text="The buyer's country.")
    mineral = serializers.CharField(
        allow_null=True, help_text="Code of the mineral; null: all that it yields."
    )
    share = serializers.FloatField(help_text="Of the output, 0..1.")
    since = serializers.DateField(allow_null=True, help_text="First day.")
    until = serializers.DateField(allow_null=True, help_text="Last day.")
    url = serializers.CharField(help_text="Where it can be read.")
    source = serializers.CharField(help_text="Release or address.")
    note = serializers.CharField(
        help_text="The document that states it, if it has no address; remarks."
    )


class IncidentsSerializer(serializers.Serializer[Any]):
    """Incidents in short; `/projects/{key}/timeline` has them one by one."""

    count = serializers.IntegerField(help_text="Incidents on file that are not retracted.")
    latest = serializers.DateField(allow_null=True, help_text="The day of the newest.")


class StatedFields(RowSerializer):
    """What is stated about a project with its day and source."""

    status = Made(StatusSerializer(allow_null=True), "pk")
    capacity = Made(
        CapacitySerializer(help_text="By mineral, the newest year first.", many=True), "pk"
    )
    offtake = Made(OfftakeSerializer(help_text="Who has bought it.", many=True), "pk")
    events = Made(IncidentsSerializer(), "pk")


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


class FactFilters(FilterSet):
    """Filters by what is stated."""

    status = Filter(
        Several(
            ChoiceField(ProjectStatus.Word.values),
            help_text="Only projects whose newest status is one of these.",
        ),
        "status__in",
    )
    events_since = Filter(
        DayField(help_text="Only projects with an incident on or after this day."),
        "happened_on__gte",
        method="with_incident",
    )
    event_kind = Filter(
        Several(
            ChoiceField(EVENTS), help_text="Only projects with an incident of one of these kinds."
        ),
        "kind__in",
        method="with_incident",
    )

    def with_incident(self, rows: QuerySet[Any], condition: str, value: Any) -> QuerySet[Any]:
        """Those with such an incident. EXISTS, since a join would repeat the row."""
        found = incidents().filter(**{condition: value})
        return rows.filter(Exists(found.filter(project=OuterRef(f"{self.path}pk"))))
