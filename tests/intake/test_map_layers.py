"""Registers of communities as files: read in four formats, refused by name, replaced, replayed."""

import io
import json
import sqlite3
import struct
from typing import Any

import pytest
import shapefile
import shapely

from riskscore.intake import requests
from riskscore.models import Intake, Land, LandLayer, Project
from riskscore.scoring.project_inputs import land_distances, map_distances
from riskscore.sources.maps.layer_about import CODE, KINDS
from tests.curation.test_land_layers import imported, load
from tests.intake.files import faults, finish, queue
from tests.intake.sites.test_new_sites import outlines  # noqa: F401
from tests.make import make_place, make_project
from tests.maps.files import WGS84, geojson, zipped
from tests.maps.test_mending import BOW_TIE, POINT, a_map, box, polygon

pytestmark = pytest.mark.django_db
TABLE = (
    "code,name,people,latitude,longitude\n"
    "1,Olaroz Chico,Atacama,-23.39,-66.80\n"
    "2,Catua,,-23.87,-67.00\n"
)
ABOUT = {"kind": "communities", "code": "register", "mapped": "ARG", "name": "A register"}


@pytest.fixture(autouse=True)
def argentina() -> None:
    make_place("ARG")
    make_place("CHL")


def neighbours(project: Project) -> list[map_distances.Neighbour]:
    """The nearest community of each register."""
    site = land_distances.site_of(project)
    (found,) = map_distances.neighbours([site], land_distances.latest())
    return found


def take_in(content: str | bytes, file: str = "register.csv", **changes: Any) -> Intake:
    data = content.encode() if isinstance(content, str) else content
    return imported(data, file, **{**ABOUT, **changes})


def a_geojson() -> bytes:
    features = [
        {"type": "Feature", "properties": {"name": name, "people": people, "code": code},
         "geometry": {"type": "Point", "coordinates": at}}
        for code, name, people, at in (
            ("1", "Olaroz Chico", "Atacama", [-66.80, -23.39]), ("2", "Catua", "", [-67.00, -23.87])
        )
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def a_shapefile() -> bytes:
    parts = {"shp": io.BytesIO(), "shx": io.BytesIO(), "dbf": io.BytesIO()}
    with shapefile.Writer(**parts, shapeType=shapefile.POINT) as writer:
        for field in ("name", "people", "code"):
            writer.field(field, "C", size=40)
        writer.point(-66.80, -23.39)
        writer.record("Olaroz Chico", "Atacama", "1")
        writer.point(-67.00, -23.87)
        writer.record("Catua", "", "2")
    members = {f"r.{ending}": part.getvalue() for ending, part in parts.items()}
    return zipped({**members, "r.prj": WGS84.encode()})


def a_geopackage() -> bytes:
    database = sqlite3.connect(":memory:")
    for line in (
        "CREATE TABLE gpkg_spatial_ref_sys (srs_name, srs_id, organization,"
        " organization_coordsys_id, definition, description)",
        "INSERT INTO gpkg_spatial_ref_sys VALUES ('', 4326, 'EPSG', 4326, '', '')",
        "CREATE TABLE gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id,"
        " z, m)",
        "INSERT INTO gpkg_geometry_columns VALUES ('r', 'geom', 'POINT', 4326, 0, 0)",
        "CREATE TABLE r (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT, people TEXT, code TEXT)",
    ):
        database.execute(line)
    head = b"GP\x00\x01" + struct.pack("<i", 4326)
    for row in (
        (-66.80, -23.39, "Olaroz Chico", "Atacama", "1"),
        (-67.0, -23.87, "Catua", "", "2"),
    ):
        blob = head + shapely.to_wkb(shapely.Point(row[:2]))
        database.execute(
            "INSERT INTO r (geom, name, people, code) VALUES (?, ?, ?, ?)", (blob, *row[2:])
        )
    database.commit()
    content = database.serialize()
    database.close()
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "file"),
    [(TABLE.encode(), "register.csv"), (a_geojson(), "register.geojson"),
     (a_shapefile(), "register.zip"), (a_geopackage(), "register.gpkg")],
    ids=["csv", "geojson", "shapefile", "geopackage"],
)  # fmt: skip
def test_every_format_gives_the_same_register(content: bytes, file: str) -> None:
    done = take_in(content, file)
    assert done.state == Intake.State.SUCCEEDED, done.error
    rows = Land.objects.filter(layer=done.land_layer).values_list("code", "name", "people")
    assert list(rows) == [("1", "Olaroz Chico", "Atacama"), ("2", "Catua", "")]
    near, *_ = neighbours(make_project(latitude=-23.4, longitude=-66.8, place="ARG"))
    assert (near.name, near.people, round(near.km, 1)) == ("Olaroz Chico", "Atacama", 1.1)


