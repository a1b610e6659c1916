"""The tables of the bundle (:mod:`riskscore.bundle.layout`) read, validated and written.

``read(directory)`` checks the small tables at once and returns a :class:`Bundle`, whose
observations are read one release at a time. Every fault is one BadFile that names the file, the
row, the column, the value and what to do; row 1 is the header.
"""

import csv
import gzip
import io
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from riskscore.bundle import cells
from riskscore.bundle.cells import Column, written
from riskscore.bundle.facts_layout import CAPACITIES, FACTS, Capacity, Incident, Status
from riskscore.bundle.fixture_rows import (
    Locality,
    Mineral,
    Place,
    PlaceMember,
    Project,
    ProjectMineral,
    Release,
)
from riskscore.bundle.layout import (
    EXPORT,
    EXPORTS_SOURCE,
    HS6_SEPARATOR,
    LOCALITIES,
    MINERALS,
    OBSERVATION,
    OWNERS_SOURCE,
    PLACE_MEMBERS,
    PLACES,
    PROJECT_MINERALS,
    PROJECTS,
    RELEASES,
    SMALL,
    Table,
    exports_file,
    observations_file,
)
from riskscore.sources.bad_file import BadFile
from riskscore.sources.coded_observations import CodedObservation
from riskscore.sources.figure_stages import stage_of
from riskscore.sources.readers.delimited import delimited_rows, wrong_width
from riskscore.sources.source_records import ExportRecord
from riskscore.sources.tables.observations import QUALITIES

__all__ = ["RELEASES", "Bundle", "bad_cell", "check_known", "read", "rows_of", "write"]

TABLES = (*SMALL, *FACTS)
REBUILD = "Restore the file, or make the bundle again: python manage.py bundle --from DIR."


@dataclass(frozen=True)
class Bundle:
    """A validated bundle. Small tables are here; observations are read when asked for."""

    directory: Path
    releases: tuple[Release, ...]
    places: tuple[Place, ...]
    place_members: tuple[PlaceMember, ...]
    minerals: tuple[Mineral, ...]
    localities: tuple[Locality, ...]
    projects: tuple[Project, ...]
    project_minerals: tuple[ProjectMineral, ...]
    events: tuple[Incident, ...]
    statuses: tuple[Status, ...]
    capacities: tuple[Capacity, ...]

    @cached_property
    def observed(self) -> tuple[str, ...]:
        """The codes of the releases that have observations, in the order of releases.csv: all
        that give no sites, no localities, no owners and nothing to the table of places."""
        others = {project.release for project in self.projects}
        others |= {locality.release for locality in self.localities}
        others |= {code for place in self.places for code in place.source.split(cells.SEPARATOR)}
        others |= {*self.traded, *(event.release for event in self.events)}
        others |= {row.code for row in self.releases if row.source == OWNERS_SOURCE}
        return tuple(row.code for row in self.releases if row.code not in others)

    @property
    def facts(self) -> Iterator[tuple[Table, Sequence[Any]]]:
        """The tables of facts about projects, with their rows."""
        yield from zip(FACTS, (self.events, self.statuses, self.capacities), strict=True)

    @cached_property
    def traded(self) -> tuple[str, ...]:
        """The codes of the releases that are panels of exports."""
        return tuple(row.code for row in self.releases if row.source == EXPORTS_SOURCE)

    @cached_property
    def place_codes(self) -> frozenset[str]:
        """Every known place, groups included."""
        return frozenset(place.code for place in self.places)

    @cached_property
    def mineral_codes(self) -> frozenset[str]:
        """Every known mineral."""
        return frozenset(mineral.code for mineral in self.minerals)

    def observations(self, release: str) -> Iterator[CodedObservation]:
        """The observations of one release, one by one; BadFile at the first fault.

        The whole file is read and counted: fewer rows than releases.csv says is a fault too.
        """
        file = observations_file(release)
        count = 0
        for result in _observations(self.directory, file, self.place_codes, self.mineral_codes):
            count += 1
            yield result
        self._check_count(release, file, count)

    def exports(self, release: str) -> Iterator[ExportRecord]:
        """The exports of one release, one by one; BadFile as for observations."""
        file = exports_file(release)
        count = 0
        for result in rows_of(self.directory, replace(EXPORT, file=file)):
            if not isinstance(result, ExportRecord) or result.place not in self.place_codes:
                raise BadFile(
                    "an unknown place",
                    file=file,
                    row=count + 2,
                    column="place",
                    value=result[1],
                    remedy=f"Add it to {PLACES.file}, or correct it.",
                )
            count += 1
            yield result
        self._check_count(release, file, count)

    def _check_count(self, release: str, file: str, count: int) -> None:
        stated = next((row.rows for row in self.releases if row.code == release), None)
        if stated != count:
            raise BadFile(
                f"it holds {count} rows where {RELEASES.file} says {stated}",
                file=file,
                remedy=REBUILD,
            )


