"""The bar follows the work, whichever job does it."""

import os
from pathlib import Path

import pytest
from rich.console import Console

from riskscore.jobs import ledger, requests
from riskscore.models import Job
from riskscore.scoring import rescore
from riskscore.serving.processes import CannotRun, Children
from riskscore.serving.progress_bar import follow
from tests.bundled import AS_OF


def test_a_job_that_another_took_over_is_followed_to_the_end_of_that_one(
    bundle: None, tmp_path: Path
) -> None:
    lens = requests.default_lens()
    first, second = (
        requests.start({"keys": ["icmm-00026"]}, lens=lens, as_of=AS_OF) for _ in range(2)
    )
    ledger.supersede(first.id, second.id)
    while rescore.drain():
        pass
    nobody = Children(tmp_path, os.open(tmp_path, os.O_RDONLY))
    ended = follow(first.id, nobody, Console(quiet=True))
    assert Job.objects.get(id=first.id).state == Job.State.CANCELLED
    assert (ended.state, ended.done) == (Job.State.SUCCEEDED, 1)


def test_a_job_that_somebody_cancelled_is_one_clear_line(bundle: None, tmp_path: Path) -> None:
    job = requests.start({"keys": ["icmm-00026"]}, lens=requests.default_lens(), as_of=AS_OF)
    requests.cancel(job.id)
    nobody = Children(tmp_path, os.open(tmp_path, os.O_RDONLY))
    with pytest.raises(CannotRun, match="ended as cancelled"):
        follow(job.id, nobody, Console(quiet=True))
