"""UCDP organised violence per country and year: best estimates of deaths, zeros included.

Countries are Gleditsch–Ward states; their historic halves (East Germany, South Yemen) have rows
of their own.

CSV or workbook. Up to version 25.1 the names of columns end in ``_cy`` (``country_cy``); those of
26.1 do not (``country``, ``sb_total_deaths_best``, ``Version``), as public programs read its file
OrganizedViolenceCYDataSet26_1.csv (the file itself was not at hand).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from riskscore.sources.bad_file import BadFile
from riskscore.sources.forms.form_cells import figure, folded, said, unused, year_of
from riskscore.sources.forms.grids import Row, Table, table_with
from riskscore.sources.forms.parts import records_of
from riskscore.sources.left_out import Aside, LeftOut, Remark
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="ucdp",
    publisher="Uppsala Conflict Data Program",
    title="Organized violence, country-year",
    url="https://ucdp.uu.se/downloads/",
    licence="CC BY 4.0",
    redistributable=True,
    attribution="UCDP Country-Year Dataset on Organized Violence, version {edition}.",
)
DEATHS = {
    "sb_total_deaths_best": "ucdp.state",
    "ns_total_deaths_best": "ucdp.nonstate",
    "os_total_deaths_best": "ucdp.onesided",
}
NEEDED = ("country", "year", *DEATHS)
VERSION = "version"
SUFFIX = "_cy"
#: organizedviolencecy_v25_1.csv, OrganizedViolenceCYDataSet26_1.csv, organizedviolencecy-251-csv.
NAMED = re.compile(r"organizedviolencecy(?:dataset|_v|-)(\d{2})_?(\d)", re.IGNORECASE)


def parts(content: bytes) -> Iterator[SourceRecord | Aside]:
    """State-based, non-state and one-sided deaths of each listed country and year.

    A cell without a figure is none, never zero. Raises BadFile where rows name different versions.
    """
    table, aside = _table(content)
    yield from aside
    places = _places(table.header)
    header, used = table.header, set(places.values())
    yield from unused(cell for at, cell in enumerate(header[1]) if at not in used)
    versions: Counter[str] = Counter()
    years: set[int] = set()
    for row, cells in table.rows:
        if VERSION in places:
            versions[said(cells[places[VERSION]])] += 1
        year = year_of(cells[places["year"]], row, said(header[1][places["year"]]))
        years.add(year)
        yield from _deaths(cells, (row, year), header, places)
    yield from _about(versions, years)


parse = records_of(parts)


def stated_edition(name: str, content: bytes) -> str:
    """The version of the data set ("25.1") by its column, or else by the publisher's file name."""
    table, _aside = _table(content)
    places = _places(table.header)
    if VERSION in places:
        for _row, cells in table.rows:
            return said(cells[places[VERSION]])
    named = NAMED.search(name)
    return f"{named[1]}.{named[2]}" if named else ""


def _table(content: bytes) -> tuple[Table, list[LeftOut]]:
    return table_with(
        content, lambda names: {"country", "year"} <= {n.removesuffix(SUFFIX) for n in names}
    )


def _places(header: Row) -> dict[str, int]:
    """Where the columns that are used stand, by their names without the suffix."""
    places: dict[str, int] = {}
    for at, cell in enumerate(header[1]):
        name = folded(cell).removesuffix(SUFFIX)
        if name in (*NEEDED, VERSION):
            if name in places:
                raise BadFile(
                    "this column stands twice", row=header[0], column=said(cell),
                    remedy="Remove one of the two.",
                )  # fmt: skip
            places[name] = at
    for name in NEEDED:
        if name not in places:
            raise BadFile(
                "this column is missing", row=header[0], column=f"{name}{SUFFIX}",
                value=", ".join(said(cell) for cell in header[1]),
                remedy=f"Use the publisher's country-year file: {name}{SUFFIX}, since 26.1 {name}.",
            )  # fmt: skip
    return places


def _deaths(
    cells: Sequence[object], at: tuple[int, int], header: Row, places: dict[str, int]
) -> Iterator[SourceRecord | LeftOut]:
    (row, year), country = at, said(cells[places["country"]])
    for name, indicator in DEATHS.items():
        column = said(header[1][places[name]])
        value = figure(cells[places[name]], row, column)
        if value is None:
            yield LeftOut("no figure of deaths: unknown, not zero", row, f"{country} {column}")
        else:
            yield SourceRecord(indicator, country, year, value, row=row, column=column)


def _about(versions: Counter[str], years: set[int]) -> Iterator[Remark]:
    if len(versions) > 1:
        raise BadFile(
            "rows of different versions", column=VERSION, value=", ".join(sorted(versions)),
            remedy="Load one version at a time, each whole.",
        )  # fmt: skip
    for version in versions:
        yield Remark(f"the file says that it is version {version}, {min(years)}–{max(years)}")
