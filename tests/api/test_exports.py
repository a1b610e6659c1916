"""CSV and NDJSON of a whole listing, by the Accept header."""

import csv
import io
import json
from typing import Any

import pytest

from riskscore.models import Edition
from riskscore.sources.reading import Reading
from riskscore.sources.row_writing import cell
from riskscore.sources.tables import projects
from tests.api.conftest import Api, problem
from tests.api.test_pagination import walk
from tests.make import make_project
from tests.sources.test_formula_guard import DANGEROUS

pytestmark = pytest.mark.django_db


def latest_edition() -> int:
    return int(Edition.objects.order_by("-number")[0].number)


def lines(response: Any) -> list[str]:
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode().splitlines()


def test_ndjson_has_every_row_and_says_where_it_ends(bundle: None, api: Api) -> None:
    *rows, end = lines(api.get("/scores?fields=key,composite", Accept="application/x-ndjson"))
    said = json.loads(end)
    position = said.pop("position")
    assert said == {"_end": True, "rows": len(rows), "edition": latest_edition()}
    assert api.json(f"/changes?since={position}")["items"] == []
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


def test_a_project_that_is_exported_and_loaded_again_keeps_its_name(api: Api) -> None:
    make_project(key="a-1", name="Mine;=cmd")
    text = b"".join(api.get("/projects?fields=key,name&q=cmd", Accept="text/csv").streaming_content)
    assert text == b"key,name\r\na-1,Mine;'=cmd\r\n"
    ((_, row),) = projects.rows(io.BytesIO(text), "projects.csv", Reading())  # type: ignore[misc]
    assert (row.key, row.name) == ("a-1", "Mine;=cmd")


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_a_spreadsheet_would_run_is_disarmed(text: str) -> None:
    assert cell(text) == DANGEROUS[text]


def test_the_parts_of_a_list_are_disarmed_one_by_one() -> None:
    assert cell(["copper", "=1", "@x"]) == "copper;'=1;'@x"
    assert cell([["a", ";=1"]]) == """[["a",";'=1"]]"""
    assert cell([["a", -1.5]]) == '[["a",-1.5]]'


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
