"""Map files for tests, as programs write them."""

import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Sequence
from typing import Any

import shapefile
import shapely
from shapely.geometry.base import BaseGeometry

from tests.sources.published import published

WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
)
SQUARE = [[-60.0, -4.0], [-59.0, -4.0], [-59.0, -3.0], [-60.0, -3.0], [-60.0, -4.0]]
AMAZON = shapely.box(-74.0, -18.0, -44.0, 5.5)


def geojson(*rings: Any, kind: str = "Polygon", **more: Any) -> bytes:
    """A FeatureCollection of one polygon with these rings."""
    return collection({"type": kind, "coordinates": list(rings or [SQUARE])}, **more)


def collection(geometry: Any, **more: Any) -> bytes:
    feature = {"type": "Feature", "properties": {"name": "Xipaya"}, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature], **more}).encode()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def shapefile_parts(*rings: Sequence[Sequence[float]], name: str = "Xipaya") -> dict[str, bytes]:
    parts = {"shp": io.BytesIO(), "shx": io.BytesIO(), "dbf": io.BytesIO()}
    with shapefile.Writer(**parts, shapeType=shapefile.POLYGON) as writer:
        writer.field("NOME", "C", size=40)
        writer.poly(list(rings or [SQUARE[::-1]]))
        writer.record(name)
        writer.shp.flush()
    found = {f"lands.{ending}": part.getvalue() for ending, part in parts.items()}
    return {**found, "lands.prj": WGS84.encode()}


def geopackage(
    shape: BaseGeometry | bytes, srs: int = 4326, table: str = "lands", extra: Sequence[str] = ()
) -> bytes:
    database = sqlite3.connect(":memory:")
    for line in (
        "CREATE TABLE gpkg_spatial_ref_sys (srs_name, srs_id, organization,"
        " organization_coordsys_id, definition, description)",
        "INSERT INTO gpkg_spatial_ref_sys VALUES ('', 4326, 'EPSG', 4326, '', ''),"
        " ('', 32721, 'EPSG', 32721, '', ''), ('', -1, 'NONE', -1, 'undefined', '')",
        "CREATE TABLE gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id,"
        " z, m)",
        "CREATE TABLE lands (fid INTEGER PRIMARY KEY, geom BLOB, nome TEXT)",
        *extra,
    ):
        database.execute(line)
    named = "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'GEOMETRY', ?, 0, 0)"
    database.execute(named, [table, srs])
    wkb = shape if isinstance(shape, bytes) else shapely.to_wkb(shape)
    head = b"GP\x00\x03" + struct.pack("<i4d", srs, 0, 0, 0, 0)
    database.execute("INSERT INTO lands VALUES (1, ?, 'Xipaya')", [head + wkb])
    database.commit()
    content = database.serialize()
    database.close()
    return bytes(content)


def brazil() -> bytes:
    """The lands of the Brazilian Amazon as their shapefile: its .prj is wrong."""
    folder = "data/brazil_amazon_indigenous/amazonia-indigenous"
    return zipped({f"a.{e}": published(f"{folder}.{e}") for e in ("shp", "shx", "dbf", "prj")})
