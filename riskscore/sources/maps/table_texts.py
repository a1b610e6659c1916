"""The encoding of a shapefile's table: found, checked against every text, and told.

A word of the file is believed unless the texts speak against it; where two readings make sense,
or none, the table is refused with both. A text never gets a letter that stands for an unreadable
one.
"""

import codecs
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from riskscore.sources.maps import code_pages
from riskscore.sources.maps.map_features import BadMap
from riskscore.sources.readers.encodings import why_not_windows

WHERE = "the shapefile's table"
ADD = "add a .cpg file with the right word (UTF-8, 1252, 850 …) to the zip, or save it as GeoJSON"
#: Words of a .cpg file that name no encoding but "the system's".
VAGUE = ("", "ansi", "oem", "system", "default")
#: The name under which Python knows how a text is read that ends in half a letter.
CUT_LETTER = "riskscore.cut_letter"
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a table's texts, in Python's words, and what to say of it."""

    name: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A text that is not plain ASCII; whether it fills its column, so that it may be cut."""

    text: bytes
    is_full: bool


def encoding_of(table: bytes, cpg: bytes) -> Encoding:
    """The encoding of a .dbf with this .cpg (b"" for none). Raises BadMap."""
    cells = list(_cells(table))
    if not cells:
        return Encoding("utf-8")
    word = code_pages.said(cpg)
    stated = code_pages.of_word(word)
    if not stated and word.casefold() not in VAGUE:
        raise BadMap("the .cpg file", f"names the encoding {word!r}, which is not known", ADD)
    by = f"as its .cpg says ({word})" if stated else "as the table's own code page says"
    stated = stated or code_pages.of_driver(table)
    if stated:
        return _told(_confirmed(stated, cells, by), cells, by)
    if _fits(cells, "utf-8"):
        return _told("utf-8", cells, "which they are and no word speaks against")
    if word.casefold() != "oem" and _is_western(cells):
        return _told("cp1252", cells, "which no word of the file says: check them")
    either = f"{_example(cells, 'cp1252')} in cp1252, {_example(cells, 'cp850')} in cp850"
    raise BadMap(WHERE, f"does not say its encoding: {either}", ADD)


def _confirmed(stated: str, cells: Sequence[Cell], by: str) -> str:
    """The stated encoding, if the texts can be in it and are not plainly in another."""
    if not _fits(cells, stated):
        other = f"; in cp1252 there is {_example(cells, 'cp1252')}" if stated == "utf-8" else ""
        raise BadMap(WHERE, f"is not in {stated}, {by}{other}", ADD)
    if stated.startswith(("cp12", "cp4", "cp8", "iso8859")) and _fits(cells, "utf-8"):
        two = f"{_example(cells, stated)} in {stated}, {by}, or {_example(cells, 'utf-8')} in UTF-8"
        raise BadMap(WHERE, f"can be read in two ways: {two}", ADD)
    # Control characters of ISO 8859-1 are never meant: those bytes are letters of Windows.
    controls = any(0x80 <= byte <= 0x9F for cell in cells for byte in cell.text)
    return "cp1252" if stated == "iso8859-1" and controls and _fits(cells, "cp1252") else stated


def _told(name: str, cells: Sequence[Cell], by: str) -> Encoding:
    few = list(dict.fromkeys(_decoded(cell, name) for cell in cells[: 10 * SHOWN]))[:SHOWN]
    remarks = [f"its texts are read in {name}, {by}: {', '.join(text[:30] for text in few)}"]
    if cut := sum(_is_cut(cell, name) for cell in cells):
        remarks.append(f"{cut:,} texts fill their column and end in half a letter, not used")
    return Encoding(name, tuple(remarks))


def _cells(table: bytes) -> Iterator[Cell]:
    """The texts of a .dbf that are not plain ASCII, names of columns among them."""
    if len(table) < 33:
        return
    start, width = struct.unpack_from("<HH", table, 8)
    columns, at = [], 1
    for field in range(32, min(start, len(table)) - 31, 32):
        if table[field] == 0x0D:
            break
        name, size = table[field : field + 11].partition(b"\0")[0], table[field + 16]
        if not name.isascii():
            yield Cell(name, is_full=len(name) >= 10)
        if table[field + 11 : field + 12] == b"C":
            columns.append((at, at + size))
        at += size
    for record in range(start, len(table), width) if width else ():
        row = table[record : record + width]
        if row.isascii():
            continue
        for begin, end in columns:
            text = row[begin:end].rstrip(b" \0")
            if not text.isascii():
                yield Cell(text, is_full=len(text) == end - begin)


def _fits(cells: Sequence[Cell], encoding: str) -> bool:
    try:
        return all(_decoded(cell, encoding) is not None for cell in cells)
    except UnicodeDecodeError:
        return False


def _decoded(cell: Cell, encoding: str) -> str:
    return cell.text.decode(encoding, CUT_LETTER if cell.is_full else "strict")


def _is_cut(cell: Cell, encoding: str) -> bool:
    try:
        cell.text.decode(encoding)
    except UnicodeDecodeError:
        return True
    return False


def _without_cut_letter(error: UnicodeError) -> tuple[str, int]:
    """Nothing for half a letter at the end of a text; all else is an error."""
    if isinstance(error, UnicodeDecodeError):
        rest = len(error.object) - error.start
        if rest < 4 and ("incomplete" in error.reason or "end of data" in error.reason):
            return "", len(error.object)
    raise error


codecs.register_error(CUT_LETTER, _without_cut_letter)


def _is_western(cells: Sequence[Cell]) -> bool:
    """Whether every word makes sense in Windows-1252, by the rule of every reader of text."""
    return not any(why_not_windows(word) for cell in cells for word in cell.text.split())


def _example(cells: Sequence[Cell], encoding: str) -> str:
    text = cells[0].text.decode(encoding, "replace").replace("\N{REPLACEMENT CHARACTER}", "?")
    return f"“{text[:40]}”"
