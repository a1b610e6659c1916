"""Methods drawn by programs: draft, who moves, review, publish. A second person publishes."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import body_serializers
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import Problem
from riskscore.api.framework.query_fields import TextField
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow
from riskscore.api.framework.viewsets import etag_of_shown
from riskscore.api.writing import draft_bodies as bodies
from riskscore.api.writing.write_manners import (
    METHOD,
    TWICE,
    UNSEEN,
    CheckQuery,
    Writing,
    refuse_unseen,
)
from riskscore.curation import method_edits
from riskscore.curation.writes import method_drafts
from riskscore.engine.errors import EngineError
from riskscore.engine.method import Method as Specification
from riskscore.models import Job, Lens, Method
from riskscore.models.methods import scoring_method
from riskscore.models.scores import Band
from riskscore.scoring.audits.who_moves import WhoMoves, who_moves


class MovesQuery(serializers.Serializer[Any]):
    """From whose side."""

    importer = TextField(r"[A-Z]{3}", "three capital letters", default="WLD",
                         help_text="The buyer from whose side; WLD is nobody.")  # fmt: skip


class DraftViewSet(Writing, ListRows, RetrieveRow):
    """Versions of a method that are not published: drawn, compared, reviewed, published."""

    tag = "methods"
    shows = ("method", "score")
    takes = {
        "create": ("add_method",),
        "partial_update": ("add_method",),
        "destroy": ("add_method",),
        "submit": ("add_method",),
        "publish": ("review_method",),
        "return_to_author": ("review_method",),
    }
    write_scopes = frozenset({METHOD})
    unconditional = ("destroy",)
    idempotent = ("create", "submit", "publish", "return_to_author")
    refusals = {
        "create": {**TWICE, 409: "Lacks what scores need"},
        "partial_update": {**UNSEEN, 409: "Not a draft, or lacks what scores need"},
        "destroy": {409: "Not a draft"},
        "submit": {**TWICE, 409: "Not a draft, or a reason is not confirmed"},
        "publish": {**TWICE, 409: "Not in review"},
        "return_to_author": {**TWICE, 409: "Not in review"},
        "moves": {409: "It cannot score"},
    }
    about_one = "One draft, with its specification."
    serializer_class = bodies.DraftSummarySerializer
    detail_serializer = bodies.DraftSerializer
    queries = {"create": CheckQuery, "partial_update": CheckQuery, "moves": MovesQuery}
    orders = {"-version": Order("version", "id", descending=True)}
    lookup_field = "version"
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Any]:
        """Those of the method of the address."""
        rows = Method.objects.filter(code=self.kwargs["code"])
        if not rows.exists():
            raise Http404
        return rows.exclude(state__in=Method.EVER_PUBLISHED)

    def draft(self) -> Method:
        """The draft of the address. Raises Http404."""
        found: Method | None = self.get_queryset().filter(version=self.kwargs["version"]).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(
        request=bodies.NewDraftBody,
        responses={201: bodies.DraftSerializer, 200: bodies.DraftSerializer},
    )
    def create(self, request: Request, **_: Any) -> Response:
        """Begin a draft from a version. It scores nothing."""
        said = body_serializers.check(request, bodies.NewDraftBody)
        return self.written(lambda: self._begun(said))

    def _begun(self, said: Any) -> Response:
        base = self._base(said.get("based_on"))
        spec = _spec(base, said)
        made = method_drafts.begin(base, spec, by=self.request.user, reason=said["reason"])
        response = self._shown(made, 201)
        response["Location"] = f"/api/v1/methods/{made.code}/drafts/{made.version}"
        return response

    def _base(self, version: int | None) -> Method:
        code = self.kwargs["code"]
        if version is None:
            found = scoring_method(code)
        else:
            found = Method.objects.filter(code=code, version=version).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(request=bodies.DraftPatchBody, responses={200: bodies.DraftSerializer})
    def partial_update(self, request: Request, **_: Any) -> Response:
        """Change a draft of your own, if it still is what the ETag in If-Match was given for."""
        said = body_serializers.check(request, bodies.DraftPatchBody)
        return self.written(lambda: self._changed(said))

    def _changed(self, said: Any) -> Response:
        draft = self.draft()
        refuse_unseen(self.request, self.shown(), said)
        made = method_drafts.change(
            draft, _spec(draft, said), by=self.request.user,
            reason=said.get("reason", draft.reason),
        )  # fmt: skip
        return self._shown(made, 200)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, _request: Request, **_: Any) -> Response:
        """Discard a draft; its number is free again."""
        method_edits.discard(self.draft(), by=self.request.user)
        return Response(status=204)

    @extend_schema(request=None, responses={200: bodies.MovesSerializer})
    @action(detail=True, methods=["get"])
    def moves(self, _request: Request, **_: Any) -> Response:
        """Who moves if this version scores."""
        draft, importer = self.draft(), self.query["importer"]
        now = scoring_method(draft.code)
        lens = Lens.objects.filter(method_code=draft.code, importer=importer).first()
        if now is None or lens is None:
            raise Problem("lens_not_scored", f"nobody is scored by {draft.code} for {importer} yet")
        try:
            versions = [Specification.from_dict(one.spec) for one in (now, draft)]
            found = who_moves(versions[0], versions[1], lens, timezone.now().date())
        except EngineError as error:
            raise Problem("cannot_publish", f"this version cannot score: {error}") from None
        return Response(_moves(found, now, draft, importer))

    @extend_schema(request=bodies.SubmitBody, responses={200: bodies.DraftSerializer})
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, **_: Any) -> Response:
        """Hand a draft to a reviewer."""
        said = body_serializers.check(request, bodies.SubmitBody)
        confirmed = said.get("confirmed", ())
        return self.written(
            lambda: self._shown(
                method_edits.submit(self.draft(), by=request.user, confirmed=confirmed), 200
            )
        )

    @extend_schema(request=bodies.ReviewBody, responses={200: bodies.DraftSerializer})
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, **_: Any) -> Response:
        """Publish what is in review; all is rescored by it, and `jobs` says by which jobs."""
        said = body_serializers.check(request, bodies.ReviewBody)
        return self.written(lambda: self._published(said.get("review", "")))

    def _published(self, review: str) -> Response:
        row = method_edits.approve(self.draft(), by=self.request.user, review=review)
        jobs = Job.objects.filter(method=row, edition=row.edition, reason=f"method {row}")
        shown = bodies.DraftSerializer.of(_row(row))
        return Response({**shown, "jobs": [str(job.pk) for job in jobs.order_by("id")]})

    @extend_schema(request=bodies.BackBody, responses={200: bodies.DraftSerializer})
    @action(detail=True, methods=["post"], url_path="return")
    def return_to_author(self, request: Request, **_: Any) -> Response:
        """Return what is in review to its author."""
        said = body_serializers.check(request, bodies.BackBody)
        return self.written(
            lambda: self._shown(
                method_edits.send_back(self.draft(), by=request.user, review=said["review"]), 200
            )
        )

    def _shown(self, draft: Method, status: int) -> Response:
        shown = bodies.DraftSerializer.of(_row(draft))
        return Response(shown, status=status, headers={"ETag": etag_of_shown(shown)})


def _row(method: Method) -> dict[str, Any]:
    names = ("code", "version", "state", "reason", "review", "hash", "created_at", "spec")
    return {
        **{name: getattr(method, name) for name in names},
        "based_on__version": method.based_on.version if method.based_on else None,
        "created_by__username": str(method.created_by) if method.created_by else None,
    }


def _spec(base: Method, said: Any) -> dict[str, Any]:
    """The specification of a draft: the sent one, or the base with other weights and reasons."""
    if said.get("spec") is not None:
        return dict(said["spec"])
    return method_drafts.changed_spec(base, said.get("weights", {}), said.get("reasons", {}))


def _moves(found: WhoMoves, now: Method, draft: Method, importer: str) -> dict[str, Any]:
    plain = ("key", "name", "place", "before", "after", "rank_before", "rank_after")
    return {
        "method": draft.code, "version_now": now.version, "version": draft.version,
        "importer": importer, "edition": found.edition, "as_of": found.as_of,
        "projects": len(found.ids), "is_sample": found.is_sample, "moved": found.moved,
        "changing_band": found.changing_band, "spearman": found.spearman, "kendall": found.kendall,
        "movers": [
            {
                **{name: getattr(one, name) for name in plain},
                "band_before": str(Band(one.band_before).label),
                "band_after": str(Band(one.band_after).label),
            }
            for one in found.movers
        ],
    }  # fmt: skip
