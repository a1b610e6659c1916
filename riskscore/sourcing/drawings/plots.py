"""What pages and briefings about sourcing draw: shares, years, and projects on two axes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from riskscore.sourcing.drawings.marks import Box, Dot, Drawing, Line, Mark, Words

#: The field of the two axes within its sheet.
WIDTH, HEIGHT = 480.0, 330.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 470.0, 14.0, 284.0
STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 25.0)


def bar(share01: float | None, look: str = "share", test01: float | None = None) -> Drawing:
    """A share as a bar over its whole width; a mark stands where a test would say too much."""
    marks: list[Mark] = [Box(0, 0, 100, 10, "track")]
    if share01 is not None:
        marks.append(Box(0, 0, 100 * min(max(share01, 0), 1), 10, look))
    if test01 is not None:
        marks.append(Box(100 * test01 - 0.3, 0, 0.6, 10, "test"))
    about = "unknown" if share01 is None else f"{100 * share01:.1f} %"
    return Drawing("bar", 100, 10, about, marks, stretched=True)


@dataclass(frozen=True, slots=True)
class Rated:
    """A dimension: its score 0..100, None where it is not assessed, and all that it can be."""

    label: str
    score: float | None
    low: float | None
    high: float | None
    band: str


def dimensions(rows: Sequence[Rated]) -> Drawing:
    """Scores as bars, with a line from the least to the most that each can be. Without a score
    there is no bar, so that the unknown never looks small."""
    height = 14.0 + 34.0 * len(rows)
    marks: list[Mark] = []
    for at, row in enumerate(rows):
        top = 6.0 + 34.0 * at
        said = "not assessed" if row.score is None else f"{row.score:.0f} {row.band}"
        marks += [Words(4, top + 9, row.label), Words(296, top + 9, said, "number-mark", "end")]
        marks.append(Box(4, top + 13, 292, 8, "track"))
        if row.score is not None:
            marks.append(Box(4, top + 13, 2.92 * row.score, 8, f"band-{row.band or 'low'}"))
        if row.low is not None and row.high is not None:
            marks.append(
                Box(4 + 2.92 * row.low, top + 23, 2.92 * (row.high - row.low), 2, "bounds")
            )
    about = "; ".join(
        f"{row.label}: {'not assessed' if row.score is None else f'{row.score:.1f}'}"
        for row in rows
    )
    return Drawing("dimensions", 300, height, about, marks)


# --- Years --------------------------------------------------------------------------------------
def years(values: Sequence[tuple[int, float | None]], most: float, text: str) -> Drawing:
    """A figure through the years as a small line from 0 to ``most``; years that nobody knows are
    gaps. ``text`` says the newest value."""
    width, height, left, right = 150.0, 52.0, 4.0, 146.0
    first, last = values[0][0], values[-1][0]
    across = (right - left) / max(last - first, 1)
    spots = [
        None if value is None else (left + across * (year - first), 38 - 32 * value / (most or 1))
        for year, value in values
    ]
    marks: list[Mark] = [Line([(left, 38), (right, 38)], "axis")]
    marks += [Line(part, "course") for part in _unbroken(spots)]
    marks += [
        Dot(*spot, 1.8, "spot", f"{year}: {value:.3g}")
        for spot, (year, value) in zip(spots, values, strict=True)
        if spot is not None and value is not None
    ]
    marks += [Words(left, 49, str(first)), Words(right, 49, str(last), anchor="end")]
    return Drawing("years", width, height, text, marks)


def _unbroken(spots: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The runs of neighbours that are known; a run of one is no line."""
    runs: list[list[tuple[float, float]]] = [[]]
    for spot in spots:
        if spot is None:
            runs.append([])
        else:
            runs[-1].append(spot)
    return [run for run in runs if len(run) > 1]


# --- Two axes -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Spot:
    """One project: ``number`` in its table; what is gained, in percent of the imports, and human
    cost 0..100, each from the least to the most that it can be."""

    number: int
    name: str
    gain: tuple[float, float]
    cost: tuple[float, float]
    not_dominated: bool
    marked: bool = False
    """Whether it is the one that is asked about."""

    @property
    def look(self) -> str:
        """The style of its box."""
        if self.marked:
            return "marked"
        return "undominated" if self.not_dominated else "dominated"


def two_axes(spots: Sequence[Spot]) -> Drawing:
    """Each project as the box of all that it can be: dependence reduced to the right, human cost
    upwards. No points: a middle that nobody knows would tell projects apart that are not."""
    most = max((spot.gain[1] for spot in spots), default=0.0)
    step = next((step for step in STEPS if most / step <= 6), 25.0)
    end = max(step * math.ceil(most / step - 1e-9), step)
    scale = _Scale(end)
    marks = [*_axes(scale, step), *_boxes(spots, scale), *_numbers(spots, scale)]
    return Drawing("two-axes", WIDTH, HEIGHT, _about(spots), marks)


