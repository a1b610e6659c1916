"""From tables to what models learn from: the newest release of each source, as of an edition."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from riskscore.learning import labour
from riskscore.learning.data.features_place import DEATHS, KNOWN, POPULATION, STABILITY_ERROR
from riskscore.learning.data.panel import Flows, Panel, build
from riskscore.learning.displacement import Reviewed
from riskscore.learning.labour import Pairs
from riskscore.models import Mineral, Release
from riskscore.scoring.inputs import current_releases

PRODUCTION = "wmd.production"
LISTING = "dol.good"
#: Places that the list of goods leaves out: nobody looked, so they are unknown.
NOT_LISTED_ABOUT = frozenset({"USA"})
#: Production of these years says who produces today.
PRODUCING_SINCE = 2020
LISTING_YEAR = labour.YEAR

Values = dict[tuple[str, int], float]


class Trade(NamedTuple):
    """What the disruption model is made of."""

    flows: Flows
    codes: dict[str, tuple[str, ...]]
    producers: frozenset[tuple[str, str]]
    known: dict[str, Values]

    @property
    def panel(self) -> Panel:
        """The series by mineral and exporter."""
        return build(self.flows, self.codes, self.producers, self.known)


def trade(edition: int) -> Trade:
    """The panel of exports, the minerals' codes, who produces, and what is known of places."""
    releases = current_releases(edition)
    codes = {mineral.code: tuple(mineral.hs6) for mineral in Mineral.objects.order_by("code")}
    made = _rows(
        "SELECT DISTINCT mineral_id, place_id FROM riskscore_observation"
        " WHERE release_id = ANY(%s) AND indicator = %s AND value > 0",
        [releases, PRODUCTION],
    )
    known = {key: _by_place(key, releases) for key in KNOWN if key != STABILITY_ERROR}
    known[STABILITY_ERROR] = _by_place("wgi.stability", releases, "standard_error")
    return Trade(_flows(releases), codes, frozenset((row[0], row[1]) for row in made), known)


def _flows(releases: list[int]) -> Flows:
    rows = _rows(
        "SELECT hs6, place_id, year, value, coalesce(quantity, 'NaN'), destination_hhi, partners"
        " FROM riskscore_exportflow WHERE release_id = ANY(%s) ORDER BY hs6, place_id, year",
        [releases],
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


def _by_place(key: str, releases: list[int], column: str = "value") -> Values:
    rows = _rows(
        f"SELECT place_id, year, {column} FROM riskscore_observation"  # noqa: S608 - our own names
        " WHERE release_id = ANY(%s) AND indicator = %s AND place_id IS NOT NULL",
        [releases, key],
    )
    return {(place, year): float(value) for place, year, value in rows if value is not None}


def labour_pairs(edition: int) -> tuple[Pairs, list[tuple[str, str]]]:
    """The pairs that really produce, and their (place, mineral) codes in the same order."""
    releases = current_releases(edition)
    output: dict[tuple[str, str], list[float]] = {}
    for mineral, place, value in _rows(
        "SELECT mineral_id, place_id, value FROM riskscore_observation WHERE release_id = ANY(%s)"
        " AND indicator = %s AND value > 0 AND year >= %s ORDER BY mineral_id, place_id, year",
        [releases, PRODUCTION, PRODUCING_SINCE],
    ):
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
    releases: list[int],
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


def _newest(key: str, releases: list[int]) -> dict[str, float]:
    """The newest value up to the year of the listings, by place."""
    found: dict[str, float] = {}
    for (place, year), value in sorted(_by_place(key, releases).items()):
        if year <= LISTING_YEAR:
            found[place] = value
    return found


def _deaths(
    places: Iterable[str], people: Mapping[str, float], releases: list[int]
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


def _listed(names: list[tuple[str, str]], releases: list[int]) -> np.ndarray[Any, Any]:
    rows = _rows(
        "SELECT DISTINCT place_id, mineral_id FROM riskscore_observation"
        " WHERE release_id = ANY(%s) AND indicator = %s AND mineral_id IS NOT NULL AND value > 0",
        [releases, LISTING],
    )
    listed = {(row[0], row[1]) for row in rows}
    return np.array(
        [np.nan if pair[0] in NOT_LISTED_ABOUT else float(pair in listed) for pair in names]
    )


#: What is known of a reviewed project, all of its place, until land layers are on file.
PROJECT_FEATURES = ("hdr.hdi", "wgi.voice", "wgi.law", "ilo.c169")
EVENTS = ("resettlement", "conflict", "court_ruling")
_REVIEWED = """
SELECT p.place_id, bool_or(e.kind = ANY(%s)) FROM riskscore_evidence e
JOIN riskscore_project p ON p.id = e.project_id
WHERE e.status = 'verified' AND e.edition_id <= %s AND NOT EXISTS (
    SELECT FROM riskscore_evidence newer
    WHERE newer.supersedes_id = e.id AND newer.edition_id <= %s)
GROUP BY p.id ORDER BY p.id
"""


def reviewed_projects(edition: int) -> Reviewed:
    """Projects with verified evidence of any kind, and whether it tells of an event."""
    releases = current_releases(edition)
    rows = _rows(_REVIEWED, [list(EVENTS), edition, edition])
    known = [_newest(key, releases) for key in PROJECT_FEATURES]
    places = sorted({row[0] for row in rows})
    return Reviewed(
        x=np.array([[part.get(row[0], np.nan) for part in known] for row in rows], np.float64),
        event=np.array([float(row[1]) for row in rows]),
        place=np.array([places.index(row[0]) for row in rows], np.int64),
        names=PROJECT_FEATURES,
    )


def releases_used(edition: int, sources: Iterable[str]) -> list[dict[str, str]]:
    """Code, publisher and hash of the current releases of these sources, for the card."""
    rows = Release.objects.filter(
        id__in=current_releases(edition), source_id__in=list(sources)
    ).select_related("source")
    return [
        {"release": row.code, "publisher": row.source.publisher, "sha256": row.sha256}
        for row in rows.order_by("code")
    ]


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
