"""The project's own layout for observations: any indicator of the catalogue, from CSV or Excel.

Whoever has figures writes them so; a publisher's corrections and the sources whose files cannot be
shipped come the same way. ``record`` is pure and quick: a file may hold millions of rows.
"""

from functools import lru_cache
from typing import BinaryIO

from riskscore.engine.catalogue import INDICATORS, Indicator, Level, get
from riskscore.engine.errors import UnknownIndicator
from riskscore.engine.inputs.plausible import named_range
from riskscore.sources import figure_stages as stages
from riskscore.sources.left_out import Aside, LeftOut
from riskscore.sources.readers.formula_guard import restored
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source, SourceRecord
from riskscore.sources.tables.cell_values import bad_cell, day, finite_number, one_of, truth, year
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.files.written_numbers import is_missing
from riskscore.sources.tables.table import Cells, ParsedRows, parse_rows, parser, read

SOURCE = Source(
    code="observations",
    publisher="entered by the operator",
    title="The operator's own observations",
    url="",
    licence="the operator's own",
    redistributable=False,
    attribution="Entered by the operator of this installation.",
)
REQUIRED = ("indicator", "year", "value")
AXES = ("place", "mineral", "importer", "project")
OPTIONAL = (*AXES, "standard_error", "quality", "unit", "stage", "since", "until", "verified")
NUMBERS = ("value", "standard_error")
#: Levels such as ``none`` (of dol.good: no listing), which elsewhere say that there is no figure.
LEVELS = frozenset(word for row in INDICATORS.values() for word in row.levels if is_missing(word))
PERCENT = ("%", "percent", "per cent", "pct", "percentage")
#: ``at_least`` and ``at_most``: the value is a bound.
QUALITIES = (
    "", "reported", "estimated", "provisional", "secondary", "partial", "at_least", "at_most",
)  # fmt: skip
#: Of unit and stage together, which are one label.
LONGEST_UNIT = 198
NEEDED: dict[Level, tuple[str, ...]] = {
    Level.PLACE: ("place",),
    Level.MINERAL: ("mineral",),
    Level.PLACE_MINERAL: ("place", "mineral"),
    Level.IMPORTER_PLACE: ("place", "importer"),
    Level.IMPORTER_MINERAL: ("mineral", "importer"),
    Level.IMPORTER_PLACE_MINERAL: ("place", "mineral", "importer"),
    Level.PROJECT: ("project",),
}
# A restriction may be aimed at one importer; a capacity is that of one mineral.
ALLOWED: dict[Level, tuple[str, ...]] = {
    **NEEDED,
    Level.PLACE_MINERAL: ("place", "mineral", "importer"),
    Level.PROJECT: ("project", "mineral"),
}
# A listed good may be none of our minerals; an assessed material has a row for no place at all.
SPARED = {"dol.good": ("mineral",), "ec.trade": ("place",)}


def columns(reading: Reading) -> Columns:
    """The columns of the layout, with the names that a file has for them."""
    return Columns(REQUIRED, OPTIONAL, reading, numbers=NUMBERS, spared=LEVELS)


def rows(file: BinaryIO, name: str, reading: Reading) -> ParsedRows[SourceRecord]:
    """(line, record) of each row, or its BadFile; raises BadFile for the file as a whole."""
    return parse_rows(map(_valued, read(file, name, columns(reading))), record)


def _valued(part: tuple[int, Cells] | Aside) -> tuple[int, Cells] | Aside:
    """The row, or that it has no value: unknown is no figure, and never zero."""
    if isinstance(part, Aside) or _is_stated(part[1]):
        return part
    line, cells = part
    about = (cells.get(name, "") for name in ("indicator", *AXES, "year"))
    return LeftOut("no value (an empty cell, .., NA, n/a, -)", line, " ".join(filter(None, about)))


def _is_stated(cells: Cells) -> bool:
    text = cells["value"]
    if not text or text.casefold() not in LEVELS:
        return bool(text)
    row = _known(restored(cells["indicator"]))
    return isinstance(row, Indicator) and text.casefold() in row.levels


parse = parser(rows)


