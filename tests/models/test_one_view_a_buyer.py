"""Buyer's views that differed in an empty word only become one, and keep every score."""

from typing import Any

import pytest
from django.db import connection

from riskscore.jobs import ledger, requests
from riskscore.models import Job, Lens, Score, ScoreHistory
from tests.processes import ROOT

pytestmark = pytest.mark.django_db
MERGE = (ROOT / "riskscore/migrations/0011_scenarios_merge_lenses.sql").read_text()


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


@pytest.fixture
def before(bundle: None) -> tuple[Lens, int]:
    """Give the view of nobody as it was, and a twin of it with a word, with scores of its own."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    for what in ("insert", "update", "delete"):  # ranks were kept only later
        run(f"DROP TRIGGER score_ranked_{what} ON riskscore_score")
    run("ALTER TABLE riskscore_lens DROP CONSTRAINT lens_once")
    run("ALTER TABLE riskscore_lens ADD COLUMN scenario varchar(60) NOT NULL DEFAULT ''")
    kept = requests.default_lens()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO riskscore_lens (method_code, importer_id, scenario, kept_current)"
            " VALUES (%s, 'WLD', 'what if', false) RETURNING id", [kept.method_code],
        )  # fmt: skip
        (twin,) = cursor.fetchone()
    return kept, twin


def test_nothing_happens_where_no_view_has_a_twin(bundle: None) -> None:
    run("ALTER TABLE riskscore_lens ADD COLUMN scenario varchar(60) NOT NULL DEFAULT ''")
    count = Lens.objects.count()
    run(MERGE)
    assert Lens.objects.count() == count


def test_the_later_score_stays_current_and_no_history_is_lost(before: tuple[Lens, int]) -> None:
    kept, twin = before
    first, second, third = Score.objects.filter(lens=kept).order_by("project_id")[:3]
    job = Job.objects.filter(lens=kept).earliest("created_at")
    # The first was scored later through the twin, the second earlier, the third through it alone.
    for score, hours, composite in ((first, 1, 11.0), (second, -1, 12.0)):
        columns = ", ".join(
            str(field.column) for field in Score._meta.concrete_fields
            if field.column not in ("id", "lens_id", "composite", "computed_at")
        )  # fmt: skip
        run(
            f"INSERT INTO riskscore_score (lens_id, composite, computed_at, {columns})"  # noqa: S608
            f" SELECT %s, %s, computed_at + %s * interval '1 hour', {columns}"
            " FROM riskscore_score WHERE id = %s",
            twin, composite, hours, score.pk,
        )  # fmt: skip
    run("UPDATE riskscore_score SET lens_id = %s WHERE id = %s", twin, third.pk)
    history = ScoreHistory.objects.filter(lens=kept).count()
    ledger.ensure_history_partition(first.computed_at.date())
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run(MERGE)
    assert not Lens.objects.filter(pk=twin).exists()
    assert Score.objects.get(lens=kept, project=first.project_id).composite == 11.0
    assert Score.objects.get(lens=kept, project=second.project_id).pk == second.pk
    assert Score.objects.get(lens=kept, project=third.project_id).pk == third.pk
    assert ScoreHistory.objects.filter(lens=kept).count() == history
    assert Job.objects.get(pk=job.pk).lens_id == kept.pk


def test_the_jobs_and_the_history_of_a_twin_are_kept(before: tuple[Lens, int]) -> None:
    kept, twin = before
    jobs, history = Job.objects.filter(lens=kept).count(), ScoreHistory.objects.filter(lens=kept)
    rows = history.count()
    run("ALTER TABLE riskscore_scorehistory DISABLE TRIGGER scorehistory_append_only")
    run("ALTER TABLE riskscore_job DISABLE TRIGGER job_ended")
    run("UPDATE riskscore_scorehistory SET lens_id = %s WHERE lens_id = %s", twin, kept.pk)
    run("UPDATE riskscore_job SET lens_id = %s WHERE lens_id = %s", twin, kept.pk)
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run(MERGE)
    assert Job.objects.filter(lens=kept).count() == jobs
    assert history.count() == rows
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D' AND NOT tgisinternal")
        assert cursor.fetchone() == (0,)
