"""The only writer of layers: a version of a map with everything on it."""

from collections.abc import Iterable

import shapely

from riskscore.engine.inputs.mapped_area import MappedArea
from riskscore.models import Land, LandLayer
from riskscore.releases.editions import next_edition
from riskscore.scoring.project_inputs import kept_communities
from riskscore.sources.maps import Shape

BATCH = 1000


def write(layer: LandLayer, mapped: MappedArea, shapes: Iterable[Shape]) -> LandLayer:
    """Store a version of a layer in the caller's transaction, under an edition of its own.

    ``layer`` brings all but the mapped area, the number of features and the edition, which it
    keeps if it has one. The version before stays, for scores that were made with it. A register of
    communities is measured to all projects.
    """
    rows = [
        Land(
            number=number,
            code=shape.code,
            name=shape.name,
            people=shape.people,
            outline=shapely.to_wkb(shape.geometry),
        )
        for number, shape in enumerate(shapes, 1)
    ]
    layer.mapped = None if mapped.polygon is None else shapely.to_wkb(mapped.polygon)
    layer.places, layer.lands_count = sorted(mapped.places), len(rows)
    if layer.edition_id is None:
        layer.edition = next_edition(f"layer {layer.code}")
    layer.save(force_insert=True)
    for row in rows:
        row.layer = layer
    for part in _batched(rows):
        Land.objects.bulk_create(part)
    if layer.kind == LandLayer.Kind.COMMUNITIES:
        kept_communities.keep_all()
    return layer


def _batched(rows: list[Land]) -> Iterable[list[Land]]:
    return (rows[at : at + BATCH] for at in range(0, len(rows), BATCH))
