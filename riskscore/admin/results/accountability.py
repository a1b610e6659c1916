"""Scores judged by what happened: the checks that were made."""

from django.contrib import admin

from riskscore.admin.ui.pages import ReadOnly
from riskscore.models import ScoreAccountability


class ScoreAccountabilityAdmin(ReadOnly[ScoreAccountability]):
    """One row a check, by the day of the scores; `manage.py check-outside` makes them."""

    list_display = (
        "scores_of", "file", "first_event", "last_event", "composite", "within_country",
        "hindsight", "methods",
    )  # fmt: skip
    list_display_links = ("scores_of", "file")

    @admin.display(description="AUC")
    def composite(self, row: ScoreAccountability) -> str:
        return _figure(row, "auc")

    @admin.display(description="within country")
    def within_country(self, row: ScoreAccountability) -> str:
        return _figure(row, "within_country")


def _figure(row: ScoreAccountability, name: str) -> str:
    value = row.results.get("composite", {}).get(name)
    return "–" if value is None else f"{value:.3f}"
