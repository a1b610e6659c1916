"""Rows of extracts in the document: a serializer per table, by the columns that its files have."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from riskscore.curation.extracts.extract_tables import TABLES, ExtractTable
from riskscore.sources.written.typed_columns import Column, Kind

_FIELDS: dict[Kind, type[serializers.Field[Any, Any, Any, Any]]] = {
    Kind.TEXT: serializers.CharField,
    Kind.NUMBER: serializers.FloatField,
    Kind.WHOLE: serializers.IntegerField,
    Kind.FLAG: serializers.BooleanField,
    Kind.DAY: serializers.DateField,
    Kind.MOMENT: serializers.DateTimeField,
}


def _field(column: Column) -> serializers.Field[Any, Any, Any, Any]:
    if column.kind is Kind.TEXTS:
        return serializers.ListField(child=serializers.CharField(), help_text=column.about)
    return _FIELDS[column.kind](allow_null=True, required=False, help_text=column.about)


def _serializer(what: str, table: ExtractTable) -> type[serializers.Serializer[Any]]:
    name = f"{what.removesuffix('s').title()}RowSerializer"
    words = {"__doc__": f"A row of {what}, as in their files."}
    return type(name, (serializers.Serializer,), {**words, **_fields(table)})


def _fields(table: ExtractTable) -> dict[str, Any]:
    return {column.name: _field(column) for column in table.columns}


ROWS = {what: _serializer(what, table) for what, table in TABLES.items()}


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="ExtractRow", serializers=[*ROWS.values()], resource_type_field_name=None
    )
)
class AnyRow(serializers.JSONField):
    """A row of any of the tables."""
