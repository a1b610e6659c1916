"""What is drawn under and beside the projects: countries, lands, areas, communities, as GeoJSON.

Shapes lose what a screen cannot show at the zoom asked for, and only those within the box come.
Layers and outlines never change once stored, so a process keeps them, indexed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from django.urls import reverse
from shapely.geometry.base import BaseGeometry

from riskscore.admin.map.map_question import Box
from riskscore.engine.inputs.land_overlap import radius_km
from riskscore.models import CountryOutline, Land, LandLayer, Project
from riskscore.scoring.project_inputs import land_distances
from riskscore.scoring.project_inputs.land_distances import Version

#: No answer has more lands and points than this; it says how many more there are.
MOST = 400
#: Up to this zoom the whole world comes in one piece, and a browser keeps it.
WHOLE = 3
Json = dict[str, Any]


def slack(zoom: int) -> float:
    """How far a line may move at a zoom: the width of a unit of the screen, in degrees."""
    return 360.0 / (256 * 2.0**zoom)


# --- Countries ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Countries:
    """The outlines of one release at one precision."""

    codes: list[str]
    names: list[str]
    tree: shapely.STRtree


def countries(box: Box, zoom: int) -> Json:
    """The countries in a box; all of them where the map shows much of the world."""
    release = newest_outlines()
    if release is None:
        return _collection([])
    held = _countries(release, min(zoom, 7))
    found = range(len(held.names)) if zoom <= WHOLE else sorted(_in_box(held.tree, box))
    return _collection(
        _feature(held.tree.geometries[at], {"name": held.names[at], "code": held.codes[at]})
        for at in found
    )


def newest_outlines() -> int | None:
    """The release whose outlines are drawn; None before any."""
    last = CountryOutline.objects.order_by("-release__edition_id", "-release_id")
    return last.values_list("release_id", flat=True).first()


@lru_cache(maxsize=9)
def _countries(release: int, zoom: int) -> Countries:
    """Borders are thinned once for both sides, so that no gap opens between neighbours."""
    rows = list(
        CountryOutline.objects.filter(release=release)
        .order_by("name")
        .values_list("name", "place_id", "outline")
    )
    whole = np.array([land_distances.geometry(outline) for _, _, outline in rows], dtype=object)
    shapes = _thinned(whole, slack(zoom))
    return Countries([code or "" for _, code, _ in rows], [name for name, _, _ in rows],
                     shapely.STRtree(shapes))  # fmt: skip


def _thinned(whole: Any, by: float) -> Any:
    """Islands smaller than a unit of the screen stay: they become what the line allows."""
    thin = shapely.simplify(whole, by, preserve_topology=True)
    return np.where(shapely.is_empty(thin), whole, thin)


# --- Lands, areas, communities --------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Layer:
    """One version of a map layer, indexed."""

    row: LandLayer
    lands: list[tuple[int, str, str]]
    """Number in the database, name, people."""
    tree: shapely.STRtree


def lands(box: Box, zoom: int, kinds: Sequence[str]) -> Json:
    """What the layers in force of these kinds have in a box; ``more`` says how many are not shown,
    ``layers`` whose maps speak there."""
    versions = land_distances.current(land_distances.latest(), *kinds) if kinds else ()
    layers = [_layer(version) for version in versions]
    features: list[Json] = []
    seen: list[LandLayer] = []
    more = 0
    for layer in layers:
        found = _largest(layer, sorted(_in_box(layer.tree, box)))
        seen += [layer.row] if found else []
        room = max(MOST - len(features), 0)
        more += max(len(found) - room, 0)
        features += [_land(layer, at, zoom) for at in found[:room]]
    return {
        **_collection(features),
        "more": more,
        "layers": [
            {"name": row.name, "steward": row.steward, "licence": row.licence} for row in seen
        ],
    }


@lru_cache(maxsize=32)
def _layer(version: Version) -> Layer:
    row = LandLayer.objects.defer("mapped").get(pk=version.id)
    rows = list(
        Land.objects.filter(layer=row)
        .order_by("number")
        .values_list("id", "name", "people", "outline")
    )
    shapes = shapely.from_wkb(np.array([bytes(each[3]) for each in rows], dtype=object))
    return Layer(row, [each[:3] for each in rows], shapely.STRtree(shapes))


def _largest(layer: Layer, found: list[int]) -> list[int]:
    """The largest first, since a map with room for some shows those."""
    areas: list[float] = shapely.area(layer.tree.geometries[found]).tolist() if found else []
    return [at for _, at in sorted(zip((-area for area in areas), found, strict=True))]


def _land(layer: Layer, at: int, zoom: int) -> Json:
    number, name, people = layer.lands[at]
    about = {
        "kind": layer.row.kind, "name": name, "people": people, "layer": layer.row.name,
        "link": reverse("admin:riskscore_land_change", args=[number]),
    }  # fmt: skip
    return _feature(_plain(layer.tree.geometries[at], zoom), about)


def _plain(shape: BaseGeometry, zoom: int) -> BaseGeometry:
    """Without what a screen cannot show; something of it always stays."""
    plain: BaseGeometry = shapely.simplify(shape, slack(zoom), preserve_topology=True)
    return shape if plain.is_empty else plain


# --- One project ----------------------------------------------------------------------------------
def footprint(project: Project) -> Json:
    """What stands for a project when distances are measured: its outline, or else a radius."""
    drawn = land_distances.outlines([project.pk], land_distances.latest()).get(project.pk)
    if drawn is None:
        return {"radius_km": radius_km(project.stage, project.kind), "outline": None}
    return {"radius_km": None, "outline": _feature(drawn, {})["geometry"]}


def _in_box(tree: shapely.STRtree, box: Box) -> set[int]:
    return {
        int(at)
        for one in box.parts
        for at in tree.query(
            shapely.box(one.west, one.south, one.east, one.north), predicate="intersects"
        )
    }


def _collection(features: "Sequence[Json] | Iterator[Json]") -> Json:
    return {"type": "FeatureCollection", "features": list(features)}


def _feature(shape: BaseGeometry, about: Json) -> Json:
    rounded = shapely.transform(shape, lambda xy: xy.round(4))
    return {
        "type": "Feature", "properties": about, "geometry": shapely.geometry.mapping(rounded),
    }  # fmt: skip
