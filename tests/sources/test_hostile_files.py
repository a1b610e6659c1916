"""Files that are broken, or meant to break us: one clear refusal, in little memory and time."""

import gzip
import io
import json
import tempfile
import tracemalloc
import zipfile
from collections.abc import Iterable
from typing import Any

import openpyxl
import pytest

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside
from riskscore.sources.reading import Reading
from riskscore.sources.tables import observations, projects

HEADER = "indicator,place,year,value\n"
ROW = "wgi.law,Chile,2023,1\n"
SHEET = "xl/worksheets/sheet1.xml"


def refused(content: bytes, name: str = "file.csv", module: Any = observations) -> BadFile:
    """The fault of a file as a whole, or of its first wrong row."""
    try:
        for part in module.rows(io.BytesIO(content), name, Reading()):
            if isinstance(part, BadFile):
                return part
    except BadFile as error:
        return error
    raise AssertionError("nothing was refused")


@pytest.mark.parametrize(
    ("content", "reason", "row"),
    [
        (b"", "empty", None),
        (b"  \n", "empty", None),
        (HEADER.replace(",", ";").encode(), "semicolons", 1),
        (HEADER.replace(",", "\t").encode(), "tabs", 1),
        (HEADER.encode("utf-32"), "UTF-32", 1),
        (HEADER.encode("utf-16-le"), "UTF-16", 1),
        ((HEADER + ROW + "wgi.law,C\xf4te,2023,1\n").encode("mac-roman"), "not UTF-8", 3),
        ((HEADER + ROW + 'wgi.law,"Chile,2023,1\n' + ROW * 3).encode(), "never closed", 3),
        ((HEADER + ROW + 'wgi.law,"Chile,2023,1\n' + ROW * 9000).encode(), "quote never closed", 3),
        ((HEADER + 'wgi.law,"Chile"x,2023,1\n').encode(), "expected", 2),
        ((HEADER + "wgi.law,Ch\0ile,2023,1\n").encode(), "NUL", 2),
        (HEADER.replace("place", "value").encode(), "twice", 1),
        (HEADER.replace("place", "VALUE ").encode(), "twice", 1),
        (HEADER.replace("value", "__proto__").encode(), "missing", 1),
        (("x," * 1500 + HEADER).encode(), "more than 1000 columns", 1),
        ((HEADER + "wgi.law,Chile,2023,1,5\n").encode(), "5 cells", 2),
        ((HEADER + "wgi.law,Chile\n").encode(), "2 cells", 2),
        (gzip.compress((HEADER + ROW).encode(), mtime=0)[:-9], "damaged", None),
        (HEADER.replace("\n", "\r").encode() + ROW.encode(), "new-line", None),
    ],
)
def test_a_broken_csv_is_refused_by_line(content: bytes, reason: str, row: int | None) -> None:
    name = "file.csv.gz" if content.startswith(b"\x1f\x8b") else "file.csv"
    found = refused(content, name)
    assert reason in found.reason
    assert found.remedy
    assert row is None or found.row == row


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault() -> None:
    text = "\ufeff" + (HEADER + ROW * 2).replace("\n", "\r\n")
    found = list(observations.rows(io.BytesIO(text.encode()), "file.csv", Reading()))
    assert [part[0] for part in found if not isinstance(part, Aside)] == [2, 3]


def test_a_line_of_200_megabytes_is_refused_in_little_memory() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(HEADER.encode())
        for _ in range(200):
            file.write(b"x" * 1024**2)
        file.seek(0)
        tracemalloc.start()
        with pytest.raises(BadFile, match=r"row 2: a line of more than 1,048,576 bytes"):
            list(observations.rows(file, "file.csv", Reading()))
        assert tracemalloc.get_traced_memory()[1] < 20 * 1024**2
        tracemalloc.stop()


