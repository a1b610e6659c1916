"""What a record cannot say, for forms and the API: the rules of files, applied to typed values.

Each function takes what was typed, by column and already of the column's type (a field that is not
there is not looked at), and yields where it is wrong: the field to say it at, then those that it is
about as well. The rules stand in :mod:`riskscore.sources.checks`, where files ask them too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from riskscore.engine.inputs.bound_shares import ALL, Bound, peak
from riskscore.engine.inputs.land_overlap import STAGES
from riskscore.errors import ValidationError
from riskscore.intake.facts.world_output import WorldOutput
from riskscore.intake.sites.positions import Positions, Site
from riskscore.releases import owner_statements
from riskscore.sources.checks import day_checks, evidence_checks, figure_checks, text_checks
from riskscore.sources.checks.fault import Fault
from riskscore.sources.tables.site_cells.kinds_and_stages import KINDS

Values = Mapping[str, Any]
#: The fields of a fault, the first of which it is said at; and the fault.
Found = tuple[tuple[str, ...], Fault]
Check = Callable[[Values], Iterator[Found]]
WHERE = ("place", "latitude", "longitude")
#: Names and labels in a line, by their field; and texts that may have several lines.
LINES = ("name", "title", "buyer", "unit", "term", "reference")
TEXTS = ("note", "reason", "about", "statement")
WEIGHTS = ("severity", "credibility")
ADDRESSES = ("url",)
DAYS = ("since", "until", "stated_on", "expires_on", "happened_on")


class BadRecord(ValidationError):
    """Values of a record that no record can have; ``faults`` are by field."""

    code = "bad_record"
    remedy = "Correct the fields that are named; files and forms refuse the same."

    def __init__(self, faults: Mapping[str, Fault]) -> None:
        first = next(iter(faults.items()))
        super().__init__(first[1].reason, place=first[0], remedy=first[1].remedy)
        self.faults = faults


def refuse(check: Check, values: Values) -> None:
    """Raise BadRecord if the check finds anything in the values; for the API and programs."""
    faults: dict[str, Fault] = {}
    for fields, fault in check(values):
        faults.setdefault(fields[0], fault)
    if faults:
        raise BadRecord(faults)


def of_any(values: Values) -> Iterator[Found]:
    """What holds for every record: texts that can be read, weights, addresses, days of our time."""
    for name, value in values.items():
        fault = _of_field(name, value) if value not in (None, "") else None
        if fault is not None:
            yield (name,), fault
    if fault := day_checks.period(values.get("since"), values.get("until")):
        yield ("until", "since"), fault


def _of_field(name: str, value: Any) -> Fault | None:
    if name in LINES and isinstance(value, str):
        return text_checks.text(value)
    if name in TEXTS and isinstance(value, str):
        return text_checks.unseen(value, lines=True)
    if name in WEIGHTS:
        return figure_checks.weight(value)
    if name in ADDRESSES:
        return text_checks.address(value)
    if name in DAYS and isinstance(value, date):
        return day_checks.day(value)
    return None


def of_project(values: Values, *, stage: str = "") -> Iterator[Found]:
    """A project. ``stage`` is the one that it has: an earlier word for one stays allowed.

    A point whose axes are swapped beyond doubt is refused where place and point are all there.
    """
    yield from of_any(values)
    if fault := text_checks.word(values.get("stage") or "", ("", *STAGES, stage)):
        yield ("stage",), fault
    if values.get("kind") and (fault := text_checks.word(values["kind"], KINDS)):
        yield ("kind",), fault
    point = {axis: values.get(axis) for axis in figure_checks.BOUNDS}
    outside = [
        (axis, fault)
        for axis, value in point.items()
        if value is not None and (fault := figure_checks.degree(value, axis))
    ]
    yield from (((axis,), fault) for axis, fault in outside)
    site = None if outside else site_of(values)
    doubt = Positions().doubt(site) if site else None
    if doubt and (fault := doubt.fault):
        yield ("latitude", *WHERE), fault


def site_of(values: Values) -> Site | None:
    """Where the values say that a project lies; None where one of them is missing."""
    place, latitude, longitude = (values.get(name) for name in WHERE)
    if place is None or latitude is None or longitude is None or abs(latitude) > 90:
        return None
    code = str(getattr(place, "pk", place))
    return Site(code, latitude, longitude, str(place))


def of_offtake(values: Values) -> Iterator[Found]:
    """One contract: ``share`` 0..1."""
    yield from of_any(values)
    if fault := figure_checks.part(values.get("share")):
        yield ("share",), fault


def contracts(rows: Iterable[Values]) -> Fault | None:
    """All contracts of one project together: on any day no more than all is bound."""
    bound = [
        Bound(_code(row.get("mineral")) or ALL, row["share"], row.get("since"), row.get("until"))
        for row in rows
        if row.get("share")
    ]
    return figure_checks.bound(peak(bound))


def of_status(values: Values) -> Iterator[Found]:
    """A status of now: not of a day to come."""
    yield from of_any(values)
    if fault := day_checks.state(values.get("since"), timezone.now().date()):
        yield ("since",), fault


def of_capacity(values: Values) -> Iterator[Found]:
    """What a project can give in a year: an amount or a range, that one site can give."""
    yield from of_any(values)
    if values.get("year") is not None and (fault := day_checks.year(values["year"])):
        yield ("year",), fault
    amount, low, high = (values.get(name) for name in ("amount", "low", "high"))
    unit, reason = values.get("unit") or "", values.get("reason") or ""
    if wrong := figure_checks.amounts(amount, low, high):
        yield (wrong[0], "amount", "low", "high"), wrong[1]
        return
    if fault := figure_checks.reasoned(amount, reason):
        yield ("reason", "amount"), fault
    for name in ("amount", "low", "high"):
        if fault := figure_checks.yearly(values.get(name), unit):
            yield (name, "unit"), fault
            return
    mineral = _code(values.get("mineral"))
    if mineral and (fault := WorldOutput([mineral]).fault(mineral, amount, unit, reason)):
        yield ("amount", "unit", "mineral", "reason"), fault


def of_evidence(values: Values) -> Iterator[Found]:
    """A statement about a project: its level, its days."""
    yield from of_any(values)
    kind = values.get("kind")
    if kind and (fault := evidence_checks.level(kind, values.get("level") or "")):
        yield ("level", "kind"), fault
    happened, expires = values.get("happened_on"), values.get("expires_on")
    today = timezone.localdate()
    if fault := day_checks.event(happened, today):
        yield ("happened_on",), fault
    elif fault := evidence_checks.expiry(happened, expires):
        yield ("expires_on", "happened_on"), fault


def of_ownership(values: Values) -> Iterator[Found]:
    """An owner: with ``project``, ``company`` and perhaps ``replaces`` also beside the others, who
    hold no more than all together with it."""
    yield from of_any(values)
    if fault := figure_checks.part(values.get("share")):
        yield ("share",), fault
        return
    project = values.get("project")
    if project is None or values.get("until") or not values.get("share"):
        return
    if fault := figure_checks.whole([*_others(project, values.get("replaces")), values["share"]]):
        yield ("share", "project", "company", "until"), fault


def _others(project: Any, replaces: Any) -> Sequence[float | None]:
    """The shares without an end that others hold of a project."""
    others = owner_statements.owners().filter(project=project, until__isnull=True)
    if replaces is not None:
        others = others.exclude(pk=replaces.pk)
    return list(others.values_list("share", flat=True))


def _code(record: Any) -> str:
    """The code of a mineral that was chosen, or is named by its code."""
    return str(getattr(record, "pk", record) or "")
