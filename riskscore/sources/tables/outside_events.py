"""A list from outside of what happened where: conflicts, listings, accidents, one a row.

A row names a project (key or external id), or a point, or a name with its country, or a country
(with a mineral, if it is about one). It is read for a check of scores, and never stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside
from riskscore.sources.tables.cell_values import bad_cell, day, finite_number
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.table import Cells, parse_rows, read

COLUMNS = ("date",)
OPTIONAL = ("project", "name", "place", "mineral", "latitude", "longitude")


@dataclass(frozen=True, slots=True)
class OutsideEvent:
    """One event in the words of its list; empty where it does not say."""

    line: int
    day: date
    project: str
    name: str
    place: str
    mineral: str
    point: tuple[float, float] | None


def events(file: BinaryIO, name: str) -> Iterator[OutsideEvent]:
    """Every row of the list; the first fault raises BadFile."""
    for result in parse_rows(read(file, name, Columns(COLUMNS, OPTIONAL)), _event):
        if isinstance(result, BadFile):
            raise result.within(name)
        if not isinstance(result, Aside):
            yield result[1]


def _event(cells: Cells, line: int) -> OutsideEvent:
    happened = day(cells["date"], "date", line)
    if happened is None:
        raise bad_cell(line, "date", "", "an empty cell", "Write the day, YYYY-MM-DD.")
    texts = [cells.get(name, "") for name in ("latitude", "longitude")]
    if any(texts) and not all(texts):
        raise bad_cell(line, "longitude", "", "half a point", "Write latitude and longitude.")
    point = None
    if all(texts):
        point = (
            finite_number(texts[0], "latitude", line), finite_number(texts[1], "longitude", line)
        )  # fmt: skip
    told = OutsideEvent(
        line, happened, cells.get("project", ""), cells.get("name", ""), cells.get("place", ""),
        cells.get("mineral", ""), point,
    )  # fmt: skip
    if not (told.project or told.place or point):
        raise bad_cell(
            line, "project", "", "neither project, point nor country",
            "Fill in project, or latitude and longitude, or place.",
        )  # fmt: skip
    return told
