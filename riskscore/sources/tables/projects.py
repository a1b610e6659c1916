"""The project's own layout for projects: CSV, Excel or GeoJSON, one row per site.

A cell that is empty says nothing: of a project that is known already, that part stays as it is.
Several things in one cell are apart by ``|`` or ``;``: ``minerals`` are ``copper|gold:other`` (the
first is primary, others secondary unless a role is given), ``owners`` are ``Codelco@CHL:51%|…``,
``offtake`` is ``JPN:30%|Trafigura@CHE:0.2``, ``external_ids`` are ``gem:G100|usgs-mrds:1003``.
``duplicate_of`` answers whether a new site is a known one: the key of that one, or ``none``.
"""

import re
from dataclasses import dataclass
from typing import BinaryIO

from riskscore.sources.checks import figure_checks, text_checks
from riskscore.sources.checks.fault import refuse
from riskscore.sources.readers.formula_guard import restored
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source
from riskscore.sources.tables.cell_values import bad_cell, finite_number, one_of, year
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.site_cells.degrees import degree
from riskscore.sources.tables.site_cells.kinds_and_stages import kind, stage
from riskscore.sources.tables.site_cells.party_shares import Share, shares
from riskscore.sources.tables.table import Cells, ParsedRows, parse_rows, parser, read, texts

SOURCE = Source(
    code="projects",
    publisher="entered by the operator",
    title="The operator's own projects",
    url="",
    licence="the operator's own",
    redistributable=False,
    attribution="Entered by the operator of this installation.",
)
COLUMNS = (
    "key", "external_ids", "name", "place", "latitude", "longitude", "kind", "stage", "state",
    "minerals", "owners", "offtake", "capacity", "capacity_unit", "capacity_year",
    "duplicate_of",
)  # fmt: skip
STATES = ("draft", "published", "archived")
ROLES = ("primary", "secondary", "other")
KEY = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")
SCHEME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
OWN_SCHEME = "own"
LONGEST = {"name": 200, "stage": 40, "capacity_unit": 40}


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One row about a project. A field that is empty or None leaves the project as it is."""

    key: str = ""
    external_ids: tuple[tuple[str, str], ...] = ()
    name: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    kind: str = ""
    stage: str = ""
    state: str = ""
    minerals: tuple[tuple[str, str], ...] = ()
    owners: tuple[Share, ...] = ()
    offtake: tuple[Share, ...] = ()
    capacity: float | None = None
    capacity_unit: str = ""
    capacity_year: int | None = None
    duplicate_of: str = ""
    source_id: str = ""


def columns(reading: Reading) -> Columns:
    """The columns of the layout, with the names that a file has for them."""
    return Columns((), COLUMNS, reading, numbers=("capacity",))


def rows(file: BinaryIO, name: str, reading: Reading) -> ParsedRows[ProjectRow]:
    """(line, row) of each row, or its BadFile; raises BadFile for the file as a whole."""
    return parse_rows(read(file, name, columns(reading)), _row)


parse = parser(rows)


def _row(cells: Cells, line: int) -> ProjectRow:
    def cell(column: str) -> str:
        return _plain(cells.get(column, ""), column, line)

    latitude, longitude = _degrees(cell("latitude"), cell("longitude"), line)
    capacity, unit, capacity_year = _capacity(
        cell("capacity"), cell("capacity_unit"), cell("capacity_year"), line
    )
    result = ProjectRow(
        key=_key(cell("key"), line),
        external_ids=_external(cell("external_ids"), line),
        name=cell("name"),
        place=cell("place"),
        latitude=latitude,
        longitude=longitude,
        kind=kind(cell("kind"), line),
        stage=stage(cell("stage"), line),
        state=_state(cell("state"), line),
        minerals=_minerals(cell("minerals"), line),
        owners=shares(cell("owners"), "owners", line),
        offtake=shares(cell("offtake"), "offtake", line),
        capacity=capacity,
        capacity_unit=unit,
        capacity_year=capacity_year,
        duplicate_of=_answer(cell("duplicate_of"), line),
    )
    if not (result.key or result.external_ids):
        raise bad_cell(line, "key", "", "neither a key nor an external id",
                   "Give the row a key, or an external id such as gem:G100.")  # fmt: skip
    return result


def _plain(text: str, column: str, line: int) -> str:
    """The cell, without the apostrophes that keep spreadsheets from running an exported text."""
    if column in LONGEST:
        refuse(text_checks.text(text, LONGEST[column]), line, column, text)
    return restored(text)


def _key(text: str, line: int) -> str:
    if text and not KEY.fullmatch(text):
        raise bad_cell(line, "key", text, "not a key",
                   "Use 2 to 60 lower-case letters, digits and hyphens.")  # fmt: skip
    return text


def _external(text: str, line: int) -> tuple[tuple[str, str], ...]:
    result = []
    for part in texts([text.replace(";", "|")]):
        scheme, colon, value = part.partition(":")
        scheme, value = (scheme, value) if colon else (OWN_SCHEME, part)
        if not SCHEME.fullmatch(scheme) or not value.strip() or len(value) > 120:
            raise bad_cell(line, "external_ids", part, "not an external id", "Write scheme:value.")
        result.append((scheme, value.strip()))
    return tuple(result)


def _degrees(lat: str, lon: str, line: int) -> tuple[float | None, float | None]:
    if not lat and not lon:
        return None, None
    return degree(lat, "latitude", line), degree(lon, "longitude", line)


def _minerals(text: str, line: int) -> tuple[tuple[str, str], ...]:
    result = []
    for at, part in enumerate(texts([text], "|;,")):
        term, _, role = part.rpartition(":") if ":" in part else (part, "", "")
        role = role or ("primary" if at == 0 else "secondary")
        result.append((term.strip(), one_of(role.strip(), ("", *ROLES), "minerals", line)))
    if sum(role == "primary" for _, role in result) > 1:
        raise bad_cell(line, "minerals", text, "two primary minerals", "Name one primary mineral.")
    return tuple(result)


def _state(text: str, line: int) -> str:
    """What we do with the project; many files have the province in a column of this name."""
    if text.casefold() not in ("", *STATES):
        raise bad_cell(
            line, "state", text, "not a state of our record",
            f"Use one of {', '.join(STATES)}; leave a column that means something else (a province)"
            " out with --map state=",
        )  # fmt: skip
    return text.casefold()


def _answer(text: str, line: int) -> str:
    plain = text.casefold()
    if plain and not KEY.fullmatch(plain):
        raise bad_cell(line, "duplicate_of", text, "neither a key nor none",
                       "Write the key of the project that this is, or none.")  # fmt: skip
    return plain


def _capacity(text: str, unit: str, stated: str, line: int) -> tuple[float | None, str, int | None]:
    if not text:
        return None, "", None
    if not unit or not stated:
        raise bad_cell(line, "capacity", text, "a capacity without unit or year",
                   "Fill in capacity_unit (t/year) and capacity_year.")  # fmt: skip
    result = finite_number(text, "capacity", line)
    if wrong := figure_checks.amounts(result, None, None):
        raise wrong[1].in_cell(line, "capacity", text)
    refuse(figure_checks.yearly(result, unit), line, "capacity", text)
    return result, unit, year(stated, "capacity_year", line)
