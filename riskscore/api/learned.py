"""Learned models: versions, cards and predictions. No model is opened here."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.query_fields import ChoiceField, Several
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow
from riskscore.models import LearnedModel, Prediction

REASON = "A reason, and what it adds."


@extend_schema_field({"type": ["string", "number"]})
class ReasonOrNumber(serializers.JSONField):
    """Words, or what they add."""


STATES = LearnedModel.State.values


class LearnedModelSummarySerializer(RowSerializer):
    """A version of a learned model."""

    kind = serializers.CharField(help_text="What it predicts.")
    version = serializers.IntegerField(help_text="Version; a trained model never changes.")
    state = serializers.ChoiceField(STATES, help_text="Only a champion feeds scores.")
    created_at = serializers.DateTimeField(help_text="When it was trained.")
    artefact_sha256 = serializers.CharField(help_text="SHA-256 of the stored model.")
    champion_from = serializers.IntegerField(
        allow_null=True, help_text="Edition from which scores use it.", source="champion_from_id"
    )
    champion_until = serializers.IntegerField(
        allow_null=True,
        help_text="Edition from which they no longer do.",
        source="champion_until_id",
    )
    reason = serializers.CharField(help_text="Why it was promoted or retired.")


class LearnedModelSerializer(LearnedModelSummarySerializer):
    """A version of a learned model with its card: target, data, metrics, known bias, drift."""

    card = serializers.DictField(help_text="The model card.")


class PredictionSerializer(RowSerializer):
    """What a model says of a place and mineral. `mean` and the contributions sum to
    `probability`.
    """

    place = serializers.CharField(help_text="Code of the place.", source="place_id")
    mineral = serializers.CharField(help_text="Code of the mineral.", source="mineral_id")
    year = serializers.IntegerField(help_text="The year that is predicted.")
    probability = serializers.FloatField(help_text="Calibrated probability, 0..1.")
    low = serializers.FloatField(help_text="Lower end of its interval.")
    high = serializers.FloatField(help_text="Upper end of its interval.")
    mean = serializers.FloatField(help_text="Mean prediction that the contributions start from.")
    judged = serializers.BooleanField(
        help_text="Whether the pair lies in the population that the model was evaluated on."
    )
    contributions = serializers.ListField(
        child=serializers.ListField(child=ReasonOrNumber(), help_text=REASON),
        help_text="Reasons and what each adds.",
    )


ORDERS = {"id": Order("id", "id")}


class ModelFilters(FilterSet):
    """Filters of learned models."""

    state = Filter(Several(ChoiceField(STATES), help_text="Only in these states."), "state__in")


class ModelViewSet(ListRows, RetrieveRow):
    """All versions of all learned models; one by its kind is the champion, else the newest."""

    tag = "models"
    shows = ("learnedmodel",)
    queryset = LearnedModel.objects.all()
    serializer_class = LearnedModelSummarySerializer
    detail_serializer = LearnedModelSerializer
    filterset_class = ModelFilters
    orders = ORDERS
    about_one = "One model with its card: the champion, else the newest."
    lookup_field = "kind"
    lookup_value_converter = "slug"

    def one(self) -> QuerySet[Any]:
        """The champion, else the newest version."""
        versions = LearnedModel.objects.filter(**self.kwargs)
        champion = versions.filter(state=LearnedModel.State.CHAMPION)
        return champion if champion.exists() else versions.order_by("-version")


class ModelVersionViewSet(RetrieveRow):
    """One version of a learned model with its card."""

    tag = "models"
    shows = ("learnedmodel",)
    serializer_class = LearnedModelSerializer
    lookup_field = ""

    def one(self) -> QuerySet[Any]:
        """The version of the address."""
        return LearnedModel.objects.filter(**self.kwargs)


class PredictionViewSet(ListRows):
    """What one version of a model says of every place and mineral that it predicts."""

    tag = "models"
    shows = ("learnedmodel", "prediction")
    serializer_class = PredictionSerializer
    orders = ORDERS

    def get_queryset(self) -> QuerySet[Any]:
        """The predictions of the version of the address."""
        return Prediction.objects.filter(model=get_object_or_404(LearnedModel, **self.kwargs))
