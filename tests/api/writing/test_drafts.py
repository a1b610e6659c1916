"""Methods over HTTP: drawn from a version, compared, reviewed, published by a second person."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from riskscore.models import Job, Method
from riskscore.models.methods import scoring_method
from tests.api.conftest import Api, problem

pytestmark = pytest.mark.usefixtures("bundle")
HERE = f"/methods/{settings.DEFAULT_METHOD}/drafts"
WEIGHTS = {
    "composite": {"geopolitical": 0.4, "concentration": 0.2, "labour": 0.25, "indigenous": 0.15}
}
REASON = "geopolitics weigh more this year"


@pytest.fixture
def author(make_api: Callable[..., Api]) -> Api:
    return make_api("method", "read", name="ada")


@pytest.fixture
def reviewer(make_api: Callable[..., Api]) -> Api:
    return make_api("method", name="mary")


def drawn(author: Api, **changes: Any) -> Any:
    return author.post(HERE, {"reason": REASON, "weights": WEIGHTS, **changes})


def test_a_draft_is_drawn_compared_reviewed_and_published_by_a_second_person(
    author: Api, reviewer: Api
) -> None:
    made = drawn(author)
    assert made.status_code == 201, made.content
    assert made["Location"] == f"/api/v1{HERE}/5"
    draft = made.json()
    assert (draft["state"], draft["based_on"], draft["author"]) == ("draft", 4, "ada")
    shares = {child["code"]: child["weight"] for child in draft["spec"]["root"]["children"]}
    assert shares == WEIGHTS["composite"]
    assert author.get(f"{HERE}/5")["ETag"] == made["ETag"]
    moves = author.json(f"{HERE}/5/moves")
    assert (moves["version_now"], moves["version"], len(moves["movers"])) == (4, 5, 20)
    assert moves["moved"] > 1_000
    told = problem(author.post(f"{HERE}/5/submit", {}), 409, "reason_unconfirmed")
    assert "the reason of" in told["detail"]
    confirmed = ["geopolitical", "concentration", "indigenous"]
    sent = author.post(f"{HERE}/5/submit", {"confirmed": confirmed})
    assert sent.json()["state"] == "review"
    problem(author.post(f"{HERE}/5/publish", {"review": "mine"}), 403, "forbidden")
    published = reviewer.post(f"{HERE}/5/publish", {"review": "sound"}, Idempotency_Key="k")
    assert published.json()["state"] == "published"
    now = scoring_method(settings.DEFAULT_METHOD)
    assert now is not None
    assert now.version == 5
    jobs = Job.objects.filter(method=now)
    assert sorted(published.json()["jobs"]) == sorted(str(job.pk) for job in jobs)
    again = reviewer.post(f"{HERE}/5/publish", {"review": "sound"}, Idempotency_Key="k")
    assert again.json() == published.json()
    problem(author.get(f"{HERE}/5"), 404, "not_found")


def test_a_draft_is_changed_with_its_etag_returned_and_discarded(
    author: Api, reviewer: Api
) -> None:
    made = drawn(author)
    more = {"weights": {"composite": {"geopolitical": 0.25, "indigenous": 0.3}}}
    problem(author.write("PATCH", f"{HERE}/5", more), 428, "precondition_required")
    changed = author.write("PATCH", f"{HERE}/5", more, If_Match=made["ETag"])
    assert changed.status_code == 200, changed.content
    other = reviewer.write("PATCH", f"{HERE}/5", more, If_Match=changed["ETag"])
    problem(other, 403, "forbidden")
    codes = [child["code"] for child in changed.json()["spec"]["root"]["children"]]
    author.post(f"{HERE}/5/submit", {"confirmed": codes})
    problem(author.post(f"{HERE}/5/submit", {}), 409, "method_state")
    back = reviewer.post(f"{HERE}/5/return", {"review": "say more"})
    assert (back.json()["state"], back.json()["review"]) == ("draft", "say more")
    assert author.send("DELETE", f"{HERE}/5").status_code == 204
    assert not Method.objects.filter(version=5).exists()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"weights": {"composite": {"geopolitical": 0.4}}}, "/weights/composite"),
        ({"weights": {"composite": {"geopolitical": 0.25011}}}, "/weights/composite/geopolitical"),
        ({"weights": {"composite": {"geopolitical": -0.25}}}, "/weights/composite/geopolitical"),
        ({"weights": {"composite": {"geopolitical": 1e308}}}, "/weights/composite/geopolitical"),
        ({"weights": {"composite": {"geopolitical": 1.001}}}, "/weights/composite/geopolitical"),
        ({"weights": {"composite": {"geopolitical": True}}}, "/weights/composite/geopolitical"),
        ({"weights": {"composite": {"gold": 1}}}, "/weights/composite/gold"),
        ({"weights": {"nowhere": {"a": 1}}}, "/weights/nowhere"),
        ({"weights": {"composite": 1}}, "/weights/composite"),
        ({"reasons": {"nowhere": "so"}}, "/reasons/nowhere"),
        ({"weights": {}}, "/"),
        ({"reason": ""}, "/reason"),
        ({"spec": {"code": "critical-minerals"}}, "/spec"),
    ],
)
def test_what_admin_refuses_is_refused_with_its_place(
    changes: Any, pointer: str, author: Api
) -> None:
    told = problem(drawn(author, **changes), 400, "invalid")
    assert pointer in [one["pointer"] for one in told["errors"]]
    assert not Method.objects.filter(version=5).exists()


def test_a_check_of_a_draft_takes_no_number(author: Api) -> None:
    body = {"reason": REASON, "weights": WEIGHTS}
    assert author.post(f"{HERE}?validate_only=true", body).status_code == 200
    assert drawn(author).json()["version"] == 5


def test_there_are_no_drafts_of_a_method_that_is_none(author: Api) -> None:
    problem(author.get("/methods/nothing/drafts"), 404, "not_found")
    problem(author.post("/methods/nothing/drafts", {"reason": "x"}), 404, "not_found")
    assert author.json(HERE)["items"] == []
