"""Filters of the list of scores that are on unless somebody turns them off."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from riskscore.admin.ui.lists.chips import Chip
from riskscore.admin.ui.lists.several import Several, Values
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.models import Lens
from riskscore.scoring import ranking


class RankedFilter(Several):
    """Scores of ranked projects, each site once and only where it has an output; unless asked."""

    title, parameter_name = "flagged or unpublished projects", "ranked"
    single = True
    widest = {parameter_name: "all"}

    def lookups(self, request: HttpRequest) -> Iterable[tuple[Any, str]]:
        return [("yes", "left out"), ("all", "shown too"), ("no", "only these")]

    def chosen(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        if values[0] == "all":
            return rows
        return (ranking.only_ranked if values[0] == "yes" else ranking.not_ranked)(rows)

    def unchosen(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return ranking.only_ranked(rows)

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "selected": choice["value"] == (self.values or ["yes"])[0]}

    def chips(self, shown: Any) -> list[Chip]:
        """Always one: what a list leaves out stands on it."""
        value = (self.values or ["yes"])[0]
        if value == "all":
            return []
        return [Chip(str(self.title), self.offered[value], self._address(shown, ["all"]))]


class ViewFilter(Several):
    """Scores through one buyer's view: the one that all lists show, unless another is asked for."""

    title, parameter_name = "buyer's view", "lens"
    older = ("lens__id__exact", "lens__exact")
    single = True
    widest = {parameter_name: "all"}

    def lookups(self, request: HttpRequest) -> Iterable[tuple[Any, str]]:
        views = Lens.objects.select_related("importer").order_by("id")
        return [*((lens.pk, str(lens)) for lens in views), ("all", "all of them")]

    def chosen(self, rows: QuerySet[Any], values: Values) -> QuerySet[Any]:
        return rows if values[0] == "all" else rows.filter(lens=values[0])

    def unchosen(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(lens=self._of_all_lists)

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "selected": choice["value"] == self._value}

    def chips(self, shown: Any) -> list[Chip]:
        """Always one: through whose eyes the scores are seen stands on the list."""
        words = self.offered.get(self._value)
        if not words or self._value == "all":
            return []
        return [Chip(str(self.title), words, self._address(shown, ["all"]))]

    @property
    def _value(self) -> str:
        return (self.values or [str(getattr(self._of_all_lists, "pk", ""))])[0]

    @cached_property
    def _of_all_lists(self) -> Lens | None:
        return shown_lens()
