"""Drawings of a project's page: a distribution with one place marked. Pure."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from riskscore.admin.ui.wording import points

HEIGHT = 40.0
TICKS = (0, 25, 50, 75, 100)
BANDS = ("low", "moderate", "high", "extreme")


def chart(counts: Sequence[int], here: float | None, words: str) -> SafeString:
    """A column per equal step of 0..100, and a mark where one score stands."""
    width, most = 100 / len(counts), max(counts, default=0) or 1
    columns = [
        (
            f"{at * width + 0.2:.2f}",
            f"{HEIGHT * (1 - number / most):.2f}",
            f"{width - 0.4:.2f}",
            f"{HEIGHT * number / most:.2f}",
            BANDS[min(int(at * width // 25), 3)],
            f"{at * width:g} to {(at + 1) * width:g}: {number:,}",
        )
        for at, number in enumerate(counts)
        if number
    ]
    column = '<rect x="{}" y="{}" width="{}" height="{}" class="{}"><title>{}</title></rect>'
    drawn = format_html_join("", column, columns)
    mark: str | SafeString = ""
    if here is not None:
        mark = format_html(
            '<rect x="{}" y="0" width="0.5" height="{}" class="here"/>',
            f"{min(max(here, 0.0), 100.0) - 0.25:.2f}",
            f"{HEIGHT + 2:g}",
        )
    ground = format_html('<rect x="0" y="{}" width="100" height="0.4" class="span"/>', HEIGHT)
    said = words if here is None else f"{words}; this one at {points(here)}"
    return format_html(
        '<svg class="chart distribution" viewBox="0 0 100 {}" preserveAspectRatio="none" role="img"'
        ' aria-label="{}"><title>{}</title>{}{}{}</svg>',
        f"{HEIGHT + 3:g}", said, said, drawn, ground, mark,
    )  # fmt: skip
