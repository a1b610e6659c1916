"""Keys: who may ask what, and where a key must never be."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from riskscore import api_keys
from riskscore.models import ApiKey
from tests.api.conftest import PREFIX, Api, problem
from tests.make import make_job, make_project

pytestmark = pytest.mark.django_db


def test_a_living_key_reads(api: Api) -> None:
    assert api.get("/places").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer rs_00000000_nothing",
        "Bearer rs_\x00_nul",
        "Basic dXNlcjpwYXNz",
        "Token rs_00000000_nothing",
        "Bearer " + "x" * 5000,
        "Bearer pk_live_1",
    ],
)
def test_anything_else_is_401_with_a_challenge(header: str) -> None:
    response = Client().get(f"{PREFIX}/places", headers={"Authorization": header})
    problem(response, 401, "unauthenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("how", ["revoked", "expired", "disabled user"])
def test_a_dead_key_gets_the_same_answer_as_a_wrong_one(how: str, api: Api) -> None:
    past = timezone.now() - timedelta(seconds=1)
    if how == "disabled user":
        get_user_model().objects.update(is_active=False)
    else:
        ApiKey.objects.update(**{"revoked_at" if how == "revoked" else "expires_at": past})
    dead = problem(api.get("/places"), 401, "unauthenticated")
    wrong = problem(Api("rs_00000000_wrong").get("/places"), 401, "unauthenticated")
    assert dead["detail"] == wrong["detail"]


def test_in_clear_nothing_is_answered_and_no_redirect_helps(api: Api, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    project = make_project()
    known = f"/projects/{project.key}"
    for method, path in (("GET", known), ("GET", "/schema"), ("POST", "/jobs"), ("GET", "/none")):
        problem(api.send(method, path), 403, "not_encrypted")
    assert Client().get("/livez").status_code == 200
    assert Client().get("/admin/").status_code == 301
    headers = {"Authorization": f"Bearer {api.key}"}
    assert Client().get(PREFIX + known, headers=headers, secure=True).status_code == 200


@pytest.mark.parametrize("name", ["api_key", "token", "access_token", "key", "q"])
def test_a_key_in_the_url_is_refused_even_beside_a_good_header(name: str, api: Api) -> None:
    response = api.get(f"/places?{name}={api.key}")
    problem(response, 401, "key_in_url")
    assert "WWW-Authenticate" in response


def test_a_key_that_may_only_read_starts_and_cancels_nothing(
    make_api: Callable[..., Api],
) -> None:
    reader = make_api("read")
    job = make_job(created_by=reader.user)
    said = problem(reader.post("/jobs", {"scope": {"all": True}}), 403, "forbidden")
    assert "rescore" in said["detail"]
    problem(reader.post(f"/jobs/{job.pk}/cancel"), 403, "forbidden")
    assert reader.get(f"/jobs/{job.pk}").status_code == 200


def test_a_key_that_may_only_rescore_reads_its_jobs_and_no_scores(
    make_api: Callable[..., Api],
) -> None:
    worker = make_api("rescore")
    assert worker.get("/jobs").status_code == 200
    problem(worker.get("/projects"), 403, "forbidden")


def test_a_signed_in_browser_reads_but_starts_nothing() -> None:
    browser = Client()
    browser.force_login(get_user_model().objects.create_superuser("curator"))
    assert browser.get(f"{PREFIX}/places").status_code == 200
    response = browser.post(
        f"{PREFIX}/jobs", {"scope": {"all": True}}, content_type="application/json"
    )
    problem(response, 401, "unauthenticated")


def test_the_use_of_a_key_is_noted_but_not_at_every_request(api: Api) -> None:
    api.get("/places")
    first = ApiKey.objects.get().last_used_at
    api.get("/places")
    assert first is not None
    assert ApiKey.objects.get().last_used_at == first


def test_only_a_digest_of_the_key_is_stored(api: Api) -> None:
    row = ApiKey.objects.values().get()
    assert api.key.split("_", 2)[2] not in str(row)
    assert api_keys.find(api.key) is not None


def test_what_needs_no_key_is_this_and_nothing_else() -> None:
    anybody = Client()
    for path in ("", "/schema", "/docs", "/errors/invalid"):
        assert anybody.get(PREFIX + path).status_code == 200
    for path in ("/projects", "/scores", "/jobs", "/methods", "/indicators", "/minerals"):
        assert anybody.get(PREFIX + path).status_code == 401