def test_outside_its_countries_a_register_says_nothing() -> None:
    take_in(TABLE)
    beside = make_project(latitude=-23.4, longitude=-66.8, place="CHL")
    assert neighbours(beside) == []


def test_columns_may_be_called_otherwise_and_coordinates_may_be_metres() -> None:
    text = "Comunidad,N,E\nOlaroz Chico,7411800,3520400\n"
    mapping = {"name": "Comunidad", "latitude": "N", "longitude": "E"}
    done = take_in(text, mapping=mapping, system="EPSG:5345")
    assert done.state == Intake.State.SUCCEEDED, done.error
    (outline,) = Land.objects.values_list("outline", flat=True)
    ((lon, lat),) = shapely.get_coordinates(shapely.from_wkb(bytes(outline)))
    assert (round(lon, 1), round(lat, 1)) == (-65.8, -23.4)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("name,latitude,longitude\nA,x,-66\n", 2, "not a number"),
        ("name,latitude,longitude\nA,-23,-66\nB,-123,-66\n", 3, "is nowhere on Earth"),
        ("name,latitude,longitude,code\nA,-23,-66,7\nB,-24,-66,7\n", 3, "the code of row 2 again"),
        ("name,lat,longitude\nA,-23,-66\n", 1, "this column is missing"),
    ],
)
def test_what_is_wrong_is_refused_by_line_and_nothing_is_loaded(
    text: str, line: int, reason: str
) -> None:
    done = take_in(text)
    assert done.state == Intake.State.FAILED
    ((at, _, said),) = faults(done)
    assert at == line
    assert reason in said
    assert done.faults.get().remedy
    assert not LandLayer.objects.exists()


def test_polygons_are_no_communities_and_points_no_areas() -> None:
    assert "is a Polygon" in take_in(geojson(), "r.geojson").error
    assert "is a Point" in take_in(a_geojson(), "r.geojson", kind="areas").error


def test_a_point_outside_a_mapped_polygon_is_a_fault_that_knows_swapped_axes() -> None:
    done = take_in(TABLE.replace("-23.39,-66.80", "-66.80,-23.39"), mapped="-75 -56 -53 -21")
    assert "axes are swapped" in done.error


def test_bad_rows_can_be_left_out_and_are_listed() -> None:
    done = take_in(TABLE + "3,Nowhere,,-123,0\n", skip_bad=True)
    assert (done.state, done.added, done.rejected) == ("succeeded", 2, 1)


def test_a_newer_edition_replaces_the_older_which_stays_for_replay() -> None:
    project = make_project(latitude=-23.4, longitude=-66.8, place="ARG")
    first = take_in(TABLE).land_layer
    moved = take_in(TABLE.replace("-23.39", "-23.00"))
    assert (moved.added, moved.changed, moved.unchanged, moved.gone) == (0, 1, 1, 0)
    assert first is not None
    site = [land_distances.site_of(project)]
    then, now = (
        map_distances.columns(site, edition)["ind.community"][0]
        for edition in (first.edition_id, land_distances.latest())
    )
    assert round(then, 1) == 1.1
    assert round(now, 1) == 44.5
    assert LandLayer.objects.filter(code="register").count() == 2


def test_the_same_file_again_changes_nothing_and_a_dry_run_writes_nothing() -> None:
    assert take_in(TABLE, dry_run=True).added == 2
    assert not LandLayer.objects.exists()
    take_in(TABLE)
    again = take_in(TABLE)
    assert (again.state, again.unchanged, again.land_layer) == ("succeeded", 2, None)


def test_a_register_that_lacks_much_of_the_last_one_is_refused_unless_it_may() -> None:
    many = TABLE + "".join(f"{n},C{n},,-24,-66\n" for n in range(3, 40))
    take_in(many)
    assert "lacks" in take_in(TABLE).error
    assert take_in(TABLE, replace=True).gone == 37


def test_a_code_keeps_its_kind() -> None:
    take_in(TABLE)
    with pytest.raises(Exception, match="another code"):
        take_in(TABLE, kind="languages")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": "A b"}, "the layer's code"), ({"kind": "mines"}, "the layer's kind"),
        ({"steward": ""}, "the layer's steward"), ({"source": "a book"}, "the layer's source"),
        ({"mapped": "XXX"}, "no place has the code XXX"), ({"colour": "red"}, "no field 'colour'"),
        ({"system": "EPSG:0"}, "is not understood"),
    ],
)  # fmt: skip
def test_a_layer_that_is_not_described_is_refused_before_any_work(
    changes: dict[str, str], said: str
) -> None:
    with pytest.raises(Exception, match=said):
        take_in(TABLE, **changes)
    assert not Intake.objects.exists()


