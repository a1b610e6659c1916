"""A client as an analyst has one: a key, and nothing else."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.test import Client

from riskscore import api_keys
from riskscore.jobs import broker
from riskscore.models import ApiKey

PREFIX = "/api/v1"


@dataclass
class Api:
    """Sends requests with one key through the whole stack, middleware and all."""

    key: str = ""
    user: User | None = None
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(PREFIX + path, headers=self._headers(headers))

    def json(self, path: str, **headers: str) -> Any:
        """The body of a GET that must succeed."""
        response = self.get(path, **headers)
        assert response.status_code == 200, response.content
        return response.json()

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST a value as JSON, or bytes as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        if body is None:
            content = b""
        kind = headers.pop("Content_Type", "application/json")
        return self.client.post(
            PREFIX + path, content, content_type=kind, headers=self._headers(headers)
        )

    def write(self, method: str, path: str, body: Any, **headers: str) -> Any:
        """PUT or PATCH a value as JSON."""
        return self.client.generic(
            method, PREFIX + path, json.dumps(body), "application/json",
            headers=self._headers(headers),
        )  # fmt: skip

    def send(self, method: str, path: str, **headers: str) -> Any:
        return self.client.generic(method, PREFIX + path, headers=self._headers(headers))

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        found = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"Authorization": f"Bearer {self.key}", **found} if self.key else found


@pytest.fixture
def make_api(db: None) -> Callable[..., Api]:
    """Give a client with a key of its own user, who may do everything, with these scopes."""

    def make(*scopes: str, name: str = "ana") -> Api:
        user, _ = get_user_model().objects.get_or_create(
            username=name, defaults={"is_staff": True, "is_superuser": True}
        )
        api = Api(api_keys.issue(user, "tests", scopes or ("read", "rescore")), user)
        _fill_buckets(ApiKey.objects.latest("pk").pk)
        return api

    return make


def _fill_buckets(number: int) -> None:
    """A database that was emptied gives numbers again, and Valkey remembers who had them."""
    names = [f"riskscore:rate:{name}:key-{number}" for name in ("requests", "jobs")]
    with suppress(redis.RedisError):
        broker.client(settings.BROKER.redis).delete(*names)


@pytest.fixture
def api(make_api: Callable[..., Api]) -> Api:
    """Give a client that may read and rescore."""
    return make_api()


@pytest.fixture
def stranger(make_api: Callable[..., Api]) -> Api:
    """Give another user's client."""
    return make_api(name="bob")


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem that a response must be."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["code"] == code
    assert found["status"] == status
    assert found["type"] == f"{PREFIX}/errors/{code}"
    assert found["title"]
    assert found["detail"]
    assert found["request_id"] == response["X-Request-ID"]
    return found
