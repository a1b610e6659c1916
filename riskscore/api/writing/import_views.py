"""Imports: a file is uploaded, previewed by a worker, confirmed or left; its report is read."""

import re
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import body_serializers, json_parser
from riskscore.api.framework.json_parser import StrictJson
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import Problem, of_body
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow
from riskscore.api.writing import import_bodies as bodies
from riskscore.api.writing.write_manners import IMPORT, TWICE, Writing
from riskscore.intake import requests
from riskscore.models import Intake, IntakeFault

#: Bytes of a file and its fields in one request.
LARGEST = 256 * 1024**2
SOON_S = "2"
#: How the command says what the fields of a body say.
FLAG = re.compile(r"--([a-z-]+)")
ANSWERS = "; answer what it found with skip_bad, replace or repair"
JSONS = ("mapping", "constants", "layer")


class Upload(MultiPartParser):
    """`multipart/form-data` of a bounded size, refused by its length before it is read."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Fields and files. Raises Problem."""
        request: Request = parser_context["request"]
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
            raise Problem("too_large", f"a file of more than {LARGEST:,} bytes: split it")
        if request.META.get("HTTP_CONTENT_ENCODING"):
            raise UnsupportedMediaType(request.content_type, "send the file uncompressed")
        return super().parse(stream, media_type, parser_context)


class ImportViewSet(Writing, ListRows, RetrieveRow):
    """Imports of files, the latest first. Nothing of a file is loaded unless all of it is valid."""

    tag = "imports"
    shows = ("intake",)
    takes = {"create": ("add_intake",), "confirm": ("add_intake",), "cancel": ("add_intake",)}
    write_scopes = frozenset({IMPORT})
    idempotent = ("create", "confirm")
    refusals = {
        "create": {**TWICE, 409: "Cannot be imported", 413: "Too large"},
        "confirm": {**TWICE, 409: "Something found is not answered"},
    }
    about_one = "How far an import is, and its report."
    serializer_class = bodies.ImportSerializer
    orders = {"-id": Order("id", "id", descending=True), "id": Order("id", "id")}
    lookup_field = "id"
    lookup_value_converter = "uuid"

    def get_parsers(self) -> list[Any]:
        """A file comes as a form, everything else as JSON."""
        method = (getattr(self.request, "method", "") or "").lower()
        is_upload = getattr(self, "action_map", {}).get(method) == "create"
        return [Upload() if is_upload else StrictJson()]

    def get_queryset(self) -> QuerySet[Any]:
        """All of them, as in admin."""
        return Intake.objects.all()

    def intake(self) -> Intake:
        """The import of the address. Raises Http404."""
        found: Intake | None = self.get_queryset().filter(id=self.kwargs["id"]).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(
        request={"multipart/form-data": bodies.UploadBody}, responses={201: bodies.ImportSerializer}
    )
    def create(self, request: Request, **_: Any) -> Response:
        """Upload a file; a worker reads it. By default it is only previewed."""
        sent = _upload(request)
        return self.written(lambda: self._taken(sent))

    def _taken(self, sent: dict[str, Any]) -> Response:
        file = sent.pop("file")
        options = requests.ImportOptions(**sent)
        made = requests.take_in(file, file.name, options, by=self.request.user)
        return self._followed(made, 201)

    @extend_schema(request=bodies.ConfirmBody, responses={202: bodies.ImportSerializer})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, **_: Any) -> Response:
        """Import for good what a preview has shown, as an import of its own."""
        said = body_serializers.check(request, bodies.ConfirmBody)
        return self.written(lambda: self._confirmed(said))

    def _confirmed(self, said: dict[str, bool]) -> Response:
        previewed = self.intake()
        try:
            made = requests.confirm_intake(previewed, by=self.request.user, **said)
        except requests.CannotTakeIn as error:
            words = FLAG.sub(lambda flag: flag[1].replace("-", "_"), str(error))
            failed = previewed.dry_run and previewed.state == Intake.State.FAILED
            raise Problem("cannot_import", words + (ANSWERS if failed else "")) from None
        return self._followed(made, 202)

    @extend_schema(request=None, responses={200: bodies.ImportSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, _request: Request, **_: Any) -> Response:
        """Stop an import: one that waits at once, one in work at its next batch. Idempotent."""
        requests.cancel_intake(self.intake().pk)
        return Response(self.shown())

    def _followed(self, made: Intake, status: int) -> Response:
        self.kwargs["id"] = made.pk
        response = Response(self.shown(), status=status)
        response["Location"] = f"{bodies.HERE}/{made.pk}"
        response["Retry-After"] = SOON_S
        return response

    def retrieve(self, _request: Request, **_: Any) -> Response:
        """Return the import; ask again after `Retry-After` seconds until it has ended."""
        response = super().retrieve(_request)
        if response.data.get("state") not in Intake.TERMINAL:
            response["Retry-After"] = SOON_S
        return response


class FaultViewSet(ListRows):
    """The report of an import: what is wrong, row by row; CSV by `Accept: text/csv`."""

    tag = "imports"
    shows = ("intake",)
    write_scopes = frozenset({IMPORT})
    serializer_class = bodies.FaultSerializer
    orders = {"id": Order("id", "id")}

    def get_queryset(self) -> QuerySet[Any]:
        """Those of the import of the address."""
        if not Intake.objects.filter(id=self.kwargs["intake"]).exists():
            raise Http404
        return IntakeFault.objects.filter(intake=self.kwargs["intake"])


def _upload(request: Request) -> dict[str, Any]:
    """The file and its options. Raises Problem that names each wrong field."""
    # Of a request without any body DRF makes a plain object, whatever its parser is.
    given = request.data if isinstance(request.data, QueryDict) else QueryDict()
    known = bodies.UploadBody().fields
    unknown = {f"/{name[:60]}": "unknown field" for name in given if name not in known}
    twice = {
        f"/{name}": "given more than once"
        for name, values in given.lists()
        if name in known and len(values) > 1
    }
    if unknown or twice:
        raise of_body({**unknown, **twice})
    sent = dict(body_serializers.check(request, bodies.UploadBody))
    for name in JSONS:
        if sent.get(name):
            sent[name] = _object(name, sent[name])
        else:
            sent.pop(name, None)
    return sent


def _object(name: str, text: str) -> dict[str, str]:
    try:
        found = json_parser.loads(text.encode())
    except Problem as error:
        raise of_body({f"/{name}": error.detail}) from None
    except UnicodeEncodeError:
        raise of_body({f"/{name}": "not UTF-8"}) from None
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise of_body({f"/{name}": "a JSON object of texts"})
    return found
