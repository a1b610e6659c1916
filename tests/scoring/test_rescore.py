"""Scores as rows: the same whatever the chunk, never older over newer, history only of change."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from django.db import connection

from riskscore.curation import project_edits
from riskscore.jobs import ledger, requests
from riskscore.models import Evidence, Job, Lens, Project, Score, ScoreHistory
from riskscore.scoring import rescore as scoring_rescore
from tests.bundled import AS_OF, score_all

pytestmark = pytest.mark.django_db

FIELDS = ("project_id", "lens_id", "digest", "composite", "inputs", "contributions", "node_high")


@pytest.fixture
def lens(bundle: None) -> Lens:
    return requests.default_lens()


def rows_of(lens: Lens) -> bytes:
    """Every number of every score through a lens, as bytes: equal only if bit for bit the same."""
    rows = Score.objects.filter(lens=lens).order_by("project_id").values_list(*FIELDS)
    return b"".join(
        bytes(part) if isinstance(part, memoryview | bytes) else np.array(part, float).tobytes()
        for row in rows
        for part in row[2:]
    )


def rescore(*projects: Project) -> Job:
    job = requests.start({"keys": [project.key for project in projects]}, as_of=AS_OF, apart=False)
    while scoring_rescore.drain():
        pass
    return Job.objects.get(id=job.id)


def some_project(lens: Lens) -> Project:
    return Project.objects.filter(scores__lens=lens, place="CHL").earliest("id")


def test_two_runs_give_bit_identical_scores(lens: Lens) -> None:
    before = rows_of(lens)
    score_all()
    assert rows_of(lens) == before


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_score_never_depends_on_its_chunk(
    lens: Lens, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    projects = list(Project.objects.filter(scores__lens=lens).order_by("id")[:60])
    before = rows_of(lens)
    monkeypatch.setattr(ledger, "CHUNK_SIZE", size)
    Score.objects.filter(project__in=projects).delete()
    rescore(*projects)
    assert rows_of(lens) == before


def test_history_gets_a_row_only_when_the_score_changed(lens: Lens) -> None:
    project = some_project(lens)
    rescore(project)
    assert project.history.filter(lens=lens).count() == 1
    move(project)
    rescore(project)
    assert project.history.filter(lens=lens).count() == 2
    current = Score.objects.get(project=project, lens=lens)
    newest = ScoreHistory.objects.filter(project=project, lens=lens).latest("computed_at")
    assert newest.digest == current.digest
    assert newest.contributions == pytest.approx(current.contributions, nan_ok=True, abs=0)


def move(project: Project) -> None:
    """To another country: every dimension changes."""
    Project.objects.filter(id=project.id).update(place="COD")


def test_a_slow_job_never_overwrites_a_score_of_newer_inputs(lens: Lens) -> None:
    project = some_project(lens)
    slow = requests.start({"keys": [project.key]}, as_of=AS_OF, apart=False)
    ledger.plan_next()
    claim = ledger.claim("slow")
    assert claim
    with connection.cursor() as cursor:
        cursor.execute("UPDATE riskscore_score SET input_version = input_version + 10")
    newer = Score.objects.get(project=project, lens=lens)
    scoring_rescore.score_chunk(claim)
    assert Score.objects.get(project=project, lens=lens).job_id == newer.job_id != slow.id


def test_a_job_of_an_older_edition_never_overwrites_a_newer_score(lens: Lens) -> None:
    project = some_project(lens)
    old = requests.start({"keys": [project.key]}, as_of=AS_OF, apart=False)
    project_edits.add_evidence(strike(project), by=None)
    while scoring_rescore.drain():
        pass
    assert Score.objects.get(project=project, lens=lens).job_id != old.id


def strike(project: Project) -> Evidence:
    return Evidence(
        project=project,
        kind=Evidence.Kind.STRIKE,
        happened_on=date(2026, 6, 1),
        severity=0.8,
        credibility=1.0,
        status=Evidence.Status.VERIFIED,
        url="https://example.org/strike",
    )


def test_evidence_changes_the_dimension_it_is_about(lens: Lens) -> None:
    project = some_project(lens)
    before = Score.objects.get(project=project, lens=lens)
    project_edits.add_evidence(strike(project), by=None)
    while scoring_rescore.drain():
        pass
    after = Score.objects.get(project=project, lens=lens)
    assert after.labour != before.labour
    assert after.geopolitical == before.geopolitical


def test_a_consent_on_record_makes_the_indigenous_dimension_assessed(lens: Lens) -> None:
    project = Project.objects.filter(scores__lens=lens, scores__indigenous=None).earliest("id")
    before = Score.objects.get(project=project, lens=lens)
    refused = strike(project)
    refused.kind, refused.level = Evidence.Kind.CONSENT, "refused"
    project_edits.add_evidence(refused, by=None)
    while scoring_rescore.drain():
        pass
    score = Score.objects.get(project=project, lens=lens)
    assert score.indigenous is not None
    assert score.indigenous > before.context[4]


def test_a_project_without_minerals_is_not_in_the_scope(bundle: None) -> None:
    scored = set(Score.objects.values_list("project_id", flat=True))
    bare = set(Project.objects.filter(minerals=None).values_list("id", flat=True))
    assert bare
    assert not scored & bare


def test_a_worker_that_lost_its_lease_writes_nothing(lens: Lens) -> None:
    project = some_project(lens)
    move(project)
    requests.start({"keys": [project.key]}, as_of=AS_OF, apart=False)
    ledger.plan_next()
    claim = ledger.claim("slow")
    assert claim
    before = rows_of(lens)
    stolen = replace(claim, token=claim.job_id)
    with pytest.raises(ledger.LeaseLost):
        scoring_rescore.score_chunk(stolen)
    assert rows_of(lens) == before
