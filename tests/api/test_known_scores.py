"""A score that was told before: never older than its rows, and for nobody who may not see it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db.models import F
from django.test import Client
from django.utils import timezone

from riskscore.api.framework import throttling, wrong_keys
from riskscore.models import ApiKey, Lens, Place, Project, ProjectMineral, Ranking, Score
from riskscore.scoring import ranking
from tests.api.conftest import Api, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(bundle: None, api: Api) -> tuple[Api, str, str]:
    """Give a client, the address of a score that it was told, and the ETag."""
    lens = Lens.objects.get(importer="WLD")
    key = ranking.ranked(lens.pk).filter(composite__isnull=False).order_by("pk")[7].project.key
    path = f"/projects/{key}/score"
    return api, path, api.get(path)["ETag"]


def project_of(path: str) -> Any:
    return Project.objects.filter(key=path.split("/")[2])


def score_of(path: str) -> Any:
    return Score.objects.filter(project__key=path.split("/")[2], lens__importer="WLD")


def test_who_has_it_is_told_so_without_a_token_and_with_the_manners_of_the_api(
    seen: tuple[Api, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, path, etag = seen
    monkeypatch.setattr(throttling, "rate", lambda *_: (100, 360_000))  # one comes back in an hour
    before = api.get(path)["RateLimit"]
    for given in (etag, f'"other", {etag}', f"W/{etag}"):
        again = api.get(path, If_None_Match=given)
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == etag
        assert again["Vary"] == "Accept, Authorization, Cookie"
        assert again["Cache-Control"] == "private, no-cache"
        assert again["X-Content-Type-Options"] == "nosniff"
        assert again["X-Request-ID"]
        assert "RateLimit" not in again
    left = [
        int(value.split(";r=")[1].split(";")[0]) for value in (before, api.get(path)["RateLimit"])
    ]
    assert left[0] - left[1] == 1


def test_an_answer_that_is_kept_is_the_answer_that_the_view_gives(
    seen: tuple[Api, str, str],
) -> None:
    api, path, etag = seen
    kept = api.get(path)
    made = api.get(path, Accept="application/json;q=0.9")  # which is left to the view
    assert kept.content == made.content
    assert kept["ETag"] == etag
    assert set(kept.headers) == set(made.headers)
    assert api.get(path + "?fields=key,composite").json() == {
        name: kept.json()[name] for name in ("key", "composite")
    }


CHANGES: dict[str, Callable[[str], object]] = {
    "score": lambda path: score_of(path).update(coverage=0.123),
    "rank": lambda path: score_of(path).update(composite=99.9),
    "rank by another": lambda path: (
        ranking.ranked(score_of(path).get().lens_id)
        .exclude(project__key=path.split("/")[2])
        .filter(composite__lt=score_of(path).get().composite)
        .order_by("pk")[:1]
        .get()
        .delete()
    ),
    "ranks made anew": lambda path: ranking.keep(score_of(path).get().lens_id),
    "name": lambda path: project_of(path).update(name="Another name"),
    "flags": lambda path: project_of(path).update(flags=["low_confidence"]),
    "stale": lambda path: project_of(path).update(latitude=F("latitude") + 0.01),
    "minerals": lambda path: ProjectMineral.objects.create(
        project=project_of(path).get(), mineral_id="tungsten", role="other"
    ),
    "name of the place": lambda path: Place.objects.filter(
        pk=project_of(path).get().place_id
    ).update(name="Elsewhere"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_what_is_shown_changes_the_etag(
    seen: tuple[Api, str, str], change: Callable[[str], object]
) -> None:
    api, path, etag = seen
    before = api.get(path).json()
    change(path)
    after = api.get(path, If_None_Match=etag)
    assert after.status_code == 200
    assert after["ETag"] != etag
    assert after.json() != before or change is CHANGES["ranks made anew"]
    assert after.json() == api.get(path, Accept="application/json;q=0.9").json()


LOSSES: dict[str, tuple[Callable[[ApiKey], object], int, str]] = {
    "revoked": (lambda _: ApiKey.objects.update(revoked_at=timezone.now()), 401, "unauthenticated"),
    "expired": (
        lambda _: ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1)),
        401,
        "unauthenticated",
    ),
    "no scope": (lambda _: ApiKey.objects.update(scopes=["rescore"]), 403, "forbidden"),
    "inactive": (lambda _: User.objects.update(is_active=False), 401, "unauthenticated"),
    "no staff": (lambda _: User.objects.update(is_staff=False), 401, "unauthenticated"),
    "no permission": (lambda k: k.user.user_permissions.clear(), 403, "forbidden"),
    "no group": (lambda k: k.user.groups.clear(), 403, "forbidden"),
}


@pytest.mark.parametrize(("lose", "status", "code"), LOSSES.values(), ids=LOSSES)
def test_a_right_that_is_lost_is_lost_at_the_next_request(
    seen: tuple[Api, str, str],
    lose: Callable[[ApiKey], object],
    status: int,
    code: str,
) -> None:
    api, path, etag = seen
    User.objects.update(is_superuser=False)
    key = ApiKey.objects.get()
    project, score = (Permission.objects.get(codename=f"view_{t}") for t in ("project", "score"))
    key.user.user_permissions.add(project)
    key.user.groups.create(name="readers").permissions.add(score)
    assert api.get(path, If_None_Match=etag).status_code == 304
    lose(key)
    problem(api.get(path, If_None_Match=etag), status, code)
    problem(api.get(path), status, code)


def test_what_the_view_refuses_is_never_known(seen: tuple[Api, str, str]) -> None:
    api, path, etag = seen
    for query in ("?field=key", "?fields=secret", "?importer=WLD&importer=WLD"):
        for given in (etag, "*"):
            assert api.get(path + query, If_None_Match=given).status_code == 400, query
    problem(api.get(path + "?key=rs_x", If_None_Match=etag), 401, "key_in_url")
    assert api.get(path, If_None_Match="*").status_code == 304
    assert api.get(path, If_Match=etag).status_code == 200
    problem(api.get(path, If_Match='"other"'), 412, "precondition_failed")
    project_of(path).update(state="archived")
    problem(api.get(path, If_None_Match=etag), 404, "not_found")


def test_a_client_without_tokens_is_refused_the_answer_but_not_the_304(
    seen: tuple[Api, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, path, etag = seen
    monkeypatch.setattr(throttling, "rate", lambda *_: (1, 3600))
    api.get(path)
    problem(api.get(path), 429, "throttled")
    assert api.get(path, If_None_Match=etag).status_code == 304


def test_an_address_that_guesses_keys_waits_with_a_right_one_too(
    seen: tuple[Api, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, path, etag = seen
    monkeypatch.setattr(wrong_keys, "rate", lambda _: (3, 36_000))
    apart = Client(REMOTE_ADDR="192.0.2.77")  # the bucket outlives this test
    api, wrong = replace(api, client=apart), Api("rs_00000000_" + "x" * 32, client=apart)
    assert any(wrong.get(path).status_code == 429 for _ in range(200))
    wrong_keys.QUIET.clear()  # it is known for a second
    problem(api.get(path, If_None_Match=etag), 429, "throttled")


def test_a_ranking_that_is_being_made_anew_is_told_as_of_before(
    seen: tuple[Api, str, str],
) -> None:
    api, path, _ = seen
    before = api.get(path).json()
    Score.objects.filter(lens__importer="WLD").update(composite=F("composite") / 2)
    Score.objects.filter(pk=score_of(path).get().pk).update(composite=before["composite"])
    told = api.get(path).json()
    assert [told[name] for name in ("rank", "ranked_at")] == [
        before[name] for name in ("rank", "ranked_at")
    ]
    assert Ranking.objects.get(lens__importer="WLD").recording is None