def record(cells: Cells, line: int) -> SourceRecord:
    """One row as a record; BadFile names line, column and value."""
    cells = {name: restored(cell) if "'" in cell else cell for name, cell in cells.items()}
    row = _indicator(cells["indicator"], line)
    axes = [cells.get(axis) or None for axis in AXES]
    _check_axes(row, axes, line)
    stage = _label(cells.get("stage", ""), "stage", line)
    if len(stage) + len(cells.get("unit", "")) > LONGEST_UNIT:
        raise bad_cell(line, "stage", stage, "too long", "Write it shorter.")
    if stage and not stages.has_stages(row.key):
        raise bad_cell(line, "stage", stage, f"{row.key} has one figure, and no stages",
                       "Leave the cell empty.")  # fmt: skip
    place, mineral, importer, project = axes
    since = day(cells.get("since", ""), "since", line)
    until = day(cells.get("until", ""), "until", line)
    if since and until and until < since:
        raise bad_cell(
            line, "until", cells["until"], "before the day in since", "Swap the two days."
        )
    return SourceRecord(
        indicator=row.key,
        place=place,
        year=year(cells["year"], "year", line),
        value=_value(row, cells["value"], cells.get("unit", ""), line),
        mineral=mineral,
        importer=importer,
        project=project,
        standard_error=_error(cells.get("standard_error"), line),
        quality=one_of(cells.get("quality", ""), QUALITIES, "quality", line),
        label=_label(cells.get("unit", ""), "unit", line),
        stage=stage,
        since=since,
        until=until,
        verified=truth(cells.get("verified", ""), "verified", line, empty=True),
    )


@lru_cache(maxsize=1024)
def _known(key: str) -> Indicator | str:
    """The catalogue's row, or why there is none: a million wrong rows look it up once."""
    try:
        return get(key)
    except UnknownIndicator as error:
        return str(error)


def _indicator(key: str, line: int) -> Indicator:
    row = _known(key)
    if isinstance(row, str):
        raise bad_cell(line, "indicator", key, "an unknown indicator", f"{row}.")
    if row.kind != "observation":
        raise bad_cell(
            line, "indicator", key, "this indicator is derived, not observed",
            f"State what it is derived from: {', '.join(row.derived_from) or 'evidence'}.",
        )  # fmt: skip
    return row


def _check_axes(row: Indicator, axes: list[str | None], line: int) -> None:
    needed, allowed, spared = NEEDED[row.level], ALLOWED[row.level], SPARED.get(row.key, ())
    for axis, stated in zip(AXES, axes, strict=True):
        if stated is None and axis in needed and axis not in spared:
            raise bad_cell(line, axis, "", f"{row.key} needs one", f"Fill in the {axis}.")
        if stated is not None and axis not in allowed:
            raise bad_cell(
                line, axis, stated, f"{row.key} is not stated by {axis}", "Leave the cell empty."
            )


def _value(row: Indicator, text: str, unit: str, line: int) -> float:
    """A number; of an ordinal indicator, the level's word or its place in the list of levels.

    Whether a number can be in its unit is judged where it has one: ``units_in_force``.
    """
    if row.levels and (word := text.casefold()) in row.levels:
        return float(row.levels.index(word))
    if "%" in text:
        result = _of_percent(row, text, unit, line)
    else:
        result = finite_number(text, "value", line)
    if row.levels and (result != int(result) or not 0 <= result < len(row.levels)):
        raise bad_cell(line, "value", text, "no level of this indicator",
                   f"Write one of {', '.join(row.levels)}.")  # fmt: skip
    return result


def _of_percent(row: Indicator, text: str, unit: str, line: int) -> float:
    """40 % of an indicator from 0 to 100 is 40, of a share from 0 to 1 it is 0.4.

    Where the unit says percent too, it is 40: units are turned where they are compared.
    """
    number = finite_number(text.removesuffix("%").strip(), "value", line)
    span = named_range(row.unit)
    if unit.casefold() in PERCENT:
        return number
    if unit:
        raise bad_cell(line, "value", text, f"a percentage, and the unit {unit}",
                       "Write one of the two.")  # fmt: skip
    if row.levels or span not in ((0, 1), (0, 100)):
        raise bad_cell(
            line, "value", text, f"a percentage of something that is not one ({row.unit})",
            "Write the value in the unit of the indicator.",
        )  # fmt: skip
    return number if span == (0, 100) else round(number / 100, 14)


def _error(text: str | None, line: int) -> float | None:
    if not text or is_missing(text):
        return None
    result = finite_number(text, "standard_error", line)
    if result < 0:
        raise bad_cell(line, "standard_error", text, "negative", "Write 0 or more, or nothing.")
    return result


def _label(text: str, column: str, line: int) -> str:
    if len(text) > LONGEST_UNIT or "\0" in text or "\n" in text:
        raise bad_cell(line, column, text, "too long, or of several lines", "Write it shorter.")
    return text
