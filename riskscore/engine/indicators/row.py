"""One row of the catalogue: what it says, and the level that gives its table a shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """What one value belongs to, hence the shape of its table."""

    PLACE = "place"
    MINERAL = "mineral"
    PLACE_MINERAL = "place_mineral"
    IMPORTER_PLACE = "importer_place"
    IMPORTER_MINERAL = "importer_mineral"
    IMPORTER_PLACE_MINERAL = "importer_place_mineral"
    PROJECT = "project"
    IMPORTER_PROJECT = "importer_project"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the catalogue. ``worse`` is +1 when a higher raw value is riskier, else -1.

    ``by_product`` says, of an ordinal row, what a level becomes for a mineral that is not the
    project's primary one; levels that it does not name stay what they are.
    """

    key: str
    label: str
    level: Level
    unit: str
    worse: int
    about: str
    sources: tuple[str, ...]
    kind: str = "indicator"
    derived_from: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    proxy_for: str = ""
    caution: str = ""
    by_product: Mapping[str, str] = field(default_factory=dict)


P, M, PM = Level.PLACE, Level.MINERAL, Level.PLACE_MINERAL
IP, IM, IPM, PROJECT, IPROJECT = (
    Level.IMPORTER_PLACE,
    Level.IMPORTER_MINERAL,
    Level.IMPORTER_PLACE_MINERAL,
    Level.PROJECT,
    Level.IMPORTER_PROJECT,
)


def observation(
    key: str,
    label: str,
    level: Level,
    unit: str,
    worse: int,
    about: str,
    *sources: str,
    levels: tuple[str, ...] = (),
    caution: str = "",
) -> Indicator:
    """A row for a value that is stored as its publisher states it."""
    return Indicator(
        key, label, level, unit, worse, about, sources, "observation", (), levels, "", caution
    )


def indicator(
    key: str,
    label: str,
    level: Level,
    unit: str,
    worse: int,
    about: str,
    sources: tuple[str, ...],
    *derived_from: str,
    levels: tuple[str, ...] = (),
    proxy_for: str = "",
    caution: str = "",
    by_product: Mapping[str, str] | None = None,
) -> Indicator:
    """A row for a value that methods score."""
    return Indicator(
        key, label, level, unit, worse, about, sources, "indicator", derived_from, levels,
        proxy_for, caution, by_product or {},
    )  # fmt: skip
