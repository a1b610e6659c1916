"""A score as a panel of a page: the explanation, and what stands around it in the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from riskscore.admin.results.explanation import Layout, layout
from riskscore.admin.results.learned_parts import LearnedLayout, learned_layout
from riskscore.admin.ui import charts
from riskscore.models import Score, ScoreHistory
from riskscore.scoring import node_intervals, ranking
from riskscore.scoring.explanation import explain, specification
from riskscore.scoring.stored_score import StoredScore

#: Versions that the trend shows.
MOST_VERSIONS = 40


@dataclass(frozen=True, slots=True)
class Panel:
    """One score with its surroundings. ``shared`` counts other ranked projects with this score."""

    score: Score | ScoreHistory
    explanation: Layout
    learned: LearnedLayout
    shared: int = 0
    versions: Sequence[float | None] = ()
    stale: bool = False

    @property
    def note(self) -> str:
        """What to know about a score that others share."""
        return ranking.SHARED.format(others=self.shared)

    @property
    def ties(self) -> str:
        """Where the ranked projects with this score are listed, the project itself among them."""
        of = {
            "lens__id__exact": self.score.lens_id,
            "composite": repr(self.score.composite),
            "ranked": "yes",
        }
        return f"{reverse('admin:riskscore_score_changelist')}?{urlencode(of)}"

    @property
    def history(self) -> str:
        """Where the versions of this score are listed."""
        of = {
            "project__id__exact": self.score.project_id,
            "lens__id__exact": self.score.lens_id,
        }
        return f"{reverse('admin:riskscore_scorehistory_changelist')}?{urlencode(of)}"

    @property
    def trend(self) -> SafeString:
        """The composite through its versions."""
        return charts.trend(self.versions)


def of(score: Score | ScoreHistory) -> Panel:
    """The panel of any stored score, under the method version that made it."""
    method = specification(score.method_id, score.method.hash)
    stored = StoredScore.from_instance(score)
    laid = layout(explain(method, stored), score.project_id)
    return Panel(score, laid, learned_layout(method, stored))


def of_current(score: Score) -> Panel:
    """The panel of a current score, with the intervals of its dimensions, its earlier versions, and
    whether the project was edited since."""
    method = specification(score.method_id, score.method.hash)
    stored = StoredScore.from_instance(score)
    laid = layout(explain(method, stored), score.project_id, node_intervals.of(score))
    return Panel(
        score,
        laid,
        learned_layout(method, stored),
        shared=ranking.shared_with(score),
        versions=_versions(score),
        stale=score.input_version < score.project.input_version,
    )


def _versions(score: Score) -> list[float | None]:
    """The composites of the score's newest versions, oldest first."""
    rows = ScoreHistory.objects.filter(project=score.project_id, lens=score.lens_id)
    newest = rows.order_by("-computed_at").values_list("composite", flat=True)
    return list(newest[:MOST_VERSIONS])[::-1]
