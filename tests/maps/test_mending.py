"""Every fault of a map is told at once; what can be mended is, where asked, with what it moved."""

import gzip
import json
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from riskscore.sources import maps
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Remark
from riskscore.sources.maps import mending
from tests.maps.files import AMAZON, geopackage, shapefile_parts, zipped
from tests.sources.published import needs_published, published

Ring = list[list[float]]


def box(x: float, y: float, size: float = 1.0) -> Ring:
    return [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]


def a_map(*geometries: Any) -> bytes:
    """A FeatureCollection of Land 1, Land 2 …"""
    features = [
        {"type": "Feature", "properties": {"name": f"Land {number}"}, "geometry": geometry}
        for number, geometry in enumerate(geometries, 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def polygon(*rings: Ring) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def rows(
    content: bytes, mapped: Any = None, *, repair: bool = False
) -> tuple[dict[str, BaseGeometry], list[BadFile], list[str]]:
    """The lands by name, the faults, the remarks."""
    found = list(maps.land_rows(maps.read(content, repair=repair), mapped, repair=repair))
    return (
        {row[1].name: row[1].geometry for row in found if isinstance(row, tuple)},
        [row for row in found if isinstance(row, BadFile)],
        [row.text for row in found if isinstance(row, Remark)],
    )


BOW_TIE = polygon([[-68, -22], [-67, -21], [-67, -22], [-68, -21], [-68, -22]])
SPIKE = polygon(
    [[-68, -22], [-67, -22], [-67, -21], [-67, -20], [-67, -21], [-68, -21], [-68, -22]]
)
OPEN = polygon(box(-68, -22)[:-1])
HOLE_OUTSIDE = polygon(box(-68, -22), box(-60, -22))
OVERLAPPING = {"type": "MultiPolygon", "coordinates": [[box(-68, -22)], [box(-67.5, -22)]]}
ONE_BAD_PART = {"type": "MultiPolygon", "coordinates": [[box(-60, -4)], BOW_TIE["coordinates"]]}
OVER_180 = polygon([[179.5, -17], [-179.5, -17], [-179.5, -16], [179.5, -16], [179.5, -17]])
BEYOND_180 = polygon([[175, 65], [185, 65], [185, 67], [175, 67], [175, 65]])
MEASURES = polygon([[*position, 0, 1] for position in box(-68, -22)])
COLLECTION = {
    "type": "GeometryCollection",
    "geometries": [polygon(box(-68, -22)), {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}],
}
STAR = polygon(
    [[0.0, 1.0], [0.588, -0.809], [-0.951, 0.309], [0.951, 0.309], [-0.588, -0.809], [0.0, 1.0]]
)
LINE = polygon([[-68, -22], [-67, -22], [-66, -22], [-68, -22]])
POLE = polygon([[0, 80], [90, 80], [180, 80], [-90, 80], [0, 80]])
NAN = polygon([[-68, float("nan")], *box(-68, -22)[1:]])
POINT = {"type": "Point", "coordinates": [-68, -22]}
BAD = (BOW_TIE, SPIKE, OPEN, HOLE_OUTSIDE, OVERLAPPING, ONE_BAD_PART, OVER_180, BEYOND_180,
       MEASURES, COLLECTION, STAR, LINE, POLE, NAN, POINT, None,
       {"type": "Polygon", "coordinates": []}, {"type": "FeatureCollection", "features": []},
       polygon(box(-68, -22)[:2]), "a text")  # fmt: skip


def test_one_report_names_every_land_that_is_wrong_and_the_others_are_read() -> None:
    good = [polygon(box(-60, -4)), polygon(box(-58, -4))]
    lands, faults, _ = rows(a_map(good[0], *BAD, good[1]))
    assert set(lands) == {"Land 1", f"Land {len(BAD) + 2}"}
    assert {fault.row for fault in faults} == set(range(2, len(BAD) + 2))
    assert all(f"“Land {fault.row}”" in fault.reason for fault in faults)
    assert all(fault.remedy for fault in faults)


@pytest.mark.parametrize(
    ("bad", "degrees2", "said"),
    [
        (BOW_TIE, 0.5, "0 m² → "),
        (SPIKE, 1.0, "moved by 0 m², 0 %"),
        (OPEN, 1.0, "not closed"),
        (HOLE_OUTSIDE, 1.0, "moved by 0 m², 0 %"),
        (OVERLAPPING, 1.5, "-33.3 %"),
        (ONE_BAD_PART, 1.5, "crosses|no valid polygon"),
        (OVER_180, 1.0, "moved by 0 m², 0 %"),
        (BEYOND_180, 20.0, "moved by 0 m², 0 %"),
        (MEASURES, 1.0, "heights and measures"),
        (COLLECTION, 1.0, "without 1 LineString"),
    ],
)
def test_what_can_be_mended_is_and_it_is_said_by_how_much_the_area_moved(
    bad: Any, degrees2: float, said: str
) -> None:
    lands, faults, remarks = rows(a_map(bad), repair=True)
    assert not faults
    assert lands["Land 1"].area == pytest.approx(degrees2)
    assert shapely.is_valid(lands["Land 1"])
    assert lands["Land 1"].geom_type in ("Polygon", "MultiPolygon")
    text = " ".join(remarks)
    assert -180 <= lands["Land 1"].bounds[0] < lands["Land 1"].bounds[2] <= 180
    assert any(part in text for part in said.split("|")), text


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (STAR, "around 31% of its ground twice"),
        (LINE, "has no area"),
        (POLE, "goes around a pole"),
        (NAN, "not finite numbers"),
        (POINT, "is a Point"),
        (None, "has no geometry"),
    ],
)
def test_what_could_mean_two_things_or_would_become_a_line_stays_a_fault(
    bad: Any, said: str
) -> None:
    lands, faults, _ = rows(a_map(bad, polygon(box(-60, -4))), repair=True)
    assert list(lands) == ["Land 2"]
    assert said in faults[0].reason


