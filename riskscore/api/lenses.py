"""The buyer's view (lens) that a request asks about: method × importer."""

from math import inf
from typing import Any

from django.conf import settings
from rest_framework import serializers

from riskscore.api.filters import places
from riskscore.api.framework.problems import Problem
from riskscore.api.framework.query_fields import KnownField, QueryValues
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.models import Lens, Method
from riskscore.sql.unchanged import Unchanged

NOBODY = "WLD"
_KEPT = Unchanged[Lens]()


def methods() -> set[str]:
    """The codes of all published methods."""
    published = Method.objects.filter(state=Method.State.PUBLISHED)
    return set(published.values_list("code", flat=True))


class LensQuery(serializers.Serializer[Any]):
    """The buyer's view that a request asks about."""

    importer = KnownField(
        places,
        default=NOBODY,
        help_text="The buyer from whose side to look: a place code, or WLD for nobody in"
        " particular.",
    )
    method = KnownField(methods, default=settings.DEFAULT_METHOD, help_text="Code of the method.")


def chosen(query: QueryValues) -> Lens:
    """The lens that the parameters name. Raises Problem if nothing was scored through it."""
    importer, method = query["importer"], query["method"]
    views = Lens.objects.filter(importer_id=importer, method_code=method)
    lens = _KEPT.get((importer, method), views.first, lambda _: inf)
    if lens is None:
        raise Problem(
            "lens_not_scored",
            f"nothing was scored yet by {query['method']} for importer {query['importer']}; "
            "POST /api/v1/jobs with the same method and importer",
        )
    return lens


class LensSerializer(RowSerializer):
    """A buyer's view: method × importer, with one current score per project."""

    method = serializers.CharField(help_text="Code of the method.", source="method_code")
    importer = serializers.CharField(
        help_text="Place code of the buyer; WLD is nobody.", source="importer_id"
    )
    importer_name = serializers.CharField(
        help_text="Name of the buyer's place.", source="importer__name"
    )
    kept_current = serializers.BooleanField(help_text="Whether edits rescore through it.")
