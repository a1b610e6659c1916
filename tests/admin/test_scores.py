"""Scores and their history are looked at: worst first, the unknown last, each one explained."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from riskscore.admin.ui import wording
from riskscore.jobs import requests
from riskscore.models import Lens, Project, Score, ScoreHistory
from riskscore.scoring import inputs, rescore
from tests.admin.conftest import url
from tests.bundled import AS_OF
from tests.intake.files import take_in


@pytest.fixture(scope="module")
def bundled_module(unlearned_module: None) -> None:
    """The bundle without its learned models: what moves a score here are figures alone."""


def test_the_list_ranks_worst_first_and_the_not_assessed_last(page: Client, lens: Lens) -> None:
    address = url("score") + f"?lens__id__exact={lens.pk}&ranked=all"
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


@pytest.mark.parametrize(
    "order", ["composite", "-composite", "label", "-label", "indigenous", "-indigenous"]
)
def test_the_not_assessed_are_last_whichever_way_the_list_is_sorted(
    page: Client, lens: Lens, order: str
) -> None:
    address = url("score") + f"?lens__id__exact={lens.pk}&o={order}"
    first = page.get(address).context["cl"].result_list[0]
    assert (first.indigenous if "indigenous" in order else first.composite) is not None


def test_the_bands_of_the_list_are_those_of_the_dashboard(page: Client, lens: Lens) -> None:
    for band in range(5):
        address = url("score") + f"?lens__id__exact={lens.pk}&band__exact={band}&ranked=all"
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
    panel = page.get(url("project", "score", project.pk)).context["panel"]
    rows = page.get(panel.history).context["cl"].result_list
    assert {row.project_id for row in rows} == {project.pk}
    assert {row.lens_id for row in rows} == {lens.pk}


@pytest.fixture
def afresh() -> Iterator[None]:
    """Editions of a test are taken back, and the next test gives their numbers to other facts."""
    inputs.known_at.cache_clear()
    yield
    inputs.known_at.cache_clear()


def test_a_score_says_why_it_changed_and_what_would_move_it(
    page: Client, project: Project, lens: Lens, afresh: None
) -> None:
    Lens.objects.update(kept_current=False)
    text = "indicator,place,year,value,standard_error\nwgi.law,Chile,2023,-2,0.1\n"
    assert take_in(text, "wgi", layout="observations", accept_jumps=True).changed == 1
    before = Score.objects.get(project=project, lens=lens)
    why = f"/admin/riskscore/score/{before.pk}/why/"
    assert "nothing came before" in page.get(why).text
    requests.start({"keys": [project.key]}, lens=lens, as_of=AS_OF, apart=False)
    while rescore.drain():
        pass
    after = Score.objects.get(project=project, lens=lens)
    assert why in page.get(url("score", "change", after.pk)).text
    response = page.get(why)
    shown = response.context["why"]
    whole = shown.nodes[0]
    assert (whole.before, whole.after) == tuple(
        wording.points(row.composite) for row in (before, after)
    )
    assert whole.data.startswith("+")
    assert (whole.method, whole.model) == ("0.0", "0.0")
    assert "−2" in {line.after for line in shown.indicators}
    assert "add up to the difference" in response.text
    near = Score.objects.filter(lens=lens, composite__range=(50, 54)).earliest("project_id")
    response = page.get(f"/admin/riskscore/score/{near.pk}/why/")
    assert response.context["why"].steps
    assert "not a forecast" in response.text


def test_who_may_not_see_scores_may_not_see_why(
    page: Client, project: Project, lens: Lens, as_staff: Callable[..., Client]
) -> None:
    score = Score.objects.get(project=project, lens=lens)
    why = f"/admin/riskscore/score/{score.pk}/why/"
    assert as_staff("view_project").get(why).status_code == 403
    assert Client().get(why).status_code == 302
    assert page.get("/admin/riskscore/score/99999999/why/").status_code == 404
