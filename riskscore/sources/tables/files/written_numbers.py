"""Numbers as people and their programs write them, made plain: ``1250.5``.

Which of comma and point is the decimal mark depends on the country. What can only mean one number
is read; what could mean two (1,250) is refused and both are named, unless the file itself shows its
mark in other cells.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from riskscore.sources.bad_file import BadFile

#: What people and programs write where there is no figure; compared without case.
MISSING = frozenset({
    "", ".", "..", "...", "…", "-", "--", "–", "—", ":", "na", "n/a", "#n/a", "n.a.", "n. a.",
    "<na>", "nd", "n.d.", "null", "none", "nan", "no data", "not available", "missing", "#n/v",
    "#nv",
})  # fmt: skip
PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
#: Sign, digits with marks, power of ten, percent sign.
_PARTS = re.compile(r"([+-]? ?)([\d., '’]*\d[\d., '’]*)([eE][+-]?\d+)?( ?%)?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:([ '’])\d{3})(?:\1\d{3})*(?=[.,]|$)", re.ASCII)
_ONE_GROUP = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_OTHER = {
    "\N{MINUS SIGN}": "-",
    "\N{ARABIC DECIMAL SEPARATOR}": ".",
    "\N{ARABIC PERCENT SIGN}": "%",
    "\N{ARABIC THOUSANDS SEPARATOR}": "'",
}


@dataclass(frozen=True, slots=True)
class Marks:
    """The decimal mark of a file, "" if it is not known; ``shown``: by other cells of the file."""

    decimal: str = ""
    shown: bool = False


#: Of our own layouts, comma-separated: a decimal point.
DOCUMENTED = Marks(".")


def is_missing(text: str) -> bool:
    """Whether the cell of a figure says that there is none."""
    return text.casefold() in MISSING


def marks_of(cells: Iterable[str]) -> Marks:
    """The decimal mark that the unambiguous numbers among the cells show; none if they differ."""
    found = {mark for cell in cells if (mark := _shown(cell))}
    return Marks(found.pop(), shown=True) if len(found) == 1 else Marks()


def plain_number(text: str, marks: Marks, column: str, line: int) -> str:
    """The number as ``1250.5`` or ``40%``; what is no number as it is.

    Raises BadFile for a number that could mean two, or that contradicts the marks of its file.
    """
    spelt = _ascii(text)
    parts = _PARTS.fullmatch(spelt)
    if parts is None:
        return text
    sign, digits, power, percent = (part or "" for part in parts.groups())
    digits = _without_groups(re.sub(r" (?=[.,])", "", digits.strip()))
    plain = _decimal(digits, marks)
    if plain is None:
        raise _unclear(text, digits, marks, column, line)
    if not plain:
        return text
    return f"{sign.strip()}{plain}{power}{percent.strip()}"


def _ascii(text: str) -> str:
    """Digits of any script as 0 to 9, marks and blanks as those of ASCII."""
    if text.isascii():
        return text
    turned = "".join(_OTHER.get(sign, sign) for sign in text)
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign
        for sign in unicodedata.normalize("NFKC", turned)
    )


def _without_groups(digits: str) -> str:
    """Without blanks or apostrophes between groups of three digits."""
    grouped = _GROUPED.match(digits)
    if grouped is None:
        return digits
    whole = grouped.group()
    return re.sub(r"[ '’]", "", whole) + digits[len(whole) :]


def _decimal(digits: str, marks: Marks) -> str | None:
    """With a decimal point and nothing else; None: it could be two numbers; "": it is none."""
    used = [mark for mark in ".," if mark in digits]
    if not used:
        return digits if digits.isdecimal() else ""
    if len(used) == 2:
        last = max(used, key=digits.rindex)
        whole, fraction = digits.rsplit(last, 1)
        if digits.count(last) > 1 or not _is_grouped(whole, *(set(used) - {last})):
            return ""
        return _agreed(f"{_bare(whole)}.{fraction}", last, marks)
    (mark,) = used
    if digits.count(mark) > 1:
        other = "," if mark == "." else "."
        return _agreed(_bare(digits), other, marks) if _is_grouped(digits, mark) else ""
    return _one_mark(digits, mark, marks)


def _one_mark(digits: str, mark: str, marks: Marks) -> str | None:
    whole, _, fraction = digits.partition(mark)
    if not (whole + fraction).isdecimal():
        return ""
    plain = f"{whole or 0}.{fraction or 0}"
    if mark == marks.decimal:
        return plain
    if _ONE_GROUP.fullmatch(digits):
        return whole + fraction if marks.shown else None
    return plain if not marks.decimal else None


def _agreed(plain: str, decimal: str, marks: Marks) -> str | None:
    """The number, if its decimal mark is not another than that of its file."""
    return plain if not marks.shown or marks.decimal == decimal else None


def _is_grouped(digits: str, mark: str) -> bool:
    first, *groups = digits.split(mark)
    return (
        0 < len(first) <= 3
        and first.isdecimal()
        and all(len(group) == 3 and group.isdecimal() for group in groups)
    )


def _bare(digits: str) -> str:
    return digits.replace(",", "").replace(".", "")


def _shown(text: str) -> str:
    """The decimal mark that a cell shows by itself, "" if none."""
    parts = _PARTS.fullmatch(_ascii(text))
    digits = _without_groups((parts.group(2) if parts else "").strip())
    used = [mark for mark in ".," if mark in digits]
    if not used or not _decimal(digits, Marks()):
        return ""
    last = max(used, key=digits.rindex)
    if len(used) == 1 and digits.count(last) > 1:
        return "," if last == "." else "."
    return last


def _unclear(text: str, digits: str, marks: Marks, column: str, line: int) -> BadFile:
    if _ONE_GROUP.fullmatch(digits):
        as_decimal, as_whole = re.sub("[.,]", ".", digits), re.sub("[.,]", "", digits)
        return BadFile(
            f"this can be {as_decimal} or {as_whole}",
            row=line, column=column, value=text,
            remedy="Write the number with a decimal point, without thousands separators.",
        )  # fmt: skip
    words = {".": "a decimal point", ",": "a decimal comma"}
    return BadFile(
        f"not a finite number with {words.get(marks.decimal, 'one decimal mark')}, as"
        + (" other cells of the file have" if marks.shown else " a comma-separated file has"),
        row=line, column=column, value=text,
        remedy="Write the number with a decimal point, without thousands separators.",
    )  # fmt: skip
