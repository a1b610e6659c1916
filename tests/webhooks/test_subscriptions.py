"""A webhook is its owner's: its secret is shown once and stored encrypted, and it is told only of
what there is."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.utils import timezone

from riskscore.models import Webhook
from riskscore.webhooks import send, stored_secrets, subscriptions
from riskscore.webhooks.public_addresses import NoAddress, NotPublic
from riskscore.webhooks.receiver import BadReceiver
from tests.make import make_job, make_mineral
from tests.webhooks.receivers import Receiver

pytestmark = pytest.mark.django_db


def test_a_dump_of_the_database_holds_no_secret(webhook: Any) -> None:
    newer = subscriptions.rotate(webhook)
    with connection.cursor() as cursor:
        cursor.execute("SELECT w::text FROM riskscore_webhook w")
        ((row,),) = cursor.fetchall()
    for secret in (webhook.plain, newer):
        assert secret.startswith("whsec_")
        assert secret.removeprefix("whsec_") not in row
    webhook.refresh_from_db()
    assert stored_secrets.opened(webhook.secret) == newer
    assert stored_secrets.opened(webhook.previous_secret) == webhook.plain


def test_a_secret_lives_through_a_change_of_the_servers_key_and_is_then_under_the_new_one(
    webhook: Any, receiver: Receiver, settings: Any
) -> None:
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another secret of the server, long and random enough"
    with pytest.raises(stored_secrets.SecretUnreadable):
        stored_secrets.opened(webhook.secret)
    settings.SECRET_KEY_FALLBACKS = [before]
    subscriptions.send_test(webhook)
    assert send.drain() == 1
    settings.SECRET_KEY_FALLBACKS = []
    webhook.refresh_from_db()
    assert stored_secrets.opened(webhook.secret) == webhook.plain


def test_a_secret_that_cannot_be_read_fails_the_attempt_and_not_the_sender(
    webhook: Any, receiver: Receiver, settings: Any
) -> None:
    settings.SECRET_KEY = "another secret of the server, long and random enough"
    delivery = subscriptions.send_test(webhook)
    send.drain()
    delivery.refresh_from_db()
    assert (delivery.state, receiver.got) == ("waiting", [])
    assert "cannot be decrypted" in delivery.error


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"types": []}, subscriptions.BadSubscription),
        ({"types": ["score.risen"]}, subscriptions.BadSubscription),
        ({"types": ["webhook.test"]}, subscriptions.BadSubscription),
        ({"minerals": ["kryptonite"]}, subscriptions.BadSubscription),
        ({"places": ["QQQ"]}, subscriptions.BadSubscription),
        ({"about": "everybody"}, subscriptions.BadSubscription),
        ({"url": "http://hooks.example.org/"}, BadReceiver),
        ({"url": "https://127.0.0.1/"}, NotPublic),
        ({"url": "https://nowhere.invalid/"}, NoAddress),
    ],
)
def test_what_a_webhook_cannot_be_is_refused_when_it_is_made_and_when_it_is_changed(
    webhook: Any, values: dict[str, Any], error: type[Exception]
) -> None:
    make_mineral("copper")
    usual = {"url": webhook.url, "types": ["job.finished"], "lens": webhook.lens}
    with pytest.raises(error):
        subscriptions.create(webhook.owner, **{**usual, **values})
    with pytest.raises(error):
        subscriptions.change(webhook, **values)
    assert Webhook.objects.get().url == webhook.url


def test_a_person_has_at_most_twenty(webhook: Any, receiver: Receiver) -> None:
    usual = {"url": receiver.url, "types": ["job.finished"], "lens": webhook.lens}
    for _ in range(subscriptions.MOST - 1):
        subscriptions.create(webhook.owner, **usual)
    with pytest.raises(subscriptions.TooManyWebhooks):
        subscriptions.create(webhook.owner, **usual)
    other = User.objects.create_user("other", is_staff=True)
    assert subscriptions.create(other, **usual)


def test_people_see_their_own_and_operators_see_all(ana: User, receiver: Receiver) -> None:
    lens = make_job().lens
    ben = User.objects.create_user("ben", is_staff=True)
    ben.groups.set(Group.objects.filter(name="viewer"))
    mine, _ = subscriptions.create(ben, receiver.url, ["job.finished"], lens=lens)
    hers, _ = subscriptions.create(ana, receiver.url, ["job.finished"], lens=lens)
    assert list(subscriptions.seen_by(ben)) == [mine]
    assert list(subscriptions.seen_by(ana)) == [hers, mine]
    hers.disabled_at = timezone.now()
    assert subscriptions.change(mine, name="mine").name == "mine"
