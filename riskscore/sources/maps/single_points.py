"""Points of a register: from map files or tables to named points of WGS 84, fault by fault."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import numpy as np
import shapely

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, Remark
from riskscore.sources.maps.feature_names import LONGEST, LOST, Shape, check_chosen, words
from riskscore.sources.maps.feature_names import called as called_feature
from riskscore.sources.maps.map_features import BadMap, Feature, Parsed, as_row
from riskscore.sources.maps.polygons import Mapped
from riskscore.sources.maps.projections import Degrees, called, to_degrees
from riskscore.sources.maps.shape_faults import what_to_do
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
    declared, chosen = system or parsed.declared, chosen or {}
    turn, name = to_degrees(declared), called(declared)
    check_chosen(parsed.features, chosen)
    for feature in parsed.features:
        yield _map_point(feature, turn, mapped, name, chosen)
    for text in parsed.about:
        yield Remark(text)


def _map_point(
    feature: Feature,
    turn: Degrees,
    mapped: Mapped | None,
    system: str,
    chosen: Mapping[str, str],
) -> tuple[int, Shape] | BadFile:
    """(number, point) of a feature of a map, or what is wrong with it."""
    named = called_feature(feature, chosen)
    if feature.faults or feature.point is None:
        return as_row(feature.faults[0], feature, named)
    try:
        found = words(feature, chosen)
    except BadMap as lost:
        return as_row(lost, feature, named)
    ((x, y),) = turn(np.array([feature.point], np.float64))
    if fault := _fault(float(x), float(y), mapped, system):
        return _bad(feature.number, "position", (f"{named}: {fault[0]}", fault[1]))
    name = found["name"] or feature.where
    return feature.number, Shape(name, shapely.Point(x, y), found["people"], found["code"])


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
            _refuse_lost(cells, line)
        except BadFile as error:
            yield error
            continue
        ((x, y),) = turn(np.array([[x, y]]))
        fault = _fault(float(x), float(y), mapped, called(system))
        yield (line, _shape(cells, x, y, line)) if fault is None else _bad(line, "latitude", fault)


def _degrees(cells: Cells, axis: str, line: int) -> float:
    return number(cells[axis].replace("\u2212", "-"), line, axis)


def _refuse_lost(cells: Cells, line: int) -> None:
    """Raise BadFile for letters that were lost before the file was written."""
    for ours in LONGEST:
        if LOST in cells.get(ours, ""):
            shown = cells[ours].replace(LOST, "?")
            reason, remedy = "letters are lost", "Export it again in UTF-8 from where it is whole."
            raise BadFile(reason, row=line, column=ours, value=shown, remedy=remedy)


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
