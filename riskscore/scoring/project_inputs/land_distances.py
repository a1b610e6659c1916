"""Lands with title as they were known at an edition, and how projects lie to them."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from django.db.models import Max
from shapely.geometry.base import BaseGeometry

from riskscore.engine.inputs import land_overlap
from riskscore.models import Edition, Land, LandLayer, Project
from riskscore.models import Footprint as Outline

#: Projects that a query names one by one; for more, it asks for all outlines: few are ever drawn.
MOST_NAMED = 2000


class Site(NamedTuple):
    """What of a project decides where its footprint lies; columns in this order."""

    id: int
    latitude: float
    longitude: float
    stage: str
    kind: str
    place: str = ""


class Version(NamedTuple):
    """A layer's version. The moment tells it from one with its id in another database."""

    id: int
    entered_at: datetime
    kind: str = "lands"


Versions = tuple[Version, ...]


def current(edition: int, *kinds: str) -> Versions:
    """The newest version of each layer of these kinds as of an edition, but those withdrawn."""
    newest = (
        LandLayer.objects.filter(edition__lte=edition)
        .order_by("code", "-edition_id")
        .distinct("code")
        .values_list("id", "entered_at", "kind", "sha256")
    )
    return tuple(
        Version(pk, moment, kind)
        for pk, moment, kind, sha256 in newest
        if sha256 and (kind in kinds or not kinds)
    )


@lru_cache(maxsize=2)
def indexed(versions: Versions) -> land_overlap.Lands:
    """The lands of these versions. They never change, so the process may keep them."""
    layers = LandLayer.objects.in_bulk([version.id for version in versions])
    return land_overlap.Lands([_layer(layers[version.id]) for version in versions])


def _layer(row: LandLayer) -> land_overlap.Layer:
    result = list(Land.objects.filter(layer=row).order_by("number").values_list("name", "outline"))
    return land_overlap.Layer(
        name=row.name,
        names=[name for name, _ in result],
        lands=[geometry(outline) for _, outline in result],
        mapped=None if row.mapped is None else geometry(row.mapped),
        places=frozenset(row.places),
    )


def geometry(stored: bytes | memoryview | None) -> BaseGeometry:
    """A geometry from its stored WKB."""
    result: BaseGeometry = shapely.from_wkb(bytes(stored or b""))
    return result


def distances(sites: Sequence[Site], edition: int) -> npt.NDArray[np.float64]:
    """(n,) `ind.overlap`: km from each project to the nearest mapped land, NaN where unknown."""
    versions = current(edition, "lands")
    if not versions:
        return np.full(len(sites), np.nan)
    return indexed(versions).distances(footprints(sites, edition))


def footprints(sites: Sequence[Site], edition: int) -> list[land_overlap.Footprint]:
    """Where projects lie: their outlines as of an edition, else a radius by stage."""
    drawn = outlines([site.id for site in sites], edition)
    return [
        land_overlap.Footprint(
            site.latitude,
            site.longitude,
            0.0 if site.id in drawn else land_overlap.radius_km(site.stage, site.kind),
            drawn.get(site.id),
            site.place,
        )
        for site in sites
    ]


def outlines(ids: Sequence[int], edition: int) -> dict[int, BaseGeometry]:
    """The outlines that somebody has drawn of these projects, as of an edition."""
    known = Outline.objects.filter(edition__lte=edition)
    few = known.filter(project__in=ids) if len(ids) <= MOST_NAMED else known
    newest = few.order_by("project_id", "-edition_id").distinct("project_id")
    rows = newest.values_list("project_id", "outline")
    return {project: geometry(outline) for project, outline in rows if outline is not None}


def positions(project: Project) -> list[land_overlap.Position]:
    """How a project lies to each layer that says something about it, by all that is known now."""
    edition = latest()
    if not (versions := current(edition, "lands")):
        return []
    site = site_of(project)
    return indexed(versions).positions(footprints([site], edition)[0])


def site_of(project: Project) -> Site:
    """What of a project decides where its footprint lies."""
    where = (project.latitude, project.longitude, project.stage, project.kind)
    return Site(project.pk, *where, project.place_id)


def latest() -> int:
    """The newest edition; 0 before any."""
    return Edition.objects.aggregate(last=Max("number"))["last"] or 0
