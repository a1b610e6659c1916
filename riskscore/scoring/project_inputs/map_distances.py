"""Communities, traditional areas and places of languages as they were known at an edition, and
which of them is nearest to a project.

All projects of a chunk are measured at once; what is indexed never changes, so a process keeps it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely

from riskscore.engine.inputs.geometry import Localities
from riskscore.engine.inputs.land_overlap import radius_km
from riskscore.engine.inputs.map_areas import AreaLayer, MapAreas
from riskscore.engine.inputs.map_points import NONE, MapPoints, Nearest, PointLayer
from riskscore.engine.inputs.mapped_area import MappedArea, Points
from riskscore.models import Land, LandLayer, Project
from riskscore.scoring.project_inputs import land_distances
from riskscore.scoring.project_inputs.land_distances import (
    Site,
    Versions,
    current,
    distances,
    geometry,
    outlines,
)

Floats = npt.NDArray[np.float64]

#: The kind of layer that feeds each indicator.
KIND_OF = {
    "ind.overlap": LandLayer.Kind.LANDS,
    "ind.area": LandLayer.Kind.AREAS,
    "ind.community": LandLayer.Kind.COMMUNITIES,
    "ind.language_weak": LandLayer.Kind.LANGUAGES,
}
#: Outlines of projects are measured to areas by points this far apart.
OUTLINE_DEGREES = 0.01


@dataclass(frozen=True, slots=True)
class Indexed:
    """Layers of one kind: their rows without geometry, what is on them, and the index."""

    layers: list[LandLayer]
    names: list[list[str]]
    peoples: list[list[str]]
    index: MapPoints | MapAreas


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The nearest feature of one layer: km, its name and people; "" where none is near.

    ``covered``: the project lies in the layer's mapped area, so that absence means absence.
    """

    layer: LandLayer
    km: float
    name: str
    people: str
    covered: bool

    def __str__(self) -> str:
        return f"{self.name} ({self.people})" if self.people else self.name


@lru_cache(maxsize=8)
def indexed(versions: Versions) -> Indexed:
    """The layers of these versions, which are all of one kind."""
    rows = LandLayer.objects.in_bulk([version.id for version in versions])
    layers = [rows[version.id] for version in versions]
    features = [_features(layer) for layer in layers]
    areas = [
        MappedArea(
            None if layer.mapped is None else geometry(layer.mapped), frozenset(layer.places)
        )
        for layer in layers
    ]
    index: MapPoints | MapAreas
    if versions[0].kind in LandLayer.POINTS:
        index = MapPoints(
            [
                PointLayer(_localities(shapes), area)
                for (_, _, shapes), area in zip(features, areas, strict=True)
            ]
        )
    else:
        index = MapAreas(
            [
                AreaLayer(list(shapes), area)
                for (_, _, shapes), area in zip(features, areas, strict=True)
            ]
        )
    return Indexed(layers, [part[0] for part in features], [part[1] for part in features], index)


def _features(layer: LandLayer) -> tuple[list[str], list[str], npt.NDArray[np.object_]]:
    """Names, peoples and shapes, in the order of the file."""
    rows = Land.objects.filter(layer=layer).order_by("number")
    columns = list(rows.values_list("name", "people", "outline"))
    shapes = shapely.from_wkb(np.array([bytes(row[2]) for row in columns], dtype=object))
    return [row[0] for row in columns], [row[1] for row in columns], np.asarray(shapes)


def _localities(shapes: npt.NDArray[np.object_]) -> Localities:
    degrees = shapely.get_coordinates(shapes)
    return Localities(degrees[:, 1], degrees[:, 0])


def columns(sites: Sequence[Site], edition: int) -> dict[str, Floats]:
    """(n,) km of each indicator of KIND_OF; NaN where unknown."""
    versions = current(edition)
    kinds = {version.kind for version in versions}
    result = {column: np.full(len(sites), np.nan) for column in KIND_OF}
    if LandLayer.Kind.LANDS in kinds:
        result["ind.overlap"] = distances(sites, edition)
    points = _points(sites) if kinds - {LandLayer.Kind.LANDS} else None
    for column, kind in KIND_OF.items():
        if points is not None and kind in kinds and kind != LandLayer.Kind.LANDS:
            result[column] = _least(_of_kind(versions, kind), points, sites, edition)
    return result


def _of_kind(versions: Versions, kind: str) -> Versions:
    return tuple(version for version in versions if version.kind == kind)


def _points(sites: Sequence[Site]) -> Points:
    return Points(
        np.array([site.latitude for site in sites], np.float64),
        np.array([site.longitude for site in sites], np.float64),
        np.array([site.place for site in sites], np.str_),
        np.array([radius_km(site.stage, site.kind) for site in sites], np.float64),
    )


