"""Webhooks over the API: the secret once, one's own alone, and every refusal by its field."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from riskscore.models import ApiKey, Webhook, WebhookDelivery
from riskscore.webhooks import send, stored_secrets
from tests.api.conftest import Api, problem
from tests.make import make_method, make_mineral, make_place
from tests.webhooks.receivers import Receiver, receiving

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with receiving(settings) as one:
        yield one


@pytest.fixture
def keeper(make_api: Callable[..., Api]) -> Api:
    """A client that may keep webhooks."""
    make_method("critical-minerals")
    make_place("WLD", kind="group")
    return make_api("read", "webhook")


def make(api: Api, receiver: Receiver, **more: Any) -> dict[str, Any]:
    response = api.post("/webhooks", {"url": receiver.url, "types": ["job.finished"], **more})
    assert response.status_code == 201, response.content
    assert "no-store" in response["Cache-Control"]
    made: dict[str, Any] = response.json()
    assert response["Location"] == f"/api/v1/webhooks/{made['id']}"
    return made


def patch(api: Api, path: str, body: Any, **headers: str) -> Any:
    return api.client.patch(
        f"/api/v1{path}", body, content_type="application/json", headers=api._headers(headers)
    )


def test_the_secret_is_answered_once_and_no_read_ever_shows_it(
    keeper: Api, receiver: Receiver
) -> None:
    make_mineral("lithium")
    made = make(keeper, receiver, name="mine", about="chosen", minerals=["lithium"])
    secret = made.pop("secret")
    row = Webhook.objects.get()
    assert stored_secrets.opened(row.secret) == secret
    assert made == {
        "id": row.pk, "name": "mine", "url": receiver.url, "types": ["job.finished"],
        "about": "chosen", "minerals": ["lithium"], "places": [],
        "method": "critical-minerals", "importer": "WLD", "created_at": made["created_at"],
        "failing_since": None, "disabled_at": None, "disabled_reason": "", "previous_until": None,
    }  # fmt: skip
    path = f"/webhooks/{row.pk}"
    assert keeper.json(path) == made
    assert keeper.json("/webhooks")["items"] == [made]
    newer = keeper.post(f"{path}/rotate").json()
    assert set(newer) == {"secret", "previous_until"}
    for answer in (keeper.get(path), keeper.get("/webhooks"), keeper.get(f"{path}/deliveries")):
        for hidden in (secret, newer["secret"], row.secret):
            assert hidden.encode() not in answer.content


def test_a_test_is_sent_followed_replayed_and_verified(keeper: Api, receiver: Receiver) -> None:
    made = make(keeper, receiver)
    path = f"/webhooks/{made['id']}"
    begun = keeper.post(f"{path}/test")
    assert begun.status_code == 202
    delivery = begun.json()
    assert (delivery["state"], delivery["tries"]) == ("waiting", [])
    assert begun["Location"] == f"/api/v1{path}/deliveries/{delivery['id']}"
    problem(keeper.post(f"{path}/deliveries/{delivery['id']}/replay"), 409, "delivery_under_way")
    receiver.status, receiver.body = 503, b"later"
    send.drain()
    seen = keeper.json(f"{path}/deliveries/{delivery['id']}")
    assert (seen["state"], seen["attempts"]) == ("waiting", 1)
    assert seen["next_attempt_at"] is not None
    (tried,) = seen["tries"]
    assert (tried["status"], tried["reply"], tried["error"]) == (503, "later", "")
    WebhookDelivery.objects.update(state="failed", finished_at=timezone.now())
    assert keeper.json(f"{path}/deliveries?state=failed")["items"][0]["id"] == delivery["id"]
    assert keeper.json(f"{path}/deliveries?state=delivered")["items"] == []
    receiver.status = 204
    assert keeper.post(f"{path}/replay", {}).json() == {"replayed": 1}
    send.drain()
    headers, body = receiver.got[-1]
    assert Verifier(made["secret"]).verify(body, headers)["type"] == "webhook.test"
    assert receiver.ids == [delivery["id"]] * 2
    assert keeper.post(f"{path}/deliveries/{delivery['id']}/replay").status_code == 202


def test_a_webhook_is_changed_disabled_enabled_and_removed(keeper: Api, receiver: Receiver) -> None:
    path = f"/webhooks/{make(keeper, receiver)['id']}"
    etag = keeper.get(path)["ETag"]
    changed = patch(keeper, path, {"name": "ours", "types": ["event.added"]}, If_Match=etag)
    assert (changed.json()["name"], changed.json()["types"]) == ("ours", ["event.added"])
    problem(patch(keeper, path, {"name": "late"}, If_Match=etag), 412, "precondition_failed")
    assert patch(keeper, path, {"enabled": False}).json()["disabled_reason"] == "by its owner"
    problem(keeper.post(f"{path}/test"), 409, "webhook_disabled")
    assert patch(keeper, path, {"enabled": True}).json()["disabled_at"] is None
    assert keeper.send("DELETE", path).status_code == 204
    problem(keeper.get(path), 404, "not_found")
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"url": "http://hooks.example.org/"}, "/url"),
        ({"url": "https://169.254.169.254/latest"}, "/url"),
        ({"url": "https://localhost/"}, "/url"),
        ({"url": "https://[::ffff:127.0.0.1]/"}, "/url"),
        ({"url": "https://2130706433/"}, "/url"),
        ({"url": "file:///etc/passwd"}, "/url"),
        ({"url": 7}, "/url"),
        ({"types": []}, "/types"),
        ({"types": ["webhook.test"]}, "/types/0"),
        ({"types": "job.finished"}, "/types"),
        ({"minerals": ["kryptonite"]}, "/minerals"),
        ({"places": ["QQQ"]}, "/places"),
        ({"about": "everybody"}, "/about"),
        ({"secret": "whsec_mine"}, "/secret"),
        ({"owner": 1}, "/owner"),
        ({"disabled_at": None}, "/disabled_at"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field_when_made_and_when_changed(
    keeper: Api, receiver: Receiver, wrong: dict[str, Any], pointer: str
) -> None:
    path = f"/webhooks/{make(keeper, receiver)['id']}"
    body = {"url": receiver.url, "types": ["job.finished"], **wrong}
    for response in (keeper.post("/webhooks", body), patch(keeper, path, wrong)):
        found = problem(response, 400, "invalid")
        assert pointer in [error["pointer"] for error in found["errors"]]
    assert Webhook.objects.count() == 1
    assert Webhook.objects.get().url == receiver.url


def test_webhooks_of_others_are_as_good_as_absent_on_every_verb(
    keeper: Api, make_api: Callable[..., Api], receiver: Receiver
) -> None:
    path = f"/webhooks/{make(keeper, receiver)['id']}"
    sent = keeper.post(f"{path}/test").json()["id"]
    stranger = make_api("read", "webhook", name="bob")
    assert stranger.json("/webhooks")["items"] == []
    for response in (
        stranger.get(path),
        patch(stranger, path, {"name": "x"}),
        stranger.send("DELETE", path),
        stranger.post(f"{path}/rotate"),
        stranger.post(f"{path}/test"),
        stranger.post(f"{path}/replay", {}),
        stranger.get(f"{path}/deliveries"),
        stranger.get(f"{path}/deliveries/{sent}"),
        stranger.post(f"{path}/deliveries/{sent}/replay"),
        stranger.get("/webhooks/99999999999999999999/deliveries"),
    ):
        problem(response, 404, "not_found")
    assert Webhook.objects.get().previous_secret == ""


def test_a_delivery_is_found_under_its_own_webhook_alone(keeper: Api, receiver: Receiver) -> None:
    one, other = make(keeper, receiver)["id"], make(keeper, receiver)["id"]
    sent = keeper.post(f"/webhooks/{one}/test").json()["id"]
    problem(keeper.get(f"/webhooks/{other}/deliveries/{sent}"), 404, "not_found")
    problem(keeper.post(f"/webhooks/{other}/deliveries/{sent}/replay"), 404, "not_found")


def test_a_key_without_the_scope_writes_nothing(
    keeper: Api, make_api: Callable[..., Api], receiver: Receiver
) -> None:
    path = f"/webhooks/{make(keeper, receiver)['id']}"
    reader = make_api("read")
    assert reader.get(path).status_code == 200
    for response in (
        reader.post("/webhooks", {"url": receiver.url, "types": ["job.finished"]}),
        patch(reader, path, {"name": "x"}),
        reader.post(f"{path}/rotate"),
        reader.send("DELETE", path),
    ):
        problem(response, 403, "forbidden")


def test_a_list_of_deliveries_costs_the_same_however_long_it_is(
    keeper: Api, receiver: Receiver, django_assert_max_num_queries: Any
) -> None:
    path = f"/webhooks/{make(keeper, receiver)['id']}"
    keeper.get(f"{path}/deliveries")
    for _ in range(3):
        keeper.post(f"{path}/test")
    send.drain()
    with django_assert_max_num_queries(5):
        assert len(keeper.json(f"{path}/deliveries")["items"]) == 3


def test_usage_says_what_the_plan_allows_and_what_is_left(
    keeper: Api, receiver: Receiver, settings: Any
) -> None:
    make(keeper, receiver)
    settings.RATE_PLANS = {"heavy": {"requests": "500/h", "jobs": "5/h"}}
    ApiKey.objects.update(plan="heavy")
    before = keeper.json("/usage")
    keeper.get("/webhooks?page_size=1000")
    after = keeper.json("/usage")
    assert before["plan"] == "heavy"
    reads, writes = after["rates"]
    assert (reads["name"], reads["limit"], reads["seconds"]) == ("requests", 500, 3600)
    assert before["rates"][0]["remaining"] - reads["remaining"] == 11
    assert (writes["name"], writes["limit"]) == ("jobs", 5)
    assert after["open_jobs"] == {"used": 0, "limit": 50}
    assert after["webhooks"] == {"used": 1, "limit": 20}
