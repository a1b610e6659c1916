"""The project's own layout for evidence: one dated, sourced statement about a project per row."""

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from riskscore.engine.inputs.evidence_kinds import KINDS as KNOWN
from riskscore.engine.inputs.evidence_kinds import REACH
from riskscore.engine.inputs.evidence_values import STATUS
from riskscore.sources.checks import day_checks, evidence_checks, figure_checks, text_checks
from riskscore.sources.checks.fault import refuse
from riskscore.sources.readers.formula_guard import restored
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source
from riskscore.sources.tables.cell_values import bad_cell, day, finite_number, one_of, truth
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.table import Cells, ParsedRows, parse_rows, parser, read

SOURCE = Source(
    code="evidence",
    publisher="entered by the operator",
    title="Evidence gathered by the operator",
    url="",
    licence="the operator's own",
    redistributable=False,
    attribution="Gathered by the operator of this installation; each statement has its source.",
)
REQUIRED = ("project", "kind", "date", "url")
OPTIONAL = (
    "level", "expires", "severity", "credibility", "status", "self_disclosed", "note", "reach",
    "reference",
)  # fmt: skip
NUMBERS = ("severity", "credibility")
KINDS = tuple(sorted(KNOWN))
#: What lists of sites write, as kind and level of ours.
WORDS = {
    **{f"irma {level}": ("certification", level) for level in ("transparency", "50", "75", "100")},
    **{f"tsm {level}": ("certification", f"tsm_{level}") for level in ("a", "aa", "aaa")},
    "copper mark": ("certification", "copper_mark"),
    "icmm": ("certification", "icmm"),
    "audit": ("certification", "audit"),
    "inspection passed": ("certification", "inspection"),
    "inspection failed": ("inspection_finding", ""),
    "union agreement": ("collective_agreement", ""),
}
LONGEST_NOTE, LONGEST_REFERENCE = 400, 160


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """What one row states about a project."""

    project: str
    kind: str
    happened_on: date
    url: str
    level: str
    expires_on: date | None
    severity: float
    credibility: float
    status: str
    self_disclosed: bool
    note: str
    reach: str = ""
    reference: str = ""


def columns(reading: Reading) -> Columns:
    """The columns of the layout, with the names that a file has for them."""
    return Columns(REQUIRED, OPTIONAL, reading, numbers=NUMBERS)


def rows(file: BinaryIO, name: str, reading: Reading) -> ParsedRows[EvidenceRow]:
    """(line, statement) of each row, or its BadFile; raises BadFile for the file as a whole."""
    return parse_rows(read(file, name, columns(reading)), _row)


parse = parser(rows)


def _row(cells: Cells, line: int) -> EvidenceRow:
    cells = {column: restored(cell) for column, cell in cells.items()}
    word = " ".join(cells["kind"].casefold().replace("_", " ").split())
    kind, level = WORDS.get(word, (cells["kind"], cells.get("level", "")))
    kind = one_of(kind, KINDS, "kind", line)
    happened = _day(cells["date"], "date", line)
    if not cells["project"] or happened is None:
        column = "date" if cells["project"] else "project"
        raise bad_cell(line, column, "", "an empty cell", "Fill it in.")
    refuse(text_checks.address(cells["url"]), line, "url", cells["url"])
    expires = _day(cells.get("expires", ""), "expires", line)
    refuse(evidence_checks.expiry(happened, expires), line, "expires", expires)
    return EvidenceRow(
        project=cells["project"],
        kind=kind,
        happened_on=happened,
        url=cells["url"],
        level=_level(kind, level, line),
        expires_on=expires,
        severity=_share(cells.get("severity", ""), "severity", line),
        credibility=_share(cells.get("credibility", ""), "credibility", line),
        status=one_of(cells.get("status", "") or "reported", tuple(STATUS), "status", line),
        self_disclosed=truth(cells.get("self_disclosed", ""), "self_disclosed", line, empty=False),
        note=_short(cells, "note", LONGEST_NOTE, line),
        reach=one_of(cells.get("reach", ""), tuple(REACH), "reach", line),
        reference=_short(cells, "reference", LONGEST_REFERENCE, line),
    )


def _level(kind: str, text: str, line: int) -> str:
    refuse(evidence_checks.level(kind, text), line, "level", text)
    return text


def _short(cells: Cells, column: str, most: int, line: int) -> str:
    text = cells.get(column, "")
    refuse(text_checks.too_long(text, most), line, column, text)
    return text


def _day(text: str, column: str, line: int) -> date | None:
    result = day(text, column, line)
    refuse(day_checks.day(result), line, column, text)
    return result


def _share(text: str, column: str, line: int) -> float:
    """0..1; nothing is 1."""
    result = finite_number(text, column, line) if text else 1.0
    refuse(figure_checks.weight(result), line, column, text)
    return result