def test_the_most_moved_are_told_first_and_their_number_is_bounded() -> None:
    small = polygon([[0, 0], [0.1, 0.1], [0.1, 0], [0, 0.1], [0, 0]])
    _, _, remarks = rows(a_map(*[small] * 60, BOW_TIE), repair=True)
    assert remarks[0].startswith("features mended: 61, ")
    assert "“Land 61”" in remarks[1]
    assert len(remarks) < 50


def test_an_outline_that_crosses_itself_everywhere_is_refused_soon() -> None:
    draw = np.random.default_rng(1)
    ring = draw.uniform(-1, 1, (2000, 2)).round(4).tolist()
    _, (fault,), _ = rows(a_map(polygon([*ring, ring[0]])), repair=True)
    assert "too often to be mended" in fault.reason


@pytest.mark.parametrize(
    "shape",
    [shapely.box(-68, -22, -67.9, -21.9), shapely.Point(10, 65).buffer(0.3),
     shapely.Point(30, 0).buffer(1).difference(shapely.Point(30, 0).buffer(0.5))],
)  # fmt: skip
def test_areas_are_those_of_the_ellipsoid(shape: BaseGeometry) -> None:
    fine = shapely.orient_polygons(shapely.segmentize(shape, 0.01))
    exact = abs(Geod(ellps="WGS84").geometry_area_perimeter(fine)[0])
    assert mending.ground(shape) == pytest.approx(exact, rel=1e-6)


def test_lands_that_lie_outside_are_told_one_by_one_where_the_others_lie_inside() -> None:
    lands, (fault,), _ = rows(
        a_map(polygon(box(-60, -4)), polygon(box(-58, -4)), polygon(box(10, 50))), AMAZON
    )
    assert len(lands) == 2
    assert "“Land 3” lies outside the mapped area" in fault.reason


