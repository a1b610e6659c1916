"""Where a score stands among its peers: all of a few, a sample of many."""

import pytest

from riskscore.jobs import requests
from riskscore.models import Project, Score
from riskscore.models.scores import NODES
from riskscore.scoring import ranking
from riskscore.scoring.comparisons import peers

pytestmark = pytest.mark.django_db


@pytest.fixture
def score(bundle: None) -> Score:
    lens = requests.default_lens()
    return ranking.ranked(lens.pk).filter(
        project__minerals__mineral="lithium", project__place="CHL", composite__isnull=False
    ).select_related("method").earliest("id")  # fmt: skip


def composites(score: Score) -> list[float]:
    rows = ranking.ranked(score.lens_id).filter(project__minerals__mineral="lithium")
    return [x for x in rows.values_list("composite", flat=True) if x is not None]


def test_few_peers_are_all_counted_in_steps_of_five_points(score: Score) -> None:
    group = peers.of_mineral(score, "lithium")
    known = composites(score)
    assert not group.is_sample
    assert group.assessed == sum(group.counts) == len(known)
    for step in (5, 7, 8):
        expected = sum(5 * step <= value < 5 * step + 5 for value in known)
        assert group.counts[step] == expected
    assert group.lower == pytest.approx(sum(x < (score.composite or 0) for x in known) / len(known))


def test_the_nearest_are_other_projects_in_the_order_of_their_distance(score: Score) -> None:
    group = peers.of_place(score, "CHL")
    assert len(group.nearest) == 8
    assert score.project_id not in [one.project_id for one in group.nearest]
    distances = [(len(one.one_sided), one.apart) for one in group.nearest]
    assert distances == sorted(distances)
    assert {one.place for one in group.nearest} == {"Chile"}


def test_a_peer_that_lacks_a_dimension_is_alike_on_the_others_only_and_comes_last(
    score: Score,
) -> None:
    score.indigenous = 50
    of_place = Score.objects.filter(lens=score.lens_id, project__place="CHL")
    first, twin, *_ = (one.project_id for one in peers.of_place(score, "CHL").nearest)
    of_place.exclude(project__in=[score.project_id, first, twin]).update(**dict.fromkeys(NODES[1:]))
    same = {node: getattr(score, node) for node in NODES}
    of_place.filter(project=twin).update(**same)
    of_place.filter(project=first).update(**{**same, "labour": (score.labour or 0) - 40})
    nearest = peers.of_place(score, "CHL").nearest
    assert [(one.project_id, one.is_alike) for one in nearest] == [(twin, True), (first, False)]
    of_place.filter(project=twin).update(composite=1, indigenous=None)
    other, last = peers.of_place(score, "CHL").nearest
    assert (other.project_id, list(other.one_sided)) == (first, [])
    assert other.apart == pytest.approx(10)
    assert (last.project_id, last.apart, last.shared) == (twin, 0, 3)
    assert last.one_sided == ["indigenous"]
    assert not last.is_alike


def test_of_many_peers_a_sample_is_looked_at_and_says_so(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "ALL_UP_TO", 50)
    monkeypatch.setattr(peers, "SAMPLE", 40)
    group = peers.of_mineral(score, "lithium")
    assert group.is_sample
    assert group.looked_at <= 40
    assert group == peers.of_mineral(score, "lithium")
    assert peers.of_place(score, "CHL").is_sample


def test_a_score_that_is_not_assessed_has_no_place(bundle: None) -> None:
    lens = requests.default_lens()
    score = Score.objects.filter(lens=lens, composite=None).earliest("id")
    project = Project.objects.get(pk=score.project_id)
    assert peers.of_place(score, project.place_id).lower is None
