"""The bundle's tables of facts about projects: incidents, statuses, capacities."""

from datetime import date as day
from typing import NamedTuple

from riskscore.bundle import cells
from riskscore.bundle.layout import Table
from riskscore.engine.inputs.evidence_kinds import KINDS, REACH
from riskscore.engine.inputs.evidence_values import STATUS
from riskscore.sources.tables.status_words import STATUS_WORDS

BASES = ("stated", "planned", "output", "estimated")


class Incident(NamedTuple):
    """One statement of evidence about a project, from a release."""

    release: str
    project: str
    kind: str
    date: day
    severity: float
    reach: str
    credibility: float
    status: str
    url: str
    reference: str
    note: str


class Status(NamedTuple):
    """What a project did on a day."""

    release: str
    project: str
    status: str
    since: day
    credibility: float
    note: str


class Capacity(NamedTuple):
    """What a project can give in a year: an amount, or a range with its reason."""

    release: str
    project: str
    mineral: str
    year: int
    amount: float | None
    low: float | None
    high: float | None
    unit: str
    basis: str
    reason: str
    credibility: float


EVENTS = Table(
    "events.csv",
    Incident,
    (
        cells.text("release"),
        cells.text("project"),
        cells.one_of("kind", tuple(KINDS)),
        cells.required_day("date"),
        cells.real("severity", 0, 1),
        cells.one_of("reach", tuple(REACH)),
        cells.real("credibility", 0, 1),
        cells.one_of("status", tuple(STATUS)),
        cells.text("url"),
        cells.words("reference"),
        cells.words("note"),
    ),
    key=("project", "kind", "url", "reference", "date"),
)
STATUSES = Table(
    "statuses.csv",
    Status,
    (
        cells.text("release"),
        cells.text("project"),
        cells.one_of("status", STATUS_WORDS),
        cells.required_day("since"),
        cells.real("credibility", 0, 1),
        cells.words("note"),
    ),
    key=("project", "since", "release"),
)
CAPACITIES = Table(
    "capacities.csv",
    Capacity,
    (
        cells.text("release"),
        cells.text("project"),
        cells.text("mineral"),
        cells.integer("year"),
        cells.optional_real("amount"),
        cells.optional_real("low"),
        cells.optional_real("high"),
        cells.text("unit"),
        cells.one_of("basis", BASES),
        cells.words("reason"),
        cells.real("credibility", 0, 1),
    ),
    key=("project", "mineral", "year", "release"),
)
FACTS = (EVENTS, STATUSES, CAPACITIES)
