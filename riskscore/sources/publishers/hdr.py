"""UNDP Human Development Report, complete time series: population, HDI and IHDI.

One form for all years: a country a row, a column for each series and year (``hdi_2022``), as CSV
in Latin-1, UTF-8 or UTF-8 with a byte order mark, or as a workbook of it. The file does not name
its report, but ranks the countries by the newest year: ``hdi_rank_2022`` is that of 2023/24 (the
publisher's names of files: HDR21-22, HDR23-24 and HDR25 rank 2021, 2022 and 2023).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from riskscore.sources.bad_file import BadFile
from riskscore.sources.forms.form_cells import figure, folded, place_of, said
from riskscore.sources.forms.grids import Row, Table, table_with
from riskscore.sources.forms.parts import records_of
from riskscore.sources.left_out import Aside, LeftOut, Remark
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="hdr",
    publisher="UNDP Human Development Report Office",
    title="Human Development Report, composite indices",
    url="https://hdr.undp.org/data-center/documentation-and-downloads",
    licence="CC BY 3.0 IGO",
    redistributable=True,
    attribution="UNDP, Human Development Report {edition}.",
)
SERIES = {"pop_total": "hdr.population", "hdi": "hdr.hdi", "ihdi": "hdr.ihdi"}
SERIES_YEAR = re.compile(r"([a-z0-9_]+?)_(\d{4})")
RANK = re.compile(r"hdi_rank_(\d{4})")
REPORT_OF_RANK = {2021: "2021/22", 2022: "2023/24", 2023: "2025"}
NAMED = re.compile(r"\bhdr(\d\d)(?:-(\d\d))?_", re.IGNORECASE)
# Rows such as ZZA.VHHD are groups of countries.
GROUP_MARK = "ZZ"
CODE = "iso3"
NO_FIGURE = "no figure stated"


class _Column(NamedTuple):
    at: int
    name: str
    indicator: str
    year: int


def parts(content: bytes) -> Iterator[SourceRecord | Aside]:
    """Every stated value of a country; population in millions, the indices from 0 to 1."""
    table, aside = _table(content)
    yield from aside
    code = place_of(table.header[1], CODE)
    if code is None:
        raise BadFile(
            "this column is missing", row=table.header[0], column=CODE,
            value=", ".join(said(cell) for cell in table.header[1])[:200],
            remedy="Check that this is the complete time series of the composite indices.",
        )  # fmt: skip
    columns = _columns(table.header)
    yield from _about(table.header, columns)
    for row, cells in table.rows:
        place = said(cells[code])
        if place.startswith(GROUP_MARK):
            yield LeftOut("a group of countries", row, place)
        elif not place:
            yield LeftOut("a line without a country's code", row, _first(cells))
        else:
            yield from _values(place, row, cells, columns)


parse = records_of(parts)


def stated_edition(name: str, content: bytes) -> str:
    """The report ("2023/24") by the year of its ranks, or else by the publisher's file name."""
    header = _table(content)[0].header
    for cell in header[1]:
        if (rank := RANK.fullmatch(folded(cell))) and int(rank[1]) in REPORT_OF_RANK:
            return REPORT_OF_RANK[int(rank[1])]
    named = NAMED.search(name)
    return "" if named is None else f"20{named[1]}" + (f"/{named[2]}" if named[2] else "")


def _table(content: bytes) -> tuple[Table, list[LeftOut]]:
    return table_with(content, lambda names: CODE in names)


def _columns(header: Row) -> list[_Column]:
    """The columns of the series that are used. Raises BadFile if a series is missing, or twice."""
    result = [
        _Column(at, said(cell), SERIES[match[1]], int(match[2]))
        for at, cell in enumerate(header[1])
        if (match := SERIES_YEAR.fullmatch(folded(cell))) and match[1] in SERIES
    ]
    lacking = [name for name, key in SERIES.items() if key not in {c.indicator for c in result}]
    if lacking:
        raise BadFile(
            f"a series is missing: {', '.join(lacking)} of {', '.join(SERIES)}", row=header[0],
            remedy="Check that this is the complete time series; single figures come with "
            "--layout observations.",
        )  # fmt: skip
    twice = [name for name, count in Counter(folded(c.name) for c in result).items() if count > 1]
    if twice:
        raise BadFile(
            "this column stands twice", row=header[0], column=twice[0], remedy="Remove one of them."
        )
    return result


def _about(header: Row, columns: list[_Column]) -> Iterator[LeftOut | Remark]:
    """Each series that is not used, with its years, and what the file says of itself."""
    used = {column.at for column in columns}
    others: dict[str, list[str]] = {}
    for at, cell in enumerate(header[1]):
        name = folded(cell)
        if at not in used and name not in ("", CODE):
            match = SERIES_YEAR.fullmatch(name)
            others.setdefault(match[1] if match else name, []).append(match[2] if match else "")
    for series, years in others.items():
        span = f" {min(years)}–{max(years)}" if any(years) else ""
        reason = "columns of a series that is not used"
        yield LeftOut(reason, None, series + span, len(years), is_row=False)
    for series, indicator in SERIES.items():
        stated = [column.year for column in columns if column.indicator == indicator]
        yield Remark(f"{series}: {min(stated)}–{max(stated)}")


def _values(
    place: str, row: int, cells: Sequence[object], columns: list[_Column]
) -> Iterator[SourceRecord | LeftOut]:
    missing = 0
    for column in columns:
        cell = cells[column.at] if column.at < len(cells) else None
        value = figure(cell, row, column.name)
        if value is None:
            missing += 1
        else:
            yield SourceRecord(
                column.indicator, place, column.year, value, row=row, column=column.name
            )
    if missing:
        example = f"{place}: {missing} years of a series"
        yield LeftOut(NO_FIGURE, row, example, missing, is_row=False)


def _first(cells: Sequence[object]) -> str:
    return next((said(cell) for cell in cells if said(cell)), "")
