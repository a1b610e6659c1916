"""All that follows from a withdrawal, in the caller's transaction: what a preview does as well."""

from typing import Any

from riskscore.curation.withdrawals import earlier_layer, earlier_statements, edits_undone
from riskscore.curation.withdrawals.outcome import Bounds, CannotWithdraw, Outcome, Target, called
from riskscore.intake import capacity_ranges
from riskscore.intake.load_file import FEEDING_RANGES
from riskscore.models import (
    Capacity,
    Edition,
    LandLayer,
    LearnedModel,
    ProjectStatus,
    Release,
    Withdrawal,
)
from riskscore.scoring.alerts import raised


def take_back(target: Target, edition: Edition, reason: str, *, by: Any, bounds: Bounds) -> Outcome:
    """Record the withdrawal under an edition, and do what follows. Raises CannotWithdraw."""
    outcome = Outcome()
    _refuse_twice(target)
    whole = bounds.most is None
    if isinstance(target, LandLayer):
        earlier_layer.restore(target, edition, outcome, measure=whole)
        Withdrawal.objects.create(layer=target, reason=reason, edition=edition, withdrawn_by=by)
        return outcome
    _warn(target, outcome)
    _count(target, outcome)
    edits_undone.undo(target, outcome, bounds)
    edits_undone.archive(target, outcome, bounds)
    note = f"{called(target)} withdrawn: {reason}"
    earlier_statements.take_back(target, edition, note, outcome, by=by, bounds=bounds)
    Withdrawal.objects.create(release=target, reason=reason, edition=edition, withdrawn_by=by)
    if whole:
        raised.of_statements(edition.pk)
        if target.source_id in FEEDING_RANGES:
            capacity_ranges.refresh()
    return outcome


def _refuse_twice(target: Target) -> None:
    column = "layer" if isinstance(target, LandLayer) else "release"
    before = Withdrawal.objects.filter(**{column: target}).select_related("edition").first()
    if before is not None:
        raise CannotWithdraw(
            f"{before.what} was withdrawn on {before.withdrawn_at:%F}: {before.reason}. To have it"
            " back, load its file again."
        )


def _count(release: Release, outcome: Outcome) -> None:
    """What falls away by itself, since readers ask what is in force."""
    if release.scored:
        outcome.count(release.observations.count(), "figures no longer count")
        outcome.count(release.export_flows.count(), "flows of exports no longer count")
    for model, words in ((ProjectStatus, "statuses"), (Capacity, "capacities")):
        outcome.count(
            model.recorded.filter(release=release).count(), f"{words} of projects no longer count"
        )


def _warn(release: Release, outcome: Outcome) -> None:
    """What to know before it is done."""
    if not release.intakes.exists():
        outcome.warnings.append(
            "It came with the bundle: loading the bundle again does not bring it back."
        )
    if not release.scored:
        outcome.warnings.append("It is kept beside the edition in force: no score rests on it.")
    if models := learned_from(release):
        outcome.warnings.append(
            f"Learned models were trained on it: {', '.join(models)}. Their predictions stay until"
            " they are trained again (manage.py train)."
        )


def learned_from(release: Release) -> list[str]:
    """The champions and candidates whose cards name the release among their data."""
    rows = LearnedModel.objects.exclude(state=LearnedModel.State.RETIRED)
    named = rows.filter(card__data_releases__contains=[{"release": release.code}])
    return [str(row) for row in named.order_by("kind", "-version")]
