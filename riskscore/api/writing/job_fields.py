"""What an answer to a write says besides the record: by which job its scores are made anew."""

from functools import cache
from typing import Any, cast

from rest_framework import serializers

from riskscore.api.framework.row_serializers import RowSerializer, names_of


class JobFields(serializers.Serializer[Any]):
    """By which job the scores are made anew."""

    job = serializers.UUIDField(
        allow_null=True,
        help_text="The job that makes the score anew; null where no score follows, or nothing was "
        "written.",
    )
    jobs = serializers.ListField(
        child=serializers.UUIDField(), help_text="All of them: one for each view kept current."
    )


@cache
def written(serializer: type[RowSerializer]) -> type[RowSerializer]:
    """The same row with the jobs, for the document: `WrittenEvidence` of `Evidence`."""
    fields = (*names_of(serializer), *JobFields().fields)
    about = {"Meta": type("Meta", (), {"fields": fields}), "__doc__": serializer.__doc__}
    return cast(
        type[RowSerializer], type(f"Written{serializer.__name__}", (serializer, JobFields), about)
    )
