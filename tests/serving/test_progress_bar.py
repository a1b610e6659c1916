"""The bar follows the work, whichever job does it."""

import pytest
from rich.console import Console

from riskscore.jobs import ledger, requests
from riskscore.models import Job
from riskscore.scoring import rescore
from riskscore.serving.processes import CannotRun
from riskscore.serving.progress_bar import follow
from tests.bundled import AS_OF


def test_a_job_that_another_took_over_is_followed_to_the_end_of_that_one(
    bundle: None,
) -> None:
    lens = requests.default_lens()
    first, second = (
        requests.start({"keys": ["icmm-00026"]}, lens=lens, as_of=AS_OF, apart=False)
        for _ in range(2)
    )
    ledger.supersede(first.id, second.id)
    while rescore.drain():
        pass
    ended = follow(first.id, lambda: None, Console(quiet=True))
    assert Job.objects.get(id=first.id).state == Job.State.CANCELLED
    assert (ended.id, ended.state) == (second.id, Job.State.SUCCEEDED)


def test_a_job_that_somebody_cancelled_is_returned_as_it_ended(bundle: None) -> None:
    job = requests.start(
        {"keys": ["icmm-00026"]}, lens=requests.default_lens(), as_of=AS_OF, apart=False
    )
    requests.cancel(job.id)
    assert follow(job.id, lambda: None, Console(quiet=True)).state == Job.State.CANCELLED


def test_whatever_the_look_between_raises_ends_the_following(bundle: None) -> None:
    job = requests.start(
        {"keys": ["icmm-00026"]}, lens=requests.default_lens(), as_of=AS_OF, apart=False
    )

    def dead() -> None:
        raise CannotRun("the worker process ended")

    with pytest.raises(CannotRun, match="the worker process ended"):
        follow(job.id, dead, Console(quiet=True))
