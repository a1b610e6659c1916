"""Health for load balancers."""

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as real
from django.test import Client

from tests.api.conftest import problem


def test_alive_touches_no_database() -> None:
    assert Client().get("/livez").json() == {"status": "alive"}


@pytest.mark.django_db
def test_ready_when_database_and_broker_answer() -> None:
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "ready"


@pytest.mark.django_db
def test_without_the_broker_it_is_degraded_but_serves(settings: Any) -> None:
    settings.BROKER = replace(real.BROKER, redis="unix:///nowhere/valkey.sock")
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "degraded",
        "checks": {"database": True, "broker": False},
    }


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_is_only_read(path: str) -> None:
    problem(Client(enforce_csrf_checks=True).post(path), 405, "method_not_allowed")
