"""Webhooks in admin: the secret is shown once, people keep their own, operators stop any."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from riskscore.models import Alert, Webhook, WebhookDelivery
from riskscore.webhooks import send, stored_secrets, subscriptions
from tests.admin.conftest import act, url
from tests.webhooks.receivers import Receiver, receiving

SECRET = re.compile(r"whsec_[A-Za-z0-9+/]+=*")


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with receiving(settings) as one:
        yield one


@pytest.fixture
def ana(bundle: None) -> User:
    user = User.objects.create_user("ana", is_staff=True)
    user.groups.set(Group.objects.filter(name="viewer"))
    return user


@pytest.fixture
def hers(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def make(page: Client, address: str, **changes: Any) -> str:
    """Fill the form as a browser does; the secret that is shown."""
    form = page.get(url("webhook", "add"))
    lens = form.context["adminform"].form.fields["lens"].queryset.first().pk
    sent = {
        "name": "mine", "url": address, "types": ["event.added", "job.finished"],
        "about": "chosen", "minerals": ["lithium"], "places": [], "lens": lens, **changes,
    }  # fmt: skip
    answer = page.post(url("webhook", "add"), sent)
    found = SECRET.search(answer.text)
    return found.group() if found else answer.text


def test_a_secret_is_shown_once_and_no_other_page_ever_shows_it(
    hers: Client, receiver: Receiver
) -> None:
    secret = make(hers, receiver.url)
    row = Webhook.objects.get()
    assert stored_secrets.opened(row.secret) == secret
    assert (row.types, row.minerals) == (["event.added", "job.finished"], ["lithium"])
    pages = [url("webhook"), url("webhook", "change", row.pk), url("webhook", "history", row.pk)]
    for address in [*pages, url("webhookdelivery"), "/admin/"]:
        shown = hers.get(address).text
        assert secret not in shown
        assert row.secret not in shown
    newer = SECRET.search(hers.post(url("webhook", "rotate", row.pk)).text)
    assert newer is not None
    row.refresh_from_db()
    assert stored_secrets.opened(row.secret) == newer.group() != secret


def test_an_address_that_is_not_public_is_refused_in_words_and_nothing_is_kept(
    hers: Client, receiver: Receiver
) -> None:
    refused = make(hers, "https://169.254.169.254/latest/meta-data/")
    assert "which is not public" in refused
    assert "Not a web address" in make(hers, "gopher://127.0.0.1:6379/")
    assert not Webhook.objects.exists()


def test_a_test_is_sent_and_its_page_shows_the_reply_and_sends_it_again(
    hers: Client, receiver: Receiver
) -> None:
    make(hers, receiver.url)
    row = Webhook.objects.get()
    receiver.status, receiver.body = 500, b"<script>alert(1)</script>"
    followed = hers.post(url("webhook", "test", row.pk), follow=True)
    assert "No attempt was made yet" in followed.text
    WebhookDelivery.objects.update(attempts=9)
    send.drain()
    delivery = WebhookDelivery.objects.get()
    shown = hers.get(url("webhookdelivery", "change", delivery.pk)).text
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert(1)" not in shown
    assert "given up after 10 attempts: it answered 500" in shown
    assert "500" in hers.get(url("webhookdelivery")).text
    receiver.status = 200
    act(hers, "webhookdelivery", "replay_selected", delivery)
    send.drain()
    assert receiver.ids == [str(delivery.pk)] * 2
    assert "Send again what failed" not in hers.get(url("webhook", "change", row.pk)).text


def test_people_keep_their_own_webhooks_and_operators_may_only_stop_those_of_others(
    hers: Client, ana: User, receiver: Receiver
) -> None:
    make(hers, receiver.url, name="secret-project")
    row = Webhook.objects.get()
    ben = User.objects.create_user("ben", is_staff=True)
    ben.groups.set(Group.objects.filter(name="viewer"))
    his = Client()
    his.force_login(ben)
    assert "secret-project" not in his.get(url("webhook")).text
    for action in ("rotate", "test", "replay_failed"):
        assert his.post(url("webhook", action, row.pk)).status_code == 404
    act(his, "webhook", "remove_selected", row)
    assert Webhook.objects.exists()

    ben.groups.set(Group.objects.filter(name="operator"))
    assert "secret-project" in his.get(url("webhook")).text
    assert his.post(url("webhook", "rotate", row.pk)).status_code == 403
    act(his, "webhook", "remove_selected", row)
    act(his, "webhook", "disable_selected", row)
    row.refresh_from_db()
    assert row.disabled_reason == "by the operator ben"
    assert Alert.objects.get().user == ana
    assert "was disabled: by the operator ben" in hers.get("/admin/alerts/").text
    act(hers, "webhook", "enable_selected", row)
    row.refresh_from_db()
    assert row.disabled_at is None
    act(hers, "webhook", "remove_selected", row)
    assert not Webhook.objects.exists()
    assert not subscriptions.seen_by(ben).exists()
