"""Letters on paper: the font that goes into the file, and what it cannot write.

reportlab ships Bitstream Vera, which has the letters of western Europe. A letter that it lacks is
written without its accent where it has one, else as a sign of its own, and the page says so.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "Vera", "VeraBd"
#: Signs that the font lacks, and what says the same.
SIGNS = {
    "→": "to", "≤": "at most", "≥": "at least", "−": "–", "☐": "[ ]", "\u202f": " ", "\u2011": "-",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
}  # fmt: skip
HOLLOW = "¤"
SAID = (
    "Some letters of names are simplified here, since the font of this file lacks them "
    f"({HOLLOW}: one without a simpler form); the page on screen has them all."
)


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """The letters of the font; registers it where that is still to do."""
    folder = Path(reportlab.__file__).parent / "fonts"
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
    glyphs = pdfmetrics.getFont(PLAIN).face.charToGlyph
    return frozenset(map(chr, glyphs))


def written(text: str) -> tuple[str, bool]:
    """A text in letters that the font has, and whether a letter of it had to be changed."""
    if all(letter in known() for letter in text):
        return text, False
    letters = [_letter(letter) for letter in unicodedata.normalize("NFC", text)]
    return "".join(new for new, _ in letters), any(changed for _, changed in letters)


def _letter(letter: str) -> tuple[str, bool]:
    if letter in known():
        return letter, False
    if letter in SIGNS:
        return SIGNS[letter], letter.isalpha()
    if unicodedata.category(letter)[0] in "CZ":
        return " ", False
    bare = unicodedata.normalize("NFKD", letter)[0]
    return bare if bare in known() else HOLLOW, True
