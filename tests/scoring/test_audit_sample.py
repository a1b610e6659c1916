"""The audit's sample costs what it holds, not what the database holds."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from riskscore.models import Lens, Project
from riskscore.scoring.audits import ranked_sample

pytestmark = pytest.mark.usefixtures("bundle")
FEW = 50


def nodes_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(inner for part in plan.get("Plans", ()) for inner in nodes_of(part))]


def test_the_sample_is_read_in_its_order_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    lens = Lens.objects.get(importer_id="WLD")
    everyone = ranked_sample.ranked_sample(lens.pk)
    monkeypatch.setattr(ranked_sample, "SAMPLE", FEW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE riskscore_project, riskscore_score")
    with CaptureQueriesContext(connection) as asked:
        assert ranked_sample.ranked_sample(lens.pk) == everyone[:FEW]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked[0]['sql']}")
        plan = cursor.fetchone()[0][0]["Plan"]
    visited = {
        node["Index Name"]: node["Actual Rows"] * node["Actual Loops"]
        for node in nodes_of(plan)
        if "Index Name" in node
    }
    assert visited["project_in_order_of_samples"] < 4 * FEW
    assert not [node for node in nodes_of(plan) if node["Node Type"] in ("Seq Scan", "Sort")]
    assert Project.objects.count() > 4_000
