"""Which learned model is in use: candidate → champion → retired, decided by a person.

Cards are compared here, models are not opened: nothing in this file needs scikit-learn.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from riskscore import jobs
from riskscore.editions import next_edition
from riskscore.models import LearnedModel, Lens

PERMISSION = "riskscore.promote_learnedmodel"
#: What a model of a kind must beat on what was held out, with the whole interval above 0.
BASELINES = {
    "disruption": (
        "auc_difference_ci",
        "auc_difference_to_governance_ci",
        "auc_difference_to_persistence_ci",
    ),
    "labour": ("auc_difference_to_hdi_ci", "auc_difference_to_governance_ci"),
}


class NotPromoted(ValueError):
    """The model may not become champion; the message says what it lacks."""


class NotAllowed(PermissionError):
    """The person lacks the permission to decide about learned models."""


def promote(model: LearnedModel, *, by: Any, reason: str) -> LearnedModel:
    """Make a candidate the champion, retire the one before, and rescore what it feeds.

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
        _rescore(f"{row} promoted", by)
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
            _rescore(f"{row} retired", by)
    return row


def shortcomings(model: LearnedModel, champion: LearnedModel | None) -> list[str]:
    """What keeps a model from being champion, in words; empty when nothing does."""
    metrics = model.card["metrics"]
    found = [
        f"it does not beat {name.removesuffix('_ci').removeprefix('auc_difference_to_')}"
        for name in BASELINES.get(model.kind, ())
        if not metrics[name][0] > 0
    ]
    if metrics["brier"] >= metrics["brier_base"]:
        found.append("its Brier score is not below that of always saying the base rate")
    if champion and metrics["auc"] < champion.card["metrics"]["auc"]:
        found.append(f"{champion} has the higher AUC on what was held out")
    return found


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


def _rescore(reason: str, by: Any) -> None:
    for lens in Lens.objects.filter(kept_current=True):
        jobs.start({"all": True}, lens=lens, reason=reason, by=by)
