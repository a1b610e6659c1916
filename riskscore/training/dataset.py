"""From tables to what models learn from: the effective observations as of an edition.

A figure that was corrected is learnt as corrected, also where the correction says none (0).
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from riskscore.learning import labour
from riskscore.learning.data.features_place import DEATHS, KNOWN, POPULATION, STABILITY_ERROR
from riskscore.learning.data.panel import Flows, Panel, build
from riskscore.learning.displacement import Reviewed
from riskscore.learning.labour import Pairs
from riskscore.models import Mineral, Release
from riskscore.releases import effective
from riskscore.releases.effective import InForce

PRODUCTION = "wmd.production"
LISTING = "dol.good"
#: Places that the list of goods leaves out: nobody looked, so they are unknown.
NOT_LISTED_ABOUT = frozenset({"USA"})
#: Production of these years says who produces today.
PRODUCING_SINCE = 2020
LISTING_YEAR = labour.YEAR

Values = dict[tuple[str, int], float]


class Trade(NamedTuple):
    """What the disruption model is made of; ``producers`` with their newest year of output."""

    flows: Flows
    codes: dict[str, tuple[str, ...]]
    producers: dict[tuple[str, str], int]
    known: dict[str, Values]

    @property
    def panel(self) -> Panel:
        """The series by mineral and exporter."""
        return build(self.flows, self.codes, self.producers, self.known)


def trade(edition: int) -> Trade:
    """The panel of exports, the minerals' codes, who produces, and what is known of places."""
    releases = effective.in_force(edition)
    codes = {mineral.code: tuple(mineral.hs6) for mineral in Mineral.objects.order_by("code")}
    producing = {(mineral, place): year for mineral, place, year, _ in _by_year(releases)}
    known = {key: _by_place(key, releases) for key in KNOWN if key != STABILITY_ERROR}
    known[STABILITY_ERROR] = _by_place("wgi.stability", releases, "standard_error")
    return Trade(_flows(releases), codes, producing, known)


def _by_year(releases: InForce) -> list[tuple[str, str, int, float]]:
    """Every output that is above 0, the newest year last."""
    return sorted(_positive(PRODUCTION, releases), key=lambda row: row[2])


def _flows(releases: InForce) -> Flows:
    """All flows of the releases in force. A panel of exports is replaced whole, never corrected."""
    rows = effective.fetch(
        "SELECT hs6, place_id, year, value, coalesce(quantity, 'NaN'), destination_hhi, partners"
        " FROM riskscore_exportflow WHERE release_id = ANY(%(ids)s) ORDER BY hs6, place_id, year",
        {"ids": releases.ids},
    )
    columns: list[Any] = list(zip(*rows, strict=True)) or [()] * 7
    return Flows(
        hs6=np.array(columns[0], np.str_),
        place=np.array(columns[1], np.str_),
        year=np.array(columns[2], np.int64),
        value=np.array(columns[3], np.float64),
        quantity=np.array(columns[4], np.float64),
        destination_hhi=np.array(columns[5], np.float64),
        partners=np.array(columns[6], np.float64),
    )


def _positive(key: str, releases: InForce) -> list[tuple[str, str, int, float]]:
    """(mineral, place, year, value) of the effective observations of a key that are above 0."""
    rows = effective.fetch(
        f"SELECT mineral_id, place_id, year, value FROM {effective.OBSERVATIONS} o"  # noqa: S608
        " WHERE indicator = %(key)s AND mineral_id IS NOT NULL AND place_id IS NOT NULL"
        " AND project_id IS NULL AND value > 0 ORDER BY mineral_id, place_id, year, id",
        {**releases.parameters, "key": key},
    )
    return [(mineral, place, year, value) for mineral, place, year, value in rows]


def _by_place(key: str, releases: InForce, column: str = "value") -> Values:
    """The effective value (or another column) of a key by place and year."""
    rows = effective.fetch(
        f"SELECT place_id, year, {column} FROM {effective.OBSERVATIONS} o"  # noqa: S608
        " WHERE indicator = %(key)s AND place_id IS NOT NULL AND project_id IS NULL ORDER BY id",
        {**releases.parameters, "key": key},
    )
    return {(place, year): float(value) for place, year, value in rows if value is not None}


