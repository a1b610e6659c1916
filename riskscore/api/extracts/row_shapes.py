"""Rows of extracts in the document: a serializer per table, by the columns that its files have."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from riskscore.curation.extracts.extract_tables import TABLES, ExtractTable
from riskscore.sources.written.typed_columns import Column, Kind

_FIELDS: dict[Kind, Any] = {
    Kind.TEXT: serializers.CharField,
    Kind.NUMBER: serializers.FloatField,
    Kind.WHOLE: serializers.IntegerField,
    Kind.FLAG: serializers.BooleanField,
    Kind.DAY: serializers.DateField,
    Kind.MOMENT: serializers.DateTimeField,
}


def _field(column: Column) -> Any:
    if column.kind is Kind.TEXTS:
        each = serializers.CharField(help_text="A code.")
        return serializers.ListField(child=each, help_text=column.about)
    return _FIELDS[column.kind](allow_null=True, help_text=column.about)


def _row(what: str, table: ExtractTable) -> type[serializers.Serializer[Any]]:
    fields = {column.name: _field(column) for column in table.columns}
    about = f"A row of {what}, as in its files."
    name = f"{what.title()}RowSerializer"
    return type(name, (serializers.Serializer,), {**fields, "is_whole": True, "__doc__": about})


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="ExtractRow",
        serializers=[_row(what, table) for what, table in TABLES.items()],
        resource_type_field_name=None,
    )
)
class AnyRow(serializers.JSONField):
    """A row of any of the tables."""
