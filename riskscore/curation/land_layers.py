"""What people do to maps beside loading a layer, which is an import: withdraw one, draw a project's
outline; then rescore."""

import json
from typing import Any

import shapely
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from riskscore.curation import project_edits
from riskscore.engine.inputs.land_overlap import REACH_KM, Footprint, geodesic_km
from riskscore.jobs import requests as job_requests
from riskscore.models import Footprint as Outline
from riskscore.models import Job, LandLayer, Project
from riskscore.releases.editions import next_edition
from riskscore.scoring.project_inputs import kept_communities
from riskscore.sources import maps

#: How far an outline may lie from its project's point.
STRAY_KM = REACH_KM


def withdraw_layer(layer: LandLayer, *, by: Any = None) -> LandLayer:
    """Take a layer back from now on: what was scored with it stays explained by it."""
    over = LandLayer(
        kind=layer.kind,
        code=layer.code,
        name=layer.name,
        steward=layer.steward,
        source=layer.source,
        licence=layer.licence,
        redistributable=layer.redistributable,
    )
    with transaction.atomic():
        over.entered_by, over.edition = by, next_edition(f"layer {layer.code} withdrawn")
        over.save(force_insert=True)
        kept_communities.keep_of(layer)
        job_requests.refresh(f"layer {layer.code} withdrawn", by=by)
    return over


def outline_of(project: Project, content: bytes) -> BaseGeometry:
    """Read and check a project's outline; nothing is written. Raises BadMap for any fault."""
    drawn = maps.outline(maps.read(content))
    _refuse_elsewhere(project, drawn)
    return drawn


def polygon_of(corners: str) -> str:
    """GeoJSON of one polygon from its corners, one a line: latitude, longitude. Raises BadMap."""
    ring = []
    for number, line in enumerate(corners.splitlines(), 1):
        if not line.strip():
            continue
        try:
            latitude, longitude = (float(part) for part in line.replace(",", " ").split())
        except ValueError:
            raise maps.BadMap(
                f"line {number}",
                f"is no corner: {line.strip()[:60]!r}",
                "write latitude, longitude",
            ) from None
        ring.append((longitude, latitude))
    if len(set(ring)) < 3:
        raise maps.BadMap(
            "the outline", f"has {len(set(ring))} different corners", "give at least three"
        )
    closed = ring if ring[0] == ring[-1] else [*ring, ring[0]]
    return json.dumps({"type": "Polygon", "coordinates": [closed]})


def newest_outline(project: int) -> Outline | None:
    """The outline that a project has now, or the note that it was taken back; None: never any."""
    rows = Outline.objects.filter(project=project).defer("outline").select_related("entered_by")
    return rows.order_by("-edition_id", "-id").first()


def draw_outline(
    project: Project, drawn: BaseGeometry | None, source: str, *, by: Any = None
) -> Outline:
    """Store a project's outline (None takes the old one back), and rescore it."""
    return draw_and_rescore(project, drawn, source, by=by)[0]


def draw_and_rescore(
    project: Project, drawn: BaseGeometry | None, source: str, *, by: Any = None
) -> tuple[Outline, list[Job]]:
    """The same, with the jobs that score the project anew."""
    with transaction.atomic():
        row = Outline.objects.create(
            project=project,
            outline=None if drawn is None else shapely.to_wkb(drawn),
            source=source,
            entered_by=by,
            edition=next_edition(f"outline of {project.key}"),
        )
        return row, project_edits.projects_changed([project], by=by, reason="outline")


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
