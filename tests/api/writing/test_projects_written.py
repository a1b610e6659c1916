"""Projects over HTTP: entered, changed with If-Match, stored by the thousand; each says its job."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from riskscore.models import Job, Lens, Project, RecordChange
from tests.api.conftest import Api, problem
from tests.make import make_method, make_mineral, make_place, make_project

pytestmark = pytest.mark.django_db

SITE = {
    "key": "own-salar-1",
    "name": "Salar Uno",
    "place": "CHL",
    "latitude": -23.5,
    "longitude": -68.2,
    "kind": "mine",
    "minerals": [{"mineral": "lithium"}],
}


@pytest.fixture
def curator(make_api: Callable[..., Api]) -> Api:
    for code in ("copper", "lithium"):
        make_mineral(code)
    make_place("CHL"), make_place("ARG")
    Lens.objects.create(
        method_code=make_method().code, importer=make_place("WLD"), kept_current=True
    )
    return make_api("curate")


def test_a_project_is_entered_and_its_answer_says_where_it_is_and_which_job_scores_it(
    curator: Api,
) -> None:
    made = curator.post("/projects", {**SITE, "reason": "from the survey"})
    assert made.status_code == 201, made.content
    assert made["Location"] == "/api/v1/projects/own-salar-1"
    told = made.json()
    job = Job.objects.get()
    assert (told["job"], told["jobs"]) == (str(job.pk), [str(job.pk)])
    assert (told["state"], told["minerals"][0]["mineral"]) == ("published", "lithium")
    assert curator.get("/projects/own-salar-1")["ETag"] == made["ETag"]
    row = RecordChange.objects.get(model="project")
    assert (row.author, row.how, row.reason) == (curator.user, "API", "from the survey")


def test_the_same_request_with_a_key_is_one_project_and_one_job(curator: Api) -> None:
    first = curator.post("/projects", SITE, Idempotency_Key="once")
    again = curator.post("/projects", SITE, Idempotency_Key="once")
    assert again.json() == first.json()
    assert (Project.objects.count(), Job.objects.count()) == (1, 1)


def test_a_check_says_what_would_be_and_leaves_no_project_and_no_job(curator: Api) -> None:
    checked = curator.post("/projects?validate_only=true", SITE)
    assert (checked.status_code, checked.json()["key"]) == (200, "own-salar-1")
    assert (checked.json()["job"], checked.json()["jobs"]) == (None, [])
    assert (Project.objects.count(), Job.objects.count()) == (0, 0)


def test_a_stale_edit_is_refused_and_shows_both_values_field_by_field(curator: Api) -> None:
    old = curator.post("/projects", SITE)["ETag"]
    here = "/projects/own-salar-1"
    problem(curator.write("PATCH", here, {"name": "New"}), 428, "precondition_required")
    first = curator.write("PATCH", here, {"name": "Theirs", "stage": "producing"}, If_Match=old)
    assert (first.status_code, first.json()["name"]) == (200, "Theirs")
    late = {"name": "Mine", "kind": "mine", "latitude": -23.4}
    told = problem(curator.write("PATCH", here, late, If_Match=old), 412, "precondition_failed")
    both = {one["pointer"]: (one["sent"], one["now"]) for one in told["errors"]}
    assert both == {"/name": ("Mine", "Theirs"), "/latitude": (-23.4, -23.5)}
    assert Project.objects.get().name == "Theirs"
    done = curator.write("PATCH", here, late, If_Match=first["ETag"])
    assert (done.json()["name"], done.json()["stage"]) == ("Mine", "producing")


def test_parts_are_compared_by_what_was_sent_of_them(curator: Api) -> None:
    old = curator.post("/projects", SITE)["ETag"]
    here = "/projects/own-salar-1"
    curator.write("PATCH", here, {"minerals": [{"mineral": "copper"}]}, If_Match=old)
    late = {"minerals": [{"mineral": "lithium"}], "offtake": []}
    told = problem(curator.write("PATCH", here, late, If_Match=old), 412, "precondition_failed")
    assert [(one["sent"], one["now"]) for one in told["errors"]] == [
        ([{"mineral": "lithium"}], [{"mineral": "copper"}])
    ]


def test_an_edit_that_changes_nothing_starts_no_job(curator: Api) -> None:
    made = curator.post("/projects", SITE)
    same = curator.write("PATCH", "/projects/own-salar-1", {"name": "Salar Uno"},
                         If_Match=made["ETag"])  # fmt: skip
    assert (same.json()["job"], same["ETag"]) == (None, made["ETag"])
    assert Job.objects.count() == 1


def test_a_project_is_archived_seen_by_who_may_write_and_brought_back(
    curator: Api, make_api: Callable[..., Api]
) -> None:
    made = curator.post("/projects", SITE)
    here = "/projects/own-salar-1"
    gone = curator.write("PATCH", here, {"state": "archived"}, If_Match=made["ETag"])
    assert (gone.json()["state"], gone.json()["job"]) == ("archived", None)
    problem(make_api("read", name="bob").get(here), 404, "not_found")
    seen = curator.get(here)
    assert seen["ETag"] == gone["ETag"]
    back = curator.write("PATCH", here, {"state": "published"}, If_Match=seen["ETag"])
    assert back.json()["job"] is not None


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"latitude": "-23.5"}, "/latitude"),
        ({"latitude": True}, "/latitude"),
        ({"score": 12}, "/score"),
        ({"created_by": 1}, "/created_by"),
        ({"input_version": 9}, "/input_version"),
        ({"state": "gone"}, "/state"),
        ({"flags": ["nice"]}, "/flags/0"),
        ({"minerals": [{"mineral": "lithium", "tonnes": 5}]}, "/minerals/0/tonnes"),
        ({"offtake": [{"place": "ARG", "share": 2.0}]}, "/offtake/0/share"),
        ({"external_ids": [{"scheme": "acme"}]}, "/external_ids/0"),
        ({"name": "=1+1"}, "/name"),
    ],
)
def test_what_is_wrong_is_named_by_its_pointer(changes: Any, pointer: str, curator: Api) -> None:
    told = problem(curator.post("/projects", {**SITE, **changes}), 400, "invalid")
    assert [one["pointer"] for one in told["errors"]] == [pointer]
    assert not Project.objects.exists()


def test_what_may_be_a_slip_is_asked_about(curator: Api) -> None:
    make_project("lithium", key="known-1", name="Salar Uno", latitude=-23.5, longitude=-68.2)
    told = problem(curator.post("/projects", SITE), 409, "implausible")
    assert [one["pointer"] for one in told["errors"]] == ["/name"]
    assert curator.post("/projects?implausible=draft", SITE).json()["state"] == "draft"
    problem(curator.post("/projects?implausible=never", SITE), 400, "invalid")


def test_many_are_stored_by_what_you_call_them_with_one_job(curator: Api) -> None:
    sites = [
        {**SITE, "external_id": f"S{at}", "latitude": -23.0 - at, "name": f"Site {at} Alfa"}
        for at in range(3)
    ]
    for site in sites:
        del site["key"]
    stored = curator.write("PUT", "/projects/bulk", {"scheme": "acme", "items": sites})
    assert stored.status_code == 200, stored.content
    told = stored.json()
    assert [(one["key"], one["outcome"]) for one in told["items"]] == [
        (f"acme-s{at}", "created") for at in range(3)
    ]
    assert told["job"] == str(Job.objects.get().pk)
    again = curator.write("PUT", "/projects/bulk", {"scheme": "acme", "items": sites}).json()
    assert {one["outcome"] for one in again["items"]} == {"unchanged"}
    assert again["job"] is None
    before = list(Project.objects.order_by("pk").values())
    sites[0]["name"], sites[1]["latitude"], sites[2]["place"] = "Another", 100.0, "XXX"
    wrong = curator.write("PUT", "/projects/bulk", {"scheme": "acme", "items": sites})
    told = problem(wrong, 400, "invalid")
    assert [one["pointer"] for one in told["errors"]] == ["/items/1/latitude", "/items/2/place"]
    assert list(Project.objects.order_by("pk").values()) == before, "all of them, or none"
    assert Job.objects.count() == 1


def test_forty_are_stored_by_as_many_statements_as_two(curator: Api) -> None:
    def statements(numbers: range) -> int:
        sites = [
            {**SITE, "external_id": f"S{at}", "latitude": -10.0 - at, "name": f"Site {at} Alfa"}
            for at in numbers
        ]
        for site in sites:
            del site["key"]
        body = {"scheme": "acme", "items": sites}
        with CaptureQueriesContext(connection) as counted:
            stored = curator.write("PUT", "/projects/bulk", body)
        assert {one["outcome"] for one in stored.json()["items"]} == {"created"}, stored.content
        return len(counted)

    statements(range(1))
    assert statements(range(1, 3)) == statements(range(3, 43))


def test_a_key_that_reads_may_not_write(make_api: Callable[..., Api], curator: Api) -> None:
    reader = make_api("read", name="bob")
    problem(reader.post("/projects", SITE), 403, "forbidden")
    problem(reader.write("PUT", "/projects/bulk", {"items": []}), 403, "forbidden")
    problem(reader.write("PATCH", "/projects/own-salar-1", {}), 403, "forbidden")
