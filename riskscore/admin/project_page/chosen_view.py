"""Through which buyer's view a tab shows the project."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from riskscore.admin.project_page.header import views
from riskscore.admin.ui import wording
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.models import Project, Score

#: The part of an address that names a view.
VIEW = "view"


@dataclass(frozen=True, slots=True)
class Choice:
    """One view: its name, the project's composite and band through it."""

    score: Score
    here: bool

    @property
    def points(self) -> str:
        return wording.points(self.score.composite)

    @property
    def band(self) -> str:
        return wording.band(self.score.band)


def of(request: HttpRequest, project: Project) -> tuple[Score | None, Sequence[Choice]]:
    """The score through the view that the address names, else through the one that lists show; and
    all views that there are."""
    scores = views(project)
    asked = request.GET.get(VIEW, "")
    lens = shown_lens()
    chosen = (
        next((one for one in scores if str(one.lens_id) == asked), None)
        or next((one for one in scores if lens and one.lens_id == lens.pk), None)
        or (scores[0] if scores else None)
    )
    return chosen, [Choice(one, one is chosen) for one in scores]
