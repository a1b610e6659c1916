"""Where a project lies: its position among degrees and the other sites of its country.

No outlines of countries are drawn, so this is a sketch: latitude and longitude, true to scale at
the middle, and the sites on record as dots.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from riskscore.sourcing.drawings.marks import Dot, Drawing, Line, Mark, Words

WIDTH, HEIGHT, EDGE = 300.0, 230.0, 16.0
STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
Point = tuple[float, float]
Site = tuple[str, float, float]
"""Name, latitude, longitude."""


@dataclass(frozen=True, slots=True)
class _View:
    """The part of the world that is drawn: its middle in degrees, and units per degree north."""

    latitude: float
    longitude: float
    scale: float

    def at(self, latitude: float, longitude: float) -> Point:
        east = (longitude - self.longitude + 540) % 360 - 180
        shrink = math.cos(math.radians(self.latitude))
        return (
            WIDTH / 2 + east * shrink * self.scale,
            HEIGHT / 2 - (latitude - self.latitude) * self.scale,
        )


def sketch(
    here: Sequence[tuple[str, float, float]], others: Sequence[Point], about: str
) -> Drawing:
    """The named points (name, latitude, longitude) among others (latitude, longitude)."""
    view = _view([(lat, lon) for _, lat, lon in here], others)
    marks: list[Mark] = [*_degrees(view)]
    marks += [Dot(*view.at(*point), 1.6, "other-site") for point in others]
    spots = [(name, *view.at(latitude, longitude)) for name, latitude, longitude in here]
    for (_, x, y), (name, latitude, longitude) in zip(spots, here, strict=True):
        marks.append(Dot(x, y, 4.5, "here", f"{name}: {position(latitude, longitude)}"))
    taken: list[Words] = []
    for name, x, y in _apart(spots):
        if name:
            taken.append(_label(name, x, y, taken))
    marks += taken
    return Drawing("sketch", WIDTH, HEIGHT, about, marks)


def _label(name: str, x: float, y: float, taken: Sequence[Words]) -> Words:
    """A name beside its spot, below the names that stand there already."""
    left = x > WIDTH * 0.6
    anchor, start = ("end", x - 7) if left else ("start", x + 7)
    first, last = _reach(name, start, anchor)
    y -= 5
    while y < HEIGHT - 4 and any(
        abs(y - other.y) < 10 and first < far and near < last
        for other in taken
        for near, far in (_reach(other.text, other.x, other.anchor),)
    ):
        y += 10
    return Words(start, y, name, "place-name", anchor)


def _reach(text: str, x: float, anchor: str) -> Point:
    """How far a name reaches, from left to right, at about six units a letter."""
    wide = 6.2 * len(text)
    return (x - wide, x) if anchor == "end" else (x, x + wide)


def _apart(spots: Sequence[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """The names, those of spots that lie upon each other together at the first of them."""
    result: list[tuple[str, float, float]] = []
    for name, x, y in spots:
        near = next((i for i, (_, a, b) in enumerate(result) if math.hypot(a - x, b - y) < 14), -1)
        if near < 0:
            result.append((name, x, y))
        else:
            first, a, b = result[near]
            result[near] = (f"{first}, {name}", a, b)
    return result


def _view(here: Sequence[Point], others: Sequence[Point]) -> _View:
    """All points, east of the first one across the date line too, but at least four degrees."""
    middle = here[0][1]
    points = [*here, *others]
    lats = [lat for lat, _ in points]
    easts = [(lon - middle + 540) % 360 - 180 for _, lon in points]
    latitude = (min(lats) + max(lats)) / 2
    longitude = middle + (min(easts) + max(easts)) / 2
    shrink = max(math.cos(math.radians(latitude)), 0.1)
    high, wide = max(max(lats) - min(lats), 4.0), max((max(easts) - min(easts)) * shrink, 4.0)
    return _View(latitude, longitude, min((HEIGHT - 2 * EDGE) / high, (WIDTH - 2 * EDGE) / wide))


def _degrees(view: _View) -> list[Mark]:
    """Lines of whole degrees with their names at the edge."""
    high = HEIGHT / view.scale
    step = next((step for step in STEPS if high / step <= 5), 30.0)
    shrink = max(math.cos(math.radians(view.latitude)), 0.1)
    wide = WIDTH / view.scale / shrink
    marks: list[Mark] = []
    top, foot = min(view.latitude + high / 2, 90.0), max(view.latitude - high / 2, -90.0)
    for k in _multiples(foot, top, step):
        _, y = view.at(k, view.longitude)
        marks.append(Line([(0, y), (WIDTH, y)], "grid"))
        if y > 9:
            marks.append(Words(2, y - 2, _north(k), "degree"))
    for k in _multiples(view.longitude - wide / 2, view.longitude + wide / 2, step):
        x, _ = view.at(view.latitude, k)
        marks += [Line([(x, 0), (x, HEIGHT)], "grid"), Words(x + 2, HEIGHT - 3, _east(k), "degree")]
    return marks


def _multiples(low: float, high: float, step: float) -> list[float]:
    return [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _north(degrees: float) -> str:
    return f"{abs(degrees):g}°{'N' if degrees > 0 else 'S' if degrees < 0 else ''}"


def _east(degrees: float) -> str:
    turned = (degrees + 540) % 360 - 180
    return f"{abs(turned):g}°{'E' if turned > 0 else 'W' if turned < 0 else ''}"


def position(latitude: float, longitude: float) -> str:
    """A position as people write it."""
    return (
        f"{abs(latitude):.3f}° {'N' if latitude >= 0 else 'S'}, "
        f"{abs(longitude):.3f}° {'E' if longitude >= 0 else 'W'}"
    )