def test_lands_with_one_outline_are_both_kept_and_told() -> None:
    lands, _, remarks = rows(a_map(polygon(box(-60, -4)), polygon(box(-60, -4)[::-1])))
    assert len(lands) == 2
    assert remarks == ["lands whose outline another has too, which count once: 2 (Land 1, Land 2)"]


def test_a_feature_on_each_line_is_read_and_a_bad_line_is_a_fault() -> None:
    features = json.loads(a_map(polygon(box(-60, -4)), polygon(box(-58, -4)), OPEN))["features"]
    lines = [json.dumps(feature) for feature in features]
    for end in ("\n", "\r\n", "\n\n", "\n\x1e"):
        lands, faults, remarks = rows(end.join([*lines, "{nonsense}"]).encode())
        assert list(lands) == ["Land 1", "Land 2"]
        assert [fault.row for fault in faults] == [3, 4]
        assert "a feature on each line" in remarks[0]


def test_shapes_of_other_formats_are_mended_too() -> None:
    bow = shapely.Polygon(BOW_TIE["coordinates"][0])
    for content in (geopackage(bow), zipped(shapefile_parts(SPIKE["coordinates"][0][::-1]))):
        _, faults, _ = rows(content)
        assert "“Xipaya” is no valid polygon" in faults[0].reason
        lands, _, _ = rows(content, repair=True)
        assert lands["Xipaya"].area in (pytest.approx(0.5), pytest.approx(1.0))


def test_all_faults_of_an_outline_are_told_as_one() -> None:
    two = {"type": "MultiPolygon", "coordinates": [[box(0, 0)[:-1]], [box(5, 5)[:2]]]}
    with pytest.raises(maps.BadMap, match=r"is not closed; .*has a ring of 2 positions"):
        maps.outline(maps.read(json.dumps(two).encode()))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<?xml version='1.0'?><kml/>", "is KML"),
        (b"\xef\xbb\xbf <kml/>", "is KML"),
        (shapefile_parts()["lands.shp"], "shp of a shapefile alone"),
        (gzip.compress(a_map(OPEN)), "packed with gzip"),
        (a_map(OPEN).decode().encode("utf-16"), "is UTF-16"),
        (a_map(OPEN).decode().encode("utf-16-le"), "is UTF-16"),
        (a_map(OPEN).replace(b"Land 1", b"Atacame\xf1o"), r"not UTF-8 at byte \d+: .*Atacame\?o"),
    ],
)
def test_other_formats_and_encodings_are_called_by_their_names(content: bytes, said: str) -> None:
    with pytest.raises(maps.BadMap, match=said) as caught:
        maps.read(content)
    assert "ive GeoJSON" in caught.value.remedy


@needs_published
@pytest.mark.parametrize(
    ("case", "plain", "mended"),
    [
        ("4d.geojson", 0, 1), ("beyond_180.geojson", 0, 1), ("clockwise.geojson", 1, 1),
        ("collection.geojson", 1, 2), ("crossing.geojson", 0, 1), ("hole_outside.geojson", 0, 1),
        ("line_delimited.geojsonl", 2, 2), ("nan.geojson", 0, 0), ("null_geometry.geojson", 1, 1),
        ("one_bowtie_of_many.geojson", 20, 21), ("overlapping_parts.geojson", 0, 1),
        ("point_among.geojson", 1, 1), ("repeated_point.geojson", 1, 1), ("sirgas.geojson", 1, 1),
        ("spike.geojson", 0, 1), ("unclosed.geojson", 0, 1),
        ("web_mercator_no_crs.geojson", 0, 0),
    ],
)  # fmt: skip
def test_of_the_maps_of_the_field_so_many_lands_are_read(
    case: str, plain: int, mended: int
) -> None:
    content = published(f"cases/field/land_{case}")
    assert len(rows(content)[0]) == plain
    assert len(rows(content, repair=True)[0]) == mended