def read(directory: Path) -> Bundle:
    """Read and validate every small table, and what refers from one to another."""
    result: dict[str, Any] = {table.file: tuple(rows_of(directory, table)) for table in TABLES}
    bundle = Bundle(directory, *(result[table.file] for table in TABLES))
    _check_references(bundle)
    for file, codes in ((observations_file, bundle.observed), (exports_file, bundle.traded)):
        expected = {directory / file(code) for code in codes}
        for stray in sorted({*directory.glob(file("*"))} - expected):
            raise BadFile(
                f"no release of {RELEASES.file} has these rows",
                file=str(stray.relative_to(directory)),
                remedy=REBUILD,
            )
    return bundle


def _check_references(bundle: Bundle) -> None:
    releases = frozenset(release.code for release in bundle.releases)
    projects = frozenset(project.key for project in bundle.projects)
    groups = frozenset(place.code for place in bundle.places if place.kind == "group")
    for table, rows, column, known in (
        (PLACE_MEMBERS, bundle.place_members, "group", groups),
        (PLACE_MEMBERS, bundle.place_members, "member", bundle.place_codes),
        (LOCALITIES, bundle.localities, "release", releases),
        (PROJECTS, bundle.projects, "release", releases),
        (PROJECTS, bundle.projects, "place", bundle.place_codes),
        (PROJECTS, bundle.projects, "duplicate_of", projects | {None}),
        (PROJECT_MINERALS, bundle.project_minerals, "project", projects),
        (PROJECT_MINERALS, bundle.project_minerals, "mineral", bundle.mineral_codes),
        *((table, rows, "project", projects) for table, rows in bundle.facts),
        *((table, rows, "release", releases) for table, rows in bundle.facts),
        (CAPACITIES, bundle.capacities, "mineral", bundle.mineral_codes),
    ):
        check_known(table, rows, column, known)


def check_known(
    table: Table, rows: Iterable[NamedTuple], column: str, known: Container[object]
) -> None:
    at = table.header.index(column)
    for number, row in enumerate(rows, start=2):
        if row[at] not in known:
            raise BadFile(
                f"no such {column}",
                file=table.file,
                row=number,
                column=column,
                value=row[at],
                remedy="Add it to the table that it refers to, or correct it.",
            )


def _lines(directory: Path, file: str, header: list[str]) -> Iterator[tuple[int, list[str]]]:
    """(line, its cells) of each row below the header, with as many cells as the header."""
    try:
        with (directory / file).open("rb") as stream:
            lines = delimited_rows(stream)
            _, result = next(lines, (1, []))
            _check_header(file, result, header)
            width = len(header)
            for row, cells in lines:
                if len(cells) != width:
                    raise wrong_width(row, len(cells), width).within(file)
                yield row, cells
    except FileNotFoundError as error:
        raise BadFile("there is no such file", file=file, remedy=REBUILD) from error
    except OSError as error:
        raise BadFile(f"unreadable ({error})", file=file, remedy=REBUILD) from error
    except BadFile as error:
        if error.file:
            raise
        # What the reader says of a damaged file; the remedy for this one is another.
        raise BadFile(error.reason, file=file, row=error.row, remedy=REBUILD) from error


def _check_header(file: str, result: list[str], header: list[str]) -> None:
    if result != header:
        missing = [name for name in header if name not in result]
        raise BadFile(
            "a column is missing" if missing else "these are not the columns of this table",
            file=file,
            row=1,
            column=", ".join(missing),
            value=",".join(result),
            remedy=f"Write the header {','.join(header)}.",
        )


