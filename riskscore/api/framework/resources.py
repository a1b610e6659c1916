"""What a resource looks like: one table of fields gives its columns, JSON, CSV and schema."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from riskscore.api.framework import shapes
from riskscore.api.framework.parameters import Parameter
from riskscore.api.framework.shapes import Schema

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: the columns it needs from `.values()`, and how it is made from them.

    ``cells`` splits a structured field into CSV columns; without it the field is one column.
    """

    name: str
    schema: Schema
    columns: tuple[str, ...]
    make: Callable[[Row], Any]
    cell_names: tuple[str, ...] = ()
    cells: Callable[[Row], Row] | None = None


def plain(name: str, schema: Schema, column: str = "") -> Field:
    """A field that is a column as it stands."""
    source = column or name
    return Field(name, schema, (source,), lambda row: row[source])


def made(name: str, schema: Schema, make: Callable[[Row], Any], *columns: str) -> Field:
    """A field that is made from columns, or from what the listing added to the row."""
    return Field(name, schema, columns, make)


@dataclass(frozen=True, slots=True)
class Resource:
    """A named table of fields. ``also`` are columns that making a page needs besides."""

    name: str
    about: str
    fields: tuple[Field, ...]

    def chosen(self, names: Sequence[str] | None) -> tuple[Field, ...]:
        """The fields of these names, in the resource's order; all of them for None."""
        return tuple(field for field in self.fields if names is None or field.name in names)

    def schema(self) -> Schema:
        """The JSON Schema of one item. Nothing is required: `fields=` may leave anything out."""
        return shapes.record({field.name: field.schema for field in self.fields}, self.about)

    @property
    def picker(self) -> Parameter:
        """The parameter `fields`, which knows nothing but the names of the table."""
        names = [field.name for field in self.fields]
        about = f"Only these fields, separated by commas: {', '.join(names)}."
        item = shapes.one_of(names, about)
        return Parameter(name="fields", schema=item, many=True, known=lambda: names)


def columns_of(fields: Iterable[Field]) -> set[str]:
    """The columns that `.values()` must fetch for these fields."""
    return {column for field in fields for column in field.columns}


def item(fields: Iterable[Field], row: Row) -> Row:
    """The JSON object of a row."""
    return {field.name: field.make(row) for field in fields}


def cell_names(fields: Iterable[Field]) -> list[str]:
    """The CSV header."""
    return [name for field in fields for name in field.cell_names or (field.name,)]


def cells(fields: Iterable[Field], row: Row) -> Row:
    """The CSV cells of a row by column name."""
    result: Row = {}
    for field in fields:
        result |= field.cells(row) if field.cells else {field.name: field.make(row)}
    return result
