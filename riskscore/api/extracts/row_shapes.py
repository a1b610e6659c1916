"""Rows of extracts in the document: one object per table, by the columns that its files have."""

from typing import Any

from riskscore.api.framework import shapes
from riskscore.curation.extracts.extract_tables import TABLES, ExtractTable
from riskscore.sources.written.typed_columns import Column, Kind

_SHAPES: dict[Kind, Any] = {
    Kind.TEXT: shapes.text,
    Kind.NUMBER: shapes.number,
    Kind.WHOLE: shapes.whole,
    Kind.FLAG: shapes.flag,
    Kind.DAY: shapes.day,
    Kind.MOMENT: shapes.moment,
}


def _shape(column: Column) -> shapes.Schema:
    if column.kind is Kind.TEXTS:
        return shapes.several(shapes.text("A code."), column.about)
    return shapes.optional(_SHAPES[column.kind](column.about))


def _row(what: str, table: ExtractTable) -> shapes.Schema:
    columns = {column.name: _shape(column) for column in table.columns}
    return shapes.record(columns, f"A row of {what}, as in its files.")


ROWS: dict[str, shapes.Schema] = {what: _row(what, table) for what, table in TABLES.items()}
#: A row of any of the tables.
ANY_ROW: shapes.Schema = {"oneOf": [*ROWS.values()], "description": "By `kind` or `what`."}
