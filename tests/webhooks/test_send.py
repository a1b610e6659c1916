"""What was written is sent: signed, each at least once, again after growing pauses, never twice
at once, and whoever hangs holds nobody up."""

import json
import time
import uuid
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from riskscore.jobs import work_items
from riskscore.jobs.outbox import told
from riskscore.models import Alert, Job, Webhook, WebhookAttempt, WebhookDelivery
from riskscore.scoring.alerts.words import in_words
from riskscore.webhooks import outcomes, posting, replays, send, subscriptions
from riskscore.webhooks.posting import Reply
from tests.webhooks.conftest import due_now
from tests.webhooks.receivers import Receiver, receiving

pytestmark = pytest.mark.django_db
State = WebhookDelivery.State


def one_waits(webhook: Webhook) -> WebhookDelivery:
    return subscriptions.send_test(webhook)


def again(delivery: WebhookDelivery) -> WebhookDelivery:
    delivery.refresh_from_db()
    return delivery


def test_a_message_is_signed_as_the_reference_library_verifies_it(
    webhook: Any, receiver: Receiver, settings: Any
) -> None:
    settings.SITE = "https://risk.example.org"
    job = Job.objects.get(created_by=webhook.owner)
    Job.objects.filter(pk=job.pk).update(state="failed", finished_at=timezone.now())
    assert told.of_job(job.pk) == 1
    assert told.of_job(job.pk) == 0
    assert send.drain() == 1
    ((headers, body),) = receiver.got
    message = Verifier(webhook.plain).verify(body, headers)
    assert message["type"] == "job.finished"
    assert message["data"] == {
        "job": str(job.pk),
        "state": "failed",
        "links": {"job": f"https://risk.example.org/api/v1/jobs/{job.pk}"},
    }
    assert message["timestamp"].endswith("Z")
    assert headers["content-type"] == "application/json"
    assert headers["host"] == receiver.address
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == (State.DELIVERED, 1)
    assert headers["webhook-id"] == str(delivery.pk)
    tried = delivery.tries.get()
    assert (tried.status, tried.reply, tried.error) == (200, "thank you", "")


def test_a_forged_body_or_id_or_an_old_message_is_not_verified(
    webhook: Any, receiver: Receiver
) -> None:
    one_waits(webhook)
    send.drain()
    ((headers, body),) = receiver.got
    verifier = Verifier(webhook.plain)
    for changed_headers, changed_body in (
        (headers, body.replace(b"test", b"best")),
        ({**headers, "webhook-id": str(uuid.uuid4())}, body),
        ({**headers, "webhook-timestamp": str(int(time.time()) - 3600)}, body),
    ):
        with pytest.raises(WebhookVerificationError):
            verifier.verify(changed_body, changed_headers)
    with pytest.raises(WebhookVerificationError):
        Verifier("whsec_" + "A" * 43 + "=").verify(body, headers)


def test_for_a_day_after_a_rotation_both_secrets_verify_and_then_the_new_one_alone(
    webhook: Any, receiver: Receiver
) -> None:
    newer = subscriptions.rotate(webhook)
    one_waits(webhook)
    send.drain()
    headers, body = receiver.got[-1]
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (webhook.plain, newer):
        assert Verifier(secret).verify(body, headers)["type"] == "webhook.test"
    webhook.refresh_from_db()
    left = webhook.previous_until - timezone.now()
    assert timedelta(hours=23) < left <= timedelta(hours=24)
    Webhook.objects.update(previous_until=timezone.now())
    one_waits(webhook)
    send.drain()
    headers, body = receiver.got[-1]
    assert headers["webhook-signature"].count("v1,") == 1
    assert Verifier(newer).verify(body, headers)


def test_a_failed_message_comes_again_under_its_number_after_growing_pauses_and_ten_attempts_end_it(
    webhook: Any, receiver: Receiver
) -> None:
    receiver.status, receiver.body = 500, b"no"
    delivery = one_waits(webhook)
    hours = [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]
    for number, pause in enumerate(hours, 1):
        assert send.drain() == 1
        assert send.drain() == 0
        again(delivery)
        assert (delivery.state, delivery.attempts) == (State.WAITING, number)
        waits = (delivery.due_at - timezone.now()).total_seconds() / 3600
        assert pause * 0.9 - 0.001 < waits <= pause * 1.2
        assert delivery.error == "it answered 500"
        due_now(delivery)
    assert send.drain() == 1
    again(delivery)
    assert delivery.state == State.FAILED
    assert delivery.error == "given up after 10 attempts: it answered 500"
    assert set(receiver.ids) == {str(delivery.pk)}
    assert len(receiver.ids) == 10
    assert len({body for _, body in receiver.got}) == 1
    assert [one.reply for one in delivery.tries.all()] == ["no"] * 10


