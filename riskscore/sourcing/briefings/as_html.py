"""A briefing as a page of its own, for screen and printer."""

from collections.abc import Sequence

from django.template.loader import render_to_string

from riskscore.sourcing.briefings.content import MOST, Briefing, Table
from riskscore.sourcing.drawings.svg import svg


def html(briefing: Briefing, pdf: str = "", back: str = "") -> str:
    """The page. ``pdf``: address of the same as a file; ``back``: where it was asked for."""
    shown = briefing.shortened(MOST)
    parts = [
        {
            "part": part,
            "is_table": isinstance(part, Table),
            "rows": _rows(part) if isinstance(part, Table) else (),
            "heads": _cells(part, part.columns) if isinstance(part, Table) else (),
        }
        for part in (*shown.parts, shown.unknown)
    ]
    return render_to_string(
        "sourcing/briefing.html",
        {
            "briefing": shown,
            "parts": parts,
            "pictures": [(svg(one.drawing), one.caption) for one in shown.pictures],
            "pdf": pdf,
            "back": back,
        },
    )


def _rows(table: Table) -> list[list[tuple[str, bool]]]:
    return [_cells(table, row) for row in table.rows]


def _cells(table: Table, row: Sequence[str]) -> list[tuple[str, bool]]:
    """Texts, each with whether it is a number."""
    return [(text, at in table.numeric) for at, text in enumerate(row)]
