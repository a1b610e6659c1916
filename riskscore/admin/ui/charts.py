"""Charts as inline SVG: pure functions, coordinates in attributes, colours in the stylesheet.

No styles and no scripts inside, so that the strictest content policy lets them through. Each
drawing is 100 units wide whatever its width on the page, and says in words what it shows.
"""

import math
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from riskscore.admin.ui.wording import points


def _svg(kind: str, height: float, words: str, inside: SafeString) -> SafeString:
    return format_html(
        '<svg class="chart {}" viewBox="0 0 100 {}" preserveAspectRatio="none" role="img"'
        ' aria-label="{}"><title>{}</title>{}</svg>',
        kind,
        f"{height:g}",
        words,
        words,
        inside,
    )


def _box(x: float, y: float, width: float, height: float, look: str) -> SafeString:
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" class="{}"/>',
        f"{x:.2f}",
        f"{y:g}",
        f"{max(width, 0):.2f}",
        f"{height:g}",
        look,
    )


def _clipped(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else min(max(value, 0.0), 100.0)


def meter(
    score: float | None,
    *,
    low: float | None = None,
    high: float | None = None,
    context: float | None = None,
    interval: tuple[float, float] | None = None,
    look: str,
) -> SafeString:
    """A score 0..100 as a bar; below it the span it could have if all unknown were known; across
    it its 90 % interval.

    Without a score the bar stays empty and a thin mark shows the context: it must never look
    like a small score.
    """
    bar, best, worst, around = _clipped(score), _clipped(low), _clipped(high), _clipped(context)
    parts = [_box(0, 0, 100, 10, "track")]
    if bar is not None:
        parts.append(_box(0, 0, bar, 10, look))
    elif around is not None:
        parts.append(_box(around - 0.4, 0, 0.8, 10, "context"))
    if best is not None and worst is not None and worst - best > 0.05:
        parts.append(_box(best, 12, worst - best, 2, "span"))
    if interval is not None:
        left, right = (min(max(end, 0.0), 100.0) for end in interval)
        parts.append(_box(left, 4.5, right - left, 1, "interval"))
        parts += [_box(end - 0.15, 2.5, 0.3, 5, "interval") for end in (left, right)]
    inside = format_html_join("", "{}", ((part,) for part in parts))
    words = _meter_words(bar, best, worst, around)
    if interval is not None:
        words += f", 90 % interval {points(interval[0])} to {points(interval[1])}"
    return _svg("meter", 15, words, inside)


def _meter_words(
    score: float | None, low: float | None, high: float | None, context: float | None
) -> str:
    span = "" if low is None or high is None else f", between {points(low)} and {points(high)}"
    if score is not None:
        return f"{points(score)} of 100{span}"
    return f"not assessed{'' if context is None else f', context {points(context)}'}{span}"


def step(start: float, size: float, *, scale: float, look: str) -> SafeString:
    """One step of a waterfall on a scale 0..``scale``: from ``start``, ``size`` wide."""
    left, right = sorted((100 * start / scale, 100 * (start + size) / scale))
    inside = _box(0, 0, 100, 10, "track") + _box(left, 1, right - left, 8, look)
    return _svg("step", 10, f"{points(size)} points, from {points(start)}", inside)


def stack(parts: Sequence[tuple[str, int, str]]) -> SafeString:
    """Counts side by side as shares of their sum: (words, count, look) each."""
    total = sum(count for _, count, _ in parts) or 1
    drawn, x = [], 0.0
    for words, count, look in parts:
        width = 100 * count / total
        drawn.append((_box(x, 0, width, 10, look), f"{words}: {count:,}"))
        x += width
    inside = format_html_join("", "<g>{}<title>{}</title></g>", drawn)
    return _svg("stack", 10, ", ".join(f"{w} {n:,}" for w, n, _ in parts), inside)


def progress(total: int, done: int, failed: int, skipped: int) -> SafeString:
    """How far a job is: done, failed and skipped, the rest is still to do."""
    counts = ((done, "done"), (failed, "failed"), (skipped, "skipped"))
    drawn, x = [_box(0, 0, 100, 10, "track")], 0.0
    for count, look in counts:
        width = 100 * count / total if total else 0.0
        drawn.append(_box(x, 0, width, 10, look))
        x += width
    inside = format_html_join("", "{}", ((part,) for part in drawn))
    words = [f"{done + failed:,} of {total:,}", *(f"{n:,} {look}" for n, look in counts[1:] if n)]
    return _svg("progress", 10, ", ".join(words), inside)


def curve(points_of: Sequence[tuple[float, float]], words: str) -> SafeString:
    """A line through (x, y): x from the least to the greatest, y from 0 to the greatest."""
    xs, ys = zip(*points_of, strict=True)
    width, height = (max(xs) - min(xs)) or 1.0, max(ys) or 1.0
    drawn = " ".join(
        f"{100 * (x - min(xs)) / width:.2f},{30 - 28 * y / height:.2f}" for x, y in points_of
    )
    line = format_html('<polyline points="{}" class="curve"/>', drawn)
    return _svg("plot", 30.5, words, line + _box(0, 30, 100, 0.5, "span"))


def trend(values: Sequence[float | None]) -> SafeString:
    """A score through its versions, oldest first: a column each, none where not assessed."""
    across = min(100 / max(len(values), 1), 8)
    columns = [
        _box(index * across, 20 - height / 5, 0.9 * across, height / 5, "mark")
        for index, value in enumerate(values)
        if (height := _clipped(value)) is not None
    ]
    ground = _box(0, 20, 100, 0.5, "span")
    inside = format_html_join("", "{}", ((column,) for column in (*columns, ground)))
    return _svg("trend", 20.5, " → ".join(points(value) for value in values), inside)
