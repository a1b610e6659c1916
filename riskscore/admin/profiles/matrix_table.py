"""The matrix of places and minerals: values by cell, what is most on top and to the left."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.urls import reverse

from riskscore.admin.profiles.matrix_question import Asked
from riskscore.admin.profiles.project_links import projects_of
from riskscore.curation import cell_counts, map_grid
from riskscore.curation.cell_counts import ANY, Cell
from riskscore.engine.arrays import Floats
from riskscore.engine.sourcing import supply_mix
from riskscore.models import Lens, Mineral, Place
from riskscore.sourcing import buyers
from riskscore.sourcing.chain import stage_tables, world_shares
from riskscore.sourcing.chain.stage_tables import MINING, PRODUCTION, REFINING

#: So many places are shown unless all are asked for.
MOST_PLACES = 40
#: Shares below this are not worth a row.
LEAST_SHARE01 = 0.0005
#: Where the steps of colour begin: of scores 0..100, and of shares 0..1.
SCORE_STEPS = (12.5, 25.0, 37.5, 50.0, 62.5, 75.0, 87.5)
SHARE_STEPS = (0.01, 0.05, 0.10, 0.20, 0.35, 0.50, 0.65)
Key = tuple[str, str]
"""Place, mineral."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell: what is written in it, its step of colour, the projects behind it, and in words."""

    text: str
    step: int
    link: str
    about: str


@dataclass(frozen=True, slots=True)
class Line:
    """A place with its cells, in the order of the columns; None: nothing there."""

    code: str
    name: str
    number: int
    cells: Sequence[Shown | None]
    link: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """``columns``: code, name and address of each mineral. ``left_out``: places not shown."""

    columns: Sequence[tuple[str, str, str]]
    lines: Sequence[Line]
    left_out: int
    projects: int
    counted_at: datetime | None
    releases: Sequence[str]


@dataclass(frozen=True, slots=True)
class Values:
    """What cells hold, how many projects each has, and of each place all together."""

    by_cell: Mapping[Key, float]
    numbers: Mapping[Key, int]
    of_place: Mapping[str, int]
    counted_at: datetime | None
    releases: Sequence[str]

    @property
    def projects(self) -> int:
        return sum(self.of_place.values())


def values(asked: Asked, lens: Lens | None) -> Values:
    """What the matrix holds. Raises NotFoundError for a buyer without trade on record."""
    found = cell_counts.counts(lens, map_grid.starts(lens), places=asked.places)
    of_minerals = [cell for cell in found.cells if cell.mineral != ANY]
    numbers = {(cell.place, cell.mineral): cell.number for cell in of_minerals}
    of_place = {cell.place: cell.number for cell in found.cells if cell.mineral == ANY}
    if asked.is_share:
        by_cell, releases = _shares(asked)
    else:
        known = ((cell, _value(asked, cell)) for cell in of_minerals)
        by_cell = {(c.place, c.mineral): value for c, value in known if value is not None}
        releases = []
    return Values(by_cell, numbers, of_place, found.counted_at, releases)


def _value(asked: Asked, cell: Cell) -> float | None:
    if asked.show == "number":
        return cell.number
    if asked.show == "mean":
        return cell.mean(asked.node)
    return (cell.medians if asked.show == "median" else cell.worst)[asked.node]


def _shares(asked: Asked) -> tuple[dict[Key, float], list[str]]:
    """Shares by cell, and the releases that they are from."""
    if asked.show == "imports":
        found = buyers.now(buyers.buyer_of([asked.buyer]))
        table = supply_mix.import_share01(found.supply)
        releases = stage_tables.releases_of((buyers_trade(),))
        return _by_cell(table, found.axes.places, found.axes.minerals, asked.places), releases
    axes, world = world_shares.now()
    outputs = world.mined if asked.show == "mined" else world.refined
    table = np.array([output.held.share01 for output in outputs])
    keys = (PRODUCTION,) if asked.show == "mined" else (PRODUCTION, REFINING, MINING)
    return _by_cell(table, axes.places, axes.minerals, asked.places), stage_tables.releases_of(keys)


