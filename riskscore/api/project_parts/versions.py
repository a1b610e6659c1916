"""What every version of a statement about a project says of its place among the versions."""

from rest_framework import serializers

from riskscore.api.framework.row_serializers import RowSerializer


class VersionFields(RowSerializer):
    """The place of a statement among its versions."""

    supersedes = serializers.IntegerField(
        allow_null=True, help_text="Number of the version before it.", source="supersedes_id"
    )
    superseded_by = serializers.IntegerField(
        allow_null=True,
        help_text="Number of the version after it; null: it holds.",
        source="superseded_by__id",
    )
    entered_at = serializers.DateTimeField(help_text="When it was recorded.")
    edition = serializers.IntegerField(
        help_text="Since which edition we know it.", source="edition_id"
    )