def workbook(*rows: Iterable[Any]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


GOOD = workbook(HEADER.strip().split(","), ("wgi.law", "Chile", 2023, 1.5))


def with_part(name: str, content: bytes | str, of: bytes = GOOD) -> bytes:
    """The workbook with one part of its container put in, or in another's place."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(of)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry))
        new.writestr(name, content)
    return out.getvalue()


def test_a_plain_workbook_is_read_with_numbers_and_days_as_text() -> None:
    ((line, row),) = observations.rows(io.BytesIO(GOOD), "file.xlsx", Reading())  # type: ignore[misc]
    assert (line, row.place, row.year, row.value) == (2, "Chile", 2023, 1.5)


def encrypted() -> bytes:
    """A container whose first part says that it is encrypted, in both of its headers."""
    content = bytearray(GOOD)
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def bomb() -> bytes:
    return with_part(SHEET, b"<x>" + b" " * (202 * 1024**2) + b"</x>")


XXE = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    "<worksheet><sheetData><row><c><v>&e;</v></c></row></sheetData></worksheet>"
)
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<sst><si><t>&b;</t></si></sst>"
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (workbook(HEADER.strip().split(","), ("wgi.law", "Chile", 2023, "=1+1")), "formula"),
        (bomb(), "unpacks to more"),
        (with_part("xl/media/a.bin", b"\0" * (20 * 1024**2)), "packed more than 100 times"),
        (with_part("xl/vbaProject.bin", b"x"), "macros"),
        (with_part("../../etc/cron.d/x", b"x"), "leaves the folder"),
        (with_part("C:/x", b"x"), "leaves the folder"),
        (with_part("xl/inner.xlsx", b"x"), "another container"),
        (encrypted(), "encrypted"),
        (with_part(SHEET, XXE), "document type"),
        (with_part("xl/sharedStrings.xml", LAUGHS), "document type"),
        (with_part(SHEET, XXE.encode("utf-16")), "document type"),
        (with_part(SHEET, "<worksheet>"), "not a readable Excel workbook"),
        (GOOD[:200], "not a readable zip"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "encrypted or old"),
    ],
)
def test_a_workbook_that_is_not_harmless_is_refused(content: bytes, reason: str) -> None:
    found = refused(content, "file.xlsx")
    assert reason in found.reason
    assert found.remedy


def test_a_workbook_of_too_many_parts_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number in range(1001):
            made.writestr(f"part{number}", b"")
    assert "more than 1000 parts" in refused(out.getvalue(), "file.xlsx").reason


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (GOOD, "file.csv"),
        (HEADER.encode(), "file.xlsx"),
        (b'{"type": "x"}', "file.csv"),
        (GOOD, "file.xlsm"),
    ],
)
def test_a_name_that_says_another_kind_than_the_content_is_refused(
    content: bytes, name: str
) -> None:
    assert "otherwise" in refused(content, name).reason or "macros" in refused(content, name).reason


def collection(geometry: Any, crs: Any = None) -> bytes:
    feature = {
        "type": "Feature",
        "properties": {"key": "a-1", "name": "A", "place": "Chile", "kind": "mine"},
        "geometry": geometry,
    }
    whole = {"type": "FeatureCollection", "features": [feature]}
    return json.dumps(whole | ({"crs": crs} if crs else {})).encode()


def point(*numbers: Any) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(numbers)}


def polygon(*ring: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(ring)]}


def nested(depth: int) -> dict[str, Any]:
    inner: Any = [-68.0, -23.0]
    for _ in range(depth):
        inner = [inner]
    return {"type": "Polygon", "coordinates": inner}


def wheel(vertices: int) -> dict[str, Any]:
    ring = [(-68 + index / vertices, -23.0) for index in range(vertices)]
    return polygon(*ring, ring[0])


UTM = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32719"}}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (collection(point(-68, 91)), "outside"),
        (collection(point(181, -23)), "outside"),
        (collection(point(500000, 7400000)), "outside"),
        (collection(point(-68)), "two or three numbers"),
        (collection(point(-68, -23, 0, 0)), "two or three numbers"),
        (collection(point("-68", -23)), "finite numbers"),
        (collection(point(True, -23)), "finite numbers"),
        (collection(point(-68, -23)).replace(b"-68", b"NaN"), "not JSON"),
        (collection(None), "has no geometry"),
        (collection({"type": "GeometryCollection", "geometries": []}), "none of Point"),
        (collection(nested(900)), "two or three numbers"),
        (collection(wheel(1_000_000)), "more than 10,000 vertices"),
        (collection(wheel(20_000)), "more than 10,000 vertices"),
        (collection({"type": "Polygon", "coordinates": []}), "empty or misplaced coordinates"),
        (collection(polygon((0, 0), (1, 1), (1, 0), (0, 1), (0, 0))), "crosses itself"),
        (collection(polygon((0, 0), (1, 0), (1, 1), (0, 1))), "not closed"),
        (collection(point(-68, -23), UTM), "another reference system"),
        (b'{"type": "Feature"}', "not a FeatureCollection"),
        (b"{" * 5000, "not JSON"),
    ],
)
def test_geojson_that_cannot_be_right_is_refused(content: bytes, reason: str) -> None:
    found = refused(content, "file.geojson", projects)
    assert reason in found.reason
    assert found.remedy


def test_geojson_collections_nested_900_deep_are_refused_without_recursion() -> None:
    for depth, reason in ((400, "none of Point"), (900, "depth limit")):
        text = b'{"type":"GeometryCollection","geometries":[' * depth + b"]}" * depth
        content = collection(None).replace(b'"geometry": null', b'"geometry": ' + text)
        assert reason in refused(content, "file.geojson", projects).reason


def test_a_fault_of_geojson_points_at_its_feature() -> None:
    found = refused(collection(point(-68, 91)), "file.geojson", projects)
    assert (found.row, found.column) == (1, "features/0/geometry")


def test_a_shape_across_the_antimeridian_stays_small() -> None:
    shape = polygon((179, -17), (-179, -17), (-179, -16), (179, -16), (179, -17))
    content = io.BytesIO(collection(shape))
    ((_, row),) = projects.rows(content, "file.geojson", Reading())  # type: ignore[misc]
    assert abs(row.longitude or 0) >= 179
    assert -17 <= (row.latitude or 0) <= -16


def test_wgs_84_by_any_of_its_names_is_accepted() -> None:
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"):
        crs = {"type": "name", "properties": {"name": name}}
        content = io.BytesIO(collection(point(-68, -23), crs))
        ((_, row),) = projects.rows(content, "file.geojson", Reading())  # type: ignore[misc]
        assert (row.latitude, row.longitude, row.name) == (-23.0, -68.0, "A")


def test_geojson_with_a_byte_order_mark_is_read_like_any_other() -> None:
    content = io.BytesIO(b"\xef\xbb\xbf" + collection(point(-68, -23)))
    ((_, row),) = projects.rows(content, "file.geojson", Reading())  # type: ignore[misc]
    assert row.latitude == -23.0


def test_a_reference_system_that_only_ends_like_wgs_84_is_refused() -> None:
    crs = {"type": "name", "properties": {"name": "anything but wgs84"}}
    found = refused(collection(point(-68, -23), crs), "file.geojson", projects)
    assert "another reference system" in found.reason
