"""What visitors without an account are shown, and what they are not."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from riskscore.models import Lens, Project, Score
from riskscore.scoring import ranking
from tests.admin.conftest import inline_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def visitor(bundle: None) -> Client:
    return Client()


def test_the_front_page_says_what_this_is_from_what_and_under_which_licence(
    visitor: Client, django_assert_num_queries: Any
) -> None:
    answer = visitor.get("/")
    text = answer.text
    assert answer.status_code == 200
    for question in (
        "Will politics, conflict or export control stop this supply?",
        "How few hands hold this mineral&#x27;s mining, refining and trade?",
        "Are the people who work here free, safe and of age?",
        "Are Indigenous and land-connected peoples moved, or mined around, without consent?",
    ):
        assert question in text
    assert "75 to 100" in text
    assert "Unknown is not zero" in text
    assert "Etalab Open Licence 2.0" in text
    assert "World Mining Data" in text
    assert '"/api/v1/docs"' in text
    assert "Sign in" in text
    assert "Ranking" not in text
    assert "sessionid" not in answer.cookies
    assert "'unsafe" not in answer["Content-Security-Policy"]
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert not inline_of(text)
    with django_assert_num_queries(0):  # the same for everybody, for five minutes
        visitor.get("/")
    assert visitor.post("/").status_code == 405


def test_scores_are_for_people_with_an_account_unless_the_setting_says_otherwise(
    visitor: Client, settings: Any
) -> None:
    for address in ("/scores/", "/scores/icmm-00026/"):
        answer = visitor.get(address)
        assert answer.status_code == 404
        assert "Sign in to see them" in answer.text
        assert "public" not in answer.get("Cache-Control", "")


def test_the_ranking_has_the_riskiest_first_with_ties_as_ties(
    visitor: Client, settings: Any
) -> None:
    settings.PUBLIC_SCORES = True
    text = visitor.get("/scores/").text
    rows = visitor.get("/scores/").context["rows"]
    lens = Lens.objects.get(method_code=settings.DEFAULT_METHOD, importer="WLD")
    scores = ranking.ranked(lens.pk).exclude(composite=None).values_list("composite", flat=True)
    worst = sorted((value for value in scores if value is not None), reverse=True)[:50]
    assert [row["composite"] for row in rows] == worst
    assert [row["rank"] for row in rows] == [worst.index(value) + 1 for value in worst]
    assert 'class="band extreme">extreme' in text
    assert visitor.get("/scores/?page=10").context["rows"][-1]["rank"] <= 500
    for hostile in ("0", "99999", "x", "%00", "-1", "²"):
        assert visitor.get(f"/scores/?page={hostile}").status_code == 200


def test_a_project_is_shown_with_bands_and_what_it_could_be(visitor: Client, settings: Any) -> None:
    settings.PUBLIC_SCORES = True
    lens = Lens.objects.get(method_code=settings.DEFAULT_METHOD, importer="WLD")
    score = Score.objects.filter(
        lens=lens, indigenous=None, composite__isnull=False, project__flags=[]
    ).earliest("pk")
    project = score.project
    answer = visitor.get(f"/scores/{project.key}/")
    assert project.name in answer.text
    assert f"{score.composite:.1f}" in answer.text
    assert 'class="band not-assessed">not assessed' in answer.text
    assert answer["Cache-Control"] == "public, max-age=300"
    cache.clear()
    Project.objects.filter(pk=project.pk).update(state="draft")
    assert visitor.get(f"/scores/{project.key}/").status_code == 404
    assert "no published project" in visitor.get("/scores/no-such-one/").text
