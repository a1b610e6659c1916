"""Projects on the map, counted in the cells of a grid by the database.

Every project that is asked for is in exactly one cell, whatever the zoom; what an answer costs is
bounded by the box (the database reads the projects within it, from an index alone) and by the
number of cells, never by how many projects there are elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db import connection

from riskscore.admin.map.map_question import Asked
from riskscore.engine.method import Method as Specification
from riskscore.models import Lens, Project
from riskscore.models.methods import scoring_method
from riskscore.models.scores import NODES, Band

#: An answer about more projects than this is kept for a while by the process: it takes tenths of
#: seconds, and everybody who opens the map asks for it.
MANY = 100_000
KEPT_SECONDS = 60
Sql = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Cluster:
    """The projects of one cell: how many, in which bands, their mean and worst score (None: none is
    assessed), their middle, and the box that holds them."""

    number: int
    bands: tuple[int, ...]
    mean: float | None
    worst: float | None
    latitude: float
    longitude: float
    box: tuple[float, float, float, float]
    project: int
    """The only one, where there is one; else the first of them."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """The answer: cells with projects, and how many projects in all, by band."""

    cells: tuple[Cluster, ...]
    total: int
    bands: tuple[int, ...]


def starts(lens: Lens | None) -> tuple[float, ...]:
    """Where the bands but the lowest start, by the method in force; the usual ones before any."""
    method = scoring_method(lens.method_code) if lens else None
    if method is None:
        return (25.0, 50.0, 75.0)
    return tuple(band.start for band in Specification.from_dict(method.spec).bands[1:])


def clusters(asked: Asked, lens: Lens | None) -> Clusters:
    """The projects asked for, in the cells of a grid."""
    sql, values = _query(asked, lens)
    key = (
        "map:" + sha256(repr((connection.settings_dict["NAME"], sql, values)).encode()).hexdigest()
    )
    kept: Clusters | None = cache.get(key)
    if kept is not None:
        return kept
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        cells = tuple(_cluster(row) for row in cursor.fetchall())
    bands = tuple(sum(cell.bands[band] for cell in cells) for band in Band.values)
    found = Clusters(cells, sum(cell.number for cell in cells), bands)
    if found.total > MANY:
        cache.set(key, found, KEPT_SECONDS)
    return found


def _cluster(row: Sequence[Any]) -> Cluster:
    number, mean, worst, latitude, longitude, west, south, east, north, project, *bands = row
    box = (west, south, east, north)
    return Cluster(number, tuple(bands), mean, worst, latitude, longitude, box, project)


_CELLS = """
SELECT count(*), avg(value), max(value), avg(latitude), avg(longitude),
    min(longitude), min(latitude), max(longitude), max(latitude), min(id), {bands}
FROM ({seen}) seen
{within}
GROUP BY floor((longitude + 180) / %s::float8), floor((latitude + 90) / %s::float8)
ORDER BY count(*) DESC, min(id)
"""


def _query(asked: Asked, lens: Lens | None) -> Sql:
    seen, values = seen_sql(asked, lens)
    counted = ", ".join(f"count(*) FILTER (WHERE band = {band:d})" for band in Band.values)
    within, wanted = ("", []) if asked.band is None else ("WHERE band = %s", [asked.band])
    sql = _CELLS.format(seen=seen, bands=counted, within=within)
    return sql, [*values, *wanted, asked.step, asked.step]


_SEEN = """
SELECT p.id, p.latitude, p.longitude, s.{node} AS value,
    CASE WHEN s.{node} IS NULL THEN 0 ELSE 1 + width_bucket(s.{node}, %s::float8[]) END AS band
FROM riskscore_project p
LEFT JOIN riskscore_score s ON s.project_id = p.id AND s.lens_id = %s
WHERE {chosen}
"""


def seen_sql(asked: Asked, lens: Lens | None) -> Sql:
    """The projects asked for, each once, with the score that colours them and its band."""
    chosen, values = chosen_sql(asked)
    node = asked.by if asked.by in NODES else NODES[0]
    sql = _SEEN.format(node=node, chosen=chosen)
    return sql, [list(starts(lens)), lens.pk if lens else None, *values]


def chosen_sql(asked: Asked) -> Sql:
    """What a project ``p`` must be, but for its band."""
    parts: list[Sql] = [("p.state = 'published'", []), *_within(asked)]
    if not asked.with_unranked:
        parts.append(("NOT p.flags && %s::varchar[]", [[str(f) for f in Project.UNRANKED]]))
    if asked.places is not None:
        parts.append(("p.place_id = ANY(%s)", [sorted(asked.places)]))
    for column, wanted in (("kind", asked.kind), ("status", asked.status)):
        if wanted:
            parts.append((f"p.{column} = %s", [wanted]))
    if asked.mineral:
        yields = "p.id IN (SELECT project_id FROM riskscore_projectmineral WHERE mineral_id = %s)"
        parts.append((yields, [asked.mineral]))
    return " AND ".join(sql for sql, _ in parts), [one for _, values in parts for one in values]


def _within(asked: Asked) -> list[Sql]:
    """The box; the whole world asks for nothing."""
    if asked.box == replace(asked.box, west=-180.0, south=-90.0, east=180.0, north=90.0):
        return []
    boxes = [("p.longitude BETWEEN %s AND %s", [one.west, one.east]) for one in asked.box.parts]
    lon = " OR ".join(sql for sql, _ in boxes)
    return [
        ("p.latitude BETWEEN %s AND %s", [asked.box.south, asked.box.north]),
        (f"({lon})", [value for _, values in boxes for value in values]),
    ]


def band_of(value: float | None, begins: Sequence[float]) -> Band:
    """The band of a score; ``begins`` are those of :func:`starts`."""
    return Band.of(value, [0.0, *begins])


def names(cells: Sequence[Cluster]) -> Mapping[int, str]:
    """The names of projects that stand alone in their cell."""
    alone = [cell.project for cell in cells if cell.number == 1]
    return dict(Project.objects.filter(pk__in=alone).values_list("pk", "name"))
