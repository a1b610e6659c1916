"""Who moves when a version of a method, or a learned model, takes another's place, on a page."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from riskscore.admin.ui.wording import band_class, points
from riskscore.engine.errors import EngineError
from riskscore.engine.method import Method as Specification
from riskscore.models import Edition, LearnedModel, Lens, Method
from riskscore.models.methods import scoring_method
from riskscore.models.scores import Band
from riskscore.scoring.audits.ranked_sample import RULE, SAMPLE
from riskscore.scoring.audits.who_moves import WhoMoves, who_moves, who_moves_by_models

#: What the part of the page needs where nothing can be compared.
Shown = dict[str, Any]


#: Finds who moves through a lens, on a day.
Find = Callable[[Lens, date], WhoMoves]


def moves_shown(request: HttpRequest, after: Specification) -> Shown:
    """The preview against the version that scores now, through the buyer's view that was chosen.

    Where there is nothing to compare with, ``no_moves`` says why.
    """
    now = scoring_method(after.code)
    return _shown(
        request, after.code, now,
        lambda lens, day: who_moves(_parsed(now), after, lens, day),
    )  # fmt: skip


def moves_by_models(request: HttpRequest, models: Sequence[LearnedModel]) -> Shown:
    """The preview if exactly these learned models counted, by the method that scores now."""
    now = scoring_method(settings.DEFAULT_METHOD)
    return _shown(
        request, settings.DEFAULT_METHOD, now,
        lambda lens, day: who_moves_by_models(_parsed(now), models, lens, day),
    )  # fmt: skip


def _shown(request: HttpRequest, code: str, now: Method | None, find: Find) -> Shown:
    if not request.user.has_perm("riskscore.view_score"):
        return {"no_moves": "Who moves is for those who may see scores."}
    lenses = list(Lens.objects.filter(method_code=code).select_related("importer"))
    if now is None or not lenses or not Edition.objects.exists():
        return {"no_moves": f"Nobody is scored by {code} yet, so nobody moves."}
    lens = _chosen(request, lenses)
    shown: Shown = {"lenses": lenses, "lens": lens, "scores_now": now}
    try:
        found = find(lens, timezone.now().date())
    except EngineError as error:
        return {**shown, "no_moves": f"This version cannot score: {error}"}
    return {**shown, "moves": found, "bands": _bands(found), "movers": _movers(found),
            "sample_rule": RULE.format(most=f"{SAMPLE:,}")}  # fmt: skip


def _parsed(method: Method | None) -> Specification:
    if method is None:
        raise Method.DoesNotExist("nothing scores yet")
    return Specification.from_dict(method.spec)


def _chosen(request: HttpRequest, lenses: list[Lens]) -> Lens:
    sent = request.POST.get("lens") or request.GET.get("lens") or ""
    by_number = {str(lens.pk): lens for lens in lenses}
    nobody = next((lens for lens in lenses if lens.importer_id == "WLD"), lenses[0])
    return by_number.get(sent, nobody)


def _bands(found: WhoMoves) -> list[tuple[Band, int, list[tuple[int, bool]], int]]:
    """Per band before: how many there were, where they go (and whether they stay), how many are
    in this band after."""
    after = found.bands.sum(axis=0)
    return [
        (
            Band(row),
            int(found.bands[row].sum()),
            [(int(count), row == at) for at, count in enumerate(found.bands[row])],
            int(after[row]),
        )
        for row in range(len(Band))
    ]


def _movers(found: WhoMoves) -> list[dict[str, Any]]:
    return [
        {
            "row": mover,
            "before": points(mover.before),
            "after": points(mover.after),
            "by": _by(mover.before, mover.after),
            "classes": (band_class(mover.band_before), band_class(mover.band_after)),
        }
        for mover in found.movers
    ]


def _by(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return "newly assessed" if before is None else "no longer assessed"
    return f"{after - before:+.1f}".replace("-", "−")
