"""Why the score changed: its versions, and what the difference of two of them came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.http import HttpRequest

from riskscore.admin.project_page import chosen_view
from riskscore.admin.results import score_changes
from riskscore.admin.ui import wording
from riskscore.curation import input_causes
from riskscore.models import Project, Score, ScoreHistory
from riskscore.releases import withdrawn
from riskscore.scoring import staleness

#: Versions that the list shows.
MOST = 25
AT = "at"
#: Asks what would move it to the next band: each input is tried, which takes a moment.
STEPS = "steps"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the score, and what was another one when it was made."""

    row: ScoreHistory
    points: str
    difference: str
    band: str
    causes: str
    here: bool


def shown(request: HttpRequest, project: Project) -> dict[str, Any]:
    """For the template ``admin/project_page/why.html``."""
    score, views = chosen_view.of(request, project)
    if score is None:
        return {"views": views}
    rows = _versions(score)
    asked = request.GET.get(AT, "")
    chosen = next((row for row in rows if str(row.pk) == asked), None)
    steps = chosen is None and STEPS in request.GET
    return {
        "views": views,
        "score": score,
        "versions": _listed(project, chosen or (rows[0] if rows else None), rows),
        "why": score_changes.of(score) if steps else score_changes.of_version(chosen or score),
        "earlier": not steps,
        "may_ask_steps": not steps and chosen is None,
    }


def _versions(score: Score) -> list[ScoreHistory]:
    rows = ScoreHistory.objects.filter(project=score.project_id, lens=score.lens_id)
    related = rows.select_related("method", "lens", "project")
    return list(related.order_by("-computed_at")[: MOST + 1])


def _listed(
    project: Project, chosen: ScoreHistory | None, rows: Sequence[ScoreHistory]
) -> list[Version]:
    causes = _causes(project, rows)
    before = {new.pk: old for new, old in pairwise(rows)}
    return [_version(row, before.get(row.pk), causes[row.pk], row is chosen) for row in rows[:MOST]]


def _version(row: ScoreHistory, old: ScoreHistory | None, causes: str, here: bool) -> Version:
    return Version(
        row=row,
        points=wording.points(row.composite),
        difference=_difference(row, old),
        band=wording.band(row.band),
        causes=causes,
        here=here,
    )


def _difference(row: ScoreHistory, old: ScoreHistory | None) -> str:
    if old is None or row.composite is None or old.composite is None:
        return wording.NOTHING
    return wording.signed(row.composite - old.composite)


def _causes(project: Project, rows: Sequence[ScoreHistory]) -> dict[int, str]:
    """By version: what was another one than before, the newest version first."""
    if not rows:
        return {}
    entered = input_causes.of(project, rows)
    figures = staleness.figures_came(rows[-1].edition, rows[0].edition)
    gone = withdrawn.between(rows[-1].edition, rows[0].edition)
    found = {rows[-1].pk: "the first of them"}
    for row, old in pairwise(rows):
        parts = (
            (any(old.edition < at <= row.edition for at in figures), "new figures"),
            (row.method_id != old.method_id, "another version of the method"),
            (row.model_id != old.model_id, "another learned model"),
            (row.as_of != old.as_of, "a later day"),
        )
        others = [words for at, words in gone if old.edition < at <= row.edition]
        others += [words for is_so, words in parts if is_so]
        found[row.pk] = ", ".join([*entered.between(old, row), *others])
    return found
