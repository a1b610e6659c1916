"""Map files: three formats give the same land; whatever is wrong has a place and a remedy."""

import io
import json
import struct
import zipfile
from typing import Any

import numpy as np
import pytest
import shapely

from riskscore.sources import maps
from riskscore.sources.maps import BadMap, geopackage, map_features
from riskscore.sources.readers import zip_guard
from tests.maps.files import (
    AMAZON,
    SQUARE,
    brazil,
    collection,
    geojson,
    shapefile_parts,
    zipped,
)
from tests.maps.files import geopackage as gpkg
from tests.sources.published import needs_published, published

LAND = shapely.Polygon(SQUARE)
UTM = [[700_000.0, 9_600_000.0], [800_000.0, 9_600_000.0], [800_000.0, 9_700_000.0],
       [700_000.0, 9_700_000.0], [700_000.0, 9_600_000.0]]  # fmt: skip


def lands(content: bytes, **more: Any) -> list[maps.Shape]:
    return maps.lands(maps.read(content), AMAZON, **more)


def refused(content: bytes, **more: Any) -> BadMap:
    with pytest.raises(BadMap) as caught:
        lands(content, **more)
    assert caught.value.where
    assert caught.value.remedy
    assert len(str(caught.value)) < 400
    return caught.value


@pytest.mark.parametrize(
    "content",
    [
        geojson(),
        b"\xef\xbb\xbf" + geojson(),
        collection(shapely.geometry.mapping(shapely.MultiPolygon([LAND]))),
        geojson([[*position, 120.5] for position in SQUARE]),
        zipped(shapefile_parts()),
        gpkg(LAND),
        gpkg(shapely.MultiPolygon([LAND])),
        gpkg(shapely.to_wkb(shapely.force_3d(LAND), output_dimension=3)),
        gpkg(shapely.to_wkb(LAND, byte_order=0)),
        gpkg(LAND)[:18] + b"\x02\x02" + gpkg(LAND)[20:],
    ],
    ids=[
        "json",
        "bom",
        "multi",
        "z",
        "shp",
        "gpkg",
        "gpkg-multi",
        "gpkg-z",
        "gpkg-big",
        "gpkg-wal",
    ],
)
def test_every_format_gives_the_same_land(content: bytes) -> None:
    (found,) = lands(content)
    assert found.name == "Xipaya"
    assert shapely.equals(found.geometry, LAND)


def test_holes_stay_holes() -> None:
    hole = [[-59.6, -3.6], [-59.4, -3.6], [-59.4, -3.4], [-59.6, -3.4], [-59.6, -3.6]]
    for content in (geojson(SQUARE, hole), zipped(shapefile_parts(SQUARE[::-1], hole))):
        (found,) = lands(content)
        assert found.geometry.area == pytest.approx(1 - 0.04)


def test_what_is_in_metres_and_says_so_is_brought_to_degrees() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32720"}}
    (declared,) = lands(geojson(UTM, crs=crs))
    (told,) = lands(geojson(UTM), system="EPSG:32720")
    assert shapely.equals(declared.geometry, told.geometry)
    assert -62 < declared.geometry.centroid.x < -60


def nested(depth: int) -> bytes:
    inner = json.dumps({"type": "Polygon", "coordinates": [SQUARE]})
    whole = '{"type": "GeometryCollection", "geometries": [' * depth + inner + "]}" * depth
    return collection(None).replace(b"null", whole.encode())


def deep(depth: int) -> bytes:
    text = json.dumps({"type": "Polygon", "coordinates": "here"})
    return text.replace('"here"', "[" * depth + "]" * depth).encode()


def moved(at: int, position: list[float]) -> list[list[float]]:
    return [*SQUARE[:at], position, *SQUARE[at + 1 :]]


