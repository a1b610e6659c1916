"""The timeline of a project's incidents as inline SVG. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT, LEFT, TOP = 640.0, 150.0, 30.0, 22.0
#: The style of a reading, by how its key begins.
LOOKS = {"lab": "labour", "ind": "indigenous", "geo": "geopolitical"}


@dataclass(frozen=True, slots=True)
class Curve:
    """A reading of harm: its name, how its key begins, and its value 0..100 on each day."""

    label: str
    prefix: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Mark:
    """One statement: its day, its severity 0..1, and what it is."""

    day: date
    severity: float
    words: str


def drawing(days: Sequence[date], curves: Sequence[Curve], marks: Sequence[Mark]) -> SafeString:
    """Curves through the days, a dot per statement as high as it was grave, and the years."""
    said = f"{len(marks)} statements from {days[0].year} to {days[-1].year}"
    peaks = "; ".join(
        f"{one.label} at most {max(v for v in one.values if v is not None):.0f}" for one in curves
    )
    words = f"{said}{'; ' if peaks else ''}{peaks}"
    inside = [*_grid(days), *(_curve(days, one) for one in curves)]
    inside += [_mark(days, one) for one in marks if one.day <= days[-1]]
    return format_html(
        '<svg class="timeline" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        f"{WIDTH:g}", f"{HEIGHT + TOP + 20:g}", words,
        format_html_join("", "{}", ((one,) for one in inside)), _legend(curves),
    )  # fmt: skip


def _x(days: Sequence[date], day: date) -> float:
    span = (days[-1] - days[0]).days or 1
    return LEFT + (WIDTH - LEFT - 10) * (day - days[0]).days / span


def _y(value: float) -> float:
    return TOP + HEIGHT * (1 - value / 100)


def _grid(days: Sequence[date]) -> Iterator[SafeString]:
    for value in (0, 50, 100):
        yield format_html(
            '<line x1="{}" x2="{}" y1="{}" y2="{}" class="grid"/>'
            '<text x="{}" y="{}" class="tick" text-anchor="end">{}</text>',
            LEFT, WIDTH - 10, f"{_y(value):g}", f"{_y(value):g}", LEFT - 5,
            f"{_y(value) + 4:g}", value,
        )  # fmt: skip
    years = range(days[0].year, days[-1].year + 1)
    every = 1 + len(years) // 12
    for year in years:
        if (year - years[0]) % every == 0:
            yield format_html(
                '<text x="{}" y="{}" class="tick">{}</text>',
                f"{_x(days, date(year, 1, 1)):.1f}", f"{HEIGHT + TOP + 15:g}", year,
            )  # fmt: skip


def _curve(days: Sequence[date], curve: Curve) -> SafeString:
    """A line; it begins anew after days on which nothing counted."""
    steps, down = [], False
    for day, value in zip(days, curve.values, strict=True):
        if value is not None:
            steps.append(f"{'L' if down else 'M'}{_x(days, day):.1f} {_y(value):.1f}")
        down = value is not None
    look = LOOKS.get(curve.prefix, "other")
    return format_html('<path d="{}" class="curve of-{}"/>', " ".join(steps), look)


def _mark(days: Sequence[date], mark: Mark) -> SafeString:
    return format_html(
        '<circle cx="{}" cy="{}" r="4" class="statement"><title>{}</title></circle>',
        f"{_x(days, mark.day):.1f}", f"{_y(100 * mark.severity):.1f}",
        f"{mark.day:%-d %b %Y}: {mark.words}, severity {mark.severity:.2f}",
    )  # fmt: skip


def _legend(curves: Sequence[Curve]) -> SafeString:
    entries, x = [], LEFT
    for one in curves:
        look = LOOKS.get(one.prefix, "other")
        entries.append((f"{x:g}", f"{x + 16:g}", look, f"{x + 20:g}", one.label))
        x += 34 + 5.6 * len(one.label)
    return format_html_join(
        "",
        '<line x1="{}" x2="{}" y1="9" y2="9" class="curve of-{}"/>'
        '<text x="{}" y="13" class="tick">{}</text>',
        entries,
    )
