"""From a file's rings to valid polygons of WGS 84, each fault named with its remedy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from riskscore.sources.left_out import Aside, Remark
from riskscore.sources.maps.feature_names import Shape, called, check_chosen, words
from riskscore.sources.maps.map_features import (
    BadMap,
    Feature,
    Parsed,
    as_row,
    refuse_many_vertices,
)
from riskscore.sources.maps.mending import Mended, mended
from riskscore.sources.maps.projections import called as called_system
from riskscore.sources.maps.projections import to_degrees
from riskscore.sources.maps.reports import about_all
from riskscore.sources.maps.shape_faults import (
    MOST_TOLD,
    beyond_faults,
    built,
    lost_faults,
    rings_of,
    shape_faults,
    with_mending,
)

#: Vertices of a project's own outline.
MOST_OF_OUTLINE = 10_000
MOST_NAMED = 3

Mapped = BaseGeometry
"""The area that a layer covers: a land that is not on the map there is not there."""
Rows = Iterator[tuple[int, Shape] | Aside]


def area(parsed: Parsed) -> Mapped:
    """All polygons of a file as one area. Raises BadMap."""
    return shapely.union_all([shape.geometry for shape in lands(parsed, None)])


def outline(parsed: Parsed) -> BaseGeometry:
    """The outline of one project: the file's only feature. Raises BadMap, with all its faults."""
    _refuse([fault for feature in parsed.features for fault in feature.faults])
    if len(parsed.features) != 1:
        count = len(parsed.features)
        raise BadMap("the outline", f"has {count} features", "give one, of as many parts as it has")
    refuse_many_vertices("the outline", parsed.features[0].vertices, MOST_OF_OUTLINE)
    degrees = _in_degrees(parsed, "")
    system = called_system(parsed.declared)
    _refuse([*lost_faults(degrees[0], system), *beyond_faults(degrees[0], system)])
    _refuse(list(shape_faults(degrees[0])))
    return built(degrees[0].polygons)


def _refuse(faults: Sequence[BadMap]) -> None:
    """Raise all faults as one."""
    if faults:
        more = "".join(f"; {fault.where} {fault.what}" for fault in faults[1:MOST_TOLD])
        raise BadMap(faults[0].where, f"{faults[0].what}{more}", faults[0].remedy)


def lands(
    parsed: Parsed,
    mapped: Mapped | None,
    *,
    system: str = "",
    chosen: Mapping[str, str] | None = None,
) -> list[Shape]:
    """The lands of a layer, all of them sound; arguments as for :func:`land_rows`. Raises BadMap
    for the first fault."""
    return [shape for _, shape in _sound(parsed, mapped, system, chosen or {})]


def _sound(
    parsed: Parsed, mapped: Mapped | None, system: str, chosen: Mapping[str, str]
) -> Iterator[tuple[int, Shape]]:
    for feature, result in _shapes(parsed, mapped, system, chosen, repair=False):
        if isinstance(result, list):
            raise result[0]
        yield feature.number, _shape(feature, result, chosen)


def land_rows(
    parsed: Parsed,
    mapped: Mapped | None,
    *,
    system: str = "",
    chosen: Mapping[str, str] | None = None,
    repair: bool = False,
) -> Rows:
    """(number, land) of each feature of a layer that covers ``mapped`` (None: not said), every
    fault of those that are none, and remarks on the file and on what was mended.

    ``system`` replaces the coordinate system that the file declares, which is sometimes wrong;
    ``chosen`` says which property holds the name, the people or the code; ``repair``: mend what can
    be. Lands of which most vertices lie outside the mapped area show, where they are most of the
    file, that the system, the axes or the area is wrong: that raises BadMap.
    """
    chosen = chosen or {}
    good: list[tuple[Feature, Shape]] = []
    repairs: list[tuple[str, Mended]] = []
    for feature, result in _shapes(parsed, mapped, system, chosen, repair=repair):
        if isinstance(result, list):
            for fault in result[:MOST_TOLD]:
                remedy = fault.remedy if repair else with_mending(fault.remedy)
                yield as_row(fault, feature, called(feature, chosen), remedy)
            continue
        shape = _shape(feature, result, chosen)
        good.append((feature, shape))
        if isinstance(result, Mended):
            repairs.append((called(feature, chosen), result))
        yield feature.number, shape
    for text in (*parsed.about, *about_all([shape for _, shape in good], repairs)):
        yield Remark(text)


