"""Lists over HTTP: what a write needs, what it answers, and what it never does twice."""

from collections.abc import Callable

import pytest

from riskscore.models import IdempotencyKey, ProjectList
from tests.api.conftest import Api, problem
from tests.make import make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(make_api: Callable[..., Api]) -> Api:
    for key in ("one-1", "two-2"):
        make_project(key=key)
    return make_api("list")


def test_a_list_is_begun_read_and_changed_by_what_its_answers_say(keeper: Api) -> None:
    made = keeper.post("/lists", {"name": "mine", "projects": ["one-1"]})
    assert (made.status_code, made["Location"]) == (201, "/api/v1/lists/mine")
    assert made.json() == {"name": "mine", "count": 1, "projects": ["one-1"]}
    read = keeper.get("/lists/mine")
    assert read["ETag"] == made["ETag"]
    changed = keeper.write("PATCH", "/lists/mine", {"add": ["two-2"]}, If_Match=made["ETag"])
    assert changed.json()["projects"] == ["one-1", "two-2"]
    assert keeper.get("/lists/mine")["ETag"] == changed["ETag"]
    assert keeper.json("/lists")["items"] == [{"name": "mine", "count": 2}]


def test_without_if_match_428_and_with_an_old_one_412_that_shows_both(keeper: Api) -> None:
    old = keeper.post("/lists", {"name": "mine", "projects": ["one-1"]})["ETag"]
    body = {"projects": ["two-2"]}
    problem(keeper.write("PATCH", "/lists/mine", body), 428, "precondition_required")
    for unseen in ("*", "*, " + old):
        answer = keeper.write("PATCH", "/lists/mine", body, If_Match=unseen)
        problem(answer, 428, "precondition_required")
    keeper.write("PATCH", "/lists/mine", {"projects": []}, If_Match=old)
    for stale in (old, f"W/{old}", '"nonsense"'):
        answer = keeper.write("PATCH", "/lists/mine", body, If_Match=stale)
        told = problem(answer, 412, "precondition_failed")
        assert [(one["sent"], one["now"]) for one in told["errors"]] == [(["two-2"], [])]
    again = keeper.write("PATCH", "/lists/mine", body, If_Match=answer["ETag"])
    assert again.json()["projects"] == ["two-2"]


def test_a_check_answers_200_and_writes_nothing(keeper: Api) -> None:
    body = {"name": "mine", "projects": ["one-1"]}
    checked = keeper.post("/lists?validate_only=true", body, Idempotency_Key="k")
    assert (checked.status_code, checked.json()["count"]) == (200, 1)
    assert "Location" not in checked
    assert not ProjectList.objects.exists()
    assert not IdempotencyKey.objects.exists()
    wrong = keeper.post("/lists?validate_only=true", {**body, "projects": ["nowhere"]})
    told = problem(wrong, 400, "invalid")
    assert [one["pointer"] for one in told["errors"]] == ["/projects/0"]


def test_the_same_key_gives_the_same_answer_and_another_body_with_it_422(keeper: Api) -> None:
    body = {"name": "mine", "projects": []}
    first = keeper.post("/lists", body, Idempotency_Key="once")
    again = keeper.post("/lists", body, Idempotency_Key="once")
    assert (again.status_code, again.json()) == (201, first.json())
    assert (again["Idempotency-Replayed"], again["Location"]) == ("true", first["Location"])
    other = keeper.post("/lists", {"name": "other"}, Idempotency_Key="once")
    problem(other, 422, "idempotency_mismatch")
    problem(keeper.post("/lists", body, Idempotency_Key="a b"), 400, "bad_request")
    assert ProjectList.objects.count() == 1


def test_what_was_refused_with_a_key_may_be_mended_and_sent_again(keeper: Api) -> None:
    problem(keeper.post("/lists", {"name": "a b"}, Idempotency_Key="k"), 400, "invalid")
    assert keeper.post("/lists", {"name": "mine"}, Idempotency_Key="k").status_code == 201


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "mine", "is_staff": True}, "/is_staff"),
        ({"name": 7}, "/name"),
        ({"name": "mine", "projects": "one-1"}, "/projects"),
        ({"name": "mine", "projects": [1]}, "/projects/0"),
        ({}, "/"),
    ],
)
def test_types_are_strict_and_unknown_fields_are_faults(
    body: object, pointer: str, keeper: Api
) -> None:
    told = problem(keeper.post("/lists", body), 400, "invalid")
    assert [one["pointer"] for one in told["errors"]] == [pointer]


def test_a_key_without_the_scope_may_read_and_not_write(
    make_api: Callable[..., Api], keeper: Api
) -> None:
    reader = make_api("read", name="bob")
    assert reader.get("/lists").status_code == 200
    problem(reader.post("/lists", {"name": "mine"}), 403, "forbidden")
    problem(keeper.get("/lists/theirs"), 404, "not_found")
    problem(keeper.write("PATCH", "/lists/theirs", {}, If_Match='"a"'), 404, "not_found")


@pytest.mark.parametrize("key", ["", "k" * 256, "two words", "schlüssel"])
@pytest.mark.parametrize("query", ["", "?validate_only=true"])
def test_an_idempotency_key_that_is_none_is_refused_by_checks_too(
    keeper: Api, key: str, query: str
) -> None:
    said = problem(
        keeper.post(f"/lists{query}", {"name": "own"}, Idempotency_Key=key), 400, "bad_request"
    )
    assert "1 to 255 visible ASCII" in said["detail"]
    assert not ProjectList.objects.exists()
