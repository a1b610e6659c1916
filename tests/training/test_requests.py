"""Requests to train: asked for once, done by one worker, ended on the row."""

from typing import Any

import pytest
from django.db import InterfaceError, connection

from riskscore.celery import TRAIN, app
from riskscore.jobs import ledger, work_items
from riskscore.learning.data.refusals import TooFewEvents
from riskscore.models import LearnedModel, Release, Source, TrainingRequest
from riskscore.releases.editions import next_edition
from riskscore.training import requests, run

pytestmark = pytest.mark.django_db
State = TrainingRequest.State


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the names of the messages that would have been sent."""
    names: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda name, **_: names.append(name))
    return names


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training of no time, which stores a candidate of version seed + 1."""
    monkeypatch.setattr(run, "fit", lambda kind, seed, _report: (kind, seed))
    monkeypatch.setattr(run, "store_candidate", store)


def store(fitted: tuple[str, int]) -> LearnedModel:
    kind, seed = fitted
    return LearnedModel.objects.create(
        kind=kind, version=seed + 1, card={}, artefact_sha256="0" * 64
    )


def expire_leases() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE riskscore_trainingrequest SET lease_until = clock_timestamp() - interval '1 s'"
        )


def ended() -> TrainingRequest:
    run.drain()
    return TrainingRequest.objects.get()


def test_asking_twice_is_one_request_and_one_message_each(
    sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = requests.request("labour", by=None, reason="new listings")
        second = requests.request("labour", by=None)
    assert first == second
    assert set(sent) == {TRAIN}


def trade(code: str) -> Release:
    source, _ = Source.objects.get_or_create(code="baci-exports", defaults={"title": "BACI"})
    return Release.objects.create(
        code=code, source=source, published_edition=code, licence="free", redistributable=True,
        file=code, sha256="0" * 64, rows=0, edition=next_edition(code),
    )  # fmt: skip


def test_the_first_release_of_trade_trains_nothing() -> None:
    trade("1995-2024")
    assert requests.follow_trade() is None


def test_each_newer_release_of_trade_asks_for_one_candidate_and_promotes_nobody(
    quick: None,
) -> None:
    trade("1995-2024")
    trade("1995-2025")
    requests.sweep()
    requests.sweep()
    row = ended()
    assert (row.kind, row.reason, row.created_by) == ("disruption", "new trade: 1995-2025", None)
    assert row.model is not None
    assert row.model.state == LearnedModel.State.CANDIDATE
    assert requests.follow_trade() is None
    trade("1995-2026")
    assert requests.follow_trade() is not None


def test_new_trade_waits_for_a_training_that_began_before_it_came() -> None:
    trade("1995-2024")
    first = requests.request("disruption", by=None, reason="somebody asked")
    taken = requests.claim()
    assert taken
    trade("1995-2025")
    requests.sweep()
    assert TrainingRequest.objects.get() == first
    requests.finish(taken, State.SUCCEEDED)
    requests.sweep()
    assert TrainingRequest.objects.filter(reason="new trade: 1995-2025").exists()


def test_a_request_ends_with_the_candidate_it_made(quick: None) -> None:
    requests.request("labour", by=None, seed=3)
    row = ended()
    assert (row.state, row.attempts) == (State.SUCCEEDED, 1)
    assert row.model == LearnedModel.objects.get(version=4)
    assert row.finished_at


def test_a_refusal_stands_on_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise TooFewEvents("3 events where 50 are needed")

    monkeypatch.setattr(run, "fit", refuse)
    requests.request("displacement", by=None)
    row = ended()
    assert (row.state, row.error) == (State.REFUSED, "TooFewEvents: 3 events where 50 are needed")


def test_an_unknown_kind_is_a_refusal() -> None:
    requests.request("prices", by=None)
    assert ended().state == State.REFUSED


def test_a_failure_stands_on_the_row_and_the_worker_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any) -> None:
        raise MemoryError("no memory left")

    monkeypatch.setattr(run, "fit", fail)
    requests.request("labour", by=None)
    row = ended()
    assert (row.state, row.error) == (State.FAILED, "MemoryError: no memory left")


def test_a_request_in_hand_is_not_claimed_again_until_its_lease_runs_out(
    sent: list[str],
) -> None:
    requests.request("labour", by=None)
    first = requests.claim()
    assert first
    assert requests.claim() is None
    requests.sweep()
    assert sent == []
    expire_leases()
    ledger.sweep()
    requests.sweep()
    second = requests.claim()
    assert sent == [TRAIN]
    assert second
    with pytest.raises(work_items.LeaseLost):  # the token is the other worker's now
        requests.finish(first, State.SUCCEEDED)
    requests.finish(second, State.SUCCEEDED)


def test_a_training_whose_worker_died_twice_has_failed_and_the_next_of_its_kind_can_start(
    quick: None,
) -> None:
    killed = requests.request("labour", by=None)
    for _ in range(2):
        assert requests.claim()
        expire_leases()
        ledger.sweep()
    killed.refresh_from_db()
    assert (killed.state, killed.attempts) == (State.FAILED, 2)
    assert killed.error == f"given up after 2 attempts: the lease of worker {killed.worker} ended"
    assert killed.finished_at
    assert requests.request("labour", by=None) != killed
    run.drain()
    assert TrainingRequest.objects.filter(state=State.SUCCEEDED).count() == 1


def test_a_worker_that_lost_its_lease_while_it_trained_stores_no_model(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests.request("labour", by=None, seed=3)
    quick_fit = run.fit

    def slow(kind: str, seed: int, _report: Any) -> Any:
        expire_leases()
        ledger.sweep()
        taken = requests.claim()  # by another worker, meanwhile
        assert taken
        monkeypatch.setattr(run, "fit", quick_fit)
        return kind, seed

    monkeypatch.setattr(run, "fit", slow)
    run.drain()
    assert not LearnedModel.objects.exists()
    assert TrainingRequest.objects.get().state == State.RUNNING


def test_a_training_that_the_database_failed_waits_again(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise InterfaceError("the connection is closed")

    monkeypatch.setattr(run, "fit", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    requests.request("labour", by=None)
    row = ended()
    assert (row.state, row.attempts) == (State.QUEUED, 1)
    assert row.error == "InterfaceError: the connection is closed"


def test_a_broker_that_is_down_does_not_stop_a_request(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise ConnectionError("refused")

    monkeypatch.setattr(app, "send_task", down)
    with django_capture_on_commit_callbacks(execute=True):
        row = requests.request("labour", by=None)
    assert row.state == State.QUEUED
