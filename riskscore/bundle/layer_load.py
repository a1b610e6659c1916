"""The bundle's layers into the database: what is there already, or was replaced, stays."""

from pathlib import Path

from riskscore.bundle import layer_tables
from riskscore.bundle.fixture_tables import REBUILD
from riskscore.bundle.layer_tables import Layer
from riskscore.engine.inputs.mapped_area import MappedArea
from riskscore.intake.layers import layer_writer
from riskscore.models import LandLayer
from riskscore.releases.editions import next_edition
from riskscore.sources.bad_file import BadFile


def load_layers(directory: Path) -> int:
    """Load the layers that are new, under one edition; how many. In the caller's transaction.

    A layer that a person has replaced or withdrawn is left as they made it.
    """
    new = [layer for layer in layer_tables.layers(directory) if _is_new(layer)]
    if not new:
        return 0
    shapes, edition = layer_tables.shapes(directory), next_edition("bundle: layers")
    for layer in new:
        found = shapes.get(layer.code, [])
        if len(found) != layer.rows:
            raise BadFile(
                f"{layer.code} has {len(found)} rows where {layer.rows} are stated",
                file=layer_tables.LAYERS.file,
                remedy=REBUILD,
            )
        row = LandLayer(
            kind=layer.kind,
            code=layer.code,
            name=layer.name,
            steward=layer.steward,
            source=layer.source,
            published_edition=layer.edition,
            licence=layer.licence,
            attribution=layer.attribution,
            redistributable=layer.redistributable,
            file=layer.file,
            sha256=layer.sha256,
            crs="EPSG:4326",
            edition=edition,
        )
        layer_writer.write(row, MappedArea(None, frozenset(layer.places)), found)
    return len(new)


def _is_new(layer: Layer) -> bool:
    """Whether the database lacks it, and nobody has put another in its place."""
    versions = LandLayer.objects.filter(code=layer.code)
    newest = versions.order_by("-edition_id").first()
    if newest is None:
        return True
    by_hand = not newest.sha256 or newest.intakes.exists()
    return not by_hand and not versions.filter(sha256=layer.sha256).exists()
