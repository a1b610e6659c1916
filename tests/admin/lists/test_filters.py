"""Filters of several values and from–to, and orders by score, against counts by hand."""

from html import unescape

import pytest
from django.db import connection
from django.test import Client

from riskscore.admin.ui.lists import ordered
from riskscore.models import Lens, Place, Project, Score
from riskscore.models.scores import NODES
from riskscore.scoring import ranking
from tests.admin.conftest import url

SOUTH = ("ARG", "BOL", "CHL")


def count(page: Client, model: str, query: str) -> int:
    return int(page.get(f"{url(model)}?{query}").context["cl"].result_count)


def test_several_values_are_any_of_them_and_filters_are_all_of_them(
    page: Client, lens: Lens
) -> None:
    projects = Project.objects.filter(place__in=SOUTH)
    assert count(page, "project", "place=ARG&place=BOL&place=CHL") == projects.count()
    assert count(page, "project", "region=lithium-triangle") == projects.count()
    wanted = projects.filter(minerals__mineral__in=["lithium", "copper"]).distinct()
    query = "region=lithium-triangle&mineral=lithium&mineral=copper"
    assert count(page, "project", query) == wanted.count()
    banded = wanted.filter(scores__in=Score.objects.filter(lens=lens, band__in=[2, 3]))
    assert count(page, "project", f"{query}&band=2&band=3") == banded.count()
    unknown = Project.objects.filter(stage="").count()
    assert count(page, "project", "stage=none") == unknown
    flagged = Project.objects.filter(flags__overlap=["duplicate", "steel"]).count()
    assert count(page, "project", "flag=duplicate&flag=steel") == flagged


def test_scores_lie_from_to_with_both_ends_and_the_unknown_in_no_range(
    page: Client, lens: Lens
) -> None:
    scores = ranking.ranked(lens.pk)
    within = scores.filter(labour__gte=40, labour__lte=60.5, coverage__gte=0.8)
    assert count(page, "score", "labour_from=40&labour_to=60.5&known_from=80") == within.count()
    assert count(page, "project", "indigenous_from=0") == (
        Project.objects.filter(scores__lens=lens, scores__indigenous__isnull=False).count()
    )


@pytest.mark.parametrize(
    ("model", "query", "words"),
    [
        ("project", "mineral=lithium,cobalt", "several are asked for as mineral=…"),
        ("project", "region=nonsense", "region: 'nonsense' is no value of this filter"),
        ("project", "ranked=no", "'no' is no value of this filter"),
        ("project", "band=2&band=99", "band: '99' is no value of this filter"),
        ("project", "updated_at_from=x", "'x' is no day (2026-11-27)"),
        ("score", "labour_from=abc", "labour: 'abc' is no number"),
        ("score", "lens=zzz", "'zzz' is no value of this filter"),
        ("challenge", "whose=zzz", "whose: 'zzz' is no value of this filter"),
    ],
)
def test_nothing_fits_a_value_that_is_none_of_the_filter(
    page: Client, lens: Lens, model: str, query: str, words: str
) -> None:
    shown = page.get(f"{url(model)}?{query}")
    assert shown.context["cl"].result_count == 0
    assert words in unescape(shown.text)
    assert "So no row is shown." in shown.text
    for kind in ("csv", "xlsx"):
        file = page.get(f"{url(model)}export.{kind}?{query}")
        assert file.status_code == 400
        assert words in unescape(file.text)
        assert f'href="{url(model)}"' in file.text
    assert "So no row is shown." not in page.get(f"{url(model)}?q=").text


def test_scores_leave_out_flagged_projects_and_other_buyers_and_say_so(
    page: Client, lens: Lens
) -> None:
    shown = page.get(url("score")).context["cl"]
    assert shown.result_count == ranking.ranked(lens.pk).count()
    assert {row.lens_id for row in shown.result_list} == {lens.pk}
    view, flagged = shown.chips
    assert (view.about, flagged.value) == ("buyer's view", "left out")
    everything = page.get(url("score") + flagged.without).context["cl"]
    assert everything.result_count == Score.objects.filter(lens=lens).count()
    assert count(page, "score", "ranked=all&lens=all") == min(Score.objects.count(), 10_001)
    assert count(page, "score", "ranked=no") == (
        Score.objects.filter(lens=lens).count() - ranking.ranked(lens.pk).count()
    )


@pytest.mark.parametrize("node", NODES)
def test_lists_are_sorted_by_any_score_from_an_index(
    page: Client, lens: Lens, node: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for model, read in (("project", _of_project), ("score", getattr)):
        for order, sign in ((f"-{node}", -1), (node, 1)):
            shown = page.get(f"{url(model)}?o={order}&columns=name&columns=project&columns={node}")
            values = [read(row, node) for row in shown.context["cl"].result_list]
            assert values == sorted(values, key=lambda value: sign * value)
    listed = page.get(f"{url('score')}?o=-{node}&ranked=all").context["cl"]
    monkeypatch.setattr(ordered, "MANY", 9)  # of few, all are sorted
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
    plan = listed.in_order().known[:50].explain()
    assert ("score_ranking" if node == "composite" else f"score_by_{node}") in plan
    assert "Sort" not in plan


def _of_project(row: Project, node: str) -> float:
    value = getattr(row.shown[0], node)  # type: ignore[attr-defined]
    assert value is not None
    return float(value)


def test_columns_are_chosen_and_an_order_goes_by_name(page: Client) -> None:
    shown = page.get(f"{url('project')}?columns=labour&columns=country&o=-labour").context["cl"]
    assert [getattr(each, "__name__", each) for each in shown.list_display] == [
        "action_checkbox", "country", "labour",
    ]  # fmt: skip
    assert shown.get_ordering_field_columns() == {2: "desc"}
    assert "o=country.-labour" in shown.get_query_string({"o": "1.-2"})
    # Django's own addresses, by number, are still read.
    first = page.get(f"{url('project')}?o=-3").context["cl"].result_list[0]
    assert first.place.name == Place.objects.filter(projects__isnull=False).latest("name").name
