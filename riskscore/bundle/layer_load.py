"""The bundle's layers and outlines of countries into the database: what is there already, or was
replaced, stays."""

from pathlib import Path

import shapely

from riskscore.bundle import layer_tables, outlines
from riskscore.bundle.fixture_tables import REBUILD, check_known, rows_of
from riskscore.bundle.layer_tables import Layer
from riskscore.engine.inputs.mapped_area import MappedArea
from riskscore.intake.layers import layer_writer
from riskscore.models import CountryOutline, LandLayer, Release
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


def load_outlines(directory: Path, known: frozenset[str]) -> int:
    """Store the outlines of releases that have none in the database; how many were added. A bundle
    without the table has no outlines."""
    if not (directory / outlines.TABLE.file).exists():
        return 0
    rows = [
        row for row in rows_of(directory, outlines.TABLE) if isinstance(row, outlines.OutlinePart)
    ]
    check_known(outlines.TABLE, rows, "place", known | {""})
    present = set(CountryOutline.objects.values_list("release__code", flat=True))
    releases = dict(Release.objects.values_list("code", "id"))
    parts: dict[tuple[str, str, str], list[shapely.Geometry]] = {}
    for row in rows:
        if row.release not in present:
            key = (row.release, row.name, row.place)
            parts.setdefault(key, []).append(shapely.from_wkt(row.wkt))
    made = [
        CountryOutline(
            release_id=releases[release],
            name=name,
            place_id=place or None,
            outline=shapely.to_wkb(shapely.multipolygons(polygons)),
        )
        for (release, name, place), polygons in parts.items()
    ]
    return len(CountryOutline.objects.bulk_create(made))
