"""One count of ties: other ranked projects with exactly this composite."""

from collections import Counter

import pytest
from django.contrib.auth.models import User
from django.test import Client

from riskscore.admin.results import panels
from riskscore.jobs import requests
from riskscore.models import Project, Score
from riskscore.scoring import ranking
from riskscore.serving import score_summaries
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_the_api_the_admin_panel_and_the_demo_table_share_one_count(bundle: None, api: Api) -> None:
    lens = requests.default_lens()
    composites = Counter(ranking.ranked(lens.pk).values_list("composite", flat=True))
    top = score_summaries.riskiest(lens, 15)
    api_rows = api.json("/scores?page_size=40")["items"]
    of_name = {row["name"]: row for row in api_rows}
    for row in top:
        told = of_name[row.name]
        score = Score.objects.get(lens=lens, project__key=told["key"])
        panel = panels.of_current(score)
        expected = composites[score.composite] - 1
        assert row.shared == told["shared_with"] == panel.shared == expected
        one = api.json(f"/projects/{told['key']}/score")
        assert one["shared_with"] == expected


def test_a_project_that_is_not_ranked_shares_with_all_ranked_ones(bundle: None, api: Api) -> None:
    lens = requests.default_lens()
    scores = Score.objects.filter(
        lens=lens, composite__isnull=False, project__flags__overlap=list(Project.UNRANKED)
    )
    ranked = Counter(ranking.ranked(lens.pk).values_list("composite", flat=True))
    for score in scores.order_by("id")[:5]:
        assert ranking.shared_with(score) == ranked[score.composite]
        one = api.json(f"/projects/{score.project.key}/score")
        assert (one["rank"], one["shared_with"]) == (None, ranked[score.composite])


def test_the_list_of_ties_has_the_ranked_projects_and_no_other(bundle: None) -> None:
    lens = requests.default_lens()
    client = Client()
    client.force_login(User.objects.create_superuser("ada"))
    sharing = Counter(Score.objects.filter(lens=lens).values_list("composite", flat=True))
    ranked = Counter(ranking.ranked(lens.pk).values_list("composite", flat=True))
    composite = next(x for x in sharing if x is not None and sharing[x] > ranked[x] > 1)
    score = ranking.ranked(lens.pk).filter(composite=composite).earliest("id")
    panel = panels.of_current(score)
    listed = client.get(panel.ties).context["cl"].result_count
    assert listed == panel.shared + 1 == ranked[composite]
