"""Rows about facts of projects on their way: words into codes, faults that only tables show."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import orjson

from riskscore.intake import aliases, staging
from riskscore.intake.file_rows import ParsedRow
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside


def stage(
    parsed: Iterable[ParsedRow], names: aliases.Resolver
) -> Iterator[list[staging.Row] | Aside]:
    """Rows for the staging table; words for a mineral and a place become codes."""
    for part in parsed:
        if isinstance(part, Aside):
            yield part
            continue
        line, row = part
        try:
            document = _coded(asdict(row), line, names)
        except BadFile as error:
            yield error
            continue
        yield [(line, orjson.dumps(document).decode(), row.project, None, None)]


def _coded(document: dict[str, Any], line: int | None, names: aliases.Resolver) -> dict[str, Any]:
    if document.get("mineral"):
        (document["mineral"],) = names.minerals(document["mineral"], line)
    if document.get("place"):
        document["place"] = names.place(document["place"], line)
    return document


def repeated(staged: str, identity: str, what: str) -> Iterator[BadFile]:
    """Rows that state what an earlier line states; they are deleted. ``identity``: SQL columns."""
    for line, first in staging.fetch(
        f"DELETE FROM {staged} s USING (SELECT line, min(line) OVER (PARTITION BY {identity})"  # noqa: S608
        f" AS first FROM {staged}) t WHERE s.line = t.line AND t.first < s.line"
        " RETURNING s.line, t.first"
    ):
        yield BadFile(
            f"{what} of line {first} again", row=line, column="project",
            remedy="Keep one of the two rows.",
        )  # fmt: skip


def of_other_minerals(staged: str) -> Iterator[BadFile]:
    """Rows about a mineral that the project is not known to yield; they are deleted."""
    for line, key, mineral in staging.fetch(
        f"DELETE FROM {staged} s WHERE s.row->>'mineral' <> '' AND NOT EXISTS (SELECT FROM"  # noqa: S608
        " riskscore_projectmineral m WHERE m.project_id = s.id"
        " AND m.mineral_id = s.row->>'mineral') RETURNING s.line, s.key, s.row->>'mineral'"
    ):
        yield BadFile(
            f"{key} is not known to yield it", row=line, column="mineral", value=mineral,
            remedy="Correct the mineral, or add it to the project first.",
        )  # fmt: skip


def drop(staged: str, faults: Iterable[BadFile]) -> None:
    """Delete the rows of these faults."""
    lines = [fault.row for fault in faults]
    staging.execute(f"DELETE FROM {staged} WHERE line = ANY(%s)", [lines])  # noqa: S608
