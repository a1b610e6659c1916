"""CEPII BACI, seen from the exporters: a long panel of exports by HS6 code.

Values are thousand USD, quantities tonnes. A quantity of 0 beside a value is a quantity that
nobody stated. Exporters that never held 0.2 % of a code are not in the file.

Codes are those of HS1992. Of a panel of a later revision the codes are read that stand alone for
one of ours: partners and concentration of several codes cannot be added.
"""

import io
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import BinaryIO

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut, Remark
from riskscore.sources.publishers import baci
from riskscore.sources.readers.delimited import check_header, delimited_rows, wrong_width
from riskscore.sources.readers.text import integer
from riskscore.sources.readers.zipped_tables import refuse_other
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import ExportRecord, Source
from riskscore.sources.trade import hs_revisions, trade_files
from riskscore.sources.trade.hs_revisions import Revision

SOURCE = Source(
    code="baci-exports",
    publisher="CEPII",
    title="BACI, HS92: exports by code since 1995",
    url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
    licence="Etalab Open Licence 2.0",
    redistributable=True,
    attribution="CEPII, BACI ({edition}), from UN Comtrade.",
)
COLUMNS = (
    "hs6",
    "exporter",
    "year",
    "quantity_t",
    "value_kusd",
    "partners",
    "destination_hhi",
)


#: It names exporters that are left out.
PUBLISHED = True
stated_edition = baci.stated_edition


def rows(
    file: BinaryIO, name: str, reading: Reading
) -> Iterator[tuple[None, ExportRecord] | Aside]:
    """The exports of each row, in the file's order; a negative number or an HHI above 1 is a fault
    of its row."""
    refuse_other(reading, "revision")
    revision = _revision(file, name, reading)
    yield from _remark(revision)
    file.seek(0)
    lines = delimited_rows(file)
    _, found = next(lines, (1, []))
    header = [cell.strip().casefold() for cell in found]
    check_header(header, COLUMNS)
    for column in header:
        if column not in COLUMNS:
            yield LeftOut("a column that is not used", 1, column)
    for line, cells in lines:
        if len(cells) != len(header):
            yield wrong_width(line, len(cells), len(header))
            continue
        try:
            yield _row(dict(zip(header, cells, strict=True)), line, revision)
        except BadFile as error:
            yield error


def parse(content: bytes) -> Iterator[ExportRecord]:
    """Every row of the panel, in the file's order; BadFile at the first fault."""
    for part in rows(io.BytesIO(content), "panel.csv", Reading()):
        if isinstance(part, BadFile):
            raise part
        if not isinstance(part, Aside):
            yield part[1]


def _remark(revision: Revision) -> Iterator[Remark]:
    if revision.name != hs_revisions.FIRST:
        yield Remark(f"its codes are read as those of {revision.title}")


def _revision(file: BinaryIO, name: str, reading: Reading) -> Revision:
    """As a person or the file's name says it; else HS1992, if its codes can be of it."""
    said = reading.constants.get("revision", "")
    if said and not hs_revisions.named(said):
        raise BadFile("no revision of the Harmonized System", value=said, remedy=hs_revisions.SAY)
    if known := hs_revisions.named(said) or hs_revisions.named(PurePosixPath(name).name):
        return hs_revisions.revision(known)
    lines = delimited_rows(file)
    _, header = next(lines, (1, []))
    plain = [cell.strip().casefold() for cell in header]
    check_header(plain, COLUMNS)
    at = plain.index("hs6")
    codes = {cells[at] for _, cells in lines if len(cells) == len(header)}
    six = {code for text in codes if (code := hs_revisions.six_digits(text))}
    return hs_revisions.of_codes(six, assumed=hs_revisions.FIRST)


def _row(
    cells: Mapping[str, str], line: int, revision: Revision
) -> tuple[None, ExportRecord] | Aside:
    code = _code(cells["hs6"], line, revision)
    if not isinstance(code, str):
        return code
    value, quantity, hhi = (
        trade_files.amount(cells[name], line, name)
        for name in ("value_kusd", "quantity_t", "destination_hhi")
    )
    if value is None or hhi is None:
        return LeftOut("no value or no concentration is stated", line, cells["hs6"])
    if hhi > 1:
        raise BadFile(
            "a sum of squared shares above 1",
            row=line,
            column="destination_hhi",
            value=hhi,
            remedy="Write it on the scale 0 to 1.",
        )
    return None, ExportRecord(
        hs6=code,
        place=trade_files.place_term(cells["exporter"], {}),
        year=integer(cells["year"], line, "year"),
        value=value,
        quantity=None if quantity == 0 and value > 0 else quantity,
        partners=integer(cells["partners"], line, "partners"),
        destination_hhi=hhi,
    )


def _code(text: str, line: int, revision: Revision) -> str | Aside:
    """The code of HS1992, or why the row is not used."""
    code = hs_revisions.six_digits(text)
    if code is None:
        return LeftOut(trade_files.NO_CODE, line, text)
    if revision.name == hs_revisions.FIRST:
        return code
    if code in revision.exact:
        (ours, *others) = revision.exact[code]
        alone = not others and sum(ours in found for found in revision.exact.values()) == 1
        if alone and not any(ours in found for found in revision.wider.values()):
            return ours
        return LeftOut("one of several codes that make up one of ours", line, text)
    if code in revision.wider:
        reason = f"a code of {revision.title} that covers more than those of ours"
        return LeftOut(reason, line, text)
    if code in revision.unchecked:
        return LeftOut(f"a code of ours not checked against {revision.title}", line, text)
    if code in revision.gone:
        return BadFile(
            f"{revision.title} has no such code, and HS1992 has", row=line, column="hs6",
            value=code, remedy=f"Check the revision. {hs_revisions.SAY}",
        )  # fmt: skip
    return LeftOut(trade_files.FOREIGN, line, text)
