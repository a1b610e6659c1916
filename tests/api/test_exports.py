"""CSV and NDJSON of a whole listing, by the Accept header."""

import csv
import io
import json
from typing import Any

import pytest

from riskscore.api.framework.rendering import cell
from tests.api.conftest import Api, problem
from tests.api.test_pagination import walk
from tests.make import make_project

pytestmark = pytest.mark.django_db


def lines(response: Any) -> list[str]:
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode().splitlines()


def test_ndjson_has_every_row_and_says_where_it_ends(bundle: None, api: Api) -> None:
    *rows, end = lines(api.get("/scores?fields=key,composite", Accept="application/x-ndjson"))
    assert json.loads(end) == {"_end": True, "rows": len(rows)}
    pages = walk(api, "/scores?fields=key,composite&page_size=1000")
    assert [json.loads(row) for row in rows] == pages


def test_csv_has_every_row_and_the_same_numbers(bundle: None, api: Api) -> None:
    text = "\n".join(lines(api.get("/scores?place=CHL", Accept="text/csv")))
    rows = list(csv.DictReader(io.StringIO(text)))
    pages = walk(api, "/scores?place=CHL&page_size=1000")
    assert [row["key"] for row in rows] == [row["key"] for row in pages]
    for row, item in zip(rows, pages, strict=True):
        assert float(row["composite"]) == item["composite"]
        assert int(row["rank"]) == item["rank"]
        assert row["minerals"].split(";") == item["minerals"]
        if item["indigenous"] is None:
            assert row["indigenous"] == ""
            assert float(row["indigenous_high"]) == item["not_assessed"]["indigenous"]["high"]


def test_a_csv_of_chosen_fields_has_their_columns_only(bundle: None, api: Api) -> None:
    header, *_ = lines(api.get("/scores?fields=name,labour&place=CHL", Accept="text/csv"))
    assert header == "name,labour"


def test_projects_export_too(api: Api) -> None:
    make_project(name="=cmd|' /C calc'!A0")
    _, row = lines(api.get("/projects?fields=name&q=cmd", Accept="text/csv"))
    assert row == "'=cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1"])
def test_text_that_a_spreadsheet_would_run_is_disarmed(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_numbers_stay_numbers(bundle: None) -> None:
    assert cell(-1.5) == "-1.5"
    assert cell(float("nan")) == cell(None) == ""
    assert cell([]) == ""
    assert cell(True) == "true"


def test_a_problem_is_told_before_the_export_begins(bundle: None, api: Api) -> None:
    problem(api.get("/scores?importer=FRA", Accept="text/csv"), 404, "lens_not_scored")
    problem(api.get("/scores?page_size=5", Accept="text/csv"), 400, "invalid")


def test_head_of_an_export_sends_no_rows(bundle: None, api: Api) -> None:
    response = api.send("HEAD", "/scores", Accept="text/csv")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv"
    assert b"".join(response.streaming_content) == b""
