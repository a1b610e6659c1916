"""Learned models in the score: with and without, and only as the method and a person say."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client

from riskscore import api_keys
from riskscore.engine.inputs.gather import gather
from riskscore.engine.method import Method as Specification
from riskscore.jobs import requests
from riskscore.models import Edition, LearnedModel, Lens, Method, Prediction, Project, Score
from riskscore.models.scores import NODES
from riskscore.scoring import inputs, learned_contribution, methods, rescore
from riskscore.scoring.stored_score import StoredScore
from riskscore.training import model_registry
from tests.api.conftest import Api
from tests.bundled import AS_OF
from tests.training.test_run import candidate

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def bundled_module(unlearned_module: None) -> None:
    """The bundle without the models that come with it: these tests bring their own."""


@pytest.fixture
def lens(bundle: None) -> Iterator[Lens]:
    """Editions of a test are taken back, and the next test gives their numbers to other facts."""
    inputs.known_at.cache_clear()
    found = requests.default_lens()
    only(found)
    yield found
    inputs.known_at.cache_clear()


def only(lens: Lens) -> None:
    """Keep one lens current: a promotion then costs one job."""
    Lens.objects.update(kept_current=False)
    Lens.objects.filter(pk=lens.pk).update(kept_current=True)


@pytest.fixture
def root(lens: Lens) -> User:
    return User.objects.create_superuser("root")


def promoted(kind: str, by: User, *, judged: bool = True, **said: float) -> LearnedModel:
    """A champion that says these probabilities, by place and mineral ("CHL_copper")."""
    row = candidate(kind)
    for pair, probability in said.items():
        place, _, mineral = pair.partition("_")
        Prediction.objects.create(
            model=row, place_id=place, mineral_id=mineral, year=2025, probability=probability,
            low=probability / 2, high=probability * 1.5, mean=0.1, judged=judged,
            contributions=[["size of trade", probability - 0.15], ["volatility", 0.05]],
        )  # fmt: skip
    return model_registry.promote(row, by=by, reason="a test")


def drained() -> None:
    """Do in this process what waits."""
    while rescore.drain():
        pass


def a_project(lens: Lens, place: str, mineral: str) -> Project:
    """A mine of this mineral alone."""
    mines = Project.objects.filter(
        scores__lens=lens, place=place, minerals__mineral=mineral, kind=Project.Kind.MINE
    )
    return next(project for project in mines.order_by("id") if project.minerals.count() == 1)


def score_of(project: Project, lens: Lens) -> Any:
    return Score.objects.select_related("method", "project", "lens").get(project=project, lens=lens)


def leaf(score: Score, name: str) -> tuple[Any, Any]:
    """Input and contribution of one leaf."""
    method = Specification.from_dict(score.method.spec)
    at = [each.code for each in method.leaves].index(name)
    return score.inputs[at], score.contributions[at]


def bare(score: Score) -> dict[str, float | None]:
    """What the engine makes of the stored inputs, as it did of rows from before it was kept."""
    method = Specification.from_dict(score.method.spec)
    older = replace(StoredScore.from_instance(score), node_without_learned=None)
    return learned_contribution.without_learned(method, older)


@pytest.mark.parametrize("importer", ["WLD", "JPN"])
def test_without_a_champion_version_2_gives_the_numbers_of_version_1(
    lens: Lens, importer: str
) -> None:
    pinned = inputs.Pinned(Edition.objects.latest("number").number, AS_OF, importer)
    known = inputs.known_at(pinned)
    ids = list(Project.objects.order_by("id").values_list("id", flat=True))
    units = inputs.projects(ids, known, pinned).units
    old, new = (
        method.score(gather(known.tables, units, method.method, known.axes))
        for method in (
            methods.fitted_method(Method.objects.get(version=version).id) for version in (1, 2)
        )
    )
    for measure in ("scores", "coverage", "low", "high", "context", "residual"):
        for node in old.nodes:
            before, after = (getattr(result, measure)[node] for result in (old, new))
            np.testing.assert_array_equal(before, after, f"{measure} of {node}")


def test_a_promotion_rescores_what_its_predictions_reach_and_nothing_else(
    lens: Lens, root: User
) -> None:
    near, far = a_project(lens, "CHL", "copper"), a_project(lens, "PER", "copper")
    before = {row.project_id: row for row in Score.objects.filter(lens=lens)}
    promoted("disruption", root, CHL_copper=0.3)
    drained()
    mined = {"project__place": "CHL", "project__minerals__mineral": "copper"}
    reached = set(Score.objects.filter(lens=lens, **mined).values_list("project", flat=True))
    after = {row.project_id: row for row in Score.objects.filter(lens=lens)}
    changed = {key for key, row in after.items() if row.edition != before[key].edition}
    assert changed == reached
    assert near.pk in changed
    assert far.pk not in changed
    assert after[near.pk].geopolitical != before[near.pk].geopolitical


def test_a_prediction_counts_with_the_weight_that_the_method_states(lens: Lens, root: User) -> None:
    project = a_project(lens, "CHL", "copper")
    with_moly = Project.objects.filter(
        scores__lens=lens, place="CHL", minerals__mineral="molybdenum", kind=Project.Kind.MINE
    ).filter(minerals__mineral="copper", minerals__role="primary")[0]
    plain = score_of(project, lens).geopolitical
    promoted("disruption", root, CHL_copper=0.3, CHL_molybdenum=0.4)
    drained()
    score = score_of(project, lens)
    assert leaf(score_of(with_moly, lens), "geo.disruption")[0] == 0.3  # its primary mineral's
    # 0.3 lies at ln(30/7) / ln(50/7) of the way from 0.07 to 0.5: 74.02 points; the rest weighs 1.
    assert score.geopolitical == pytest.approx((plain * 1.00 + 74.0182 * 0.15) / 1.15, abs=1e-4)
    assert leaf(score, "geo.disruption")[0] == 0.3
    assert leaf(score, "geo.disruption")[1] > 0
    assert np.nansum(score.contributions) == pytest.approx(score.composite, abs=1e-9)


@pytest.mark.parametrize("importer", ["WLD", "JPN"])
def test_the_score_without_learned_models_is_what_it_was_before_there_were_any(
    lens: Lens, root: User, importer: str
) -> None:
    through = Lens.objects.get(importer=importer)
    only(through)
    project = a_project(lens, "CHL", "copper")
    before = score_of(project, through)
    assert bare(before) == {}
    promoted("disruption", root, CHL_copper=0.05)
    promoted("labour", root, CHL_copper=0.4)
    drained()
    after = score_of(project, through)
    assert after.composite != before.composite
    for node, value in bare(after).items():
        assert value == pytest.approx(getattr(before, node), abs=1e-12), node


def test_what_is_kept_with_a_score_is_what_its_inputs_give(lens: Lens, root: User) -> None:
    Lens.objects.filter(importer="JPN").update(kept_current=True)
    promoted("disruption", root, CHL_copper=0.05, PER_copper=0.2)
    promoted("labour", root, CHL_copper=0.4, USA_copper=0.4, USA_gold=0.01)
    drained()
    scores = Score.objects.values(*learned_contribution.NEEDED, "pk").order_by("pk")
    kept, counted = learned_contribution.without_learned_each(scores), 0
    older = [{**row, "node_without_learned": None} for row in scores]
    for row, one, other in zip(
        scores, kept, learned_contribution.without_learned_each(older), strict=True
    ):
        assert row["node_without_learned"] is not None
        assert one == pytest.approx(other, abs=1e-9), row
        counted += bool(one)
    assert 100 < counted < len(older)
    assert {row["lens__importer_id"] for row in scores} >= {"WLD", "JPN"}


def test_a_score_that_its_inputs_do_not_give_has_no_other_side(lens: Lens, root: User) -> None:
    project = a_project(lens, "CHL", "copper")
    promoted("disruption", root, CHL_copper=0.05)
    drained()
    score = score_of(project, lens)
    score.geopolitical += 1
    assert bare(score) == {}


def test_version_1_shows_a_prediction_and_does_not_count_it(lens: Lens, root: User) -> None:
    promoted("disruption", root, CHL_copper=0.05)
    edition = Edition.objects.latest("number").number
    table = inputs.known_at(inputs.Pinned(edition, AS_OF, "WLD")).tables["geo.disruption"]
    assert np.nansum(table.values) == 0.05
    old = Specification.from_dict(Method.objects.get(version=1).spec)
    (shown,) = (each for each in old.leaves if each.column == "geo.disruption")
    assert not shown.weight.ever


def test_a_predicted_listing_can_only_raise_and_is_silent_where_a_listing_stands(
    lens: Lens, root: User
) -> None:
    high, low = a_project(lens, "USA", "copper"), a_project(lens, "USA", "gold")
    listed = a_project(lens, "COD", "copper")
    before = {row.pk: score_of(row, lens).labour for row in (high, low, listed)}
    promoted("labour", root, USA_copper=0.4, USA_gold=0.01, COD_copper=0.3)
    drained()
    after = {row.pk: score_of(row, lens) for row in (high, low, listed)}
    # The United States are unknown to the list: half of the weight is known. 0.4 is 80 points.
    expected = (before[high.pk] * 0.50 + 80 * 0.20) / 0.70
    assert after[high.pk].labour == pytest.approx(expected, abs=1e-9)
    assert after[low.pk].labour == before[low.pk]
    assert after[listed.pk].labour == before[listed.pk]
    assert np.isnan(leaf(after[listed.pk], "lab.predicted")[0])


def test_a_prediction_outside_the_judged_population_counts_and_says_so(
    lens: Lens, root: User
) -> None:
    project = a_project(lens, "CHL", "copper")
    promoted("disruption", root, judged=False, CHL_copper=0.05)
    drained()
    score = score_of(project, lens)
    assert leaf(score, "geo.disruption")[0] == 0.05
    api = Api(api_keys.issue(root, "tests", ["read"]), root)
    address = f"/projects/{project.key}/score/explanation"
    (row,) = api.json(address)["learned"]["predictions"]
    assert row["judged"] is False
    page = Client()
    page.force_login(root)
    text = page.get(f"/admin/riskscore/score/{score.pk}/change/").text
    assert "(2.5% to 7.5%); outside the population that the model was evaluated on" in text


def test_the_interval_of_a_prediction_is_its_standard_error(lens: Lens, root: User) -> None:
    promoted("disruption", root, CHL_copper=0.05)
    edition = Edition.objects.latest("number").number
    found = inputs.known_at(inputs.Pinned(edition, AS_OF, "WLD"))
    errors = found.tables["geo.disruption"].standard_errors
    assert errors is not None
    # From 0.025 to 0.075, taken as 95 %: 0.05 / 3.92.
    at = found.axes.place("CHL"), found.axes.mineral("copper")
    assert errors[at] == pytest.approx(0.05 / 3.92)


def test_the_api_shows_a_score_with_and_without_and_the_model_s_reasons(
    lens: Lens, root: User
) -> None:
    api = Api(api_keys.issue(root, "tests", ["read"]), root)
    project = a_project(lens, "CHL", "copper")
    address = f"/projects/{project.key}/score"
    plain = api.json(address)
    assert plain["without_learned"] is None
    assert api.json(f"{address}/explanation")["learned"]["predictions"] == []
    promoted("disruption", root, CHL_copper=0.3)
    drained()
    full = api.json(address)
    for node in NODES:
        assert full["without_learned"][node] == pytest.approx(plain[node], abs=1e-9)
    assert full["composite"] != plain["composite"]
    assert api.json(f"{address}?fields=without_learned").keys() == {"without_learned"}

    said = api.json(f"{address}/explanation")["learned"]
    assert said["without"] == full["without_learned"]
    assert f"{full['composite']:.1f}, without them {plain['composite']:.1f}" in said["about"]
    (row,) = said["predictions"]
    assert (row["indicator"], row["model"], row["version"]) == ("geo.disruption", "disruption", 1)
    assert (row["place"], row["mineral"], row["probability"]) == ("CHL", "copper", 0.3)
    total = row["mean"] + sum(part for _, part in row["contributions"])
    assert total == pytest.approx(row["probability"])


def test_lists_show_every_score_with_and_without(lens: Lens, root: User) -> None:
    project = a_project(lens, "CHL", "copper")
    plain = score_of(project, lens).composite
    address = "/scores?place=CHL&mineral=copper&page_size=500"
    api, page = Api(api_keys.issue(root, "tests", ["read"]), root), Client()
    promoted("disruption", root, CHL_copper=0.05)
    drained()
    full = score_of(project, lens).composite
    rows = {row["key"]: row for row in api.json(address)["items"]}
    assert rows[project.key]["without_learned"]["composite"] == pytest.approx(plain, abs=1e-9)
    (newest, first) = api.json(f"/projects/{project.key}/score/history")["items"]
    assert newest["without_learned"]["composite"] == pytest.approx(plain, abs=1e-9)
    assert first["without_learned"] is None
    page.force_login(root)
    text = page.get(f"/admin/riskscore/score/?q={project.key}&lens__id__exact={lens.pk}").text
    assert f'field-composite">{full:.1f}' in text or f">{full:.1f}</td>" in text
    assert re.search(rf"field-without_learned[^>]*>\s*{plain:.1f}\s*<", text)


def test_the_count_of_moved_scores_is_that_of_each_score(lens: Lens, root: User) -> None:
    assert learned_contribution.moved(lens).moved == 0
    promoted("disruption", root, CHL_copper=0.05, PER_copper=0.2)
    drained()
    rows = Score.objects.filter(lens=lens, project__place__in=["CHL", "PER"])
    rows = rows.select_related("method", "project", "lens")
    differences = []
    for row in rows:
        without = bare(row).get("composite")
        if row.composite is not None and without is not None:
            differences.append(abs(row.composite - without))
    found = learned_contribution.moved(lens)
    changed = sorted(each for each in differences if each > 1e-9)
    assert found.scores == Score.objects.filter(lens=lens).count()
    assert found.moved == len(changed) > 10
    assert found.largest == pytest.approx(changed[-1], abs=1e-9)
    assert found.median == pytest.approx(float(np.median(changed)), abs=1e-9)


def test_the_admin_page_shows_which_is_which(lens: Lens, root: User) -> None:
    page = Client()
    page.force_login(root)
    project = a_project(lens, "CHL", "copper")
    address = f"/admin/riskscore/score/{score_of(project, lens).pk}/change/"
    assert "learned models" not in page.get(address).text
    plain = score_of(project, lens)
    promoted("disruption", root, CHL_copper=0.05)
    drained()
    full, text = score_of(project, lens), page.get(address).text
    assert "With and without learned models" in text
    for score in (full, plain):
        assert f'<td class="number">{score.geopolitical:.1f}</td>' in text
    assert "disruption v1: a sharp fall of exports of copper in 2025, 5.0% (2.5% to 7.5%)" in text
    assert "volatility" in text
    project_page = page.get(f"/admin/riskscore/project/{project.pk}/score/").text
    assert "With and without learned models" in project_page
