"""What people do to maps: load a layer, withdraw it, draw a project's outline; then rescore.

A file is read and checked whole before anything is written, and all is written in one transaction.
"""

import hashlib
from typing import Any, NamedTuple

import numpy as np
import shapely
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from riskscore import maps
from riskscore.curation import project_edits
from riskscore.engine.inputs.land_overlap import REACH_KM, Footprint, Lands, geodesic_km
from riskscore.models import Footprint as Outline
from riskscore.models import Land, LandLayer, Project
from riskscore.releases.editions import next_edition
from riskscore.scoring import land_distances

#: How far an outline may lie from its project's point.
STRAY_KM = REACH_KM


def mapped_area(text: str) -> BaseGeometry:
    """A mapped area from `west, south, east, north` or from GeoJSON. Raises BadMap."""
    if text.lstrip().startswith("{"):
        return maps.area(maps.read(text.encode()))
    try:
        west, south, east, north = (float(part) for part in text.replace(",", " ").split())
    except ValueError:
        west = south = east = north = np.nan
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise maps.BadMap(
            "the mapped area",
            f"is {text.strip()[:40]!r}",
            "give west, south, east, north in degrees (-74, -18, -44, 5.5), or GeoJSON polygons",
        )
    return shapely.box(west, south, east, north)


class Prepared(NamedTuple):
    """A layer's file, read and checked."""

    shapes: list[maps.Shape]
    mapped: BaseGeometry
    crs: str
    sha256: str


def prepare(
    content: bytes, mapped: BaseGeometry, *, system: str = "", named_by: str = ""
) -> Prepared:
    """Read and check a layer's file; nothing is written. Raises BadMap for any fault of it.

    ``system`` is the file's coordinate system where its own word is wrong; ``named_by`` is the
    property that holds the names.
    """
    parsed = maps.read(content)
    shapes = maps.lands(parsed, mapped, system=system, named_by=named_by)
    crs = system or parsed.declared or "EPSG:4326"
    return Prepared(shapes, mapped, crs[:200], hashlib.sha256(content).hexdigest())


def load_layer(layer: LandLayer, prepared: Prepared, *, by: Any = None) -> LandLayer:
    """Store a version of a layer, and rescore the projects whose distance to land it changes.

    ``layer`` brings code, name, steward, source and licence.
    """
    layer.crs, layer.sha256 = prepared.crs, prepared.sha256
    layer.mapped, layer.lands_count = shapely.to_wkb(prepared.mapped), len(prepared.shapes)
    rows = [
        Land(layer=layer, number=number, name=shape.name, outline=shapely.to_wkb(shape.geometry))
        for number, shape in enumerate(prepared.shapes, 1)
    ]
    return _record(layer, rows, by=by)


def withdraw_layer(layer: LandLayer, *, by: Any = None) -> LandLayer:
    """Take a layer back from now on: what was scored with it stays explained by it."""
    over = LandLayer(
        code=layer.code,
        name=layer.name,
        steward=layer.steward,
        source=layer.source,
        licence=layer.licence,
        redistributable=layer.redistributable,
    )
    return _record(over, [], by=by)


def _record(layer: LandLayer, rows: list[Land], *, by: Any) -> LandLayer:
    with transaction.atomic():
        before = land_distances.indexed(land_distances.current(land_distances.latest()))
        layer.pk, layer.entered_by = None, by
        layer.edition = next_edition(f"land layer {layer.code}")
        layer.save(force_insert=True)
        Land.objects.bulk_create(rows, batch_size=1000)
        after = land_distances.indexed(land_distances.current(layer.edition_id))
        touched = _touched(before, after, layer.edition_id)
        project_edits.projects_changed(touched, by=by, reason=f"land layer {layer.code}")
    return layer


def _touched(before: Lands, after: Lands, edition: int) -> list[Project]:
    """The published projects that are at another distance now, or were or became unknown."""
    result = Project.objects.filter(state=Project.State.PUBLISHED).order_by("id")
    everyone = list(result.only("key", "state", "latitude", "longitude", "stage", "kind"))
    sites = [land_distances.Site(p.pk, p.latitude, p.longitude, p.stage, p.kind) for p in everyone]
    where = land_distances.footprints(sites, edition)
    was, now = before.distances(where), after.distances(where)
    moved = ~((was == now) | (np.isnan(was) & np.isnan(now)))
    return [project for project, changed in zip(everyone, moved, strict=True) if changed]


def outline_of(project: Project, content: bytes) -> BaseGeometry:
    """Read and check a project's outline; nothing is written. Raises BadMap for any fault."""
    drawn = maps.outline(maps.read(content))
    _refuse_elsewhere(project, drawn)
    return drawn


def draw_outline(
    project: Project, drawn: BaseGeometry | None, source: str, *, by: Any = None
) -> Outline:
    """Store a project's outline (None takes the old one back), and rescore it."""
    with transaction.atomic():
        row = Outline.objects.create(
            project=project,
            outline=None if drawn is None else shapely.to_wkb(drawn),
            source=source,
            entered_by=by,
            edition=next_edition(f"outline of {project.key}"),
        )
        project_edits.projects_changed([project], by=by, reason="outline")
    return row


def _refuse_elsewhere(project: Project, drawn: BaseGeometry) -> None:
    """An outline that is nowhere near its project has the wrong axes or is another project's."""
    point = Footprint(project.latitude, project.longitude, 0.0)
    near = shapely.shortest_line(drawn, shapely.Point(point.longitude, point.latitude))
    (lon, lat), (to_lon, to_lat) = shapely.get_coordinates(near)
    km = float(geodesic_km(lat, lon, to_lat, to_lon))
    if km > STRAY_KM:
        raise maps.BadMap(
            "the outline",
            f"lies {km:,.0f} km from the project, at {lon:.2f}° E, {lat:.2f}° N",
            "longitude comes first; otherwise correct the project's point, or choose its outline",
        )