def rows_of(directory: Path, table: Table) -> Iterator[NamedTuple]:
    readers = [column.read for column in table.columns]
    at = [table.header.index(name) for name in table.key]
    seen: set[tuple[object, ...]] = set()
    for number, line in _lines(directory, table.file, table.header):
        try:
            row = table.row(*(read(cell) for read, cell in zip(readers, line, strict=True)))
        except ValueError as error:
            raise bad_cell(table.file, table.columns, line, number) from error
        key = tuple(row[place] for place in at)
        if key in seen:
            raise _duplicate(table.file, number, table.key, key)
        seen.add(key)
        yield row


def bad_cell(file: str, columns: Iterable[Column], line: list[str], row: int) -> BadFile:
    """The error for the first cell of a line that its column cannot read."""
    for column, cell in zip(columns, line, strict=True):
        try:
            column.read(cell)
        except ValueError:
            return BadFile(
                "a cell that cannot be read",
                file=file,
                row=row,
                column=column.name,
                value=cell,
                remedy=column.expects,
            )
    return BadFile("a row that cannot be read", file=file, row=row, remedy=REBUILD)


def _duplicate(file: str, row: int, names: tuple[str, ...], key: tuple[object, ...]) -> BadFile:
    return BadFile(
        "this row stands in the table already",
        file=file,
        row=row,
        column=", ".join(names),
        value=", ".join(written(part) for part in key),
        remedy="Remove one of the two.",
    )


def _observations(
    directory: Path, file: str, places: frozenset[str], minerals: frozenset[str]
) -> Iterator[CodedObservation]:
    """As :func:`rows_of`, with the cells read in line: a bundle holds some 250,000 of these."""
    known_places, known_minerals = places | {""}, minerals | {""}
    seen: set[tuple[str, ...]] = set()
    finite, day, truth = cells.finite, cells.day, cells.TRUTH
    qualities = {word: word for word in QUALITIES}
    for number, line in _lines(directory, file, OBSERVATION.header):
        (
            indicator,
            place,
            mineral,
            importer,
            year,
            value,
            error,
            quality,
            label,
            since,
            until,
            ok,
        ) = line
        if not (place in known_places and importer in known_places and mineral in known_minerals):
            raise _unknown_code(file, number, line, known_places, known_minerals)
        key = (indicator, place, mineral, importer, year, stage_of(indicator, label), since)
        if key in seen:
            raise _duplicate(file, number, OBSERVATION.key, key)
        seen.add(key)
        try:
            row = CodedObservation(
                indicator,
                place or None,
                mineral or None,
                importer or None,
                int(year),
                finite(value),
                finite(error) if error else None,
                qualities[quality],
                label,
                day(since),
                day(until),
                truth[ok],
            )
        except (ValueError, KeyError) as fault:
            raise bad_cell(file, OBSERVATION.columns, line, number) from fault
        yield row


def _unknown_code(
    file: str, row: int, line: list[str], places: frozenset[str], minerals: frozenset[str]
) -> BadFile:
    for column, known in (("place", places), ("mineral", minerals), ("importer", places)):
        cell = line[OBSERVATION.header.index(column)]
        if cell not in known:
            break
    return BadFile(
        f"an unknown {column}",
        file=file,
        row=row,
        column=column,
        value=cell,
        remedy=f"Add it to {MINERALS.file if column == 'mineral' else PLACES.file}, or correct it.",
    )


def write(directory: Path, table: Table, rows: Iterable[NamedTuple], file: str = "") -> int:
    """Write a table, sorted by its key, so that the same rows give the same bytes; their count.

    ``file`` names the file of a table that has several (observations).
    """
    at = [table.header.index(name) for name in table.key]
    lines = sorted(rows, key=lambda row: tuple(written(row[place]) for place in at))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.header)
    for row in lines:
        writer.writerow(
            [
                written(cell, HS6_SEPARATOR if name == "hs6" else cells.SEPARATOR)
                for name, cell in zip(table.header, row, strict=True)
            ]
        )
    path = directory / (file or table.file)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.getvalue().encode()
    # A gzip header holds the time unless told otherwise, and the bytes must not depend on it.
    path.write_bytes(gzip.compress(content, 9, mtime=0) if path.suffix == ".gz" else content)
    return len(lines)
