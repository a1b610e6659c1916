"""The tables that leave as files and as changes: current scores, projects, statements of evidence.

Each is a table of columns with what makes them in SQL, so that a million rows pass through without
a model instance. Names are those of the API's CSV.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from riskscore.models import Export, Lens
from riskscore.models.scores import NODES, Band
from riskscore.sources.written.typed_columns import Column, Kind

TEXT, TEXTS, NUMBER, WHOLE, FLAG, DAY, MOMENT = (
    Kind.TEXT, Kind.TEXTS, Kind.NUMBER, Kind.WHOLE, Kind.FLAG, Kind.DAY, Kind.MOMENT,
)  # fmt: skip
#: Rows that are fetched at a time.
FETCHED = 2_000


@dataclass(frozen=True, slots=True)
class Made:
    """A column, and the SQL that makes it."""

    column: Column
    sql: str


@dataclass(frozen=True, slots=True)
class ExtractTable:
    """Columns, where they come from, and the number of the row that they are of.

    ``of_lens``: whether the rows are those of one buyer's view.
    """

    made: tuple[Made, ...]
    source: str
    number: str
    order: str
    of_lens: bool = False

    @property
    def columns(self) -> list[Column]:
        """Its columns, in order."""
        return [one.column for one in self.made]


def _made(name: str, kind: Kind, sql: str, about: str) -> Made:
    return Made(Column(name, kind, about), sql)


_BANDS = " ".join(f"WHEN {band.value} THEN '{band.label}'" for band in Band)
_MINERALS = (
    "ARRAY(SELECT pm.mineral_id FROM riskscore_projectmineral pm WHERE pm.project_id = p.id"
    " ORDER BY array_position('{primary,secondary,other}'::varchar[], pm.role), pm.mineral_id)"
)
_SITE = (
    _made("key", TEXT, "p.key", "Public key of the project, stable for ever."),
    _made("name", TEXT, "p.name", "Name of the project."),
    _made("place", TEXT, "p.place_id", "Country, ISO 3166 alpha-3."),
    _made("place_name", TEXT, "pl.name", "Name of the country."),
    _made("kind", TEXT, "p.kind", "Kind of site."),
    _made("minerals", TEXTS, _MINERALS, "Codes of its minerals, the primary first."),
    _made("flags", TEXTS, "p.flags", "What to know about it."),
    _made("latitude", NUMBER, "p.latitude", "Degrees north, WGS 84."),
    _made("longitude", NUMBER, "p.longitude", "Degrees east, WGS 84."),
)
_PER_NODE = {
    "context": ("context", "value of what is known"),
    "low": ("node_low", "score if all that is unknown were best"),
    "high": ("node_high", "score if all that is unknown were worst"),
    "coverage": ("node_coverage", "share of the weight that is known, 0 to 1"),
    "residual": ("residual", "score after controls on record"),
}
_SITES = "riskscore_project p JOIN riskscore_place pl ON pl.code = p.place_id"
SCORES = ExtractTable(
    made=(
        *_SITE,
        _made("composite", NUMBER, "s.composite", "0 to 100; empty: not assessed."),
        _made("band", TEXT, f"CASE s.band {_BANDS} END", "low, moderate, high, extreme."),
        *(_made(node, NUMBER, f"s.{node}", f"{node}: 0 to 100.") for node in NODES[1:]),
        _made("coverage", NUMBER, "s.coverage", "Share of the weight that is known, 0 to 1."),
        _made("interval_low", NUMBER, "s.interval_low", "5 % quantile of the composite."),
        _made("interval_high", NUMBER, "s.interval_high", "95 % quantile of the composite."),
        *(
            _made(f"{node}_{name}", NUMBER, f"NULLIF(s.{column}[{at}], 'NaN')", f"{node}: {about}.")
            for at, node in enumerate(NODES, 1)
            for name, (column, about) in _PER_NODE.items()
        ),
        _made("importer", TEXT, "l.importer_id", "The buyer's place; WLD is nobody."),
        _made("method", TEXT, "l.method_code", "Code of the method."),
        _made("method_version", WHOLE, "m.version", "Version of the method."),
        _made("as_of", DAY, "s.as_of", "The day that the facts describe."),
        _made("edition", WHOLE, "s.edition", "What had been recorded by then."),
        _made("input_version", WHOLE, "s.input_version", "The version that was scored."),
        _made("computed_at", MOMENT, "s.computed_at", "When it was computed."),
        _made("job", TEXT, "s.job_id::text", "Id of the job that computed it."),
        _made("stale", FLAG, "p.input_version > s.input_version", "The project has changed since."),
    ),
    source=f"riskscore_score s JOIN {_SITES} ON p.id = s.project_id"
    " JOIN riskscore_lens l ON l.id = s.lens_id JOIN riskscore_method m ON m.id = s.method_id",
    number="s.id",
    order="s.project_id",
    of_lens=True,
)
PROJECTS = ExtractTable(
    made=(
        *_SITE,
        _made("stage", TEXT, "p.stage", "Stage, as its publisher states it."),
        _made("status", TEXT, "p.status", "The newest status on file."),
        _made("status_since", DAY, "p.status_since", "Since when."),
        _made("duplicate_of", TEXT, "d.key", "The project that stands for the same site."),
        _made("confidence", TEXT, "p.confidence", "The publisher's word on the location."),
        _made("release", TEXT, "r.code", "Code of its release."),
        _made("source_id", TEXT, "p.source_id", "Its number at the publisher."),
        _made("input_version", WHOLE, "p.input_version", "Rises with what a score can see."),
        _made("updated_at", MOMENT, "p.updated_at", "When it changed last."),
    ),
    source=f"{_SITES} LEFT JOIN riskscore_project d ON d.id = p.duplicate_of_id"
    " LEFT JOIN riskscore_release r ON r.id = p.release_id",
    number="p.id",
    order="p.id",
)
EVENTS = ExtractTable(
    made=(
        _made("id", WHOLE, "v.id", "Number of the statement."),
        *_SITE[:2],
        _made("kind", TEXT, "v.kind", "What it is about."),
        _made("level", TEXT, "v.level", "Stage of consent, or level of certification."),
        _made("happened_on", DAY, "v.happened_on", "The day it happened."),
        _made("expires_on", DAY, "v.expires_on", "Last day on which it counts, if stated."),
        _made("severity", NUMBER, "v.severity", "0..1: how grave among its kind."),
        _made("reach", TEXT, "v.reach", "How far an incident was felt."),
        _made("reference", TEXT, "v.reference", "What its source calls it."),
        _made("credibility", NUMBER, "v.credibility", "0..1: how far it can be believed."),
        _made("status", TEXT, "v.status", "A retracted one does not count."),
        _made("self_disclosed", FLAG, "v.self_disclosed", "Only the project itself states it."),
        _made("url", TEXT, "v.url", "Where it can be read."),
        _made("note", TEXT, "v.note", "A curator's note."),
        _made("release", TEXT, "r.code", "Code of its release."),
        _made("supersedes", WHOLE, "v.supersedes_id", "The version that it replaces."),
        _made("edition", WHOLE, "v.edition_id", "When it was recorded."),
        *_SITE[-2:],
    ),
    source=f"riskscore_evidence v JOIN {_SITES} ON p.id = v.project_id"
    " LEFT JOIN riskscore_release r ON r.id = v.release_id",
    number="v.id",
    order="v.id",
)
TABLES: Mapping[str, ExtractTable] = {
    Export.What.SCORES: SCORES, Export.What.PROJECTS: PROJECTS, Export.What.EVENTS: EVENTS,
}  # fmt: skip
#: Of statements, the newest version: no other takes its place.
CURRENT = "NOT EXISTS (SELECT FROM riskscore_evidence n WHERE n.supersedes_id = v.id)"
_ONLY = {Export.What.SCORES: "s.lens_id = %s", Export.What.EVENTS: CURRENT}


def of_numbers(what: str, numbers: Collection[int]) -> dict[int, dict[str, Any]]:
    """Rows of a table by their numbers."""
    table = TABLES[what]
    only = f"{table.number} = ANY(%s)"
    sql = f"SELECT {table.number}, {_chosen(table)} FROM {table.source} WHERE {only}"  # noqa: S608 - our own words
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(numbers)])
        return {number: _row(table, cells) for number, *cells in cursor.fetchall()}


def all_rows(
    what: str, lens: Lens, projects: tuple[str, Sequence[Any]]
) -> Iterator[dict[str, Any]]:
    """Every row of a table that is about some projects, in the order of their numbers.

    ``projects`` is a query for their ids, with its parameters. Rows are fetched as they are asked
    for: call it in a transaction, and take them in it.
    """
    table = TABLES[what]
    ids, params = projects
    only = " AND ".join(filter(None, [f"p.id IN ({ids})", _ONLY.get(Export.What(what))]))
    sql = f"SELECT {_chosen(table)} FROM {table.source} WHERE {only} ORDER BY {table.order}"  # noqa: S608 - our own words
    values = [*params, *([lens.pk] if table.of_lens else [])]
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while part := cursor.fetchmany(FETCHED):
            for cells in part:
                yield _row(table, cells)


def _chosen(table: ExtractTable) -> str:
    return ", ".join(one.sql for one in table.made)


def _row(table: ExtractTable, cells: Sequence[Any]) -> dict[str, Any]:
    return {one.column.name: cell for one, cell in zip(table.made, cells, strict=True)}
