"""Maps of which no shape lies in the area that they are said to cover: axes, signs, or the area."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from riskscore.engine.arrays import Bools, Floats
from riskscore.engine.inputs.country_outlines import SLIPS
from riskscore.engine.inputs.mapped_area import MappedArea
from riskscore.intake.sites.positions import current_outlines
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Remark

#: Degrees around the area in which a shape is still of it: outlines are drawn coarsely.
AROUND = 0.25
#: Of the shapes, the share that a slip has to bring into the area to be one.
MOST_OF_THEM = 0.5


def remark(area: MappedArea, shapes: Sequence[BaseGeometry]) -> Remark | None:
    """What to know where none of the shapes lies in the mapped area; None where one does, or where
    the area has no outline. Raises BadFile where a slip of axes or signs would bring most there."""
    outline = _outline(area)
    if outline is None or not shapes or _inside(outline, shapes).any():
        return None
    words = f"none of {len(shapes):,} shapes lies in the mapped area"
    for slip, meant in SLIPS.items():
        moved = [_moved(shape, meant) for shape in shapes]
        if _inside(outline, moved).mean() >= MOST_OF_THEM:
            raise BadFile(
                f"{words}; {slip} they would lie there",
                remedy="Put longitude before latitude, with the signs of the globe, or say which"
                " area is mapped.",
            )
    return Remark(f"{words}: check it, and the file's coordinates; inside it nothing is on record")


def _outline(area: MappedArea) -> BaseGeometry | None:
    """The area and a little around it; None where a country of it has no outline on record."""
    outlines = current_outlines()
    if not area.tells_absence or any(place not in outlines for place in area.places):
        return None
    parts = [outlines.shape(place) for place in sorted(area.places)]
    whole = shapely.union_all([*parts, *([area.polygon] if area.polygon is not None else [])])
    buffered: BaseGeometry = shapely.buffer(whole, AROUND)
    shapely.prepare(buffered)
    return buffered


def _moved(shape: BaseGeometry, meant: Callable[..., Any]) -> BaseGeometry:
    def move(points: Floats) -> Floats:
        latitude, longitude = meant(points[:, 1], points[:, 0])
        return np.column_stack((longitude, latitude))

    moved: BaseGeometry = shapely.transform(shape, move)
    return moved


def _inside(outline: BaseGeometry, shapes: Sequence[BaseGeometry]) -> Bools:
    found: Bools = shapely.intersects(outline, np.array(shapes, object))
    return found
