"""Points of a register: from map files or tables to named points of WGS 84, fault by fault."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import numpy as np
import shapely

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside
from riskscore.sources.maps.feature_names import LONGEST, Shape, named
from riskscore.sources.maps.map_features import Parsed
from riskscore.sources.maps.polygons import Mapped, what_to_do
from riskscore.sources.maps.projections import called, to_degrees
from riskscore.sources.readers.text import number
from riskscore.sources.reading import Reading
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.table import Cells, read

Rows = Iterator[tuple[int, Shape] | Aside]
TABLES = (".csv", ".csv.gz", ".txt", ".xlsx")
REQUIRED, OPTIONAL = ("name", "latitude", "longitude"), ("people", "code")


def points(
    parsed: Parsed,
    mapped: Mapped | None = None,
    *,
    system: str = "",
    chosen: Mapping[str, str] | None = None,
) -> Rows:
    """(number, named point) of each feature, or what is wrong with it.

    ``system`` and ``chosen`` as for lands; points outside the mapped area are faults. Raises BadMap
    for a coordinate system or property that is not there.
    """
    declared = system or parsed.declared
    stated = np.array([feature.point for feature in parsed.features], np.float64).reshape(-1, 2)
    degrees = to_degrees(declared)(stated)
    shapes = named(parsed.features, [shapely.Point(at) for at in degrees], chosen or {})
    for at, shape in enumerate(shapes):
        x, y = degrees[at]
        fault = _fault(float(x), float(y), mapped, called(declared))
        yield (at + 1, shape) if fault is None else _bad(at + 1, "position", fault)


def table_points(
    file: BinaryIO,
    name: str,
    mapped: Mapped | None = None,
    *,
    system: str = "",
    chosen: Mapping[str, str] | None = None,
) -> Rows:
    """The same of a table with a row for each point; columns as in REQUIRED and OPTIONAL, or as
    ``chosen`` says. Raises BadFile for a column that is not there."""
    turn = to_degrees(system)
    for part in read(file, name, Columns(REQUIRED, OPTIONAL, Reading(chosen or {}))):
        if isinstance(part, Aside):
            yield part
            continue
        line, cells = part
        try:
            y, x = (_degrees(cells, axis, line) for axis in ("latitude", "longitude"))
        except BadFile as error:
            yield error
            continue
        ((x, y),) = turn(np.array([[x, y]]))
        fault = _fault(float(x), float(y), mapped, called(system))
        yield (line, _shape(cells, x, y, line)) if fault is None else _bad(line, "latitude", fault)


def _degrees(cells: Cells, axis: str, line: int) -> float:
    return number(cells[axis].replace("\u2212", "-"), line, axis)


def _shape(cells: Cells, x: float, y: float, line: int) -> Shape:
    words = {ours: cells.get(ours, "").replace("\0", "")[:most] for ours, most in LONGEST.items()}
    name = words["name"] or f"row {line}"
    return Shape(name, shapely.Point(x, y), words["people"], words["code"])


def _fault(x: float, y: float, mapped: Mapped | None, system: str) -> tuple[str, str] | None:
    """(reason, remedy), None if the point may stand."""
    if not (np.isfinite(x) and np.isfinite(y)):
        return "the position is not a number", "Correct it, or leave the point out."
    at = f"longitude {x:.6g}, latitude {y:.6g} ({system})"
    if abs(x) > 180 or abs(y) > 90:
        return f"{at} is nowhere on Earth", _sentence(what_to_do(x, y))
    if mapped is None or shapely.intersects_xy(mapped, x, y):
        return None
    if shapely.intersects_xy(mapped, y, x):
        return f"{at} lies outside the mapped area", "Its axes are swapped: longitude is x."
    return f"{at} lies outside the mapped area", "Correct the point or the area."


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _bad(line: int, column: str, fault: tuple[str, str]) -> BadFile:
    return BadFile(fault[0], row=line, column=column, remedy=fault[1])
