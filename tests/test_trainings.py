"""Requests to train: asked for once, done by one worker, ended on the row."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from riskscore import training, trainings
from riskscore.editions import next_edition
from riskscore.learning.refusals import TooFewEvents
from riskscore.models import LearnedModel, Release, Source, TrainingRequest
from workers.celery import TRAIN, app

pytestmark = pytest.mark.django_db
State = TrainingRequest.State


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the names of the messages that would have been sent."""
    names: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda name, **_: names.append(name))
    return names


def trained(kind: str, seed: int) -> LearnedModel:
    return LearnedModel.objects.create(
        kind=kind, version=seed + 1, card={}, artefact_sha256="0" * 64
    )


def ended() -> TrainingRequest:
    training.drain()
    return TrainingRequest.objects.get()


def test_asking_twice_is_one_request_and_one_message_each(
    sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = trainings.request("labour", by=None, reason="new listings")
        second = trainings.request("labour", by=None)
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
    assert trainings.follow_trade() is None


def test_each_newer_release_of_trade_asks_for_one_candidate_and_promotes_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training, "train", trained)
    trade("1995-2024")
    trade("1995-2025")
    trainings.sweep()
    trainings.sweep()
    row = ended()
    assert (row.kind, row.reason, row.created_by) == ("disruption", "new trade: 1995-2025", None)
    assert row.model is not None
    assert row.model.state == LearnedModel.State.CANDIDATE
    assert trainings.follow_trade() is None
    trade("1995-2026")
    assert trainings.follow_trade() is not None


def test_new_trade_waits_for_a_training_that_began_before_it_came() -> None:
    trade("1995-2024")
    first = trainings.request("disruption", by=None, reason="somebody asked")
    taken = trainings.claim()
    assert taken
    trade("1995-2025")
    trainings.sweep()
    assert TrainingRequest.objects.get() == first
    trainings.finish(taken, State.SUCCEEDED)
    trainings.sweep()
    assert TrainingRequest.objects.filter(reason="new trade: 1995-2025").exists()


def test_a_request_ends_with_the_candidate_it_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "train", trained)
    trainings.request("labour", by=None, seed=3)
    row = ended()
    assert (row.state, row.attempts) == (State.SUCCEEDED, 1)
    assert row.model == LearnedModel.objects.get(version=4)
    assert row.finished_at


def test_a_refusal_stands_on_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_kind: str, _seed: int) -> LearnedModel:
        raise TooFewEvents("3 events where 50 are needed")

    monkeypatch.setattr(training, "train", refuse)
    trainings.request("displacement", by=None)
    row = ended()
    assert (row.state, row.error) == (State.REFUSED, "TooFewEvents: 3 events where 50 are needed")


def test_an_unknown_kind_is_a_refusal() -> None:
    trainings.request("prices", by=None)
    assert ended().state == State.REFUSED


def test_a_failure_stands_on_the_row_and_the_worker_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_kind: str, _seed: int) -> LearnedModel:
        raise MemoryError("no memory left")

    monkeypatch.setattr(training, "train", fail)
    trainings.request("labour", by=None)
    row = ended()
    assert (row.state, row.error) == (State.FAILED, "MemoryError: no memory left")


def test_a_request_in_hand_is_not_claimed_again_until_its_lease_runs_out(
    sent: list[str],
) -> None:
    trainings.request("labour", by=None)
    first = trainings.claim()
    assert first
    assert trainings.claim() is None
    trainings.hint_if_waiting()
    assert sent == []
    TrainingRequest.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    trainings.hint_if_waiting()
    second = trainings.claim()
    assert sent == [TRAIN]
    assert second
    assert not trainings.finish(first, State.SUCCEEDED)  # the token is the other worker's now
    assert trainings.finish(second, State.SUCCEEDED)


def test_a_request_that_kills_its_workers_is_left_after_two_attempts() -> None:
    trainings.request("labour", by=None)
    for _ in range(trainings.ATTEMPTS):
        assert trainings.claim()
        TrainingRequest.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert trainings.claim() is None


def test_a_broker_that_is_down_does_not_stop_a_request(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise ConnectionError("refused")

    monkeypatch.setattr(app, "send_task", down)
    with django_capture_on_commit_callbacks(execute=True):
        row = trainings.request("labour", by=None)
    assert row.state == State.QUEUED
