"""Ranks that are kept are those that one would count, whatever happens to scores and projects."""

import random
from collections import Counter

import pytest
from django.db import connection
from django.db.models import F, FloatField, Value
from django.db.models.functions import Cast, Mod

from riskscore.jobs import requests
from riskscore.models import Project, RankChange, Ranking, Score
from riskscore.models.scores import NODES
from riskscore.scoring import ranking, rescore

pytestmark = pytest.mark.django_db

STATES, FLAGS = Project.State.values, [[], ["duplicate"], ["steel"], ["low_confidence"]]


def counted(lens: int, node: str) -> dict[float, tuple[int, int]]:
    """The plain count: by score, how many ranked projects lie above it and how many have it."""
    sharing = Counter(
        ranking.ranked(lens).filter(**{f"{node}__isnull": False}).values_list(node, flat=True)
    )
    above, result = 0, {}
    for score in sorted(sharing, reverse=True):
        result[score] = (above, sharing[score])
        above += sharing[score]
    return result


def agree(lens: int) -> None:
    for node in NODES:
        expected = counted(lens, node)
        kept = ranking.ranks(lens, node, expected).by_score
        assert {score: (each.above, each.same) for score, each in kept.items()} == expected, node
        assert {each.of for each in kept.values()} == {sum(n for _, n in expected.values())}
        for elsewhere, above in ((-1.0, sum(n for _, n in expected.values())), (101.0, 0)):
            (found,) = ranking.ranks(lens, node, [elsewhere]).by_score.values()
            assert (found.above, found.same) == (above, 0)


def change_something(dice: random.Random, lens: int) -> str:
    """One statement that moves some scores or projects; its words."""
    scores = Score.objects.filter(lens=lens)
    some = list(scores.order_by("?").values_list("pk", flat=True)[: dice.choice([1, 3, 40])])
    projects = Project.objects.filter(scores__in=some)
    what = dice.randrange(6)
    if what == 0:  # a grid of a few values: many ties, also with what is there
        scores.filter(pk__in=some).update(
            composite=Cast(Mod("project_id", Value(7)), FloatField()) * 10, labour=F("composite")
        )
    elif what == 1:
        scores.filter(pk__in=some).update(indigenous=None, geopolitical=dice.uniform(0, 100))
    elif what == 2:
        projects.update(flags=dice.choice(FLAGS))
    elif what == 3:
        projects.update(state=dice.choice(STATES))
    elif what == 4:
        scores.filter(pk__in=some).delete()
    else:
        scores.filter(pk__in=some).update(coverage=0.5)
    return f"{what} to {len(some)}"


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_ranks_equal_the_plain_count(bundle: None, seed: int) -> None:
    dice, lens = random.Random(seed), requests.default_lens().pk
    agree(lens)
    for step in range(12):
        change_something(dice, lens)
        if step % 5 == 4:
            ranking.keep(lens)
            assert not RankChange.objects.filter(lens=lens).exists()
        agree(lens)


def test_a_statement_about_many_projects_leaves_the_ranks_of_before_until_they_are_made_anew(
    bundle: None,
) -> None:
    lens = requests.default_lens().pk
    before = {node: counted(lens, node) for node in NODES}
    stamp = Ranking.objects.get(lens=lens).ranked_at
    Score.objects.filter(lens=lens).update(composite=F("composite") / 2)
    for node in NODES:
        kept = ranking.ranks(lens, node, before[node]).by_score
        assert {s: (each.above, each.same) for s, each in kept.items()} == before[node]
        assert {each.ranked_at for each in kept.values()} == {stamp}
    # Somebody edits one project meanwhile: as of before it is, too.
    Project.objects.filter(scores__lens=lens).order_by("pk")[:1].get()
    assert Ranking.objects.get(lens=lens).recording is None
    ranking.keep_due()
    agree(lens)
    assert Ranking.objects.get(lens=lens).ranked_at > stamp


def test_a_change_while_ranks_are_made_anew_belongs_to_the_new_ones(bundle: None) -> None:
    lens = requests.default_lens().pk
    with connection.cursor() as cursor:
        cursor.execute(ranking._BEGIN, [lens])
    before = counted(lens, "composite")
    Score.objects.filter(pk=Score.objects.filter(lens=lens).first().pk).update(composite=99.5)  # type: ignore[union-attr]
    kept = ranking.ranks(lens, "composite", before).by_score
    assert {s: (each.above, each.same) for s, each in kept.items()} == before
    ranking.keep(lens)
    agree(lens)


def test_scoring_one_project_writes_a_few_rows_and_an_unchanged_score_none(bundle: None) -> None:
    lens = requests.default_lens()
    key = ranking.ranked(lens.pk).values_list("project__key", flat=True)[0]
    requests.start({"keys": [key]}, draws=256, apart=False)
    while rescore.drain():
        pass
    assert not RankChange.objects.filter(lens=lens).exists()
    Score.objects.filter(lens=lens, project__key=key).update(composite=1.25, labour=None)
    assert RankChange.objects.filter(lens=lens).count() == 3
    agree(lens.pk)


def test_a_job_of_everything_has_its_ranks_when_it_has_ended(bundle: None) -> None:
    lens = requests.default_lens()
    Score.objects.filter(lens=lens).update(composite=F("composite") / 2)
    job = requests.start({"all": True}, draws=0, apart=False)
    while rescore.drain():
        pass
    job.refresh_from_db()
    assert job.state == "succeeded"
    agree(lens.pk)


def test_the_database_and_the_code_agree_on_who_is_ranked(bundle: None) -> None:
    with connection.cursor() as cursor:
        for state in STATES:
            for flag in [[], *([flag] for flag in Project.Flag.values)]:
                cursor.execute("SELECT riskscore_is_ranked(%s, %s::varchar[])", [state, flag])
                assert cursor.fetchone() == (state == "published" and ranking.is_ranked(flag),)
