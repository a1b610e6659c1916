"""Scores and their history are looked at: worst first, the unknown last, each one explained."""

import pytest
from django.test import Client

from riskscore.models import Lens, Project, Score, ScoreHistory
from tests.admin.conftest import url


def test_the_list_ranks_worst_first_and_the_not_assessed_last(page: Client, lens: Lens) -> None:
    address = url("score") + f"?lens__id__exact={lens.pk}"
    first = page.get(address).context["cl"].result_list
    values = [row.composite for row in first]
    assert values == sorted(values, reverse=True)
    assert (
        values[0]
        == Score.objects.filter(lens=lens)
        .order_by("-composite")
        .exclude(composite=None)
        .values_list("composite", flat=True)[0]
    )
    last = page.get(f"{address}&p=89").context["cl"].result_list
    assert last[len(last) - 1].composite is None


@pytest.mark.parametrize("order", ["2", "-2", "3", "-3", "7", "-7"])
def test_the_not_assessed_are_last_whichever_way_the_list_is_sorted(
    page: Client, lens: Lens, order: str
) -> None:
    address = url("score") + f"?lens__id__exact={lens.pk}&o={order}"
    first = page.get(address).context["cl"].result_list[0]
    assert (first.indigenous if order.endswith("7") else first.composite) is not None


def test_the_bands_of_the_list_are_those_of_the_dashboard(page: Client, lens: Lens) -> None:
    for band in range(5):
        address = url("score") + f"?lens__id__exact={lens.pk}&band__exact={band}"
        count = Score.objects.filter(lens=lens, band=band).count()
        assert page.get(address).context["cl"].result_count == count


def test_an_old_score_is_explained_by_the_method_that_made_it(
    page: Client, project: Project, lens: Lens
) -> None:
    old = ScoreHistory.objects.filter(project=project, lens=lens).earliest("computed_at")
    response = page.get(url("scorehistory", "change", old.pk))
    (panel,) = response.context["panels"]
    assert panel.explanation.total == pytest.approx(old.composite)
    assert "What the score is made of" in response.text


def test_the_history_of_a_project_is_listed_where_its_page_points(
    page: Client, project: Project, lens: Lens
) -> None:
    panel = page.get(url("project", "change", project.pk)).context["panels"][0]
    rows = page.get(panel.history).context["cl"].result_list
    assert {row.project_id for row in rows} == {project.pk}
    assert {row.lens_id for row in rows} == {lens.pk}