def buyers_trade() -> str:
    """The indicator that shares of imports are made from."""
    return "baci.import_quantity"


def _by_cell(
    table: Floats, places: Sequence[str], minerals: Sequence[str], chosen: frozenset[str] | None
) -> dict[Key, float]:
    rows, columns = np.nonzero(np.nan_to_num(table) >= LEAST_SHARE01)
    return {
        (places[p], minerals[m]): float(table[m, p])
        for m, p in zip(rows.tolist(), columns.tolist(), strict=True)
        if chosen is None or places[p] in chosen
    }


# --- As a table -----------------------------------------------------------------------------------
def matrix(asked: Asked, found: Values, names: Mapping[str, str]) -> Matrix:
    """The table: places with most projects first (of shares, with the most of them), minerals
    alike; those that have nothing to show are left out."""
    places = _ordered(asked, found, 0)
    minerals = _ordered(asked, found, 1)
    shown = places if asked.every else places[:MOST_PLACES]
    titles = dict(Mineral.objects.values_list("code", "name"))
    top = max(found.numbers.values(), default=1)
    lines = [
        Line(
            place,
            names.get(place, place),
            found.of_place.get(place, 0),
            [_shown(asked, found, (place, mineral), top) for mineral in minerals],
            reverse("admin:profile_place", args=[place]),
        )
        for place in shown
    ]
    columns = [
        (code, titles.get(code, code), reverse("admin:profile_mineral", args=[code]))
        for code in minerals
    ]
    return Matrix(
        columns, lines, len(places) - len(shown), found.projects, found.counted_at, found.releases
    )


def _ordered(asked: Asked, found: Values, side: int) -> list[str]:
    weights: dict[str, float] = {}
    by = found.by_cell if asked.is_share else found.numbers
    for key in by:
        weights[key[side]] = weights.get(key[side], 0.0) + by[key]
    if side == 0 and not asked.is_share:
        weights = {place: float(found.of_place.get(place, 0)) for place in weights}
    return sorted(weights, key=lambda code: (-weights[code], code))


def _shown(asked: Asked, found: Values, key: Key, top: int) -> Shown | None:
    value, number = found.by_cell.get(key), found.numbers.get(key, 0)
    if value is None:
        # Projects that nobody could assess are not nothing, nor are those that sell nothing yet.
        text, about = ("–", "no share on record") if asked.is_share else ("?", "not assessed")
        return (
            Shown(text, -1, projects_of(*key), f"{number:,} projects, {about}") if number else None
        )
    text = _text(asked, value)
    about = f"{number:,} project{'' if number == 1 else 's'}"
    return Shown(text, step(asked, value, top), projects_of(*key) if number else "", about)


def _text(asked: Asked, value: float) -> str:
    if asked.show == "number":
        return f"{value:,.0f}"
    if asked.is_score:
        return f"{value:.0f}"
    return "<1" if value < 0.005 else f"{100 * value:.0f}"


def step(asked: Asked, value: float, top: float) -> int:
    """Which of eight steps of colour, 0 the palest. Numbers of projects are compared by their
    logarithm with the greatest."""
    if asked.show == "number":
        return min(7, int(8 * math.log(value) / math.log(top + 1))) if value > 1 else 0
    return sum(value >= start for start in (SCORE_STEPS if asked.is_score else SHARE_STEPS))


def csv_rows(asked: Asked, found: Values, names: Mapping[str, str]) -> Iterable[list[object]]:
    """The same with every place and unrounded, for a file; empty where nothing is known."""
    places, minerals = _ordered(asked, found, 0), _ordered(asked, found, 1)
    yield ["place", "name", "projects", *minerals]
    for place in places:
        cells = (found.by_cell.get((place, mineral)) for mineral in minerals)
        numbers = ["" if value is None else f"{value:.6g}" for value in cells]
        yield [place, names.get(place, place), found.of_place.get(place, 0), *numbers]


def place_names() -> dict[str, str]:
    """Every place by its code."""
    return dict(Place.objects.values_list("code", "name"))