def labour_pairs(edition: int) -> tuple[Pairs, list[tuple[str, str]]]:
    """The pairs that really produce, and their (place, mineral) codes in the same order."""
    releases = effective.in_force(edition)
    output: dict[tuple[str, str], list[float]] = {}
    for mineral, place, year, value in _positive(PRODUCTION, releases):
        if year >= PRODUCING_SINCE:
            output.setdefault((place, mineral), []).append(value)
    names = sorted(output)
    places = sorted({place for place, _ in names})
    minerals = sorted({mineral for _, mineral in names})
    return (
        Pairs(
            inputs=_known_of_pairs(names, places, output, releases),
            listed=_listed(names, releases),
            place=np.searchsorted(
                np.array(places, np.str_), np.array([p for p, _ in names], np.str_)
            ),
            mineral=np.searchsorted(
                np.array(minerals, np.str_), np.array([m for _, m in names], np.str_)
            ),
        ),
        names,
    )


def _known_of_pairs(
    names: list[tuple[str, str]],
    places: list[str],
    output: Mapping[tuple[str, str], list[float]],
    releases: InForce,
) -> np.ndarray[Any, Any]:
    """(n, 12) in the order of the labour model's features, without the mineral's rate."""
    mean = {pair: sum(values) / len(values) for pair, values in output.items()}
    world: dict[str, float] = {}
    for (_, mineral), value in mean.items():
        world[mineral] = world.get(mineral, 0.0) + value
    by_key = {key: _newest(key, releases) for key in (*labour.PLACE_FEATURES, POPULATION)}
    people = by_key[POPULATION]
    by_key["population"] = {place: float(np.log(number)) for place, number in people.items()}
    by_key["deaths"] = _deaths(places, people, releases)
    columns = [
        [by_key[key].get(place, np.nan) for place, _ in names] for key in labour.PLACE_FEATURES
    ]
    columns.append([float(np.log(mean[pair] / world[pair[1]] + 1e-5)) for pair in names])
    return np.array(columns, np.float64).T


def _newest(key: str, releases: InForce) -> dict[str, float]:
    """The newest value up to the year of the listings, by place."""
    result: dict[str, float] = {}
    for (place, year), value in sorted(_by_place(key, releases).items()):
        if year <= LISTING_YEAR:
            result[place] = value
    return result


def _deaths(
    places: Iterable[str], people: Mapping[str, float], releases: InForce
) -> dict[str, float]:
    """Log of conflict deaths per million and year, mean of three years; none on record is 0."""
    total: dict[str, float] = {}
    for key in DEATHS:
        for (place, year), value in sorted(_by_place(key, releases).items()):
            if LISTING_YEAR - 2 <= year <= LISTING_YEAR:
                total[place] = total.get(place, 0.0) + value
    return {
        place: float(np.log1p(total.get(place, 0.0) / 3 / people[place]))
        for place in places
        if place in people
    }


def _listed(names: list[tuple[str, str]], releases: InForce) -> np.ndarray[Any, Any]:
    listed = {(place, mineral) for mineral, place, *_ in _positive(LISTING, releases)}
    return np.array(
        [np.nan if pair[0] in NOT_LISTED_ABOUT else float(pair in listed) for pair in names]
    )


#: What is known of a reviewed project, all of its place, until land layers are on file.
PROJECT_FEATURES = ("hdr.hdi", "wgi.voice", "wgi.law", "ilo.c169")
EVENTS = ("resettlement", "conflict", "court_ruling")
_REVIEWED = f"""
SELECT p.place_id, bool_or(e.kind = ANY(%(events)s)) FROM {effective.EVIDENCE} e
JOIN riskscore_project p ON p.id = e.project_id
WHERE e.status = 'verified' GROUP BY p.id ORDER BY p.id
"""  # noqa: S608 - our own names


def reviewed_projects(edition: int) -> Reviewed:
    """Projects with verified evidence of any kind, and whether any of it is an event."""
    releases = effective.in_force(edition)
    rows = effective.fetch(_REVIEWED, {"events": list(EVENTS), "edition": edition})
    known = [_newest(key, releases) for key in PROJECT_FEATURES]
    places = sorted({row[0] for row in rows})
    return Reviewed(
        x=np.array([[part.get(row[0], np.nan) for part in known] for row in rows], np.float64),
        event=np.array([float(row[1]) for row in rows]),
        place=np.array([places.index(row[0]) for row in rows], np.int64),
        names=PROJECT_FEATURES,
    )


def releases_used(edition: int, sources: Iterable[str]) -> list[dict[str, str]]:
    """Code, publisher and hash of the releases of these sources in force, for the card."""
    rows = Release.objects.filter(
        id__in=effective.in_force(edition).ids, source_id__in=list(sources)
    ).select_related("source")
    return [
        {"release": row.code, "publisher": row.source.publisher, "sha256": row.sha256}
        for row in rows.order_by("code")
    ]