@dataclass(frozen=True, slots=True)
class _Scale:
    end: float

    def x(self, gain: float) -> float:
        return LEFT + (RIGHT - LEFT) * min(gain / self.end, 1.0)

    def y(self, cost: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * min(max(cost / 100, 0.0), 1.0)


def _axes(scale: _Scale, step: float) -> list[Mark]:
    marks: list[Mark] = []
    for cost in (0, 25, 50, 75, 100):
        y = scale.y(cost)
        marks += [Line([(LEFT, y), (RIGHT, y)], "grid" if cost else "axis")]
        marks += [Words(LEFT - 5, y + 3.5, str(cost), anchor="end")]
    for i in range(round(scale.end / step) + 1):
        x = scale.x(i * step)
        marks += [Line([(x, TOP), (x, BOTTOM)], "grid" if i else "axis")]
        marks += [Words(x, BOTTOM + 14, f"{i * step:g}", anchor="middle")]
    middle = (LEFT + RIGHT) / 2
    return [
        *marks,
        Words(middle, BOTTOM + 29, "N-1 falls by, % of the imports  →  less dependence",
              "axis-name", "middle"),
        Words(13, (TOP + BOTTOM) / 2, "Human cost, 0 to 100  →  worse", "axis-name", "middle",
              upright=False),
    ]  # fmt: skip


def _boxes(spots: Sequence[Spot], scale: _Scale) -> list[Mark]:
    """Those that are dominated first, so that the others lie upon them; alike ones as one."""
    drawn: dict[tuple[float, ...], Box] = {}
    for spot in sorted(spots, key=lambda s: (s.marked, s.not_dominated, -s.number)):
        box = _box(spot, scale)
        where = (round(box.x, 1), round(box.y, 1), round(box.width, 1), round(box.height, 1))
        about = f"{box.about}\n{drawn[where].about}" if where in drawn else box.about
        drawn[where] = replace(box, about=about)
    return list(drawn.values())


def _box(spot: Spot, scale: _Scale) -> Box:
    left, right = scale.x(spot.gain[0]), scale.x(spot.gain[1])
    top, bottom = scale.y(spot.cost[1]), scale.y(spot.cost[0])
    wide, high = max(right - left, 2.5), max(bottom - top, 2.5)
    return Box(left, top, wide, high, spot.look, _words_of(spot))


def _words_of(spot: Spot) -> str:
    return (
        f"{spot.number}. {spot.name}: N-1 falls by {spot.gain[0]:.1f} to {spot.gain[1]:.1f} % of "
        f"the imports; human cost {spot.cost[0]:.0f} to {spot.cost[1]:.0f}"
    )


def _numbers(spots: Sequence[Spot], scale: _Scale) -> list[Mark]:
    """The numbers of boxes that lie on the same spot stand together, none upon another."""
    alike: dict[tuple[float, float], list[int]] = {}
    for spot in spots:
        box = _box(spot, scale)
        where = (round(box.x + box.width, 0), round(box.y, 0))
        alike.setdefault(where, []).append(spot.number)
    taken: list[tuple[float, float, float]] = []
    marks: list[Mark] = []
    for (x, y), numbers in sorted(alike.items(), key=lambda item: item[1][0]):
        text = ranges(numbers)
        right, baseline = _free(x - 3, y + 11, 6.0 * len(text), taken)
        taken.append((right, baseline, 6.0 * len(text)))
        marks.append(Words(right, baseline, text, "number-mark", "end"))
    return marks


def _free(
    right: float, y: float, width: float, taken: Sequence[tuple[float, float, float]]
) -> tuple[float, float]:
    """The next place at or below a point where a text covers no other."""
    right = max(right, LEFT + width + 2)
    while any(
        abs(y - other_y) < 11 and right - width < other and other - other_width < right
        for other, other_y, other_width in taken
    ):
        y += 11
        if y > BOTTOM - 2:
            right, y = right - width - 6, TOP + 11
        if right - width < LEFT:
            return right, y
    return right, y


def ranges(numbers: Sequence[int]) -> str:
    """Whole numbers in order as text: 2, 4–7."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in runs)


def _about(spots: Sequence[Spot]) -> str:
    best = sum(spot.not_dominated for spot in spots)
    return (
        f"{len(spots)} projects by dependence reduced and human cost, each as the box of all that "
        f"it can be; no other one is better than {best} of them."
    )
