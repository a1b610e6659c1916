"""A client that a common generator makes from the committed document works against the server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.openapi_document import PATH
from tests.clients.conftest import Live
from tests.processes import PATIENCE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PROGRAM = """
import os, time
from generated.client import AuthenticatedClient
from generated.api.jobs import jobs_job_id_get, jobs_post
from generated.api.scores import projects_key_score_get, scores_get
from generated.models import (
    JobRequest, Problem, Scope, ScopeFilter, ScoresGetKindItem,
)
client = AuthenticatedClient(os.environ["RISKSCORE_URL"], os.environ["RISKSCORE_KEY"])

page = scores_get.sync(client=client, mineral=["lithium"], kind=[ScoresGetKindItem.MINE])
for score in page.items:
    assert score.band in ("low", "moderate", "high", "extreme", "not assessed")
first = projects_key_score_get.sync(page.items[0].key, client=client)
assert first.composite == page.items[0].composite

chosen = ScopeFilter(mineral=["lithium"], place=["CHL"])
body = JobRequest(scope=Scope(filter_=chosen))
job = jobs_post.sync(client=client, body=body, idempotency_key="generated-1")
while job.state in ("queued", "running"):
    time.sleep(0.5)
    job = jobs_job_id_get.sync(job.id, client=client)
assert job.state == "succeeded", job
body = JobRequest(scope=Scope(all_=True))
assert jobs_post.sync(client=client, body=body, validate_only=True).projects > 4000

wrong = scores_get.sync(client=client, mineral=["litium"])
assert isinstance(wrong, Problem) and wrong.code == "invalid"
print(len(page.items))
"""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generate a client; return the folder that holds the package."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "config.yml").write_text("post_hooks: []\n")
    wanted = ["--meta=none", "--output-path=generated", "--config=config.yml", "--fail-on-warning"]
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", f"--path={PATH}", *wanted],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120 * PATIENCE,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert "arning" not in made.stdout, made.stdout
    return folder


def test_it_lists_scores_fetches_one_starts_a_job_and_reads_a_refusal(
    generated: Path, live: Live
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=generated,
        env=live.environment(PYTHONPATH=str(generated)),
        capture_output=True,
        text=True,
        timeout=120 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout) > 10
