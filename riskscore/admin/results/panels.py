"""A score as a panel of a page: the explanation, and what stands around it in the tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from riskscore.admin.results.explanation import Explanation, explain
from riskscore.admin.results.learned_parts import LearnedPart, learned_part
from riskscore.admin.ui import charts
from riskscore.engine.method import Method as Specification
from riskscore.models import Project, Score, ScoreHistory

#: Versions that the trend shows.
MOST_VERSIONS = 40


@dataclass(frozen=True, slots=True)
class Panel:
    """One score with its surroundings."""

    score: Score | ScoreHistory
    explanation: Explanation
    learned: LearnedPart
    shared: int = 0
    versions: Sequence[float | None] = ()
    stale: bool = False

    @property
    def ties(self) -> str:
        """Where the scores that equal this one are listed."""
        of = {"lens__id__exact": self.score.lens_id, "composite": repr(self.score.composite)}
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
    specification = Specification.from_dict(score.method.spec)
    return Panel(score, explain(score, specification), learned_part(score, specification))


def of_project(project: Project) -> list[Panel]:
    """The current scores of a project, one panel per lens, the oldest lens first."""
    scores = Score.objects.filter(project=project).select_related("lens", "method")
    versions = _versions(project)
    return [
        replace(
            of(score),
            shared=_others(score).count(),
            versions=versions.get(score.lens_id, ()),
            stale=score.input_version < project.input_version,
        )
        for score in scores.order_by("lens")
    ]


def _others(score: Score) -> QuerySet[Score]:
    """Other projects with exactly this composite through this lens: ties are ties."""
    if score.composite is None:
        return Score.objects.none()
    return Score.objects.filter(lens=score.lens_id, composite=score.composite).exclude(pk=score.pk)


def _versions(project: Project) -> dict[int, list[float | None]]:
    """The composites of each lens, oldest first."""
    rows = ScoreHistory.objects.filter(project=project).order_by("-computed_at")
    found: dict[int, list[float | None]] = {}
    for lens, composite in rows.values_list("lens_id", "composite")[:MOST_VERSIONS]:
        found.setdefault(lens, []).insert(0, composite)
    return found
