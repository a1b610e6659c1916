"""A briefing as one page of A4. What does not fit is counted, list by list, before anything is made
smaller."""

import math
from collections.abc import Iterable, Sequence
from html import escape
from io import BytesIO
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepInFrame,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Grid

from riskscore.sourcing.briefings import letters
from riskscore.sourcing.briefings.content import MOST, Briefing, Listing, Picture, Table
from riskscore.sourcing.briefings.sheet import Sheet
from riskscore.sourcing.briefings.supply_figures import Figure

EDGE = 12 * mm
WIDTH, HEIGHT = A4[0] - 2 * EDGE, A4[1] - 2 * EDGE
INK, QUIET, LINE, GROUND = (HexColor(code) for code in ("#1b1f23", "#57606a", "#c9d1d9", "#f4f7f9"))
CARDS = 5
PICTURE = 222.0
Parts = list[Flowable]


def _style(name: str, size: float, color: Color = INK, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(
        name, fontName=more.pop("font", letters.PLAIN), fontSize=size, leading=size * 1.22,
        textColor=color, **more,
    )  # fmt: skip


TITLE = _style("title", 15, font=letters.BOLD)
HEAD = _style("head", 8.6, font=letters.BOLD, spaceBefore=5, spaceAfter=1.5)
TEXT, SMALL = _style("text", 7), _style("small", 6.2, QUIET)
TINY = _style("tiny", 5.6, QUIET)
RIGHT = _style("right", 7, alignment=TA_RIGHT)
VALUE = _style("value", 11.5)


def pdf(briefing: Briefing) -> bytes:
    """The file: always one page."""
    for most in range(MOST, 0, -1):
        made, pages = _built(_story(briefing.shortened(most)), briefing)
        if pages == 1:
            return made
    small = KeepInFrame(WIDTH, HEIGHT - 1, _story(briefing.shortened(1)), mode="shrink")
    return _built([small], briefing)[0]


def _built(story: Parts, briefing: Briefing) -> tuple[bytes, int]:
    paper = BytesIO()
    document = BaseDocTemplate(
        paper, pagesize=A4, title=f"{briefing.title} – riskscore", author="riskscore", lang="en",
        invariant=1,
    )  # fmt: skip
    frame = Frame(EDGE, EDGE, WIDTH, HEIGHT, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    document.build(story)
    return paper.getvalue(), document.page


def _story(briefing: Briefing) -> Parts:
    letters.known()
    words = _Words()
    story: Parts = [
        words.line(briefing.title, TITLE),
        Spacer(0, 3),
        words.line(briefing.subtitle, SMALL),
        Spacer(0, 5),
        _cards(briefing.figures, words),
    ]
    if briefing.pictures:
        story.append(_pictures(briefing.pictures, words))
    for part in briefing.parts:
        story += _table(part, words) if isinstance(part, Table) else _listing(part, words)
    story += _listing(briefing.unknown, words)
    story += _sources(briefing, words)
    story += [Spacer(0, 4), words.line(" · ".join(briefing.stamp), SMALL)]
    if words.simplified:
        story.append(Paragraph(escape(letters.SAID), SMALL))
    return story


class _Words:
    """Texts as paragraphs: every one is escaped, and written in letters that the font has."""

    def __init__(self) -> None:
        self.simplified = False

    def line(self, text: str, style: ParagraphStyle = TEXT) -> Paragraph:
        """A text as a paragraph."""
        plain, changed = letters.written(text)
        self.simplified |= changed
        return Paragraph(escape(plain), style)


def _cards(figures: Sequence[Figure], words: _Words) -> Grid:
    """Figures side by side, at most five in a row, the rows as even as they can be."""
    cells = [
        [words.line(one.label, SMALL), words.line(one.value, VALUE), words.line(one.about, SMALL)]
        for one in figures
    ]
    across = math.ceil(len(cells) / math.ceil(len(cells) / CARDS))
    rows = [cells[at : at + across] for at in range(0, len(cells), across)]
    rows[-1] += [[] for _ in range(across - len(rows[-1]))]
    return Grid(rows, [WIDTH / across] * across, style=[
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BOX", (0, 0), (-1, -1), 0.4, LINE),
        ("INNERGRID", (0, 0), (-1, -1), 0.4, LINE),
        *_padding(3, 2),
    ])  # fmt: skip


def _padding(across: float, down: float) -> list[tuple[Any, ...]]:
    whole = (0, 0), (-1, -1)
    sides = {"LEFT": across, "RIGHT": across, "TOP": down, "BOTTOM": down}
    return [(f"{side}PADDING", *whole, size) for side, size in sides.items()]


def _pictures(pictures: Sequence[Picture], words: _Words) -> Grid:
    width = WIDTH / len(pictures)
    cells = [
        [Sheet(one.drawing, min(width - 8, PICTURE)), words.line(one.caption, SMALL)]
        for one in pictures
    ]
    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), *_padding(2, 4)]
    return Grid([cells], [width] * len(pictures), style=style)


def _table(table: Table, words: _Words) -> Parts:
    right = [RIGHT if at in table.numeric else TEXT for at in range(len(table.columns))]
    heads = [_style(f"h{at}", 6.2, QUIET, alignment=one.alignment) for at, one in enumerate(right)]
    rows = [
        [words.line(name, head) for name, head in zip(table.columns, heads, strict=True)],
        *(
            [words.line(cell, style) for cell, style in zip(row, right, strict=True)]
            for row in table.rows
        ),
    ]
    grid = Grid(rows, _widths(table), style=[
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, LINE),
        *_padding(3, 0.7),
    ])  # fmt: skip
    return [words.line(table.title, HEAD), grid, *_more(table.left_out, words)]


def _widths(table: Table) -> list[float]:
    """Widths by the longest text of each column, none below its share of a tenth of the page."""
    longest = [
        max(min(max(len(row[at]) for row in (table.columns, *table.rows)), 60), 3)
        for at in range(len(table.columns))
    ]
    shares = [max(length, 0.07 * sum(longest)) if length > 3 else length for length in longest]
    return [WIDTH * share / sum(shares) for share in shares]


def _listing(listing: Listing, words: _Words) -> Parts:
    items: Iterable[Paragraph] = (words.line(f"• {text}", TEXT) for text in listing.items)
    return [words.line(listing.title, HEAD), *items, *_more(listing.left_out, words)]


def _more(left_out: int, words: _Words) -> Parts:
    return [words.line(f"and {left_out:,} more", SMALL)] if left_out else []


def _sources(briefing: Briefing, words: _Words) -> Parts:
    told = [
        ", ".join(
            part
            for part in (
                f"{one.what}: {one.title}" if one.what else one.title,
                one.publisher,
                one.edition,
                f"years {one.years}" if one.years else "",
                f"licence: {one.licence}" if one.licence else "licence not stated",
            )
            if part
        )
        for one in briefing.sources
    ]
    lines = [words.line(f"• {text}", TINY) for text in told]
    return [words.line("Sources", HEAD), *lines, *_more(briefing.sources_left_out, words)]
