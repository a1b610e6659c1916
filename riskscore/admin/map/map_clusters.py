"""Projects on the map, counted in the cells of a grid by the database.

Every project that is asked for is in exactly one cell, whatever the zoom; what an answer costs is
bounded by the box (the database reads the projects within it, from an index alone) and by the
number of cells, never by how many projects there are elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db import connection

from riskscore.admin.map.map_question import WORLD, Asked
from riskscore.curation import map_grid
from riskscore.curation.map_grid import starts
from riskscore.models import Lens, MapGrid, Project
from riskscore.models.scores import NODES, Band

#: An answer about more projects than this is kept for a while by the process: it takes tenths of
#: seconds, and everybody who opens the map asks for it.
MANY = 100_000
KEPT_SECONDS = 60
NORTH, EAST = WORLD.north, WORLD.east
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
    counted_at: datetime | None = None
    """Where there are many projects: when they were counted."""


def clusters(asked: Asked, lens: Lens | None) -> Clusters:
    """The projects asked for, in the cells of a grid."""
    asked = replace(asked, box=asked.box.in_cells(asked.step))
    grid = _grid(asked, lens)
    sql, values = _query(asked, lens) if grid is None else _kept(asked, grid)
    question = repr((connection.settings_dict["NAME"], sql, values, grid and grid.counted_at))
    key = f"map:{sha256(question.encode()).hexdigest()}"
    kept: Clusters | None = cache.get(key)
    if kept is not None:
        return kept
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        cells = tuple(_cluster(row) for row in cursor.fetchall())
    bands = tuple(sum(cell.bands[band] for cell in cells) for band in Band.values)
    counted_at = None if grid is None else grid.counted_at
    found = Clusters(cells, sum(cell.number for cell in cells), bands, counted_at)
    if found.total > MANY:
        cache.set(key, found, KEPT_SECONDS)
    return found


def _grid(asked: Asked, lens: Lens | None) -> MapGrid | None:
    """The kept counts, where there are some that answer: not from very near."""
    if lens is None or asked.step < map_grid.STEP:
        return None
    return MapGrid.objects.filter(lens=lens).first()


def _cluster(row: Sequence[Any]) -> Cluster:
    number, mean, worst, latitude, longitude, west, south, east, north, project, *bands = row
    box = (west, south, east, north)
    return Cluster(number, tuple(bands), mean, worst, latitude, longitude, box, project)


_KEPT = """
SELECT sum(number)::int, sum(sums[%(node)s]) / nullif(sum(known[%(node)s]), 0),
    max(worst[%(node)s]), sum(latitudes) / sum(number), sum(longitudes) / sum(number),
    min(west), min(south), max(east), max(north), min(first), {bands}
FROM riskscore_mapcell
WHERE grid_id = %(grid)s AND mineral = %(mineral)s AND node = %(counted)s {chosen}
GROUP BY floor(x / %(cells)s), floor(y / %(cells)s)
ORDER BY 1 DESC, min(first)
"""


def _kept(asked: Asked, grid: MapGrid) -> tuple[str, dict[str, Any]]:
    """The same from the kept counts. A cell is made of whole kept ones: steps are halves."""
    at = NODES.index(asked.by) + 1
    bands = ", ".join(f"sum(bands[{5 * (at - 1) + band + 1}])::int" for band in Band.values)
    box = asked.box
    values: dict[str, Any] = {
        "node": at, "grid": grid.pk, "mineral": asked.mineral,
        "counted": "" if asked.band is None else asked.by, "band": asked.band,
        "cells": asked.step / map_grid.STEP, "kind": asked.kind, "status": asked.status,
        "places": None if asked.places is None else sorted(asked.places),
        "south": (box.south + 90) / map_grid.STEP, "north": (box.north + 90) / map_grid.STEP,
    }  # fmt: skip
    chosen = [
        "band = %(band)s" if asked.band is not None else "",
        "NOT unranked" if not asked.with_unranked else "",
        "place = ANY(%(places)s)" if asked.places is not None else "",
        "kind = %(kind)s" if asked.kind else "",
        "status = %(status)s" if asked.status else "",
    ]
    if box != WORLD:
        chosen += ["y >= %(south)s", "y < %(north)s" if box.north < NORTH else ""]
        spans = []
        for number, one in enumerate(box.parts):
            values |= {
                f"west{number}": (one.west + 180) / map_grid.STEP,
                f"east{number}": (one.east + 180) / map_grid.STEP,
            }
            until = f" AND x < %(east{number})s" if one.east < EAST else ""
            spans.append(f"(x >= %(west{number})s{until})")
        chosen.append(f"({' OR '.join(spans)})")
    told = "".join(f" AND {part}" for part in chosen if part)
    return _KEPT.format(bands=bands, chosen=told), values


_CELLS = """
SELECT count(*), avg(value), max(value), avg(latitude), avg(longitude),
    min(longitude), min(latitude), max(longitude), max(latitude), min(id), {bands}
FROM ({seen}) seen
{within}
GROUP BY floor((longitude + 180) / %s::float8), floor((latitude + 90) / %s::float8)
ORDER BY count(*) DESC, min(id)
"""


def _query(asked: Asked, lens: Lens | None) -> tuple[str, Any]:
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
    """The box, its upper edges not included; the whole world asks for nothing."""
    box = asked.box
    if box == WORLD:
        return []
    parts: list[Sql] = [("p.latitude >= %s", [box.south])]
    if box.north < NORTH:
        parts.append(("p.latitude < %s", [box.north]))
    spans: list[Sql] = [
        ("(p.longitude >= %s AND p.longitude < %s)", [one.west, one.east])
        if one.east < EAST
        else ("p.longitude >= %s", [one.west])
        for one in box.parts
    ]
    lon = " OR ".join(sql for sql, _ in spans)
    return [*parts, (f"({lon})", [value for _, values in spans for value in values])]


def band_of(value: float | None, begins: Sequence[float]) -> Band:
    """The band of a score; ``begins`` are those of :func:`starts`."""
    return Band.of(value, [0.0, *begins])


def names(cells: Sequence[Cluster]) -> Mapping[int, str]:
    """The names of projects that stand alone in their cell."""
    alone = [cell.project for cell in cells if cell.number == 1]
    return dict(Project.objects.filter(pk__in=alone).values_list("pk", "name"))
