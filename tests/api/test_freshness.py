"""What is stale or missing about a project, over the API."""

import pytest

from tests.api.conftest import Api, problem

pytestmark = pytest.mark.django_db


def test_years_gaps_and_the_most_useful_fact_are_told(bundle: None, api: Api) -> None:
    found = api.json("/projects/icmm-00026/freshness")
    parts = {part["dimension"]: part for part in found["dimensions"]}
    assert list(parts) == ["geopolitical", "concentration", "labour", "indigenous"]
    assert parts["concentration"]["years"]["con.mining_recent"] == 2024
    assert parts["labour"]["years"]["lab.listing"] == 2022
    assert parts["labour"]["newest_year"] == 2023
    # Nothing is known of the project itself: a land layer would open the dimension.
    missing = {fact["indicator"]: fact for fact in parts["indigenous"]["missing"]}
    assert missing["ind.overlap"]["gain"] == 0.25
    assert found["best"] == parts["indigenous"]["best"] == missing["ind.overlap"]
    assert found["best"]["would_assess"]
    assert parts["geopolitical"]["best"] is None


def test_a_project_or_lens_that_is_not_there_is_said_so(bundle: None, api: Api) -> None:
    problem(api.get("/projects/nowhere-1/freshness"), 404, "not_found")
    problem(api.get("/projects/icmm-00026/freshness?importer=FRA"), 404, "lens_not_scored")
