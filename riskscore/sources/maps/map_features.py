"""What the readers yield, and the one error they raise."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from riskscore.errors import ValidationError
from riskscore.sources.bad_file import BadFile

Ring = npt.NDArray[np.float64]
"""(n, 2) positions as the file has them: x (longitude) first."""
Polygon = list[Ring]
"""The outer ring, then the holes."""

MOST_FEATURES = 50_000
MOST_VERTICES = 1_000_000
#: Vertices of one feature: official outlines of large lands along rivers have tens of thousands.
MOST_OF_FEATURE = 100_000


class BadMap(ValidationError):
    """A map that cannot be used: where the fault is, what it is, and what to do about it."""

    code = "bad_map"

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(what, place=where, remedy=remedy)
        self.where, self.what = where, what

    def __str__(self) -> str:
        return f"{self.where} {self.what}: {self.remedy}"

    @classmethod
    def of(cls, fault: BadFile, whole: str = "the file") -> Self:
        """What a reader of :mod:`riskscore.sources` found, in the words of a map.

        ``whole`` names the file where the fault is about no feature, line or member of it.
        """
        where = fault.column or whole
        if fault.row is not None:
            is_feature = fault.column.startswith("features/")
            where = f"feature {fault.row}" if is_feature else f"line {fault.row}"
        result = "" if fault.value is None else f" ({str(fault.value)[:80]!r})"
        remedy = fault.remedy[:1].lower() + fault.remedy[1:].removesuffix(".")
        return cls(where, f"{fault.reason}{result}", remedy)


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a file: polygons, or a point. ``where`` names it in messages.

    ``faults``: why it could not be read, so that it has no shape. ``mended``: what its reader made
    right, because that was asked for. ``heights``: whether heights or measures were dropped.
    """

    where: str
    polygons: list[Polygon]
    properties: dict[str, object] = field(default_factory=dict)
    point: tuple[float, float] | None = None
    faults: tuple[BadMap, ...] = ()
    mended: tuple[str, ...] = ()
    heights: bool = False

    @property
    def number(self) -> int:
        """Its number in the file, from 1."""
        return int(self.where.rpartition(" ")[2])

    @property
    def vertices(self) -> int:
        """How many positions it has."""
        return sum(len(ring) for polygon in self.polygons for ring in polygon)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as read: the coordinate system that it declares ("" = WGS 84), its features, and
    what there is to know of the file as a whole."""

    declared: str
    features: list[Feature]
    remarks: tuple[str, ...] = ()

    @property
    def about(self) -> tuple[str, ...]:
        """The remarks, and whether heights were dropped."""
        high = sum(feature.heights for feature in self.features)
        words = f"heights and measures are not used, since a map here is flat: {high:,} features"
        return (*self.remarks, words) if high else self.remarks


def wrong_kind(where: str, kind: str, *, points: bool = False) -> BadMap:
    """The refusal of lines, curves, collections, and of points or polygons where they are none."""
    if points:
        return BadMap(
            where,
            f"is a {kind}",
            "communities are single Points; leave it out, save points, or choose another kind of"
            " layer",
        )
    return BadMap(
        where,
        f"is a {kind}",
        "lands are Polygon or MultiPolygon; leave it out or save polygons",
    )


def refuse_many_vertices(where: str, count: int, most: int = MOST_OF_FEATURE) -> None:
    """Raise BadMap for an outline that would take too long to look at."""
    if count > most:
        raise BadMap(where, f"has {count:,} vertices, more than {most:,}", "simplify its outline")


def refuse_excess(features: list[Feature]) -> list[Feature]:
    """The features, if there are some and not too many."""
    if not features:
        raise BadMap("the file", "has no features", "export the layer that holds them")
    if len(features) > MOST_FEATURES:
        raise BadMap("the file", f"has more than {MOST_FEATURES:,} features", "load it in parts")
    total = sum(feature.vertices for feature in features)
    if total > MOST_VERTICES:
        raise BadMap(
            "the file",
            f"has {total:,} vertices, more than {MOST_VERTICES:,}",
            "simplify its outlines, or load it in parts as several layers",
        )
    return features


def as_row(fault: BadMap, feature: Feature, called: str, remedy: str = "") -> BadFile:
    """A fault of a feature as that of a row, naming the feature as it is called."""
    where = fault.where.replace(feature.where, called, 1)
    remedy = remedy or fault.remedy
    remedy = f"{remedy[:1].upper()}{remedy[1:]}."
    return BadFile(f"{where} {fault.what}", row=feature.number, column="geometry", remedy=remedy)
