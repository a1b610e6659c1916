"""The limit on requests: exact under a crowd, open when Valkey is away."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as real
from django.db import connection
from django.test.utils import CaptureQueriesContext

from riskscore.api.framework import request_cost
from riskscore.api.framework.throttling import Circuit, take
from riskscore.jobs import broker
from riskscore.models import ApiKey, Job
from tests.api.conftest import Api, problem
from tests.make import make_method, make_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def rates(settings: Any, db: None) -> Iterator[Callable[..., None]]:
    """Set the rates, as the settings file does; what was taken from the buckets is given back."""

    def change(requests: str = "1200/min", jobs: str = "60/min") -> None:
        standing = real.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
        rates = {**standing, "requests": requests, "jobs": jobs}
        settings.REST_FRAMEWORK = {**real.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}

    yield change
    for key in ApiKey.objects.all():
        for name in ("requests", "jobs"):
            broker.client(real.BROKER.redis).delete(f"riskscore:rate:{name}:key-{key.pk}")


@pytest.fixture
def awake() -> Iterator[None]:
    yield
    Circuit.open_until = 0.0


def test_who_asks_too_often_is_told_how_long_to_wait(rates: Any, api: Api) -> None:
    rates(requests="3/h")
    for left in (2, 1, 0):
        response = api.get("/places")
        assert response.status_code == 200
        assert f"r={left};" in response["RateLimit"]
        assert response["RateLimit-Policy"] == '"requests";q=3;w=3600'
    response = api.get("/places")
    problem(response, 429, "throttled")
    assert 0 < int(response["Retry-After"]) <= 1200


def test_a_clock_set_back_two_hours_makes_nobody_wait_longer_than_for_a_token(
    rates: Any, api: Api
) -> None:
    rates(requests="60/min")
    assert api.get("/places").status_code == 200
    valkey = broker.client(real.BROKER.redis)
    key = f"riskscore:rate:requests:key-{ApiKey.objects.get(user=api.user).pk}"
    valkey.set(key, float(valkey.get(key) or 0) + 7200)
    response = api.get("/places")
    problem(response, 429, "throttled")
    assert int(response["Retry-After"]) <= 1
    time.sleep(1.1)
    assert api.get("/places").status_code == 200


def test_each_client_has_a_bucket_of_its_own(rates: Any, api: Api, stranger: Api) -> None:
    rates(requests="1/h")
    assert api.get("/places").status_code == 200
    assert api.get("/places", X_Forwarded_For="10.0.0.1").status_code == 429
    assert stranger.get("/places").status_code == 200


def test_starting_jobs_has_its_own_limit(rates: Any, api: Api) -> None:
    rates(jobs="1/h")
    make_place("WLD", kind="group")
    assert api.post("/jobs", {}).status_code == 400
    problem(api.post("/jobs", {}), 429, "throttled")
    assert api.get("/jobs").status_code == 200


def test_a_crowd_gets_exactly_the_burst(servers: None) -> None:
    one = lambda _: take("riskscore:rate:crowd", 36.0, 100)  # noqa: E731
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(one, range(200)))
    assert sum(result[0] for result in found if result) == 100


def test_without_valkey_everybody_passes_at_once(settings: Any, awake: None, api: Api) -> None:
    settings.BROKER = replace(real.BROKER, redis="unix:///nowhere/valkey.sock")
    response = api.get("/places")
    assert response.status_code == 200
    assert "RateLimit" not in response


def _left(response: Any) -> int:
    return int(str(response["RateLimit"]).partition("r=")[2].partition(";")[0])


def test_a_request_takes_as_many_tokens_as_its_work_is_large(rates: Any, api: Api) -> None:
    rates(requests="1000/h")
    make_place("WLD", kind="group")
    costs = {
        "/places": 1,
        "/places?page_size=100": 1,
        "/places?page_size=101": 2,
        "/places?page_size=1000": 10,
        "/places/WLD": 1,
    }
    left = 1000
    for address, tokens in costs.items():
        response = api.get(address)
        left -= tokens
        assert (response.status_code, _left(response)) == (200, left), address
    response = api.get("/places", Accept="text/csv")
    assert (response.status_code, _left(response)) == (200, left - 50)


def test_what_is_no_size_of_a_page_costs_one_token_and_is_refused(rates: Any, api: Api) -> None:
    rates(requests="100/h")
    for number, size in enumerate(("-1", "abc", "9" * 4000, "²"), 1):
        response = api.get(f"/places?page_size={size}")
        assert response.status_code == 400
        assert _left(response) == 100 - number


def test_an_export_dearer_than_the_whole_bucket_takes_all_of_it(rates: Any, api: Api) -> None:
    rates(requests="20/h")
    response = api.get("/places", Accept="text/csv")
    assert (response.status_code, _left(response)) == (200, 0)
    problem(api.get("/places"), 429, "throttled")


def test_a_plan_gives_a_key_its_rate_without_one_query_more(
    rates: Any, api: Api, settings: Any, django_assert_num_queries: Any
) -> None:
    rates(requests="3/h")
    settings.RATE_PLANS = {"heavy": {"requests": "500/h", "jobs": "5/h"}}
    api.get("/places")
    with CaptureQueriesContext(connection) as standard:
        response = api.get("/places")
    assert response["RateLimit-Policy"] == '"requests";q=3;w=3600'
    ApiKey.objects.update(plan="heavy")
    with django_assert_num_queries(len(standard)):
        response = api.get("/places")
    assert response["RateLimit-Policy"] == '"requests";q=500;w=3600'
    ApiKey.objects.update(plan="gone from the settings"[:20])
    assert api.get("/places")["RateLimit-Policy"] == '"requests";q=3;w=3600'


def test_parallel_requests_of_many_tokens_never_take_more_than_there_are(servers: None) -> None:
    one = lambda _: take("riskscore:rate:dear", 36.0, 100, tokens=10)  # noqa: E731
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(one, range(50)))
    assert sum(result[0] for result in found if result) == 10


def test_the_table_of_costs_says_what_is_taken() -> None:
    page = (real.BASE_DIR / "docs" / "api.md").read_text()
    assert f"per begun {request_cost.ROWS} of `page_size` | 1 |" in page
    assert f"(CSV, NDJSON and other files) | {request_cost.EXPORT} |" in page
    assert f"per begun {request_cost.PROJECTS:,} | 1 |" in page
    assert f"a job over everything or a filter | {request_cost.WHOLE_JOB} |" in page
    assert request_cost.of_job({"keys": ["a"]}) == request_cost.of_job({"keys": ["a"] * 1000}) == 1
    assert request_cost.of_job({"keys": ["a"] * 1001}) == 2
    assert request_cost.of_job({"all": True}) == request_cost.of_job({"filter": {}}) == 10


def test_a_job_takes_tokens_by_its_scope_and_is_refused_where_they_lack(
    rates: Any, api: Api
) -> None:
    rates(jobs="12/h")
    make_method("critical-minerals")
    make_place("WLD", kind="group")
    started = api.post("/jobs", {"scope": {"all": True}})
    assert (started.status_code, _left(started)) == (202, 2)
    assert api.post("/jobs?validate_only=true", {"scope": {"all": True}}).status_code == 200
    problem(api.post("/jobs", {"scope": {"all": True}}), 429, "throttled")
    assert Job.objects.count() == 1
