"""Who asks is read once while nothing is committed; a right that is lost is lost at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from riskscore.models import ApiKey
from tests.api.conftest import Api, problem

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asking(make_api: Callable[..., Api]) -> Api:
    """A key that was used, so that its use is written down."""
    api = make_api("read")
    assert api.get("/usage").status_code == 200
    return api


def questions_about_keys(api: Api) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        assert api.get("/usage").status_code == 200
    return [each["sql"] for each in seen.captured_queries if "riskscore_apikey" in each["sql"]]


def test_a_key_is_read_once_while_nothing_is_committed(asking: Api) -> None:
    asking.get("/usage")
    assert questions_about_keys(asking) == []
    User.objects.update(first_name="Another")
    assert len(questions_about_keys(asking)) == 1


LOSSES: dict[str, tuple[Callable[[], Any], int]] = {
    "revoked": (lambda: ApiKey.objects.update(revoked_at=timezone.now()), 401),
    "inactive": (lambda: User.objects.update(is_active=False), 401),
    "no staff": (lambda: User.objects.update(is_staff=False), 401),
    "no scope": (lambda: ApiKey.objects.update(scopes=["rescore"]), 403),
    "another secret": (lambda: ApiKey.objects.update(digest="0" * 64), 401),
}


@pytest.mark.parametrize(("lose", "status"), LOSSES.values(), ids=LOSSES)
def test_what_is_lost_is_lost_at_the_next_request(
    asking: Api, lose: Callable[[], Any], status: int
) -> None:
    asking.get("/places")
    lose()
    code = {401: "unauthenticated", 403: "forbidden"}[status]
    problem(asking.get("/places"), status, code)


def test_a_key_ends_at_its_moment_though_nothing_is_committed(asking: Api) -> None:
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(seconds=2))
    assert asking.get("/places").status_code == 200
    until = ApiKey.objects.get().expires_at
    assert until is not None
    while timezone.now() < until:
        asking.get("/places")
    problem(asking.get("/places"), 401, "unauthenticated")


def test_who_asks_is_the_owner_of_the_key_though_many_keys_are_known(
    make_api: Callable[..., Api],
) -> None:
    apis = [make_api("read") for _ in range(3)]
    for _ in range(3):
        for api in apis:
            assert api.user is not None
            assert api.get("/usage").status_code == 200