def circle(vertices: int) -> list[list[float]]:
    turn = np.linspace(0, 2 * np.pi, vertices)
    points = np.column_stack((-60 + np.cos(turn), -4 + np.sin(turn)))
    points[-1] = points[0]
    return points.round(5).tolist()  # type: ignore[no-any-return]


SWAPPED = [[lat, lon] for lon, lat in SQUARE]
OVER_180 = [[179.0, -4.0], [-179.0, -4.0], [-179.0, -3.0], [179.0, -3.0], [179.0, -4.0]]
BOW_TIE = [[-60.0, -4.0], [-59.0, -3.0], [-59.0, -4.0], [-60.0, -3.0], [-60.0, -4.0]]

BAD_GEOJSON: dict[str, tuple[bytes, str]] = {
    "collections nested 900 brackets deep": (nested(450), "Polygon or MultiPolygon"),
    "arrays nested 900 deep": (deep(900), "misplaced coordinates|a position is two or three"),
    "arrays nested 5,000 deep": (deep(5000), "1,000 deep"),
    "latitude 91": (geojson(moved(1, [-59.0, 91.0])), "latitude ends at ±90"),
    "longitude 181": (geojson(moved(1, [181.0, -4.0])), "swap its axes|antimeridian"),
    "NaN": (geojson(moved(1, [float("nan"), -4.0])), "without NaN"),
    "infinity": (geojson().replace(b"-59.0", b"1e999", 1), "without NaN|export the file again"),
    "null for a number": (geojson(moved(1, [None, -4.0])), "two or three numbers"),  # type: ignore[list-item]
    "true for a number": (geojson(moved(1, [True, -4.0])), "two or three numbers"),
    "a text for a number": (geojson(moved(1, ["-59", -4.0])), "two or three numbers"),  # type: ignore[list-item]
    "four dimensions": (geojson(moved(1, [-59.0, -4.0, 1.0, 1.0])), "two or three numbers"),
    "a self-intersection": (geojson(BOW_TIE), "Fix geometries"),
    "across the antimeridian": (geojson(OVER_180), "outside the mapped area"),
    "a ring that is not closed": (geojson(SQUARE[:-1]), "repeat its first position"),
    "a ring of two positions": (geojson(SQUARE[:2]), "four or more"),
    "swapped axes": (geojson(SWAPPED), "axes are swapped"),
    "metres that call themselves degrees": (geojson(UTM), "these are metres"),
    "a coordinate system that nobody knows": (
        geojson(crs={"type": "name", "properties": {"name": "EPSG:99999999"}}), "EPSG:<number>"),
    "a coordinate system without a name": (geojson(crs={"type": "link"}), "leave it out"),
    "a coordinate system that opens files": (
        geojson(crs={"type": "name", "properties": {"name": "+init=/etc/passwd:1"}}),
        "EPSG:<number>"),
    "points": (collection({"type": "Point", "coordinates": [-60, -4]}), "is a Point"),
    "no geometry": (collection(None), "has no geometry"),
    "empty coordinates": (collection({"type": "Polygon", "coordinates": []}), "leave it out"),
    "no features": (b'{"type": "FeatureCollection", "features": []}', "has no features"),
    "features that are no list": (b'{"type": "FeatureCollection", "features": 7}', "list"),
    "a list": (b"[]", "FeatureCollection"),
    "nothing": (b"", "give GeoJSON"),
    "UTF-16": (geojson().decode().encode("utf-16"), "UTF-8"),
    "latin-1": ('{"name": "Água"}'.encode("latin-1"), "UTF-8"),
    "a page of the web": (b"<html>", "give GeoJSON"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD_GEOJSON)
def test_bad_geojson_is_refused_with_its_place_and_remedy(fault: str) -> None:
    content, remedy = BAD_GEOJSON[fault]
    refused(content).args[0]
    with pytest.raises(BadMap, match=remedy):
        lands(content)


@pytest.mark.slow
@pytest.mark.parametrize("vertices", [150_000, 1_000_001])
def test_a_polygon_of_a_million_vertices_is_to_be_simplified(vertices: int) -> None:
    assert "simplif" in refused(geojson(circle(vertices))).remedy


def test_a_land_across_the_antimeridian_is_to_be_cut_there() -> None:
    with pytest.raises(BadMap, match="cut it at 180°"):
        maps.area(maps.read(geojson(OVER_180)))


def test_a_file_of_more_than_32_megabytes_is_not_even_read() -> None:
    with pytest.raises(BadMap, match="has more than 32 MB"):
        maps.read(b" " * (33 * 2**20))


def encrypted() -> bytes:
    content = bytearray(zipped(shapefile_parts()))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    return bytes(content)


def lying() -> bytes:
    """A member that inflates beyond the size that it declares."""
    content = bytearray(zipped({"lands.shp": b"\0" * 50_000}))
    at = content.find(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(content)


def parts(**changes: Any) -> bytes:
    found = {**shapefile_parts(), **{f"lands.{key}": value for key, value in changes.items()}}
    return zipped({name: content for name, content in found.items() if content is not None})


def points() -> bytes:
    found = shapefile_parts()
    shp = bytearray(found["lands.shp"])
    shp[32:36] = struct.pack("<i", 1)
    return zipped({**found, "lands.shp": bytes(shp)})


BAD_ZIPS: dict[str, tuple[bytes, str]] = {
    "a name that climbs out": (zipped({"../../lands.shp": b""}), "leaves the folder"),
    "an absolute name": (zipped({"/etc/lands.shp": b""}), "leaves the folder"),
    "a drive of Windows": (zipped({"C:/lands.shp": b""}), "leaves the folder"),
    "a name of Windows": (zipped({"..\\lands.shp": b""}), "leaves the folder"),
    "a password": (encrypted(), "is encrypted"),
    "a bomb": (zipped({"lands.shp": b"\0" * 30_000_000}), "packed more than 100 times"),
    "a size that lies": (lying(), "damaged|not as long as it says"),
    "thousands of members": (zipped({f"{n}.shp": b"" for n in range(2000)}), "more than 100 parts"),
    "a zip in a zip": (zipped({"inner.zip": zipped(shapefile_parts())}), "must hold one .shp"),
    "two shapefiles": (zipped({"a.shp": b"", "b.shp": b""}), "must hold one .shp"),
    "a zip that breaks off": (zipped(shapefile_parts())[:200], "damaged"),
    "no coordinate system": (parts(prj=None), "has no .prj"),
    "a coordinate system of nonsense": (parts(prj=b"nonsense"), "is not understood"),
    "a shapefile of noise": (parts(shp=b"noise" * 100), "cannot be read"),
    "a shapefile that breaks off": (parts(shp=shapefile_parts()["lands.shp"][:150]), "read|form"),
    "points": (points(), "is a POINT|cannot be read"),
    "NaN": (
        zipped(shapefile_parts([[float("nan"), -4.0], *SQUARE[1:-1], [float("nan"), -4.0]])),
        "is not a number|cannot be read|outside",
    ),
    "wrong axes": (zipped(shapefile_parts(SWAPPED)), "axes are swapped"),
}


@pytest.mark.parametrize("fault", BAD_ZIPS)
def test_a_bad_zip_file_is_refused_with_its_place_and_remedy(fault: str) -> None:
    content, said = BAD_ZIPS[fault]
    refused(content)
    with pytest.raises(BadMap, match=said):
        lands(content)


def test_a_small_part_may_be_packed_as_well_as_it_can() -> None:
    found = {**shapefile_parts(), "lands.sbn": b"\0" * 900_000}
    assert lands(zipped(found))[0].name == "Xipaya"


def test_a_zip_of_more_than_100_megabytes_is_not_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_guard, "MOST_BYTES", 1000)
    with pytest.raises(BadMap, match="unpacks to more than"):
        maps.read(zipped({"lands.shp": b"ab" * 1000}, zipfile.ZIP_STORED))


def recursive() -> list[str]:
    return ["CREATE VIEW forever AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n)"
            " SELECT x AS fid, NULL AS geom FROM n"]  # fmt: skip


def multipolygons_in_multipolygons(depth: int) -> bytes:
    head = struct.pack("<bII", 1, 6, 1)
    return head * depth + bytes(shapely.to_wkb(LAND))


BAD_GEOPACKAGES: dict[str, tuple[bytes, str]] = {
    "another database": (gpkg(LAND).replace(b"gpkg_geometry", b"gpkg_geomotry"), "cannot be read"),
    "noise after its first bytes": (geopackage.MAGIC + b"noise" * 500, "cannot be read"),
    "a file that breaks off": (gpkg(LAND)[:5000], "cannot be read|has no"),
    "a view that never ends": (gpkg(LAND, table="forever", extra=recursive()), "is no table"),
    "a table that is not there": (gpkg(LAND, table="nowhere"), "is no table"),
    "no coordinate system": (gpkg(LAND, srs=-1), "does not say its coordinate system"),
    "degrees that call themselves metres": (gpkg(LAND, srs=32721), "outside the mapped area"),
    "points": (gpkg(shapely.Point(-60, -4)), "is a Point"),
    "a geometry that breaks off": (gpkg(bytes(shapely.to_wkb(LAND))[:40]), "breaks off"),
    "polygons without end": (gpkg(struct.pack("<bII", 1, 6, 2**32 - 1)), "breaks off"),
    "multipolygons 100,000 deep": (
        gpkg(multipolygons_in_multipolygons(100_000)), "other parts than polygons"),
    "a ring without end": (gpkg(struct.pack("<bIII", 1, 3, 1, 2**32 - 1)), "breaks off"),
    "an empty polygon": (gpkg(shapely.Polygon()), "leave it out|has no"),
    "swapped axes": (gpkg(shapely.Polygon(SWAPPED)), "axes are swapped"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD_GEOPACKAGES)
def test_a_bad_geopackage_is_refused_with_its_place_and_remedy(fault: str) -> None:
    content, said = BAD_GEOPACKAGES[fault]
    refused(content)
    with pytest.raises(BadMap, match=said):
        lands(content)


def test_too_many_features_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_features, "MOST_FEATURES", 0)
    assert "load it in parts" in refused(geojson()).remedy


def test_the_property_that_holds_the_names_can_be_chosen() -> None:
    content = geojson().replace(b'{"name"', b'{"people": "Arara", "name"')
    assert lands(content, chosen={"name": "People"})[0].name == "Arara"
    assert "people" in refused(content, chosen={"name": "nation"}).remedy


@needs_published
def test_the_wrong_projection_of_the_brazilian_layer_is_detected() -> None:
    error = refused(brazil())
    assert "outside the mapped area" in error.what
    assert "395 more" in error.where
    assert "is not in SAD69 / UTM zone 21S" in error.remedy


@needs_published
def test_told_its_true_projection_the_brazilian_layer_is_that_of_the_corrected_file() -> None:
    true = "+proj=poly +lat_0=0 +lon_0=-54 +ellps=aust_SA +towgs84=-66.87,4.37,-38.52"
    found = lands(brazil(), system=true)
    corrected = lands(published("data/brazil_amazon_indigenous_wgs84.geojson"))
    assert len(found) == len(corrected) == 398
    assert [shape.name for shape in found] == [shape.name for shape in corrected]
    for one, other in zip(found, corrected, strict=True):
        assert shapely.hausdorff_distance(one.geometry, other.geometry) < 0.001


def test_nothing_of_an_upload_touches_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    monkeypatch.setattr(io, "open", lambda *args, **_: opened.append(args))
    for content in (geojson(), zipped(shapefile_parts()), gpkg(LAND)):
        lands(content)
    assert not opened
