"""A drawing as inline SVG: no styles and no scripts inside, every text escaped."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from riskscore.sourcing.drawings.marks import Box, Dot, Drawing, Line, Mark, Words


def svg(drawing: Drawing) -> SafeString:
    """The drawing as an element of a page."""
    return format_html(
        '<svg class="drawing {}" viewBox="0 0 {} {}"{} role="img" aria-label="{}">'
        "<title>{}</title>{}</svg>",
        drawing.kind,
        f"{drawing.width:g}",
        f"{drawing.height:g}",
        SafeString(' preserveAspectRatio="none"' if drawing.stretched else ""),
        drawing.about,
        drawing.about,
        _joined(_mark(mark) for mark in drawing.marks),
    )


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _mark(mark: Mark) -> SafeString:
    if isinstance(mark, Box):
        return _about(_box(mark), mark.about)
    if isinstance(mark, Dot):
        return _about(_dot(mark), mark.about)
    return _line(mark) if isinstance(mark, Line) else _words(mark)


def _about(shape: SafeString, about: str) -> SafeString:
    return format_html("<g>{}<title>{}</title></g>", shape, about) if about else shape


def _box(box: Box) -> SafeString:
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" class="{}"/>',
        f"{box.x:.2f}", f"{box.y:.2f}", f"{max(box.width, 0):.2f}", f"{max(box.height, 0):.2f}",
        box.look,
    )  # fmt: skip


def _dot(dot: Dot) -> SafeString:
    return format_html(
        '<circle cx="{}" cy="{}" r="{}" class="{}"/>',
        f"{dot.x:.2f}", f"{dot.y:.2f}", f"{dot.radius:g}", dot.look,
    )  # fmt: skip


def _line(line: Line) -> SafeString:
    through = " ".join(f"{x:.2f},{y:.2f}" for x, y in line.points)
    return format_html('<polyline points="{}" class="{}"/>', through, line.look)


def _words(words: Words) -> SafeString:
    x, y = f"{words.x:.2f}", f"{words.y:.2f}"
    turn = "" if words.upright else f' transform="rotate(-90 {x} {y})"'
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}" class="{}"{}>{}</text>',
        x, y, words.anchor, words.look, SafeString(turn), words.text,
    )  # fmt: skip
