"""Hostile bodies: each is refused with a reason, and no job comes of it."""

import json
from typing import Any

import pytest

from riskscore.api.framework.json_parser import LONGEST
from riskscore.models import Job
from tests.api.conftest import Api, problem
from tests.make import make_method, make_place, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def something_to_score() -> Any:
    make_method("critical-minerals")
    make_place("WLD", kind="group")
    make_project(key="mine-1")
    yield
    assert not Job.objects.exists()


GOOD = '{"scope": {"all": true}, "reason": %s}'


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="nested 100,000 deep"),
        pytest.param((GOOD % ("[" * 40 + "]" * 40)).encode(), id="nested deeper than 32"),
        pytest.param((GOOD % '"a\\u0000b"').encode(), id="NUL"),
        pytest.param((GOOD % '"\\ud800"').encode(), id="lone surrogate"),
        pytest.param(b'{"scope": {"all": true}, "seed": 1e999}', id="beyond float64"),
        pytest.param(b'{"scope": {"all": true}, "seed": NaN}', id="NaN"),
        pytest.param(b'{"scope": {"all": true}, "seed": Infinity}', id="Infinity"),
        pytest.param(b'{"scope": {"all": true}, "seed": %s}' % (b"9" * 4000), id="4,000 digits"),
        pytest.param(b'{"scope": {"all": true}, "seed": 9223372036854775808}', id="int64 + 1"),
        pytest.param(b'{"scope": {"all": true}, "scope": {"all": true}}', id="key twice"),
        pytest.param(b'\xef\xbb\xbf{"scope": {"all": true}}', id="byte order mark"),
        pytest.param('{"scope": {"all": true}}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'{"scope": {"all": true}, "reason": "\xff"}', id="invalid UTF-8"),
        pytest.param('{"scope": {"all": true}, "reason": "é"}'.encode("latin-1"), id="latin-1"),
        pytest.param(b"{'scope': 1}", id="not JSON"),
        pytest.param(b'{"scope": {"all": true}} x', id="trailing text"),
    ],
)
def test_a_body_that_programs_read_differently_is_malformed(body: bytes, api: Api) -> None:
    problem(api.post("/jobs", body), 400, "malformed_body")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/"),
        ([], "/"),
        (None, "/"),
        ({"scope": {}}, "/scope"),
        ({"scope": {"all": False}}, "/scope/all"),
        ({"scope": {"all": 1}}, "/scope/all"),
        ({"scope": {"all": True, "keys": ["mine-1"]}}, "/scope"),
        ({"scope": {"keys": []}}, "/scope/keys"),
        ({"scope": {"keys": "mine-1"}}, "/scope/keys"),
        ({"scope": {"keys": [1]}}, "/scope/keys/0"),
        ({"scope": {"keys": ["nobody"]}}, "/scope/keys"),
        ({"scope": {"keys": ["x"] * 10_001}}, "/scope/keys"),
        ({"scope": {"filter": {}}}, "/scope/filter"),
        ({"scope": {"filter": {"place": ["QQQ"]}}}, "/scope/filter/place"),
        ({"scope": {"filter": {"name__regex": ["(a+)+$"]}}}, "/scope/filter/name__regex"),
        ({"scope": {"tenant": "*"}}, "/scope/tenant"),
        ({"scope": {"all": True}, "created_by": 1}, "/created_by"),
        ({"scope": {"all": True}, "id": 1}, "/id"),
        ({"scope": {"all": True}, "seed": True}, "/seed"),
        ({"scope": {"all": True}, "seed": "1"}, "/seed"),
        ({"scope": {"all": True}, "seed": -1}, "/seed"),
        ({"scope": {"all": True}, "seed": 1.5}, "/seed"),
        ({"scope": {"all": True}, "seed": -1.0}, "/seed"),
        ({"scope": {"all": True}, "seed": 9007199254740992.0}, "/seed"),
        ({"scope": {"all": True}, "seed": 1e18}, "/seed"),
        ({"scope": {"all": True}, "importer": "japan"}, "/importer"),
        ({"scope": {"all": True}, "importer": "QQQ"}, "/importer"),
        ({"scope": {"all": True}, "method": "none"}, "/method"),
        ({"scope": {"all": True}, "as_of": "tomorrow"}, "/as_of"),
        ({"scope": {"all": True}, "as_of": "9999-01-01"}, "/as_of"),
        ({"scope": {"all": True}, "as_of": "1900-01-01"}, "/as_of"),
        ({"scope": {"all": True}, "as_of": "20260101"}, "/as_of"),
        ({"scope": {"all": True}, "as_of": "2026-W01-1"}, "/as_of"),
        ({"scope": {"all": True}, "as_of": 20260101}, "/as_of"),
        ({"scope": {"all": True}, "reason": "x" * 201}, "/reason"),
        ({"scope": {"all": True}, "a/b~c": 1}, "/a~1b~0c"),
    ],
)
def test_what_is_wrong_is_named_by_its_pointer(body: Any, pointer: str, api: Api) -> None:
    said = problem(api.post("/jobs", body), 400, "invalid")
    assert pointer in [error["pointer"] for error in said["errors"]]


@pytest.mark.parametrize(
    ("sent", "read"), [("7.0", 7), ("-0.0", 0), ("9007199254740991.0", 2**53 - 1)]
)
def test_a_whole_number_with_a_point_is_one_as_json_schema_has_it(
    sent: str, read: int, api: Api
) -> None:
    body = b'{"scope": {"all": true}, "seed": %s}' % sent.encode()
    answer = api.post("/jobs?validate_only=true", body)
    assert (answer.status_code, answer.json()["seed"]) == (200, read)


def test_all_faults_are_told_at_once(api: Api) -> None:
    body = {"scope": {"all": True}, "seed": "x", "importer": 1, "colour": "red"}
    said = problem(api.post("/jobs", body), 400, "invalid")
    assert {error["pointer"] for error in said["errors"]} == {"/seed", "/importer", "/colour"}


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "",
    ],
)
def test_another_content_type_is_415(kind: str, api: Api) -> None:
    problem(
        api.post("/jobs", b'{"scope": {"all": true}}', Content_Type=kind),
        415,
        "unsupported_media_type",
    )


def test_a_compressed_body_is_415(api: Api) -> None:
    response = api.post("/jobs", b"\x1f\x8b", Content_Encoding="gzip")
    problem(response, 415, "unsupported_media_type")


def test_a_body_over_the_limit_is_413(api: Api) -> None:
    problem(api.post("/jobs", b" " * (LONGEST + 1)), 413, "too_large")


def test_a_body_without_a_length_is_411(api: Api) -> None:
    response = api.post("/jobs", b"", Transfer_Encoding="chunked")
    problem(response, 411, "length_required")


def test_a_body_at_the_limit_is_read(api: Api) -> None:
    body = json.dumps({"scope": {"all": True}, "seed": "x"}).encode()
    problem(api.post("/jobs", body.ljust(LONGEST)), 400, "invalid")
