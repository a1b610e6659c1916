"""Files over HTTP: uploaded, previewed by the worker's function, confirmed, reported, cancelled."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from riskscore.intake import run
from riskscore.models import Intake, Lens, Project
from tests.api.conftest import PREFIX, Api, problem
from tests.make import make_method, make_mineral, make_place

pytestmark = pytest.mark.django_db

SITES = b"""key,name,place,latitude,longitude,kind,minerals
own-a,Alfa,CHL,-22.3,-68.9,mine,copper
own-b,Bravo,CHL,-23.3,-68.8,mine,copper
"""
WRONG = SITES + b"own-c,Charlie,CHL,999,-68.8,mine,copper\n"


@pytest.fixture
def importer(make_api: Callable[..., Api]) -> Api:
    make_mineral("copper"), make_place("CHL")
    Lens.objects.create(
        method_code=make_method().code, importer=make_place("WLD"), kept_current=True
    )
    return make_api("import")


def upload(api: Api, content: bytes, query: str = "", **fields: Any) -> Any:
    file = SimpleUploadedFile("sites.csv", content, "text/csv")
    headers = {"Authorization": f"Bearer {api.key}"}
    if key := fields.pop("Idempotency_Key", ""):
        headers["Idempotency-Key"] = key
    data = {"source": "projects", "file": file, **fields}
    return api.client.post(f"{PREFIX}/imports{query}", data, headers=headers)


def worked(response: Any) -> str:
    """The address of an import, after a worker has read its file."""
    run.take_in(response.json()["id"])
    return str(response["Location"]).removeprefix(PREFIX)


def test_a_file_is_previewed_confirmed_and_loaded(importer: Api) -> None:
    sent = upload(importer, SITES)
    assert sent.status_code == 201, sent.content
    assert (sent.json()["state"], sent.json()["dry_run"], sent["Retry-After"]) == (
        "queued", True, "2",
    )  # fmt: skip
    seen = importer.json(worked(sent))
    assert (seen["state"], seen["added"], seen["release"]) == ("succeeded", 2, None)
    assert not Project.objects.exists()
    confirmed = importer.post(seen["links"]["confirm"].removeprefix(PREFIX), {})
    assert confirmed.status_code == 202
    done = importer.json(worked(confirmed))
    assert (done["state"], done["added"]) == ("loaded", 2)
    assert set(Project.objects.values_list("key", flat=True)) == {"own-a", "own-b"}


def test_forty_rows_are_previewed_and_confirmed_by_as_many_statements_as_two(importer: Api) -> None:
    def statements(begin: str, rows: int) -> list[int]:
        head, *_ = SITES.splitlines(keepends=True)
        sites = [f"{begin.lower()}-{at},{begin} {at},CHL,{-15 - at}" for at in range(rows)]
        lines = [f"{site},-68.9,mine,copper\n" for site in sites]
        found: list[int] = []
        answers: list[Any] = []
        steps: list[Callable[[], Any]] = [
            lambda: upload(importer, head + "".join(lines).encode()),
            lambda: worked(answers[0]),
            lambda: importer.json(answers[1]),
            lambda: importer.post(answers[2]["links"]["confirm"].removeprefix(PREFIX), {}),
        ]
        for step in steps:
            with CaptureQueriesContext(connection) as counted:
                answers.append(step())
            found.append(len(counted))
        assert answers[2]["added"] == rows
        return found

    statements("Zulu", 1)
    assert statements("Alfa", 2) == statements("Bravo", 40)


def test_wrong_rows_are_reported_and_left_out_when_that_is_confirmed(importer: Api) -> None:
    sent = upload(importer, WRONG)
    here = worked(sent)
    seen = importer.json(here)
    assert (seen["state"], seen["rejected"]) == ("failed", 1)
    (fault,) = importer.json(f"{here}/faults")["items"]
    assert (fault["line"], fault["column"], fault["value"]) == (4, "latitude", "999")
    report = importer.get(f"{here}/faults", Accept="text/csv")
    assert b"".join(report).startswith(b"line,column,value,reason,remedy\r\n4,latitude,999,")
    told = problem(importer.post(f"{here}/confirm", {}), 409, "cannot_import")
    assert "answer what it found with skip_bad" in told["detail"]
    confirmed = importer.post(f"{here}/confirm", {"skip_bad": True})
    assert importer.json(worked(confirmed))["added"] == 2


def test_a_file_that_waits_is_cancelled_and_again_is_the_same(importer: Api) -> None:
    here = str(upload(importer, SITES)["Location"]).removeprefix(PREFIX)
    for _ in range(2):
        assert importer.post(f"{here}/cancel").json()["state"] == "cancelled"


def test_the_same_file_with_a_key_is_taken_once(importer: Api) -> None:
    first = upload(importer, SITES, Idempotency_Key="once")
    again = upload(importer, SITES, Idempotency_Key="once")
    assert (again.json()["id"], again["Idempotency-Replayed"]) == (first.json()["id"], "true")
    problem(upload(importer, WRONG, Idempotency_Key="once"), 422, "idempotency_mismatch")
    assert Intake.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"colour": "red"}, "/colour"),
        ({"dry_run": "perhaps"}, "/dry_run"),
        ({"mapping": "[1]"}, "/mapping"),
        ({"mapping": '{"a": 1}'}, "/mapping"),
        ({"header_row": "-1"}, "/header_row"),
        ({"retrieved_on": "soon"}, "/retrieved_on"),
        ({"file": "no file"}, "/file"),
    ],
)
def test_what_is_no_option_is_named(fields: Any, pointer: str, importer: Api) -> None:
    told = problem(upload(importer, SITES, **fields), 400, "invalid")
    assert [one["pointer"] for one in told["errors"]] == [pointer]
    assert not Intake.objects.exists()


def test_an_unknown_source_an_empty_file_and_json_are_refused(importer: Api) -> None:
    told = problem(upload(importer, SITES, source="project"), 409, "cannot_import")
    assert "did you mean 'projects'?" in told["detail"]
    told = problem(upload(importer, b""), 400, "invalid")
    problem(importer.post("/imports", {"source": "projects"}), 415, "unsupported_media_type")


def test_a_file_that_is_too_large_is_refused_by_its_length(
    importer: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("riskscore.api.writing.import_views.LARGEST", 100)
    problem(upload(importer, SITES), 413, "too_large")


def test_a_file_is_previewed_and_not_checked_otherwise(importer: Api) -> None:
    assert upload(importer, SITES, "?validate_only=true").status_code == 400
