"""From sites in publishers' words to projects: country, kind, minerals, flags, duplicates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from riskscore.bundle.fixture_rows import Project, ProjectMineral
from riskscore.engine.inputs.borders import EARTH_KM, Borders, Placed
from riskscore.sources.bad_file import BadFile
from riskscore.sources.coded_observations import CodedObservation
from riskscore.sources.names import Names, UnknownName
from riskscore.sources.source_records import ProjectRecord

DUPLICATE_KM = 10.0
LITHIUM = "lithium"
# A mine counts as one without known output when no year from this one on shows any.
OUTPUT_SINCE = 2021
LOW_CONFIDENCE = "very low"


@dataclass(frozen=True)
class Site:
    """A project, its minerals, the words that name no mineral of ours, and how it was placed."""

    project: Project
    minerals: tuple[ProjectMineral, ...]
    unmapped: tuple[tuple[str, str], ...]
    label: str
    placed: Placed

    @property
    def primary(self) -> str | None:
        """The code of the primary mineral, None when its word names no mineral of ours."""
        return next((row.mineral for row in self.minerals if row.role == "primary"), None)


@dataclass(frozen=True)
class Collection:
    """The sites of one release and how a project's key is made of the publisher's id."""

    release: str
    source: str
    prefix: str
    records: Sequence[ProjectRecord]

    def key(self, record: ProjectRecord) -> str:
        """The public key, stable for ever: ``icmm-00026`` for ICMM00026, ``busch-001`` for 1."""
        digits = "".join(mark for mark in record.source_id if mark.isdigit())
        return f"{self.prefix}-{digits.zfill(3)}"


def outputs(observations: Sequence[CodedObservation]) -> frozenset[tuple[str | None, str | None]]:
    """(place, mineral) pairs with output in some year since OUTPUT_SINCE."""
    return frozenset(
        (row.place, row.mineral)
        for row in observations
        if row.year >= OUTPUT_SINCE and row.value > 0
    )


def sites(collection: Collection, borders: Borders, names: Names) -> list[Site]:
    """Every site of a release, without flags that need other releases."""
    records = collection.records
    labels = [_label(names, record) for record in records]
    lon = np.array([record.lon for record in records])
    lat = np.array([record.lat for record in records])
    placed = borders.place(labels, lon, lat)
    return [
        _site(collection, record, label, where, names)
        for record, label, where in zip(records, labels, placed, strict=True)
    ]


def _label(names: Names, record: ProjectRecord) -> str:
    try:
        result = names.place(record.place)
    except UnknownName:
        result = None
    if result is None:
        raise BadFile(
            "an unknown country",
            column="Country",
            value=f"{record.source_id}: {record.place}",
            remedy="Add it to riskscore/sources/places.csv.",
        )
    return result


def _site(
    collection: Collection, record: ProjectRecord, label: str, placed: Placed, names: Names
) -> Site:
    key = collection.key(record)
    minerals, unmapped = _minerals(key, collection.source, record, names)
    flags = {
        "steel": record.steel,
        "low_confidence": record.confidence == LOW_CONFIDENCE,
        "place_disputed": placed.seen not in {"", label},
    }
    project = Project(
        key=key,
        release=collection.release,
        name=record.name,
        kind=record.kind,
        stage=record.stage,
        place=placed.place,
        place_label=record.place,
        place_rule=placed.rule,
        lat=record.lat,
        lon=record.lon,
        confidence=record.confidence,
        flags=tuple(flag for flag, raised in flags.items() if raised),
        duplicate_of=None,
        source_id=record.source_id,
    )
    return Site(project, tuple(minerals), tuple(unmapped), label, placed)


def _minerals(
    key: str, source: str, record: ProjectRecord, names: Names
) -> tuple[list[ProjectMineral], list[tuple[str, str]]]:
    """The site's minerals, each once in its strongest role, and the (term, role) of none."""
    result: dict[str, ProjectMineral] = {}
    unmapped = []
    for term, role in record.minerals:
        try:
            codes = names.minerals_of(source, term)
        except UnknownName as error:
            raise BadFile(
                f"{record.source_id}: {error}",
                value=term,
                remedy="Add the word to riskscore/sources/mineral_terms.csv.",
            ) from error
        if not codes:
            unmapped.append((term, role))
        for code in codes:
            result.setdefault(code, ProjectMineral(key, code, role, term))
    return list(result.values()), unmapped


def without_output(
    site: Site,
    produced: frozenset[tuple[str | None, str | None]],
    refined: frozenset[str],
) -> bool:
    """World Mining Data shows no output of the site's primary mineral in its place.

    A mine is measured by any output. Other facilities only where the figures count refinery
    output (``refined``): a copper smelter needs no copper mine. Deposits are not yet mined.
    """
    mineral = site.primary
    if mineral is None or site.project.kind == "deposit":
        return False
    measured = site.project.kind == "mine" or mineral in refined
    return measured and (site.project.place, mineral) not in produced


def duplicates(deposits: Sequence[Site], mapped: Sequence[Site]) -> dict[str, str]:
    """Deposit key → key of the nearest site within DUPLICATE_KM that mines lithium first of all."""
    lithium = [site for site in mapped if site.primary == LITHIUM]
    tree = cKDTree(_unit([site.project for site in lithium]))
    # A chord of the unit sphere stands for an arc; both grow together.
    reach = 2 * np.sin(DUPLICATE_KM / EARTH_KM / 2)
    result = tree.query(_unit([site.project for site in deposits]), distance_upper_bound=reach)
    chords, at = np.asarray(result[0]), np.asarray(result[1])
    return {
        deposit.project.key: lithium[index].project.key
        for deposit, chord, index in zip(deposits, chords, at, strict=True)
        if np.isfinite(chord)
    }


def _unit(projects: Sequence[Project]) -> NDArray[np.float64]:
    """Points of the unit sphere, (n, 3)."""
    lat = np.radians([project.lat for project in projects])
    lon = np.radians([project.lon for project in projects])
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def flagged(
    every: Sequence[Site],
    produced: frozenset[tuple[str | None, str | None]],
    refined: frozenset[str],
    same: dict[str, str],
) -> Iterator[Project]:
    """The projects with every flag and the key of the site that each duplicates."""
    for site in every:
        project, flags = site.project, list(site.project.flags)
        if project.key in same:
            flags.append("duplicate")
        if without_output(site, produced, refined):
            flags.append("no_known_output")
        yield project._replace(flags=tuple(sorted(flags)), duplicate_of=same.get(project.key))
