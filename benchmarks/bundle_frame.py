"""The default bundle as the engine's tables and units, without a database."""

import csv
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from riskscore.bundle import fixture_tables
from riskscore.bundle.fixture_rows import Project
from riskscore.engine.catalogue import Level
from riskscore.engine.derive.derivation import derive
from riskscore.engine.inputs.axes import NOWHERE, Axes, Observations, Table
from riskscore.engine.inputs.geometry import Localities
from riskscore.engine.inputs.units import ROLE, Units
from riskscore.sources.coded_observations import CodedObservation

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
AS_OF = date(2026, 11, 1)
PREDICTED = ("disruption-2025.csv", "disruption-2025-outside.csv")


@cache
def bundle() -> fixture_tables.Bundle:
    """The tables of the bundle."""
    return fixture_tables.read(FIXTURES)


def axes(importer: str = "WLD") -> Axes:
    """Places and minerals, seen from an importer on the day of the tests."""
    groups: dict[str, set[str]] = {
        row.code: set() for row in bundle().places if row.kind == "group"
    }
    for row in bundle().place_members:
        if (row.since or date.min) <= AS_OF <= (row.until or date.max):
            groups[row.group].add(row.member)
    alone = set() if importer == "WLD" else {importer}
    return Axes(
        places=tuple(sorted(row.code for row in bundle().places)),
        minerals=tuple(sorted(row.code for row in bundle().minerals)),
        importer=importer,
        members=frozenset(groups.get(importer) or alone),
        as_of=AS_OF,
        groups={code: frozenset(members) for code, members in groups.items()},
    )


@cache
def tables(importer: str = "WLD") -> dict[str, Table]:
    """Every indicator above the project, predictions of the disruption model among them."""
    seen = axes(importer)
    rows: dict[str, list[CodedObservation]] = defaultdict(list)
    for code in bundle().observed:
        for row in bundle().observations(code):
            if not row.indicator.startswith("baci.") or row.importer in seen.members:
                rows[row.indicator].append(row)
    found = derive({key: _arrays(part, seen) for key, part in rows.items()}, seen)
    return found | {"geo.disruption": _predicted(seen)}


def _arrays(rows: list[CodedObservation], seen: Axes) -> Observations:
    places = {None: NOWHERE} | {code: at for at, code in enumerate(seen.places)}
    minerals = {None: NOWHERE} | {code: at for at, code in enumerate(seen.minerals)}
    return Observations(
        place=np.array([places[row.place] for row in rows], np.int32),
        mineral=np.array([minerals[row.mineral] for row in rows], np.int32),
        importer=np.array([places[row.importer] for row in rows], np.int32),
        year=np.array([row.year for row in rows], np.int16),
        value=np.array([row.value for row in rows], np.float64),
        standard_error=np.array([row.standard_error for row in rows], np.float64),
        since=np.array([row.since for row in rows], "datetime64[D]"),
        until=np.array([row.until for row in rows], "datetime64[D]"),
        label=np.array([row.label for row in rows], object),
    )


def _predicted(seen: Axes) -> Table:
    values = np.full((len(seen.places), len(seen.minerals)), np.nan)
    for name in PREDICTED:
        with (FIXTURES / "learned" / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                at = seen.place(row["place"]), seen.mineral(row["mineral"])
                values[at] = float(row["probability"])
    return Table(Level.PLACE_MINERAL, values)


@cache
def projects() -> tuple[Project, ...]:
    """The projects that are scored: all with a mineral."""
    return tuple(row for row in bundle().projects if "steel" not in row.flags)


@cache
def units() -> Units:
    """The projects as arrays, with the distance to the nearest locality."""
    seen, of = axes(), defaultdict(list)
    for row in sorted(bundle().project_minerals, key=lambda row: row.mineral):
        of[row.project].append((seen.mineral(row.mineral), ROLE[row.role]))
    pairs = [pair for project in projects() for pair in of[project.key]]
    points = Localities(*np.array([(row.lat, row.lon) for row in bundle().localities]).T)
    latitude, longitude = np.array([(row.lat, row.lon) for row in projects()]).T
    return Units(
        keys=np.array([row.key for row in projects()]),
        place=np.array([seen.place(row.place) for row in projects()], np.int32),
        kind=np.array([row.kind for row in projects()]),
        mineral_start=np.cumsum([0, *(len(of[row.key]) for row in projects())]),
        mineral=np.array([mineral for mineral, _ in pairs], np.int32),
        role=np.array([role for _, role in pairs], np.int8),
        inputs={"ind.language": points.nearest_km(latitude, longitude)},
    )
