"""What changed since a client was here last: scores, projects and events."""

from collections.abc import Iterator
from typing import Any

from django.core import signing
from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.extracts.row_shapes import AnyRow
from riskscore.api.framework import pagination
from riskscore.api.framework.problems import Problem
from riskscore.api.framework.query_fields import (
    ChoiceField,
    Several,
    TextField,
    WholeField,
)
from riskscore.api.framework.rendering import Json, NdJson
from riskscore.api.framework.viewsets import ApiViewSet
from riskscore.curation.extracts import changed_since
from riskscore.curation.extracts.changed_since import KINDS, After, Change, Delta
from riskscore.models import Lens
from riskscore.sources.row_writing import blocks, dumps
from riskscore.sql.position import LONGEST, Position
from riskscore.sql.snapshot import Snapshot

LARGEST, DEFAULT = 1000, 100
SALT = "riskscore.changes"


class ChangedRowSerializer(serializers.Serializer[Any]):
    """One thing that changed, as it is now."""

    is_whole = True

    kind = serializers.ChoiceField(KINDS, help_text="What changed.")
    key = serializers.CharField(help_text="Key of the project that it is about.")
    id = serializers.IntegerField(
        allow_null=True, help_text="Number of the event; null for others."
    )
    removed = serializers.CharField(
        allow_null=True,
        help_text=(
            "Why it is shown no longer: archived, draft, deleted (all that belongs to the "
            "project goes with it), superseded. Null: it is shown, and `row` is how it is "
            "now."
        ),
    )
    row = AnyRow(allow_null=True, help_text="As in exports; null for what was removed.")


class ChangeFeedSerializer(serializers.Serializer[Any]):
    """A page of changes."""

    is_whole = True

    items = ChangedRowSerializer(
        help_text="In the order of the transactions that wrote them.", many=True
    )
    position = serializers.CharField(
        help_text="`since` of the next delta, once all pages of this are read."
    )
    next = serializers.CharField(
        allow_null=True, help_text="Address of the next page; null at the end."
    )


class ChangesQuery(lenses.LensQuery):
    """From where, and what."""

    since = TextField(
        rf"(?s).{{1,{LONGEST}}}",
        "say an edition or a position",
        min_length=1,
        default="0",
        help_text=(
            "An edition (`Riskscore-Edition` of an export, or of what you read), or the `position` "
            "of an export or of an earlier answer. 0: everything."
        ),
    )
    kinds = Several(ChoiceField(KINDS), help_text="Only changes of these kinds; all by default.")
    page_size = WholeField(
        1, LARGEST, cap=True, default=DEFAULT, help_text="Changes a page, 1000 at most."
    )
    cursor = TextField(help_text="From `next`; leave it as it is.")


class ChangesViewSet(ApiViewSet):
    """Everything that changed since an edition or a position, each thing once, as it is now.

    Complete, whatever was committed late: ask again with `position`, and nothing is lost. What is
    archived, deleted or superseded comes as a tombstone (`removed`). A score has changed when a
    number of it has; ranks are not told.
    """

    tag = "extracts"
    lookup_field = ""
    shows = ("project", "projectmineral", "projectstatus", "score", "evidence")
    renderer_classes = (Json, NdJson)
    queries = {"retrieve": ChangesQuery}
    refusals = {
        "retrieve": {404: "Not scored for this importer", 410: "No position of this database"}
    }

    @extend_schema(responses={200: ChangeFeedSerializer})
    def retrieve(self, request: Request) -> HttpResponseBase:
        """Return a page, or stream the whole delta as NDJSON."""
        lens = lenses.chosen(self.query)
        kinds = self.query["kinds"] or KINDS
        if isinstance(request.accepted_renderer, NdJson):
            return _streamed(Position.given(self.query["since"]), lens, kinds)
        until, after = _position(request, self.query["cursor"])
        page = changed_since.delta(
            Position.given(self.query["since"]), lens, kinds=kinds, until=until, after=after,
            size=self.query["page_size"],
        )  # fmt: skip
        following = _next(request, page)
        shown = {
            "items": [_shown(change) for change in page.changes],
            "position": str(page.until),
            "next": following,
        }
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        return Response(shown, headers=headers)


def _shown(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "key": change.key,
        "id": change.number or None,
        "removed": change.removed or None,
        "row": change.row,
    }


def _next(request: Request, page: Delta) -> str | None:
    if page.after is None:
        return None
    held = [pagination.binding(request), str(page.until), *page.after]
    return pagination.link(request, signing.Signer(salt=SALT).sign_object(held, compress=True))


def _position(request: Request, cursor: str | None) -> tuple[Position | None, After | None]:
    if cursor is None:
        return None, None
    try:
        bound, until, *after = signing.Signer(salt=SALT).unsign_object(cursor)
    except signing.BadSignature:
        raise Problem("bad_cursor") from None
    if bound != pagination.binding(request):
        raise Problem("bad_cursor", "the cursor was made under other filters, or for another path")
    return Position.read(until), After(*after)


def _streamed(since: Position, lens: Lens, kinds: Any) -> HttpResponseBase:
    snapshot = Snapshot()
    try:
        until, edition = Position.read(snapshot.position), snapshot.edition
        body = snapshot.streaming(iter(blocks(_lines(since, until, edition, lens, kinds))))
    except BaseException:
        snapshot.close()
        raise
    response = StreamingHttpResponse(body, content_type=NdJson.media_type)
    response["Riskscore-Edition"] = str(edition)
    response["Cache-Control"] = "private, no-store"
    return response


def _lines(
    since: Position, until: Position, edition: int, lens: Lens, kinds: Any
) -> Iterator[bytes]:
    written, after = 0, None
    while True:
        page = changed_since.delta(since, lens, kinds=kinds, until=until, after=after, size=LARGEST)
        for change in page.changes:
            yield dumps(_shown(change)) + b"\n"
        written += len(page.changes)
        after = page.after
        if after is None:
            break
    end = {"_end": True, "rows": written, "edition": edition, "position": str(until)}
    yield dumps(end) + b"\n"
