"""A score as a panel of a page: the explanation, and what stands around it in the tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from riskscore.admin.results.explanation import Layout, layout
from riskscore.admin.results.learned_parts import LearnedLayout, learned_layout
from riskscore.admin.ui import charts
from riskscore.models import Project, Score, ScoreHistory
from riskscore.scoring import ranking
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
    return Panel(score, layout(explain(method, stored)), learned_layout(method, stored))


def of_project(project: Project) -> list[Panel]:
    """The current scores of a project, one panel per lens, the oldest lens first."""
    scores = Score.objects.filter(project=project).select_related("lens", "method", "project")
    versions = _versions(project)
    return [
        replace(
            of(score),
            shared=ranking.shared_with(score),
            versions=versions.get(score.lens_id, ()),
            stale=score.input_version < project.input_version,
        )
        for score in scores.order_by("lens")
    ]


def _versions(project: Project) -> dict[int, list[float | None]]:
    """The composites of each lens, oldest first."""
    rows = ScoreHistory.objects.filter(project=project).order_by("-computed_at")
    result: dict[int, list[float | None]] = {}
    for lens, composite in rows.values_list("lens_id", "composite")[:MOST_VERSIONS]:
        result.setdefault(lens, []).insert(0, composite)
    return result
