"""GeoPackage (OGC 12-128): a table of an SQLite database, read without trusting its schema."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

from riskscore.sources.maps import wkb
from riskscore.sources.maps.map_features import (
    MOST_FEATURES,
    BadMap,
    Feature,
    Parsed,
    refuse_excess,
)

MAGIC = b"SQLite format 3\0"
#: Steps of SQLite's machine after which a query is ended.
MOST_STEPS = 20_000_000
ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}


def parse(content: bytes, *, points: bool = False) -> Parsed:
    """The features of the one table of features; one that cannot be read has faults. Raises BadMap.

    Texts of a GeoPackage are UTF-8 by its standard; others are refused.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            # The mark of a write-ahead log, which a database in memory cannot have.
            database.deserialize(content[:18] + b"\x01\x01" + content[20:])
            database.execute("PRAGMA trusted_schema = OFF")
            database.set_authorizer(_only_reading)
            database.set_progress_handler(lambda: 1, MOST_STEPS)
            return _layer(database, points)
        except (sqlite3.Error, OverflowError) as error:
            if "decode to UTF-8" in str(error):
                what = f"has texts that are not UTF-8, as its standard wants ({error})"
                raise BadMap("the GeoPackage", what, "export it again") from None
            raise BadMap("the GeoPackage", f"cannot be read ({error})", "export it again") from None


def _only_reading(action: int, *_: Any) -> int:
    return sqlite3.SQLITE_OK if action in READING else sqlite3.SQLITE_DENY


def _layer(database: sqlite3.Connection, points: bool) -> Parsed:  # noqa: FBT001
    tables = database.execute(
        "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns"
    ).fetchmany(2)
    if len(tables) != 1:
        raise BadMap(
            "the GeoPackage", f"has {len(tables) or 'no'} layers", "export one layer alone"
        )
    table, column, system = tables[0]
    kinds = database.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", [table])
    kind, sql = kinds.fetchone() or ("", "")
    if kind != "table" or not str(sql).upper().startswith("CREATE TABLE"):
        raise BadMap(f"layer {str(table)[:80]!r}", "is no table", "export it as a plain layer")
    read = wkb.point if points else wkb.polygons
    result = [_feature(*part, read) for part in _rows(database, table, column)]
    return Parsed(_declared(database, system), refuse_excess(result))


def _declared(database: sqlite3.Connection, system: int) -> str:
    row = database.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys"
        " WHERE srs_id = ?", [system]
    ).fetchone()  # fmt: skip
    if row is None or system in (0, -1):
        raise BadMap(
            "the GeoPackage",
            "does not say its coordinate system",
            "set it to what it is, or save it in WGS 84 (EPSG:4326)",
        )
    return f"EPSG:{row[1]}" if str(row[0]).upper() == "EPSG" else str(row[2])


def _rows(
    database: sqlite3.Connection, table: str, column: str
) -> list[tuple[int, dict[str, Any], str]]:
    name = table.replace('"', '""')
    rows = database.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - quoted; a name takes no "?"
    titles = [part[0] for part in rows.description]
    if column not in titles:
        raise BadMap(f"layer {table[:80]!r}", f"has no column {column!r}", "export it again")
    result = rows.fetchmany(MOST_FEATURES + 1)
    return [
        (number, dict(zip(titles, row, strict=True)), column)
        for number, row in enumerate(result, 1)
    ]


def _feature(
    number: int, row: dict[str, Any], column: str, read: Callable[[bytes, str], wkb.Geometry]
) -> Feature:
    where, blob = f"feature {number}", row.pop(column)
    try:
        shape = read(_geometry(blob, where), where)
    except BadMap as fault:
        return Feature(where, [], row, faults=(fault,))
    return Feature(where, shape.polygons, row, shape.point, heights=shape.heights)


def _geometry(blob: Any, where: str) -> bytes:
    """The well-known binary of a GeoPackage's geometry. Raises BadMap."""
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP":
        raise BadMap(where, "has no geometry", "leave it out or draw it")
    envelope = ENVELOPES.get((blob[3] >> 1) & 7)
    if envelope is None or blob[3] & 0b10_0000:
        raise BadMap(where, "has a geometry of an unknown kind", "export it as plain shapes")
    return blob[8 + envelope :]