def test_a_layer_whose_worker_was_killed_is_loaded_by_the_next_one() -> None:
    about = {"steward": "Nobody", "source": "https://example.org/r", **ABOUT}
    waiting = queue(TABLE, "map-layers", "register.csv", layer=about, licence="CC0")
    Intake.objects.filter(id=waiting.id).update(
        state="running", attempts=1, token=waiting.id, lease_until="2020-01-01T00:00Z"
    )
    assert finish(waiting).state == Intake.State.SUCCEEDED
    assert LandLayer.objects.get().lands_count == 2


def test_kinds_are_those_of_the_tables_and_areas_need_no_mapped_area() -> None:
    assert set(KINDS) == set(LandLayer.Kind.values)
    assert {kind for kind, is_point in KINDS.items() if is_point} == set(LandLayer.POINTS)
    assert load(code="areas", kind="areas", mapped="").mapped is None
    assert CODE.fullmatch("arg-inai")


LANDS = {"kind": "lands", "code": "lands", "mapped": "-75, -56, -53, 0", "name": "Lands"}
BAD_LANDS = (BOW_TIE, None, POINT)


def lands(**changes: Any) -> Intake:
    good = [polygon(box(-60, -20)), polygon(box(-58, -20))]
    return take_in(a_map(good[0], *BAD_LANDS, good[1]), "lands.geojson", **{**LANDS, **changes})


def test_a_map_is_refused_with_all_its_faults_at_once_each_by_the_name_of_its_land() -> None:
    done = lands()
    assert done.state == Intake.State.FAILED
    assert [line for line, _, _ in faults(done)] == [2, 3, 4]
    assert all(f"“Land {line}”" in reason for line, _, reason in faults(done))
    assert not LandLayer.objects.exists()


def test_the_rest_of_a_map_is_loaded_and_what_is_left_out_is_named() -> None:
    done = lands(skip_bad=True)
    assert (done.state, done.added, done.rejected) == ("succeeded", 2, 3)
    assert "left out: Land 2, Land 3, Land 4" in done.remarks
    assert any("counts as absent" in text for text in done.remarks)


def test_what_can_be_mended_is_loaded_with_what_its_area_moved_and_the_rest_stays_a_fault() -> None:
    assert [line for line, _, _ in faults(lands(repair=True))] == [3, 4]
    done = lands(repair=True, skip_bad=True)
    assert (done.state, done.added, done.rejected) == ("succeeded", 3, 2)
    assert any("“Land 2”: 0 m² → " in text and "+100 %" in text for text in done.remarks)
    outline = shapely.from_wkb(bytes(Land.objects.get(name="Land 2").outline))
    assert outline.area == pytest.approx(0.5)


def test_points_that_are_none_are_each_named_and_the_others_are_loaded() -> None:
    content = a_map(POINT, polygon(box(-60, -20)), None, {**POINT, "coordinates": [-66, -123]})
    done = take_in(content, "register.geojson", skip_bad=True)
    assert [line for line, _, _ in faults(done)] == [2, 3, 4]
    assert all(f"“Land {line}”" in reason for line, _, reason in faults(done))
    assert (done.added, done.rejected) == (1, 3)


def test_a_preview_of_a_map_can_be_tried_again_with_its_shapes_mended() -> None:
    good = polygon(box(-60, -20))
    seen = take_in(a_map(good, BOW_TIE), "lands.geojson", dry_run=True, **LANDS)
    assert seen.state == Intake.State.FAILED
    mended = finish(requests.preview_mended(seen))
    assert (mended.state, mended.added, mended.dry_run) == ("succeeded", 2, True)
    assert finish(requests.confirm_intake(mended)).land_layer is not None
    with pytest.raises(requests.CannotTakeIn, match="only a dry run of a map"):
        requests.preview_mended(mended)


@pytest.mark.usefixtures("outlines")
@pytest.mark.parametrize(
    ("box_at", "words"),
    [
        ((-70, -30), ""),
        ((-30, -70), "with latitude and longitude exchanged they would lie there"),
        ((70, -30), "with the sign of the longitude changed they would lie there"),
        ((-70, 29), "with the sign of the latitude changed they would lie there"),
    ],
)
def test_lands_of_which_none_lies_in_the_mapped_country_but_for_a_slip_are_refused(
    box_at: tuple[float, float], words: str
) -> None:
    done = take_in(a_map(polygon(box(*box_at, 0.5))), "m.geojson", kind="lands", mapped="CHL")
    assert words in done.error
    assert (done.state == "failed") == bool(words)


@pytest.mark.usefixtures("outlines")
def test_lands_of_another_country_than_the_mapped_one_are_said() -> None:
    done = take_in(a_map(polygon(box(10, 50))), "m.geojson", kind="lands", mapped="CHL")
    assert done.error == ""
    assert any("none of 1 shapes lies in the mapped area" in text for text in done.remarks)
