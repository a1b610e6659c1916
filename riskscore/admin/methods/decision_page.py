"""Before a model is promoted or retired: what it would change, who moves, and what stays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from riskscore.admin.methods.moves_shown import moves_by_models
from riskscore.engine.catalogue import LEARNED
from riskscore.errors import RiskscoreError
from riskscore.models import Edition, LearnedModel
from riskscore.models.learned import in_force
from riskscore.models.scores import Score
from riskscore.training import model_registry
from riskscore.training.card_comparison import side_by_side

State = LearnedModel.State


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision about a model: its words, what does it, and from which states it may be taken."""

    name: str
    title: str
    button: str
    take: Callable[..., LearnedModel]
    open_from: tuple[str, ...]


DECISIONS = {
    "promote": Decision(
        "promote", "Promote {model}", "Promote: it counts in scores from now on",
        model_registry.promote, (State.CANDIDATE,),
    ),
    "retire": Decision(
        "retire", "Retire {model}", "Retire: it counts in no new score",
        model_registry.retire, (State.CANDIDATE, State.CHAMPION),
    ),
}  # fmt: skip


def open_decisions(model: LearnedModel) -> list[Decision]:
    """What can be decided about a model as it stands."""
    return [each for each in DECISIONS.values() if model.state in each.open_from]


def decision_page(request: HttpRequest, model: LearnedModel) -> dict[str, Any] | HttpResponse:
    """The page's context, or where to go after it was decided. Raises Http404."""
    given = request.POST if request.method == "POST" else request.GET
    decision = DECISIONS.get(given.get("decision", ""))
    if decision is None:
        raise Http404("this decision is not known")
    wrong = ""
    if request.method == "POST" and "reason" in request.POST:
        wrong = _take(request, model, decision)
        if not wrong:
            place = reverse("admin:riskscore_learnedmodel_change", args=[model.pk])
            return HttpResponseRedirect(place)
    return {**_shown(request, model, decision), "wrong": [wrong] if wrong else []}


def _take(request: HttpRequest, model: LearnedModel, decision: Decision) -> str:
    """Decide; what is wrong in words, empty if it is decided."""
    reason = _typed(request)
    if not reason:
        return "Say why; it stands on the model for ever."
    try:
        decided = decision.take(model, by=request.user, reason=reason)
    except RiskscoreError as error:
        return str(error)
    rescored = " Projects are being rescored." if model.kind in LEARNED else ""
    messages.success(request, f"{decided} is {decided.get_state_display().lower()}.{rescored}")
    return ""


def _typed(request: HttpRequest) -> str:
    return request.POST.get("reason", "").replace("\0", "").strip()[:400]


def _shown(request: HttpRequest, model: LearnedModel, decision: Decision) -> dict[str, Any]:
    champion = model_registry.champion_of(model.kind)
    is_promotion = decision.name == "promote"
    beside = champion if is_promotion else None
    shown: dict[str, Any] = {
        "decision": decision,
        "champion": champion,
        "typed": _typed(request),
        "beside": beside,
        "side": side_by_side(model.card, beside.card) if beside else None,
        "why_not": _why_not(request, model, decision, champion),
        "projects": _scored(),
    }
    if not changes_scores(model, decision.name):
        reason = f"{model} counts in no score now, so nobody moves."
        return {**shown, "no_moves": reason}
    if not model_registry.are_on():
        return {**shown, "no_moves": "Learned models are turned off: nobody moves until they are "
                "turned on, from which moment this one counts."}  # fmt: skip
    return {**shown, **moves_by_models(request, _then(model, is_promotion))}


def changes_scores(model: LearnedModel, decision: str) -> bool:
    """Whether a decision changes what counts in scores."""
    return model.kind in LEARNED and (decision == "promote" or model.state == State.CHAMPION)


def _then(model: LearnedModel, is_promotion: bool) -> list[LearnedModel]:
    """The models that count once it is decided."""
    last = Edition.objects.order_by("-number").values_list("number", flat=True).first() or 0
    others = [each for each in in_force(last) if each.kind != model.kind]
    return [*others, model] if is_promotion else others


def _why_not(
    request: HttpRequest, model: LearnedModel, decision: Decision, champion: LearnedModel | None
) -> list[str]:
    """Why this cannot be decided so by this person; empty where it can."""
    if model.state not in decision.open_from:
        return [f"{model} is {model.get_state_display().lower()}."]
    if decision.name == "retire":
        return []
    own = model_registry.may_not_promote(model, request.user)
    return [*([own] if own else []), *model_registry.shortcomings(model, champion)]


def _scored() -> bool:
    """Whether any project is scored yet; not how many, which would count them all."""
    return Score.objects.exists()