Result = BaseGeometry | Mended | list[BadMap]
"""A land's polygons, those that were mended, or all that is wrong with it."""


def _shapes(
    parsed: Parsed,
    mapped: Mapped | None,
    system: str,
    chosen: Mapping[str, str],
    *,
    repair: bool,
) -> Iterator[tuple[Feature, Result]]:
    check_chosen(parsed.features, chosen)
    read = _in_degrees(parsed, system)
    name = called_system(system or parsed.declared)
    lost = [[*feature.faults, *lost_faults(feature, name)] for feature in read]
    _refuse_all_lost(lost)
    usable = [feature for feature, faults in zip(read, lost, strict=True) if not faults]
    astray = {} if mapped is None else _strangers(usable, mapped, name)
    for feature, faults in zip(read, lost, strict=True):
        if faults or feature.where in astray:
            yield feature, faults or [astray[feature.where]]
        else:
            yield feature, _land(feature, name, chosen, repair=repair)


def _land(feature: Feature, system: str, chosen: Mapping[str, str], *, repair: bool) -> Result:
    try:
        words(feature, chosen)
        faults = list(beyond_faults(feature, system)) or list(shape_faults(feature))
        if (faults and repair) or feature.mended:
            return mended(feature, (*feature.mended, *(fault.what for fault in faults)))
    except BadMap as fault:
        return [fault]
    return faults or built(feature.polygons)


def _shape(feature: Feature, result: BaseGeometry | Mended, chosen: Mapping[str, str]) -> Shape:
    found = words(feature, chosen)
    geometry = result.shape if isinstance(result, Mended) else result
    return Shape(found["name"] or feature.where, geometry, found["people"], found["code"])


def _in_degrees(parsed: Parsed, system: str) -> list[Feature]:
    turn = to_degrees(system or parsed.declared)
    return [
        replace(each, polygons=[[turn(ring) for ring in polygon] for polygon in each.polygons])
        for each in parsed.features
    ]


def _refuse_all_lost(lost: Sequence[Sequence[BadMap]]) -> None:
    """Raise what is wrong with every feature alike: then it is the file that is wrong."""
    remedies = {faults[0].remedy if faults else "" for faults in lost}
    if len(lost) > 1 and len(remedies) == 1 and "" not in remedies:
        first = lost[0][0]
        raise BadMap(first.where, f"{first.what}, and so do all {len(lost):,}", first.remedy)


def _strangers(features: Sequence[Feature], mapped: Mapped, system: str) -> dict[str, BadMap]:
    """The lands outside the mapped area, each with its fault. Raises BadMap where most are."""
    shapely.prepare(mapped)
    astray = [feature for feature in features if _share_within(feature, mapped) < 0.5]
    if not astray:
        return {}
    swapped = all(_share_within(feature, mapped, swap=True) >= 0.5 for feature in astray)
    remedy = (
        "its axes are swapped: longitude comes first"
        if swapped
        else f"if the area is right, the file is not in {system}, as it says:"
        " name its true coordinate system"
    )
    if 2 * len(astray) > len(features):
        names = ", ".join(feature.where for feature in astray[:MOST_NAMED])
        more = f" and {len(astray) - MOST_NAMED} more" if len(astray) > MOST_NAMED else ""
        raise BadMap(f"{names}{more}", _outside(astray[0], "lie"), remedy)
    single = remedy if swapped else "correct the land or the area"
    return {each.where: BadMap(each.where, _outside(each, "lies"), single) for each in astray}


def _outside(feature: Feature, verb: str) -> str:
    x, y = feature.polygons[0][0][0]
    return f"{verb} outside the mapped area, at {x:.2f}° E, {y:.2f}° N"


def _share_within(feature: Feature, mapped: Mapped, *, swap: bool = False) -> float:
    points = np.concatenate(rings_of(feature))
    x, y = points[:, ::-1].T if swap else points.T
    # Longitudes up to 360° are those of the other side of the antimeridian.
    east = np.where(np.abs(x) > 180, x - 360 * np.sign(x), x)
    return float(np.mean(shapely.intersects_xy(mapped, east, y)))
