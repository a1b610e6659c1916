"""The counts that a map of many projects and the matrix read, kept by the workers.

With few projects nothing is kept and maps count for themselves. The counts come from the tables
alone and are made anew as a whole, so they can be late but never drift.
"""

from datetime import datetime
from time import perf_counter

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from riskscore.curation import cell_counts
from riskscore.curation.cell_counts import BAND_OF, each_node
from riskscore.engine.method import Method as Specification
from riskscore.models import Lens, MapCell, MapGrid, Project
from riskscore.models.methods import scoring_method
from riskscore.models.scores import NODES, Band

#: Up to so many projects a map counts for itself, in tenths of a second.
MANY = 50_000
#: The side of a kept cell in degrees: that of zoom 6. Wider cells are made of whole ones.
STEP = 90.0 / 2**6
#: Counting takes at most this share of a worker's time, and rests so long at least.
SHARE = 0.2
REST_S = 60.0
GRID_LOCK = 0x7269736B_0016


def keep_due() -> bool:
    """Count anew where something has changed since; whether that was done. One worker at a time."""
    lens = kept_lens()
    if lens is None:
        return False
    if not are_many():
        MapGrid.objects.all().delete()
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [GRID_LOCK])
        if not cursor.fetchone()[0] or not _is_due(lens):
            return False
        keep(lens)
    return True


def kept_lens() -> Lens | None:
    """The lens whose scores pages show."""
    return Lens.objects.filter(method_code=settings.DEFAULT_METHOD, importer="WLD").first()


def are_many() -> bool:
    """Whether there are too many projects to count at each look."""
    return _estimate() > MANY


def _estimate() -> int:
    """How many projects there are, as the planner thinks: without counting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'riskscore_project'::regclass")
        return int(cursor.fetchone()[0])


def _is_due(lens: Lens) -> bool:
    grid = MapGrid.objects.filter(lens=lens).first()
    if grid is None or not grid.matrix.exists():
        return True
    return is_over(grid.counted_at, grid.took_s) and grid.seen != changes()


def is_over(counted_at: datetime, took_s: float) -> bool:
    """Whether the rest is over that a count of such a length asks for.

    What was counted at a moment that has not come is over: the clock was set back since.
    """
    rest = max(REST_S, took_s / SHARE)
    return not 0 <= (timezone.now() - counted_at).total_seconds() <= rest


def changes() -> int:
    """Rows that were written in the tables of the map, as the database's own statistics count."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return int(cursor.fetchone()[0] or 0)


def keep(lens: Lens) -> None:
    """Count all projects through a lens, in place of what was kept."""
    seen, now, began = changes(), timezone.now(), perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        MapCell.objects.filter(grid=lens.pk).delete()
        grid, _ = MapGrid.objects.update_or_create(
            lens=lens, defaults={"counted_at": now, "took_s": 0.0, "seen": seen}
        )
        cursor.execute("SET LOCAL work_mem = '128MB'")
        unranked = [str(flag) for flag in Project.UNRANKED]
        begins = [list(starts(lens))] * len(NODES)
        cursor.execute(_COUNT, [unranked, STEP, STEP, *begins, lens.pk, lens.pk])
        cell_counts.keep(grid)
        grid.took_s = perf_counter() - began
        grid.save(update_fields=["took_s"])
        cursor.execute("ANALYZE riskscore_mapcell")


def starts(lens: Lens | None) -> tuple[float, ...]:
    """Where the bands but the lowest start, by the method in force; the usual ones before any."""
    method = scoring_method(lens.method_code) if lens else None
    if method is None:
        return (25.0, 50.0, 75.0)
    return tuple(band.start for band in Specification.from_dict(method.spec).bands[1:])


_WRITTEN = """
SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables
WHERE relname IN ('riskscore_project', 'riskscore_score', 'riskscore_projectmineral')
"""


def _where_by_band(then: str) -> str:
    """What is written in the rows that count the projects of one band of a node."""
    whens = (f"WHEN GROUPING(band_{node}) = 0 THEN {then}" for node in NODES)
    return " ".join(when.format(node=node) for when, node in zip(whens, NODES, strict=True))


_EACH_BAND = ", ".join(f"band_{node}" for node in NODES)
_IN_BANDS = ", ".join(
    f"coalesce(sum(number) FILTER (WHERE band_{node} = {band:d}), 0)::int"
    for node in NODES
    for band in Band.values
)
_OF_NODES = ", ".join(
    f"count({node}) AS known_{node}, sum({node}) AS sum_{node}, max({node}) AS worst_{node}"
    for node in NODES
)
#: All projects are gone through once, for the finest groups; the rows are sums of those.
_COUNT = f"""
WITH placed AS MATERIALIZED (
    SELECT id, place_id, kind, status, latitude, longitude,
        flags && %s::varchar[] AS unranked,
        floor((longitude + 180) / %s::float8)::int AS x,
        floor((latitude + 90) / %s::float8)::int AS y
    FROM riskscore_project WHERE state = 'published'
), yields AS (
    SELECT id AS project_id, '' AS mineral_id FROM placed
    UNION ALL SELECT project_id, mineral_id FROM riskscore_projectmineral
), finest AS MATERIALIZED (
    SELECT mineral_id, place_id, kind, status, unranked, x, y, {_EACH_BAND},
        count(*) AS number, min(id) AS first, sum(latitude) AS latitudes,
        sum(longitude) AS longitudes, min(longitude) AS west, min(latitude) AS south,
        max(longitude) AS east, max(latitude) AS north, {_OF_NODES}
    FROM (
        SELECT p.*, y.mineral_id, {", ".join(f"s.{node}" for node in NODES)}, {BAND_OF}
        FROM yields y JOIN placed p ON p.id = y.project_id
        LEFT JOIN riskscore_score s ON s.project_id = p.id AND s.lens_id = %s
    ) each
    GROUP BY mineral_id, place_id, kind, status, unranked, x, y, {_EACH_BAND}
)
INSERT INTO riskscore_mapcell (grid_id, node, band, mineral, place, kind, status, unranked, x, y,
    number, first, latitudes, longitudes, west, south, east, north, known, sums, worst, bands)
SELECT %s::bigint, CASE {_where_by_band("'{node}'")} ELSE '' END,
    CASE {_where_by_band("band_{node}")} END,
    mineral_id, place_id, kind, status, unranked, x, y, sum(number), min(first),
    sum(latitudes), sum(longitudes), min(west), min(south), max(east), max(north),
    {each_node("sum(known_{node})::int")}, {each_node("sum(sum_{node})")},
    {each_node("max(worst_{node})")}, ARRAY[{_IN_BANDS}]
FROM finest
GROUP BY mineral_id, place_id, kind, status, unranked, x, y,
    GROUPING SETS ((), {", ".join(f"(band_{node})" for node in NODES)})
"""  # noqa: S608 - names of nodes only