def _least(versions: Versions, points: Points, sites: Sequence[Site], edition: int) -> Floats:
    index = indexed(versions).index
    result = index.nearest(points).least_km
    if isinstance(index, MapAreas):
        drawn = outlines([site.id for site in sites], edition)
        for at, site in enumerate(sites):
            if site.id in drawn:
                result[at] = np.fmin.reduce(_around(index, drawn[site.id], site).least_km)
    return result


def _around(index: MapAreas, outline: shapely.Geometry, site: Site) -> Nearest:
    """How the points of a drawn outline lie, which stand in place of the radius."""
    degrees = shapely.get_coordinates(shapely.segmentize(outline, OUTLINE_DEGREES))
    n = len(degrees)
    return index.nearest(Points(degrees[:, 1], degrees[:, 0], np.full(n, site.place), np.zeros(n)))


def neighbours(
    sites: Sequence[Site], edition: int, kind: str = LandLayer.Kind.COMMUNITIES
) -> list[list[Neighbour]]:
    """For each project the nearest feature of each layer that knows something, nearest first."""
    versions = current(edition, kind)
    result: list[list[Neighbour]] = [[] for _ in sites]
    if not versions or not sites:
        return result
    held = indexed(versions)
    points = _points(sites)
    nearest = held.index.nearest(points)
    covered = [points.within(layer.mapped) for layer in held.index.layers]
    for layer, at in np.argwhere(~np.isnan(nearest.km)):
        which = int(nearest.at[layer, at])
        words = ("", "")
        if which != NONE:
            words = held.names[layer][which], held.peoples[layer][which]
        km, inside = float(nearest.km[layer, at]), bool(covered[layer][at])
        result[at].append(Neighbour(held.layers[layer], km, *words, inside))
    return [sorted(found, key=lambda one: (one.km, one.layer.code)) for found in result]


#: Kilometres by which a stored distance may differ from the one measured again.
SAME_KM = 1e-6


def nearest_to(project: int, edition: int, distances: Mapping[str, float]) -> dict[str, Neighbour]:
    """What stored distances, km by indicator, were measured to. An indicator is left out where that
    cannot be said again: nothing was near, or the project has moved since."""
    asked = {
        column: km
        for column, km in distances.items()
        if KIND_OF.get(column, LandLayer.Kind.LANDS) != LandLayer.Kind.LANDS
    }
    row = Project.objects.filter(pk=project).first() if asked else None
    if row is None:
        return {}
    site, result = land_distances.site_of(row), {}
    for column, km in asked.items():
        (found,) = neighbours([site], edition, KIND_OF[column])
        if found and found[0].name and abs(found[0].km - km) <= SAME_KM:
            result[column] = found[0]
    return result


def cited(edition: int) -> dict[str, list[LandLayer]]:
    """By kind, the layers in force at an edition, without what is on them."""
    versions = current(edition)
    result: dict[str, list[LandLayer]] = {}
    for layer in _described(versions):
        result.setdefault(layer.kind, []).append(layer)
    return result


@lru_cache(maxsize=8)
def _described(versions: Versions) -> tuple[LandLayer, ...]:
    """The rows of these versions. They never change, so the process may keep them."""
    rows = LandLayer.objects.filter(id__in=[version.id for version in versions])
    return tuple(rows.defer("mapped").order_by("code"))


def citations(
    layers: Mapping[str, Sequence[LandLayer]], column: str, near: Neighbour | None = None
) -> list[dict[str, str]]:
    """The layer that a distance was measured to, by the names of the API; where that is not said,
    all of ``cited`` that feed the indicator."""
    return [
        {
            "source": layer.code,
            "publisher": layer.steward,
            "title": layer.name,
            "release": layer.code,
            "published_edition": layer.published_edition,
            "licence": layer.licence,
            "url": layer.source,
        }
        for layer in layers.get(KIND_OF.get(column, ""), ())
        if near is None or layer.code == near.layer.code
    ]


def areas_of(project: Project) -> list[Neighbour]:
    """The nearest traditional area of each layer that knows something, by all known now."""
    (found,) = neighbours(
        [land_distances.site_of(project)], land_distances.latest(), LandLayer.Kind.AREAS
    )
    return found


def changed(before: int, after: int, columns_read: set[str]) -> set[str]:
    """Those indicators whose layers differ between two editions, among those that are read."""
    old, new = current(before), current(after)
    return {
        column
        for column, kind in KIND_OF.items()
        if column in columns_read and _of_kind(old, kind) != _of_kind(new, kind)
    }
