"""The model registry: which learned model is in use, candidate → champion → retired.

A person decides. Cards are compared here, models are not opened: nothing here needs scikit-learn.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from riskscore.errors import ConflictError, ForbiddenError
from riskscore.jobs import requests
from riskscore.models import LearnedModel
from riskscore.releases.editions import next_edition

PERMISSION = "riskscore.promote_learnedmodel"
#: Single numbers that a model of a kind must beat on what was held out, each by its difference in
#: AUC, whose whole interval must lie above 0.
BASELINES = {
    "disruption": {
        "volatility alone": "auc_difference_ci",
        "governance alone": "auc_difference_to_governance_ci",
        "persistence": "auc_difference_to_persistence_ci",
    },
    "labour": {
        "human development alone": "auc_difference_to_hdi_ci",
        "governance alone": "auc_difference_to_governance_ci",
        "the mineral alone": "auc_difference_to_mineral_ci",
    },
}
#: The plain model that a kind's own must not fall behind, in AUC and in log loss.
PLAIN = {"disruption": "logistic"}


class NotPromoted(ConflictError):
    """The model may not become champion; the message says what it lacks."""

    code = "not_promoted"
    remedy = "Train again, or keep the champion that there is."


class NotAllowed(ForbiddenError):
    """The person lacks the permission to decide about learned models."""

    code = "forbidden"


def promote(model: LearnedModel, *, by: Any, reason: str) -> LearnedModel:
    """Make a candidate the champion, retire the one before, and rescore what that makes stale.

    From the edition this makes, and for no earlier one, scores see its predictions. Raises
    NotAllowed, or NotPromoted with what the card lacks against the baselines or the champion.
    """
    _check_allowed(by)
    with transaction.atomic():
        row = LearnedModel.objects.select_for_update().get(pk=model.pk)
        champion = _champion(row.kind)
        _check_better(row, champion)
        edition = next_edition(f"{row} promoted")
        if champion:
            _decide(champion, LearnedModel.State.RETIRED, by, f"{row} took its place")
            champion.champion_until = edition
            champion.save()
        _decide(row, LearnedModel.State.CHAMPION, by, reason)
        row.champion_from = edition
        row.save()
        requests.refresh(f"{row} promoted", by)
    return row


def retire(model: LearnedModel, *, by: Any, reason: str) -> LearnedModel:
    """Take a model out of use; scores of later editions see no prediction of it."""
    _check_allowed(by)
    with transaction.atomic():
        row = LearnedModel.objects.select_for_update().get(pk=model.pk)
        in_use = row.state == LearnedModel.State.CHAMPION
        if in_use:
            row.champion_until = next_edition(f"{row} retired")
        _decide(row, LearnedModel.State.RETIRED, by, reason)
        row.save()
        if in_use:
            requests.refresh(f"{row} retired", by)
    return row


def shortcomings(model: LearnedModel, champion: LearnedModel | None) -> list[str]:
    """What keeps a model from being champion, in words; empty when nothing does."""
    metrics = model.card["metrics"]
    result = [
        f"it does not beat {name}: the interval of the difference in AUC begins at {low:+.3f}"
        for name, key in BASELINES.get(model.kind, {}).items()
        if not (low := metrics[key][0]) > 0
    ]
    result += _against_plain(metrics, PLAIN.get(model.kind, ""))
    if metrics["brier"] >= metrics["brier_base"]:
        result.append("its Brier score is not below that of always saying the base rate")
    return result + (_against(model, champion) if champion else [])


def _against_plain(metrics: Mapping[str, Any], plain: str) -> list[str]:
    if not plain:
        return []
    return [
        f"it does not beat the {plain} regression: {name} {mine:.4f} against {theirs:.4f}"
        for name, mine, theirs, better in (
            ("AUC", metrics["auc"], metrics[f"auc_{plain}"], 1),
            ("log loss", metrics["log_loss"], metrics[f"log_loss_{plain}"], -1),
        )
        if not better * (mine - theirs) > 0
    ]


def _against(model: LearnedModel, champion: LearnedModel) -> list[str]:
    """The champion must be beaten, or equalled by a model that learnt from newer data."""
    mine, theirs = _comparable(model.card["metrics"], champion.card["metrics"])
    if mine < theirs:
        return [
            f"{champion} has the higher AUC on what was held out: {theirs:.4f} against {mine:.4f}"
        ]
    newer = model.card.get("data_releases") != champion.card.get("data_releases")
    if mine == theirs and not newer:
        return [f"it is no better than {champion} and learnt from the same data"]
    return []


def _comparable(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[float, float]:
    """AUC of two cards, over the years that both held out: a new year may be harder than most.

    Years weigh by their events. Cards without years compare as a whole.
    """
    years = sorted(mine.get("by_year", {}).keys() & theirs.get("by_year", {}).keys())
    events = [mine["by_year"][year]["events"] for year in years]
    if mine.get("held_out") == theirs.get("held_out") or not sum(events):
        return mine["auc"], theirs["auc"]
    result = [
        sum(
            number * card["by_year"][year]["auc"]
            for number, year in zip(events, years, strict=True)
        )
        / sum(events)
        for card in (mine, theirs)
    ]
    return result[0], result[1]


def _champion(kind: str) -> LearnedModel | None:
    return (
        LearnedModel.objects.select_for_update()
        .filter(kind=kind, state=LearnedModel.State.CHAMPION)
        .first()
    )


def _check_allowed(by: Any) -> None:
    if not by.has_perm(PERMISSION):
        raise NotAllowed(f"{by} may not decide about learned models: {PERMISSION} is needed")


def _check_better(model: LearnedModel, champion: LearnedModel | None) -> None:
    if model.state != LearnedModel.State.CANDIDATE:
        raise NotPromoted(f"{model} is {model.state}; only a candidate can be promoted")
    lacking = shortcomings(model, champion)
    if lacking:
        raise NotPromoted(f"{model} cannot be champion: {'; '.join(lacking)}")


def _decide(model: LearnedModel, state: str, by: Any, reason: str) -> None:
    model.state, model.decided_by = state, by
    model.decided_at, model.reason = timezone.now(), reason
