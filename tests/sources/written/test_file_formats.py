"""A table in each format, read again by a program that others use."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pyarrow.parquet as pq
import pytest

from riskscore.sources.readers.formula_guard import restored
from riskscore.sources.written import parquet_file
from riskscore.sources.written.file_formats import STREAMS
from riskscore.sources.written.media_types import MEDIA_TYPES
from riskscore.sources.written.typed_columns import Column, Kind, kind_of
from riskscore.sources.written.workbook_file import TooManyRows, workbook

COLUMNS = [
    Column("key", Kind.TEXT, "Its key."), Column("longitude", Kind.NUMBER),
    Column("latitude", Kind.NUMBER), Column("minerals", Kind.TEXTS), Column("version", Kind.WHOLE),
    Column("stale", Kind.FLAG), Column("as_of", Kind.DAY), Column("computed_at", Kind.MOMENT),
    Column("more", Kind.JSON),
]  # fmt: skip
MOMENT = datetime(2026, 1, 31, 12, 30, 5, tzinfo=UTC)
FULL = dict(
    zip(
        [one.name for one in COLUMNS],
        ["mine-1", -68.9, -22.3, ["copper", "gold"], 3, True, date(2026, 1, 31), MOMENT, {"a": 1}],
        strict=True,
    )
)
EMPTY = dict.fromkeys(FULL) | {"key": "mine-2"}
FACTS = {"edition": 12, "position": "a-1-1-"}


def written(name: str, rows: list[dict[str, Any]]) -> bytes:
    return b"".join(STREAMS[name](COLUMNS, rows, FACTS))


def test_parquet_keeps_the_type_of_each_column_and_says_what_it_knows() -> None:
    file = pq.ParquetFile(
        io.BytesIO(written("parquet", [FULL, EMPTY, {**EMPTY, "latitude": float("nan")}]))
    )
    assert [str(field.type) for field in file.schema_arrow] == [
        "string", "double", "double", "list<element: string>", "int64", "bool", "date32[day]",
        "timestamp[us, tz=UTC]", "string",
    ]  # fmt: skip
    first, second, third = file.read().to_pylist()
    assert first == FULL | {"more": '{"a":1}'}
    assert second == third == EMPTY, "unknown is null, and never NaN"
    assert file.schema_arrow.metadata[b"edition"] == b"12"
    assert file.schema_arrow.field("key").metadata[b"description"] == b"Its key."


def test_parquet_goes_out_a_row_group_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file, "GROUP", 10)
    taken = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal taken
        for _ in range(95):
            taken += 1
            yield FULL

    stream = STREAMS["parquet"](COLUMNS, rows(), FACTS)
    first = next(stream)
    assert taken <= 11, "no more is held than a row group"
    whole = pq.ParquetFile(io.BytesIO(first + b"".join(stream)))
    assert (whole.num_row_groups, whole.metadata.num_rows) == (10, 95)


def test_a_parquet_file_that_was_cut_off_is_refused_by_its_readers() -> None:
    whole = written("parquet", [FULL])
    with pytest.raises(Exception, match="arquet"):
        pq.ParquetFile(io.BytesIO(whole[:-20]))


def test_ndjson_ends_with_what_its_rows_know() -> None:
    lines = [orjson.loads(line) for line in written("ndjson", [FULL, EMPTY]).splitlines()]
    assert lines[0]["minerals"] == ["copper", "gold"]
    assert lines[0]["computed_at"] == "2026-01-31T12:30:05Z"
    assert lines[-1] == {"_end": True, "rows": 2, "edition": 12, "position": "a-1-1-"}


def test_geojson_has_a_point_for_each_row_that_has_one() -> None:
    whole = orjson.loads(written("geojson", [FULL, EMPTY]))
    first, second = whole["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [-68.9, -22.3]}
    assert set(first["properties"]) == set(FULL) - {"longitude", "latitude"}
    assert second["geometry"] is None
    assert (whole["type"], whole["rows"], whole["edition"]) == ("FeatureCollection", 2, 12)
    assert orjson.loads(written("geojson", []))["features"] == []


def test_csv_has_a_header_even_without_rows() -> None:
    assert written("csv", []).decode().strip() == ",".join(FULL)


HOSTILE = [
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "＝1",
    '=HYPERLINK("http://x")',
    "http://x.example",
    "1e5",
    "007",
]


def test_a_workbook_holds_texts_as_texts_and_runs_none(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    rows = [FULL | {"key": text, "more": text} for text in HOSTILE]
    assert workbook(COLUMNS, iter(rows), FACTS, path) == len(HOSTILE)
    book = openpyxl.load_workbook(path)
    for row, text in zip(book["rows"].iter_rows(min_row=2), HOSTILE, strict=True):
        assert row[0].data_type == "s", text
        assert row[0].hyperlink is None
        assert restored(str(row[0].value)) == text
    assert str(book["rows"]["A2"].value) == "'=1+1", "disarmed for whoever copies it on"
    assert [cell.value for cell in book["about"]["B"]] == ["12", "a-1-1-", str(len(HOSTILE))]


def test_a_workbook_holds_numbers_days_and_moments_as_such(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    workbook(COLUMNS, [FULL, EMPTY, EMPTY | {"latitude": float("nan")}], FACTS, path)
    sheet = openpyxl.load_workbook(path)["rows"]
    _, *full = (cell.value for cell in sheet[2])
    moment = MOMENT.replace(tzinfo=None)
    assert full == [-68.9, -22.3, "copper;gold", 3, True, datetime(2026, 1, 31), moment, '{"a":1}']  # noqa: DTZ001
    assert [cell.value for cell in sheet[3]][1:] == [None] * 8
    assert [cell.value for cell in sheet[4]][1:] == [None] * 8


def test_a_workbook_with_more_rows_than_a_sheet_has_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(TooManyRows, match="room for 2 rows") as refused:
        workbook(COLUMNS, [FULL] * 3, FACTS, tmp_path / "rows.xlsx", most_rows=2)
    assert "Parquet or CSV" in refused.value.remedy


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, Kind.TEXT), ({"type": ["string", "null"]}, Kind.TEXT),
        ({"type": "string", "format": "date"}, Kind.DAY),
        ({"type": "string", "format": "date-time"}, Kind.MOMENT),
        ({"type": "string", "format": "uuid"}, Kind.TEXT), ({"type": "number"}, Kind.NUMBER),
        ({"type": ["integer", "null"]}, Kind.WHOLE), ({"type": "boolean"}, Kind.FLAG),
        ({"type": "array", "items": {"type": "string"}}, Kind.TEXTS),
        ({"type": "array", "items": {"type": "object"}}, Kind.JSON),
        ({"type": "object"}, Kind.JSON),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, Kind.NUMBER), ({}, Kind.JSON),
        ({"type": ["string", "number"]}, Kind.JSON),
    ],
)  # fmt: skip
def test_the_kind_of_a_column_is_read_from_its_schema(schema: dict[str, Any], kind: Kind) -> None:
    assert kind_of(schema) is kind


def test_every_format_has_a_media_type() -> None:
    assert set(MEDIA_TYPES) == {*STREAMS, "xlsx"}
