"""Projects and their scores by mineral and place: as kept with the map, or else counted now.

Only ranked projects count: published, each site once, and with a known output. With few projects
the database counts in tenths of a second; with many the workers keep the counts, in the same
transaction as those of the map, and pages say when they were made.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from riskscore.models import Lens, MapGrid, MatrixCell, Project
from riskscore.models.scores import NODES, Band

#: The mineral of the rows that count each project once, whatever it yields.
ANY = ""


def each_node(text: str) -> str:
    """An array with one entry per node, as SQL."""
    return "ARRAY[" + ", ".join(text.format(node=node) for node in NODES) + "]"


#: Five counts per node, by band, of rows that have ``BAND_OF``. Parameters: where the bands start,
#: per node.
BANDS = ", ".join(
    f"count(*) FILTER (WHERE band_{node} = {band})" for node in NODES for band in range(5)
)
BAND_OF = ", ".join(
    f"CASE WHEN s.{node} IS NULL THEN 0 ELSE 1 + width_bucket(s.{node}, %s::float8[]) END"
    f" AS band_{node}"
    for node in NODES
)


@dataclass(frozen=True, slots=True)
class Cell:
    """The projects of one place and mineral. Tuples have one entry per node of NODES, ``bands``
    five of them; None where nothing is assessed."""

    mineral: str
    place: str
    number: int
    known: Sequence[int]
    sums: Sequence[float | None]
    medians: Sequence[float | None]
    worst: Sequence[float | None]
    bands: Sequence[int]

    def mean(self, node: int) -> float | None:
        """The mean of the projects that are assessed on a node."""
        total = self.sums[node]
        return None if total is None or not self.known[node] else total / self.known[node]


@dataclass(frozen=True, slots=True)
class Counts:
    """Cells, in no order; ``counted_at`` says when, None: just now."""

    cells: list[Cell]
    counted_at: datetime | None


def counts(
    lens: Lens | None,
    begins: Sequence[float],
    *,
    minerals: Collection[str] | None = None,
    places: Collection[str] | None = None,
) -> Counts:
    """The counts of some minerals and places (None: all). ``begins``: where the bands but the
    lowest start."""
    grid = None if lens is None else MapGrid.objects.filter(lens=lens).first()
    if grid is None:
        return Counts(_counted(lens, begins, minerals, places), None)
    kept = MatrixCell.objects.filter(grid=grid)
    if minerals is not None:
        kept = kept.filter(mineral__in=minerals)
    if places is not None:
        kept = kept.filter(place__in=places)
    columns = ("mineral", "place", "number", "known", "sums", "medians", "worst", "bands")
    return Counts([Cell(*row) for row in kept.values_list(*columns)], grid.counted_at)


def together(cells: Collection[Cell]) -> Cell:
    """Cells without a project in common as one; its medians are not known."""
    nodes = range(len(NODES))
    known = [sum(cell.known[node] for cell in cells) for node in nodes]
    sums = [_sum([cell.sums[node] for cell in cells]) for node in nodes]
    worst = [
        max((cell.worst[node] or 0.0 for cell in cells if cell.known[node]), default=None)
        for node in nodes
    ]
    bands = [sum(cell.bands[at] for cell in cells) for at in range(len(NODES) * len(Band))]
    number = sum(cell.number for cell in cells)
    return Cell(ANY, "", number, known, sums, [None] * len(NODES), worst, bands)


def _sum(values: Collection[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def keep(grid: MapGrid) -> None:
    """Join the cells of the map, just counted, by mineral and place, in place of what was kept.

    Only medians need the projects again; those of places over all minerals are not kept.
    """
    MatrixCell.objects.filter(grid=grid).delete()
    unranked = [str(flag) for flag in Project.UNRANKED]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [grid.lens_id, unranked, grid.pk, grid.pk])
        cursor.execute("ANALYZE riskscore_matrixcell")


_SUMMED = {"known": "sum", "sums": "sum", "worst": "max"}
_JOINED = ", ".join(
    "ARRAY[" + ", ".join(f"{how}({name}[{at}])" for at in range(1, len(NODES) + 1)) + "]"
    for name, how in _SUMMED.items()
)
_KEEP = f"""
WITH medians AS (
    SELECT y.mineral_id, p.place_id,
        {each_node("percentile_cont(0.5) WITHIN GROUP (ORDER BY s.{node})")} AS medians
    FROM riskscore_score s JOIN riskscore_project p ON p.id = s.project_id
    JOIN riskscore_projectmineral y ON y.project_id = p.id
    WHERE s.lens_id = %s AND p.state = 'published' AND NOT p.flags && %s::varchar[]
    GROUP BY y.mineral_id, p.place_id
), joined AS (
    SELECT mineral, place, sum(number) AS number, {_JOINED},
        ARRAY[{", ".join(f"sum(bands[{at + 1}])" for at in range(5 * len(NODES)))}] AS bands
    FROM riskscore_mapcell WHERE grid_id = %s AND node = '' AND NOT unranked GROUP BY mineral, place
)
INSERT INTO riskscore_matrixcell
    (mineral, place, number, known, sums, worst, bands, grid_id, medians)
SELECT j.*, %s::bigint, coalesce(m.medians, array_fill(NULL::float8, ARRAY[{len(NODES)}]))
FROM joined j LEFT JOIN medians m ON m.mineral_id = j.mineral AND m.place_id = j.place
"""  # noqa: S608 - names of nodes only


def _counted(
    lens: Lens | None,
    begins: Sequence[float],
    minerals: Collection[str] | None,
    places: Collection[str] | None,
) -> list[Cell]:
    sql, values = _sql(lens.pk if lens else None, begins, minerals, places)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Cell(*row) for row in cursor.fetchall()]


_COUNT = f"""
WITH placed AS (
    SELECT id, place_id FROM riskscore_project
    WHERE state = 'published' AND NOT flags && %s::varchar[] {{places}}
), yields AS (
    SELECT id, place_id, '' AS mineral_id FROM placed WHERE {{any}}
    UNION ALL
    SELECT p.id, p.place_id, y.mineral_id FROM placed p
    JOIN riskscore_projectmineral y ON y.project_id = p.id {{minerals}}
)
SELECT mineral_id, place_id, count(*), {each_node("count({node})")}, {each_node("sum({node})")},
    {each_node("percentile_cont(0.5) WITHIN GROUP (ORDER BY {node})")},
    {each_node("max({node})")}, ARRAY[{BANDS}]
FROM (
    SELECT y.*, {", ".join(f"s.{node}" for node in NODES)}, {BAND_OF}
    FROM yields y LEFT JOIN riskscore_score s ON s.project_id = y.id AND s.lens_id = %s
) each
GROUP BY mineral_id, place_id
"""  # noqa: S608 - names of nodes only


def _sql(
    lens: int | None,
    begins: Sequence[float],
    minerals: Collection[str] | None,
    places: Collection[str] | None,
) -> tuple[str, list[Any]]:
    unranked = [str(flag) for flag in Project.UNRANKED]
    values: list[Any] = [unranked]
    if places is not None:
        values.append(sorted(places))
    if minerals is not None:
        values.append(sorted(minerals))
    sql = _COUNT.format(
        places="" if places is None else "AND place_id = ANY(%s)",
        minerals="" if minerals is None else "AND y.mineral_id = ANY(%s)",
        any="TRUE" if minerals is None or ANY in minerals else "FALSE",
    )
    return sql, [*values, *[list(begins)] * len(NODES), lens]
