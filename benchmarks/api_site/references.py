"""What ours is compared with, behind the same server and middleware."""

import os
from functools import cache
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from rest_framework import serializers
from rest_framework.authentication import TokenAuthentication
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer

from riskscore.models import Lens, Score

#: The folder with the bytes of answers that ours gave.
FOLDER = "BENCH_ANSWERS"


@cache
def _bytes(name: str) -> bytes:
    return (Path(os.environ[FOLDER]) / name).read_bytes()


def same_bytes(_request: HttpRequest, name: str) -> HttpResponse:
    """The bytes of an answer of ours, without any work."""
    return HttpResponse(_bytes(name), content_type="application/json")


class ScoreSerializer(serializers.ModelSerializer[Score]):
    """The fields of ours that a model's columns have, without ranks and without_learned."""

    key = serializers.CharField(source="project.key")
    name = serializers.CharField(source="project.name")
    place = serializers.CharField(source="project.place_id")
    place_name = serializers.CharField(source="project.place.name")
    kind = serializers.CharField(source="project.kind")
    flags = serializers.ListField(source="project.flags", child=serializers.CharField())
    minerals = serializers.SerializerMethodField()
    band = serializers.CharField(source="get_band_display")
    importer = serializers.CharField(source="lens.importer_id")
    method = serializers.CharField(source="method.code")
    method_version = serializers.IntegerField(source="method.version")
    stale = serializers.SerializerMethodField()

    class Meta:
        model = Score
        fields: ClassVar[list[str]] = [
            "key", "name", "place", "place_name", "kind", "minerals", "flags", "composite", "band",
            "geopolitical", "concentration", "labour", "indigenous", "coverage", "interval_low",
            "interval_high", "node_low", "node_high", "node_coverage", "context", "residual",
            "importer", "method", "method_version", "as_of", "edition", "input_version",
            "computed_at", "job", "stale",
        ]  # fmt: skip

    def get_minerals(self, score: Score) -> list[str]:
        """Codes of its minerals."""
        return [each.mineral_id for each in score.project.minerals.all()]

    def get_stale(self, score: Score) -> bool:
        """Whether the project has changed since."""
        return score.project.input_version > score.input_version


class ByComposite(CursorPagination):
    """A hundred a page, the riskiest first."""

    page_size = 100
    ordering = ("-composite", "project_id")


class SerializedScores(ListAPIView[Score]):
    """The list of scores as DRF's tutorial has it, with its joins fetched at once."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (IsAuthenticated,)
    throttle_classes = ()
    renderer_classes = (JSONRenderer,)
    serializer_class = ScoreSerializer
    pagination_class = ByComposite

    def get_queryset(self) -> QuerySet[Score]:
        """The scores from nobody's side, with their joins fetched at once."""
        lens = Lens.objects.get(importer="WLD", method_code=settings.DEFAULT_METHOD)
        return (
            Score.objects.filter(lens=lens, project__state="published", composite__isnull=False)
            .select_related("project__place", "lens", "method")
            .prefetch_related("project__minerals")
        )
