"""What scores are made of."""

import subprocess
import sys

import pytest

from riskscore.engine.catalogue import INDICATORS
from riskscore.models import Method, Place
from tests.api.conftest import Api, problem
from tests.processes import ROOT, environment

pytestmark = pytest.mark.django_db


def test_the_catalogue_is_the_engines(api: Api) -> None:
    items = api.json("/indicators")["items"]
    assert [item["key"] for item in items] == list(INDICATORS)
    assert api.json("/indicators/lab.listed")["caution"]
    problem(api.get("/indicators/lab.nothing"), 404, "not_found")


def test_a_method_has_its_specification_and_each_version_an_address(bundle: None, api: Api) -> None:
    newest = api.json("/methods/critical-minerals")
    assert newest["spec"]["root"]["children"]
    assert api.json(f"/methods/critical-minerals/{newest['version']}") == newest
    problem(api.get("/methods/critical-minerals/99"), 404, "not_found")


def test_a_draft_of_a_method_is_not_shown(api: Api) -> None:
    Method.objects.create(code="secret", version=1, spec={}, hash="0" * 64)
    assert "secret" not in {row["code"] for row in api.json("/methods")["items"]}
    problem(api.get("/methods/secret"), 404, "not_found")
    problem(api.get("/methods/secret/1"), 404, "not_found")


def test_places_and_minerals_have_their_codes(bundle: None, api: Api) -> None:
    assert api.json("/places/CHL")["name"] == "Chile"
    assert api.json("/places?kind=group&page_size=1")["items"][0]["code"] == "EUU"
    assert api.json("/minerals/lithium")["hs6"]
    problem(api.get("/places/QQQ"), 404, "not_found")


def test_every_release_has_a_licence(bundle: None, api: Api) -> None:
    items = api.json("/releases")["items"]
    assert len(items) > 10
    assert all(item["licence"] and item["publisher"] for item in items)


def test_a_release_tells_what_it_covers_and_what_it_leaves_unknown(bundle: None, api: Api) -> None:
    assert api.json("/releases/wgi-1996-2023")["source"] == "wgi"
    found = api.json("/releases/wgi-1996-2023/coverage")
    law = next(row for row in found["indicators"] if row["indicator"] == "wgi.law")
    assert (law["first_year"], law["last_year"]) == (1996, 2023)
    assert law["share"] == law["places"] / Place.objects.filter(kind="country").count()
    assert {"place": "CHL", "rows": 150, "newest_year": 2023} in found["places"]
    assert "ATA" in found["unknown_places"]
    assert "CHL" not in found["unknown_places"]
    assert found["stands"] is True
    problem(api.get("/releases/nothing/coverage"), 404, "not_found")


def test_a_web_process_never_loads_what_only_workers_need() -> None:
    script = (
        "import sys; from django.test import Client; import riskscore.wsgi;"
        "assert Client().get('/api/v1/schema', headers={'Host': 'localhost'}).status_code == 200;"
        "heavy = {'sklearn', 'riskscore.scoring.rescore', 'riskscore.training.run',"
        " 'workers.tasks'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
