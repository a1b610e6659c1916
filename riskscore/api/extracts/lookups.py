"""Up to 1,000 projects, scores or events by the keys of their projects, in one request."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.extracts.row_shapes import AnyRow
from riskscore.api.filters import places
from riskscore.api.framework import body_serializers as bodies
from riskscore.api.framework.problems import of_body
from riskscore.api.framework.viewsets import READ, ApiViewSet
from riskscore.curation.extracts import key_lookup
from riskscore.curation.extracts.key_lookup import MOST_KEYS, TABLES


class FoundRowSerializer(serializers.Serializer[Any]):
    """A row, as in exports."""

    is_whole = True

    key = serializers.CharField(help_text="The key that was asked for.")
    row = AnyRow(help_text="By `what`.")


class MissingRowSerializer(serializers.Serializer[Any]):
    """A key without a row."""

    is_whole = True

    key = serializers.CharField(help_text="The key that was asked for.")
    why = serializers.ChoiceField(("unknown", "not_scored"), help_text="Why there is no row.")


class LookupSerializer(serializers.Serializer[Any]):
    """What keys stand for."""

    is_whole = True

    items = FoundRowSerializer(help_text="In the order of the keys.", many=True)
    missing = MissingRowSerializer(help_text="Keys without a row, in their order.", many=True)
    edition = serializers.IntegerField(help_text="The newest edition when it was answered.")


class LookupBody(bodies.Body):
    """Which rows of which table."""

    what = bodies.ChoiceField(TABLES, required=False, help_text="`scores` by default.")
    keys = bodies.ListField(
        child=bodies.CharField(max_length=60),
        min_length=1,
        max_length=MOST_KEYS,
        help_text=f"Keys of projects, {MOST_KEYS} at most; one that comes twice is answered once.",
    )
    importer = bodies.CharField(required=False, max_length=3, help_text="The buyer; or WLD.")
    method = bodies.CharField(required=False, max_length=60, help_text="Code of the method.")


class LookupViewSet(ApiViewSet):
    """Many rows by key at once, where a page for each would be too slow."""

    tag = "extracts"
    takes = {"create": ("view_project", "view_projectmineral", "view_projectstatus", "view_score")}
    write_scopes = frozenset({READ})
    refusals = {"create": {404: "Not scored for this importer"}}

    @extend_schema(request=LookupBody, responses={200: LookupSerializer})
    def create(self, request: Request) -> Response:
        """Return the rows of these keys, and say which have none."""
        body = bodies.check(request, LookupBody)
        lens = lenses.chosen(view_of(body))
        items, missing, edition = key_lookup.rows_of(body.get("what", "scores"), body["keys"], lens)
        return Response(
            {
                "items": [{"key": key, "row": row} for key, row in items],
                "missing": [{"key": key, "why": why} for key, why in missing],
                "edition": edition,
            }
        )


def view_of(body: dict[str, Any]) -> dict[str, str]:
    """Importer and method of a body. Raises Problem that names the field."""
    importer = body.get("importer", lenses.NOBODY)
    method = body.get("method", settings.DEFAULT_METHOD)
    if importer not in places():
        raise of_body({"/importer": f"no place {importer!r}: an ISO alpha-3 code, EUU or WLD"})
    if method not in lenses.methods():
        raise of_body({"/method": f"no published method {method!r}"})
    return {"importer": importer, "method": method}