@pytest.mark.parametrize("status", [429, 503])
def test_who_is_busy_is_asked_again_when_it_says(
    webhook: Any, receiver: Receiver, status: int
) -> None:
    receiver.status, receiver.headers = status, {"Retry-After": "900"}
    delivery = one_waits(webhook)
    send.drain()
    waits = (again(delivery).due_at - timezone.now()).total_seconds()
    assert 890 < waits <= 901
    receiver.headers = {"Retry-After": "99999999"}
    due_now(delivery)
    send.drain()
    waits = (again(delivery).due_at - timezone.now()).total_seconds()
    assert 86_000 < waits <= 86_401


def test_a_redirect_is_a_failure_and_is_not_followed(webhook: Any, receiver: Receiver) -> None:
    receiver.status = 302
    receiver.headers = {"Location": f"http://{receiver.address}/elsewhere"}
    delivery = one_waits(webhook)
    assert send.drain() == 1
    assert len(receiver.got) == 1
    assert again(delivery).error == "it answered 302, and redirects are not followed"


def test_410_disables_a_webhook_and_alerts_its_owner_once(
    webhook: Any, receiver: Receiver, ana: User
) -> None:
    receiver.status = 410
    first, second = one_waits(webhook), one_waits(webhook)
    send.drain()
    webhook.refresh_from_db()
    assert webhook.disabled_reason == "it answered 410: it is gone for good"
    assert {again(first).state, again(second).state} == {State.FAILED}
    alert = Alert.objects.get(user=ana)
    assert alert.kind == "webhook"
    assert "was disabled: it answered 410" in in_words(alert)
    with pytest.raises(subscriptions.WebhookDisabled):
        subscriptions.send_test(webhook)
    with pytest.raises(subscriptions.WebhookDisabled):
        replays.replay(first)
    assert told.of_job(Job.objects.get().pk) == 0


def test_three_days_without_one_message_taken_disable_a_webhook(
    webhook: Any, receiver: Receiver, ana: User
) -> None:
    receiver.status = 500
    delivery = one_waits(webhook)
    send.drain()
    webhook.refresh_from_db()
    assert webhook.failing_since is not None
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=3, minutes=1))
    due_now(delivery)
    send.drain()
    webhook.refresh_from_db()
    assert webhook.disabled_reason == "it took nothing for 3 days; last: it answered 500"
    assert Alert.objects.filter(user=ana, webhook=webhook).count() == 1
    subscriptions.enable(webhook)
    receiver.status = 204
    assert replays.replay_failed(webhook) == 1
    send.drain()
    assert again(delivery).state == State.DELIVERED
    assert receiver.ids[-1] == str(delivery.pk)
    webhook.refresh_from_db()
    assert webhook.failing_since is None


def test_what_was_delivered_can_be_replayed_and_what_is_under_way_cannot(
    webhook: Any, receiver: Receiver
) -> None:
    delivery = one_waits(webhook)
    with pytest.raises(replays.StillUnderWay):
        replays.replay(delivery)
    send.drain()
    replays.replay(delivery)
    send.drain()
    assert receiver.ids == [str(delivery.pk)] * 2
    assert again(delivery).tries.count() == 2


def test_a_worker_that_lost_its_lease_writes_nothing(webhook: Any, receiver: Receiver) -> None:
    delivery = one_waits(webhook)
    late = work_items.Lease(*(work_items.claim(send.DELIVERIES, "one") or ()))
    assert work_items.claim(send.DELIVERIES, "other") is None
    WebhookDelivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert send.is_due()
    assert send.drain() == 1  # swept, and sent by another
    outcomes.record(late, Reply(500, 1.0))
    assert again(delivery).state == State.DELIVERED
    assert delivery.tries.count() == 1


