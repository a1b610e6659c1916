"""The same projects as rows, the worst first: for the keyboard, for screen readers, for paper."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from riskscore.admin.map.map_clusters import band_of, chosen_sql
from riskscore.admin.map.map_question import Asked
from riskscore.admin.ui import wording
from riskscore.curation import map_grid
from riskscore.curation.search.project_terms import tagged
from riskscore.models import Lens, Project
from riskscore.models.scores import NODES, Band

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A project as a line."""

    project: Project
    composite: str
    band: str
    look: str
    shown: str
    """The score that colours the map, where it is another one."""


@dataclass(frozen=True, slots=True)
class Rows:
    """One page, and where the next one begins ("": there is none)."""

    rows: list[Row]
    after: str


_SCORED = """
SELECT p.id, s.composite, s.{node} FROM riskscore_score s
JOIN riskscore_project p ON p.id = s.project_id
WHERE s.lens_id = %s AND {chosen} AND {within} AND {beyond}
ORDER BY s.composite DESC NULLS LAST, s.project_id LIMIT %s
"""
_UNSCORED = """
SELECT p.id, NULL::float8, NULL::float8 FROM riskscore_project p
WHERE {chosen} AND p.id > %s
    AND NOT EXISTS (SELECT FROM riskscore_score s WHERE s.project_id = p.id AND s.lens_id = %s)
ORDER BY p.id LIMIT %s
"""


def rows(asked: Asked, lens: Lens | None, after: str = "", most: int = PAGE) -> Rows:
    """A page of the projects asked for: by composite, then those not assessed, then those without a
    score. ``after`` is what the page before gave; anything else begins at the top."""
    kind, composite, last = _place(after)
    found: list[Any] = []
    if kind != "none" and lens is not None:
        found = _scored(asked, lens, (composite, last if kind else None), most)
    if len(found) <= most and asked.band in (None, 0):
        begin = last if kind == "none" else 0
        found += _unscored(asked, lens, begin, most + 1 - len(found))
    page, more = found[:most], len(found) > most
    return Rows(_rows(page, asked, lens), _mark(page[-1], lens) if more else "")


#: What is walked in the order of scores knows its minerals by itself.
YIELDS = "p.terms @@ %s::tsquery"
_WORST = """
SELECT p.id, s.composite, s.composite FROM riskscore_score s
JOIN riskscore_project p ON p.id = s.project_id
WHERE s.lens_id = %s AND {chosen} AND {yields} AND s.composite <= %s
ORDER BY s.composite DESC, s.project_id LIMIT %s
"""


def worst(asked: Asked, lens: Lens, most: int, at_most: float = 100.0) -> list[Row]:
    """The assessed projects with the highest composites. With ``at_most``, the highest that is
    known of them, those of others above it are not looked through."""
    chosen, values = chosen_sql(replace(asked, mineral=""))
    sql = _WORST.format(chosen=chosen, yields=YIELDS if asked.mineral else "TRUE")
    wanted = [tagged(mineral=asked.mineral)] if asked.mineral else []
    found = _all(sql, [lens.pk, *values, *wanted, at_most, most])
    return _rows(found, asked, lens)


def _place(after: str) -> tuple[str, float | None, int]:
    """Where to go on: ("", …) at the top, else the kind of row, its composite, its id."""
    kind, _, rest = after.partition(":")
    score, _, number = rest.partition(":")
    try:
        return (kind, float(score) if score else None, int(number)) if kind in _KINDS else _TOP
    except ValueError:
        return _TOP


_KINDS = ("by", "none")
_TOP = ("", None, 0)


def _mark(row: Any, lens: Lens | None) -> str:
    number, composite, _ = row
    scored = lens is not None and lens_has(number, lens)
    return (
        f"by:{'' if composite is None else repr(composite)}:{number}"
        if scored
        else (f"none::{number}")
    )


def lens_has(project: int, lens: Lens) -> bool:
    """Whether a project is scored through a lens."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM riskscore_score WHERE project_id = %s AND lens_id = %s)",
            [project, lens.pk],
        )
        return bool(cursor.fetchone()[0])


def _scored(
    asked: Asked, lens: Lens, after: tuple[float | None, int | None], most: int
) -> list[Any]:
    node = asked.by if asked.by in NODES else NODES[0]
    chosen, values = chosen_sql(asked)
    within, wanted = _in_band(node, asked.band, lens)
    beyond, begin = _beyond(*after)
    sql = _SCORED.format(node=node, chosen=chosen, within=within, beyond=beyond)
    return _all(sql, [lens.pk, *values, *wanted, *begin, most + 1])


def _in_band(node: str, band: int | None, lens: Lens) -> tuple[str, list[Any]]:
    """That a score lies in a band, as a range, which an index over scores answers."""
    if band is None:
        return "TRUE", []
    if band == Band.NOT_ASSESSED:
        return f"s.{node} IS NULL", []
    edges: list[float | None] = [None, *map_grid.starts(lens), None]
    sides = ((">=", edges[band - 1]), ("<", edges[band]))
    parts = [(f"s.{node} {sign} %s", edge) for sign, edge in sides if edge is not None]
    return " AND ".join(sql for sql, _ in parts), [edge for _, edge in parts]


def _beyond(composite: float | None, last: int | None) -> tuple[str, list[Any]]:
    """What comes after a row in the order by composite, nothing last, then by id."""
    if last is None:
        return "TRUE", []
    if composite is None:
        return "s.composite IS NULL AND s.project_id > %s", [last]
    beyond = "(s.composite < %s OR (s.composite = %s AND s.project_id > %s) OR s.composite IS NULL)"
    return beyond, [composite, composite, last]


def _unscored(asked: Asked, lens: Lens | None, last: int, most: int) -> list[Any]:
    chosen, values = chosen_sql(asked)
    sql = _UNSCORED.format(chosen=chosen)
    return _all(sql, [*values, last, lens.pk if lens else None, most])


def _all(sql: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[Any] = cursor.fetchall()
        return found


def _rows(page: list[Any], asked: Asked, lens: Lens | None) -> list[Row]:
    ids = [number for number, *_ in page]
    projects: Mapping[int, Project] = (
        Project.objects.select_related("place").prefetch_related("minerals__mineral").in_bulk(ids)
    )
    begins = map_grid.starts(lens)
    return [
        Row(
            projects[number],
            wording.points(composite),
            band_of(value, begins).label,
            wording.band_class(band_of(value, begins)),
            "" if asked.by == NODES[0] else wording.points(value),
        )
        for number, composite, value in page
        if number in projects
    ]
