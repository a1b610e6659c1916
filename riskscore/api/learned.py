"""Learned models: versions, cards and predictions. No model is opened here."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from riskscore.api.filters import within
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Detail, Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import choice
from riskscore.api.framework.resources import Resource, plain
from riskscore.models import LearnedModel, Prediction

REASON = shapes.several({"type": ["string", "number"]}, "A reason, and what it adds.")
STATES = LearnedModel.State.values

SUMMARY = (
    plain("kind", shapes.text("What it predicts.")),
    plain("version", shapes.whole("Version; a trained model never changes.")),
    plain("state", shapes.one_of(STATES, "Only a champion feeds scores.")),
    plain("created_at", shapes.moment("When it was trained.")),
    plain("artefact_sha256", shapes.text("SHA-256 of the stored model.")),
    plain(
        "champion_from",
        shapes.optional(shapes.whole("Edition from which scores use it.")),
        "champion_from_id",
    ),
    plain(
        "champion_until",
        shapes.optional(shapes.whole("Edition from which they no longer do.")),
        "champion_until_id",
    ),
    plain("reason", shapes.text("Why it was promoted or retired.")),
)
MODEL_ITEM = Resource("LearnedModelSummary", "A version of a learned model.", SUMMARY)
MODEL = Resource(
    "LearnedModel",
    "A version of a learned model with its card: target, data, metrics, known bias, drift.",
    (*SUMMARY, plain("card", shapes.record({}, "The model card."))),
)
PREDICTION = Resource(
    "Prediction",
    "What a model says of a place and mineral. `mean` and the contributions sum to `probability`.",
    (
        plain("place", shapes.text("Code of the place."), "place_id"),
        plain("mineral", shapes.text("Code of the mineral."), "mineral_id"),
        plain("year", shapes.whole("The year that is predicted.")),
        plain("probability", shapes.number("Calibrated probability, 0..1.")),
        plain("low", shapes.number("Lower end of its interval.")),
        plain("high", shapes.number("Upper end of its interval.")),
        plain("mean", shapes.number("Mean prediction that the contributions start from.")),
        plain(
            "judged",
            shapes.flag("Whether the pair lies in the population that the model was evaluated on."),
        ),
        plain("contributions", shapes.several(REASON, "Reasons and what each adds.")),
    ),
)
ORDERS = {"id": Order("id", "id")}


class Models(Listing):
    """All versions of all learned models."""

    tag = "models"
    shows = ("learnedmodel",)
    resource = MODEL_ITEM
    orders = ORDERS
    parameters = listing_parameters(
        MODEL_ITEM,
        ORDERS,
        choice("state", STATES, "Only in these states.", many=True, where=within("state")),
    )

    def queryset(self) -> QuerySet[Any]:
        """All that were ever trained."""
        return LearnedModel.objects.all()


class OneModel(Detail):
    """One model with its card: the version of the address, else the champion or the newest."""

    tag = "models"
    shows = ("learnedmodel",)
    resource = MODEL
    parameters = (MODEL.picker,)

    def queryset(self) -> QuerySet[Any]:
        """The version asked for, else the champion, else the newest."""
        versions = LearnedModel.objects.filter(**self.kwargs)
        champion = versions.filter(state=LearnedModel.State.CHAMPION)
        return champion if champion.exists() else versions.order_by("-version")


class Predictions(Listing):
    """What one version of a model says of every place and mineral that it predicts."""

    tag = "models"
    shows = ("learnedmodel", "prediction")
    resource = PREDICTION
    orders = ORDERS
    parameters = listing_parameters(PREDICTION, ORDERS)

    def queryset(self) -> QuerySet[Any]:
        """The predictions of the version of the address."""
        return Prediction.objects.filter(model=get_object_or_404(LearnedModel, **self.kwargs))
