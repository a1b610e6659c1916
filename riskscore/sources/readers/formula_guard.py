"""Texts that a spreadsheet would run as formulas: how they go out, and how they come back.

A spreadsheet runs a cell whose first visible character is ``= + - @``, also in full width. Text
from strangers (names, notes, cells of a rejected file) therefore leaves with an apostrophe before
it, which spreadsheets show as text. A separator *inside* a text can begin a new cell under another
locale's list separator, or where the quotes around the text are not honoured, so the same holds
after ``, ; |``, a tab and a line end. Source: OWASP, "CSV Injection".

A bar is no locale's list separator, but people exchange files with bars
(:mod:`riskscore.sources.readers.delimited` knows them too), and one apostrophe more costs nothing.
A plain number after a separator (``-74, -18``) is a number in any program and stays as it is.
Numbers that we write as numbers do not come here.
"""

import re

#: What programs skip at the beginning of a cell: white space, controls, marks without width. The
#: apostrophe is among them so that a text keeps its meaning while apostrophes come and go in it.
IGNORED = (
    r"[\s'\x00-\x20\x7f\u00ad\u061c\u180e\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]*"
)
SIGNS = "[=+\\-@＝＋－﹣−＠﹦﹢﹫]"
SEPARATORS = "[,;|\t\r\n，；｜]"
_NUMBER = rf"[+\-]\d+(?:\.\d+)?(?:[eE][+\-]?\d+)?\s*(?:{SEPARATORS}|[\])}}]|$)"
_AT_BEGINNING = rf"(?={IGNORED}{SIGNS}|'*[\t\r\n])"
_AFTER_SEPARATOR = rf"(?={IGNORED}(?!{_NUMBER}){SIGNS})"
#: The place before a formula (the apostrophe goes there), and an apostrophe at such a place.
_BEFORE = re.compile(rf"^{_AT_BEGINNING}|(?<={SEPARATORS}){_AFTER_SEPARATOR}")
_GUARD = re.compile(rf"^'{_AT_BEGINNING}|(?<={SEPARATORS})'{_AFTER_SEPARATOR}")


def disarmed(text: str) -> str:
    """The text with an apostrophe before each place that a spreadsheet would run as a formula."""
    return _BEFORE.sub("'", text)


def restored(text: str) -> str:
    """The text as it was before :func:`disarmed`; any other text as it is."""
    return _GUARD.sub("", text) if "'" in text else text


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run a part of the text; one that is disarmed it would not."""
    return any(text[at.start() : at.start() + 1] != "'" for at in _BEFORE.finditer(text))