def test_who_hangs_holds_nobody_else_up(
    webhook: Any, receiver: Receiver, ana: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "TIMEOUT_S", 2.0)
    receiver.answer = lambda _: time.sleep(3)
    for _ in range(send.PER_WEBHOOK):
        one_waits(webhook)
    with receiving(settings) as quick:
        settings.WEBHOOK_DEVELOPMENT = [receiver.address, quick.address]
        other, _ = subscriptions.create(ana, quick.url, ["job.finished"], lens=webhook.lens)
        sent = [one_waits(other) for _ in range(10)]
        assert send.drain() == send.PER_WEBHOOK + 10
    assert {again(one).state for one in sent} == {State.DELIVERED}
    hung = [one.error for one in webhook.deliveries.all()]
    assert hung == ["no complete reply within 2 s"] * send.PER_WEBHOOK
    seen = WebhookAttempt.objects.order_by("id").values_list("delivery__webhook", flat=True)
    assert list(seen) == [other.pk] * 10 + [webhook.pk] * send.PER_WEBHOOK


def test_a_webhook_has_few_messages_under_way_at_a_time(webhook: Any) -> None:
    for _ in range(send.PER_WEBHOOK + 2):
        one_waits(webhook)
    assert send.is_due()
    claimed = [work_items.claim(send.DELIVERIES, "one") for _ in range(send.PER_WEBHOOK + 2)]
    assert claimed[send.PER_WEBHOOK :] == [None, None]
    assert None not in claimed[: send.PER_WEBHOOK]
    assert not send.is_due()


def test_a_reply_without_end_is_read_to_64_kb_and_one_that_drips_ends_at_the_time_limit(
    webhook: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            for _ in range(1000):
                request.wfile.write(b"x" * 1_000_000)
                written.append(1)
        except OSError:
            return

    receiver.answer = endless
    first = one_waits(webhook)
    began = time.monotonic()
    send.drain()
    assert time.monotonic() - began < 3
    assert len(written) < 20
    assert again(first).state == State.DELIVERED
    assert first.tries.get().reply == "x" * posting.HEAD

    monkeypatch.setattr(posting, "TIMEOUT_S", 0.6)

    def dripping(request: BaseHTTPRequestHandler) -> None:
        try:
            for letter in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200:
                request.wfile.write(bytes([letter]))
                request.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    receiver.answer = dripping
    second = one_waits(webhook)
    began = time.monotonic()
    send.drain()
    assert time.monotonic() - began < 3
    assert again(second).error == "no complete reply within 1 s"


def test_what_a_receiver_answers_cannot_write_into_pages_or_logs(
    webhook: Any, receiver: Receiver
) -> None:
    receiver.status = 500
    receiver.body = '\x1b[31mred\r\n{"level":"fake"}\x00\u202e'.encode()
    delivery = one_waits(webhook)
    send.drain()
    reply = delivery.tries.get().reply
    assert not any(ord(letter) < 32 and letter not in "\t\n" for letter in reply)
    assert "\u202e" not in reply


def test_nothing_is_sent_that_its_owner_may_not_see_when_it_is_sent(
    webhook: Any, receiver: Receiver, ana: User
) -> None:
    job = Job.objects.get()
    Job.objects.update(state="failed", finished_at=timezone.now())
    told.of_job(job.pk)
    ana.groups.set([])
    assert send.drain() == 0
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == (State.WITHHELD, 1)
    assert delivery.error == "its owner may keep no webhooks any more"
    assert receiver.got == []


def test_a_message_is_thin(webhook: Any, receiver: Receiver) -> None:
    one_waits(webhook)
    send.drain()
    ((_, body),) = receiver.got
    assert len(body) < 20_000
    assert set(json.loads(body)) == {"type", "timestamp", "data"}


def test_what_ended_a_month_ago_is_forgotten_with_its_attempts(
    webhook: Any, receiver: Receiver
) -> None:
    old, recent = one_waits(webhook), one_waits(webhook)
    send.drain()
    WebhookDelivery.objects.filter(pk=old.pk).update(
        finished_at=timezone.now() - timedelta(days=31)
    )
    send.sweep()
    assert list(WebhookDelivery.objects.all()) == [recent]


def test_a_clock_that_was_set_back_lets_no_message_wait_for_days(
    webhook: Any, receiver: Receiver
) -> None:
    delivery = one_waits(webhook)
    WebhookDelivery.objects.update(due_at=timezone.now() + timedelta(days=40))
    assert send.drain() == 1
    assert again(delivery).state == State.DELIVERED
