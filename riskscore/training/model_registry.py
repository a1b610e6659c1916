"""The model registry: which learned model is in use, candidate → champion → retired.

A person decides; for a model that comes with the bundle the gate alone, and the row says so. Cards
are compared here, models are not opened: nothing here needs scikit-learn.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from riskscore.errors import ConflictError, ForbiddenError
from riskscore.jobs import requests
from riskscore.jobs.outbox import told
from riskscore.learning.report import gate
from riskscore.models import Edition, LearnedModel, LearnedSwitch, TrainingRequest
from riskscore.models.learned import learned_on
from riskscore.releases.editions import next_edition

PERMISSION = "riskscore.promote_learnedmodel"
#: Why a model of the bundle is champion from the first load on.
SHIPPED = (
    "the bundle: shipped with it, and every comparison of the gate passed with its whole interval "
    "(gate, on the card); no person has decided yet"
)


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
    if why := may_not_promote(model, by):
        raise NotAllowed(why)
    return _promote(model, by, reason)


def may_not_promote(model: LearnedModel, by: Any) -> str:
    """Why this person may not promote a model; empty if they may.

    Whoever asked for its training does not decide about it, unless the team is of one person
    (RISKSCORE_ONE_PERSON_TEAM).
    """
    if not by.has_perm(PERMISSION):
        return f"{by} may not decide about learned models: {PERMISSION} is needed"
    own = TrainingRequest.objects.filter(model=model, created_by=by.pk).exists()
    if own and not settings.ONE_PERSON_TEAM:
        return (
            f"{model} is your own, you asked for its training: a second person promotes it. A team "
            "of one sets RISKSCORE_ONE_PERSON_TEAM=1"
        )
    return ""


def promote_shipped(model: LearnedModel) -> LearnedModel | None:
    """Make a model of the bundle the champion where nobody has decided about its kind yet.

    No person is named: the reason says that the bundle did it, and by which gate. Returns None
    where a person decides instead: one has promoted or retired a model of the kind before, or the
    model does not pass the gate.
    """
    decided = LearnedModel.objects.filter(kind=model.kind).exclude(decided_at=None)
    if decided.exists() or shortcomings(model, None):
        return None
    return _promote(model, None, SHIPPED)


def _promote(model: LearnedModel, by: Any, reason: str) -> LearnedModel:
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
        told.of_model(row.pk)
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


def turn(*, on: bool, by: Any, reason: str) -> LearnedSwitch | None:
    """Let learned models count in scores, or not, from the edition that this makes.

    No model changes its state, and no score of an earlier edition changes. Returns None where
    nothing changes. ``by`` is None for an operator at the command line; a person needs the
    permission (NotAllowed).
    """
    if by is not None:
        _check_allowed(by)
    if are_on() == on:
        return None
    with transaction.atomic():
        edition = next_edition(f"learned models turned {'on' if on else 'off'}")
        row = LearnedSwitch.objects.create(edition=edition, on=on, reason=reason, decided_by=by)
        requests.refresh(edition.reason, by)
    return row


def are_on() -> bool:
    """Whether learned models count in scores that are made now."""
    return learned_on(Edition.objects.aggregate(last=Max("number"))["last"] or 0)


def standing() -> str:
    """Whether learned models count, since when, and which are champions, in a line."""
    champions = LearnedModel.objects.filter(state=LearnedModel.State.CHAMPION)
    names = ", ".join(map(str, champions)) or "none is champion"
    turned = LearnedSwitch.objects.first()
    since = f" from edition {turned.edition_id}" if turned else ""
    return f"learned models are {'on' if are_on() else 'off'}{since} ({names})"


def verdict(model: LearnedModel) -> str:
    """Whether a model passes the gate; whether it may take a champion's place is asked later."""
    lacking = "; ".join(shortcomings(model, None))
    found = f"it does not pass the gate: {lacking}" if lacking else "it passes the gate"
    return f"{model}: AUC {model.card['metrics']['auc']:.3f}; {found}"


def shortcomings(model: LearnedModel, champion: LearnedModel | None) -> list[str]:
    """What keeps a model from being champion, in words; empty when nothing does."""
    result = gate.failed(model.kind, model.card["metrics"])
    return result + (_against(model, champion) if champion else [])


def _against(model: LearnedModel, champion: LearnedModel) -> list[str]:
    """A candidate of the same data must be better for certain; newer data only no worse.

    Newer data is a reason by itself, so the first is a comparison and needs the whole interval, and
    the second is none.
    """
    mine, theirs = _comparable(model.card["metrics"], champion.card["metrics"])
    if mine < theirs:
        return [
            f"{champion} has the higher AUC on what was held out: {theirs:.4f} against {mine:.4f}"
        ]
    newer = model.card.get("data_releases") != champion.card.get("data_releases")
    certain = model.card["metrics"].get("auc_ci", [mine])[0] > theirs
    if not newer and not certain:
        return [
            f"it learnt from the same data as {champion} and is not better for certain: its AUC's "
            f"interval reaches down to the champion's {theirs:.4f}"
        ]
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


def champion_of(kind: str) -> LearnedModel | None:
    """The model of a kind that counts in scores, as a page shows it."""
    return LearnedModel.objects.filter(kind=kind, state=LearnedModel.State.CHAMPION).first()


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
