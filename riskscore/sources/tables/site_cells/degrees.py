"""Degrees as people write them: decimal, with minutes and seconds, with a sign or a hemisphere.

What could be read in two ways is refused: a sign beside a hemisphere, ``O`` (west in Spanish, east
in German), numbers apart by blanks that say neither degrees nor hemisphere, ``24,270``.
"""

import re

from riskscore.sources.bad_file import BadFile
from riskscore.sources.checks.fault import refuse
from riskscore.sources.checks.figure_checks import BOUNDS
from riskscore.sources.checks.figure_checks import degree as outside
from riskscore.sources.tables.cell_values import bad_cell, finite_number

HEMISPHERES = {"latitude": {"N": 1, "S": -1}, "longitude": {"E": 1, "W": -1}}
#: More than this is no slip of degrees: metres of a projected system.
METRES = 1000
_MARKS = str.maketrans({
    "\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "º": "°", "˚": "°", "’": "'", "‘": "'", "′": "'",
    "´": "'", "`": "'", "″": '"', "”": '"', "“": '"', "\xa0": " ",
})  # fmt: skip
_PARTS = re.compile(
    r"""(?P<before>[A-Za-z])?\s*(?P<sign>[-+])?\s*(?P<degrees>\d{1,3}(?:[.,]\d+)?)
    (?:
        (?:\s*(?P<mark>[°dD:])\s*|\s+)(?P<minutes>\d{1,2}(?:[.,]\d+)?)
        (?:
            (?:\s*['mM:]\s*|\s+)(?P<seconds>\d{1,2}(?:[.,]\d+)?)\s*(?:"|''|[sS](?=\s*[A-Za-z]))?
            | \s*['mM]?
        )
        | \s*[°dD]?
    )
    \s*(?P<after>[A-Za-z])?""",
    re.VERBOSE,
)
_COMMA = re.compile(r"\d{1,3},(?:\d{1,2}|\d{4,})")
_DECIMAL = re.compile(r"[-+]?\s*\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|[-+]?\s*\.\d+")


def degree(text: str, column: str, line: int) -> float:
    """A latitude or longitude (``column``) in degrees. Raises BadFile for what is none."""
    plain = text.translate(_MARKS).strip()
    if _DECIMAL.fullmatch(plain):
        return _bounded(finite_number(plain.replace(" ", ""), column, line), text, column, line)
    parts = _PARTS.fullmatch(plain)
    if parts is None:
        raise _unread(text, column, line)
    marked = bool(parts["before"] or parts["after"])
    if parts["minutes"] and not marked and parts["mark"] in {None, ":"}:
        raise bad_cell(line, column, text, "numbers that may be degrees and minutes, or one number",
                       "Write 24°16'15\"S or -24.2708.")  # fmt: skip
    size = _size(parts, text, column, line)
    return _bounded(_sign(parts, text, column, line) * size, text, column, line)


def _size(parts: re.Match[str], text: str, column: str, line: int) -> float:
    """Degrees, minutes and seconds as degrees."""
    numbers = [_number(parts[name], text, column, line) for name in
               ("degrees", "minutes", "seconds")]  # fmt: skip
    finest = max(at for at, name in enumerate(("degrees", "minutes", "seconds")) if parts[name])
    if any(number != int(number) for number in numbers[:finest]):
        raise _unread(text, column, line)
    if numbers[1] >= 60 or numbers[2] >= 60:
        raise bad_cell(line, column, text, "60 minutes or seconds, or more", "Correct them.")
    return numbers[0] + numbers[1] / 60 + numbers[2] / 3600


def _number(text: str | None, whole: str, column: str, line: int) -> float:
    if text and "," in text and not _COMMA.fullmatch(text):
        raise bad_cell(line, column, whole, "a comma that may stand before decimals or thousands",
                       "Write a decimal point: -24.27.")  # fmt: skip
    return float(text.replace(",", ".")) if text else 0.0


def _sign(parts: re.Match[str], text: str, column: str, line: int) -> int:
    letters = [parts[name].upper() for name in ("before", "after") if parts[name]]
    if not letters:
        return -1 if parts["sign"] == "-" else 1
    known, letter = HEMISPHERES[column], letters[0]
    if letter == "O":
        raise bad_cell(line, column, text, "O is west in Spanish and east in German",
                       "Write W or E, or a sign.")  # fmt: skip
    if letter not in known or len(letters) > 1:
        other = next((name for name, of in HEMISPHERES.items() if letter in of), "")
        reason = f"a {other} in this column" if other else "not degrees"
        raise bad_cell(line, column, text, reason, "Check for swapped columns.")
    if parts["sign"]:
        raise bad_cell(line, column, text, f"a sign and {letter} as well", "Leave one of them out.")
    return known[letter]


def _bounded(result: float, text: str, column: str, line: int) -> float:
    bound = BOUNDS[column]
    if abs(result) > METRES:
        raise bad_cell(line, column, text, f"outside ±{bound} degrees: metres of a projected system"
                       " such as UTM", "Convert the points to degrees (WGS 84).")  # fmt: skip
    refuse(outside(result, column), line, column, text)
    return result


def _unread(text: str, column: str, line: int) -> BadFile:
    hint = ": use a decimal point" if "," in text else ""
    return bad_cell(line, column, text, f"not degrees, not a finite number{hint}",
                    "Write -24.2708, 24.2708 S or 24°16'15\"S, in WGS 84.")  # fmt: skip
