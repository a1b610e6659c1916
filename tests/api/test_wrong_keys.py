"""Guessing keys: throttled by address before the database is asked, and written down."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as real
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from riskscore import api_keys
from riskscore.api.framework import wrong_keys
from riskscore.api.framework.throttling import Circuit
from riskscore.models import ApiKey
from tests.api.conftest import PREFIX, Api, problem
from tests.make import make_place

pytestmark = pytest.mark.django_db
WRONG = "rs_00000000_wrong"


@pytest.fixture(autouse=True)
def five_an_hour(settings: Any) -> None:
    """Five wrong ones, and the next after twelve minutes."""
    rates = {**real.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "wrong_keys": "5/h"}
    settings.REST_FRAMEWORK = {**real.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}


@pytest.fixture
def no_valkey(settings: Any) -> Iterator[None]:
    settings.BROKER = replace(real.BROKER, redis="unix:///nowhere/valkey.sock")
    yield
    Circuit.open_until = 0.0
    wrong_keys.LOCAL = wrong_keys.LocalBuckets()


def guess(address: str, key: str = WRONG, **headers: str) -> Any:
    sent = {"Authorization": f"Bearer {key}", **headers}
    return Client(REMOTE_ADDR=address).get(f"{PREFIX}/places", headers=sent)


def test_the_sixth_guess_waits_and_asks_no_database() -> None:
    for _ in range(5):
        problem(guess("192.0.2.1"), 401, "unauthenticated")
    with CaptureQueriesContext(connection) as queries:
        answer = guess("192.0.2.1")
    problem(answer, 429, "throttled")
    assert 0 < int(answer["Retry-After"]) <= 720
    assert len(queries) == 0
    problem(guess("192.0.2.2"), 401, "unauthenticated")


def test_what_is_no_key_at_all_counts_and_asks_no_database() -> None:
    with CaptureQueriesContext(connection) as queries:
        for key in ("x", "rs_", "rs_00000000_" + "x" * 5000, "rs_0000zzzz_abc", "pk_1"):
            problem(guess("192.0.2.3", key), 401, "unauthenticated")
        problem(guess("192.0.2.3"), 429, "throttled")
    assert len(queries) == 0


def test_a_right_key_from_the_address_works_below_the_limit_and_costs_nothing(api: Api) -> None:
    for _ in range(4):
        guess("192.0.2.4")
    for _ in range(8):
        assert guess("192.0.2.4", api.key).status_code == 200
    problem(guess("192.0.2.4"), 401, "unauthenticated")
    problem(guess("192.0.2.4", api.key), 429, "throttled")


def test_who_has_a_network_of_addresses_has_one_bucket() -> None:
    for last in range(5):
        problem(guess(f"2001:db8:0:1::{last}"), 401, "unauthenticated")
    problem(guess("2001:db8:0:1:ffff::9"), 429, "throttled")
    problem(guess("2001:db8:0:2::1"), 401, "unauthenticated")


def test_an_invented_forwarded_address_is_no_new_client(settings: Any) -> None:
    """Without a proxy the header means nothing; behind one, its last entry alone does."""
    for last in range(5):
        guess("192.0.2.5", **{"X-Forwarded-For": f"10.0.0.{last}"})
    problem(guess("192.0.2.5", **{"X-Forwarded-For": "10.0.0.9"}), 429, "throttled")
    settings.PROXIES = 1
    for last in range(5):
        guess("192.0.2.5", **{"X-Forwarded-For": f"10.0.0.{last}, 198.51.100.7"})
    problem(guess("192.0.2.5", **{"X-Forwarded-For": "10.9.9.9, 198.51.100.7"}), 429, "throttled")
    problem(guess("192.0.2.5", **{"X-Forwarded-For": "198.51.100.8"}), 401, "unauthenticated")


def test_without_valkey_this_process_counts(no_valkey: None) -> None:
    for _ in range(5):
        problem(guess("192.0.2.6"), 401, "unauthenticated")
    problem(guess("192.0.2.6"), 429, "throttled")


def test_a_wrong_key_is_one_warning_without_its_secret(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="riskscore.api.framework.wrong_keys"):
        guess("192.0.2.7", "rs_0123abcd_verysecret")
    (record,) = (one for one in caplog.records if one.name.endswith("wrong_keys"))
    assert record.getMessage() == "wrong API key from 192.0.2.7"
    assert record.__dict__["key"] == "0123abcd"
    assert "verysecret" not in str(record.__dict__)


OLD, NEW = "an earlier secret " * 4, "the secret in force " * 4


def rotated(settings: Any, *, keep: bool) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD] if keep else []


def test_a_key_lives_through_a_rotation_and_needs_the_old_secret_once(
    settings: Any, make_api: Callable[..., Api]
) -> None:
    settings.SECRET_KEY = OLD
    api, unused = make_api(), make_api(name="bob")
    before = ApiKey.objects.get(user=api.user).digest
    rotated(settings, keep=True)
    assert api.get("/places").status_code == 200
    after = ApiKey.objects.get(user=api.user).digest
    assert after != before
    assert after == api_keys.hashed(api.key, NEW)
    rotated(settings, keep=False)
    assert api.get("/places").status_code == 200
    problem(guess("192.0.2.8", unused.key), 401, "unauthenticated")


def test_cursors_live_through_a_rotation(settings: Any, make_api: Callable[..., Api]) -> None:
    settings.SECRET_KEY = OLD
    api = make_api()
    for code in ("AAA", "BBB", "CCC"):
        make_place(code)
    from_before = api.json("/places?page_size=1")
    rotated(settings, keep=True)
    following = from_before["next"].split(PREFIX, 1)[1]
    assert [row["code"] for row in api.json(following)["items"]] == ["BBB"]
