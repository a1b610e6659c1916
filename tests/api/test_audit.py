"""The audit of a method, as a client reads it."""

import hashlib
import math
from collections.abc import Iterator

import pytest

from riskscore.models import Lens, Method, Score
from riskscore.scoring import inputs, ranking
from riskscore.scoring.audits import method_audit, ranked_sample
from tests.api.conftest import Api, problem

pytestmark = pytest.mark.django_db
ADDRESS = "/methods/critical-minerals/2/audit"


@pytest.fixture
def api(bundle: None, api: Api) -> Iterator[Api]:
    """Give a client on the scored bundle, where nothing was audited before."""
    inputs.known_at.cache_clear()
    method_audit._audited.cache_clear()
    yield api
    method_audit._audited.cache_clear()
    inputs.known_at.cache_clear()


def the_lens() -> Lens:
    return Lens.objects.get(importer="WLD", method_code="critical-minerals")


def test_weights_stand_beside_measured_influence(api: Api) -> None:
    said = api.json(ADDRESS)
    assert (said["method"], said["version"], said["importer"]) == ("critical-minerals", 2, "WLD")
    rows = {row["indicator"]: row for row in said["indicators"]}
    assert math.fsum(row["effective_weight"] for row in rows.values()) == pytest.approx(1.0)
    for row in rows.values():
        assert 0 <= row["known"] <= 1
        r = row["correlation_with_composite"]
        if r is not None:
            assert -1 <= r <= 1
            assert row["influence"] == pytest.approx(r * r)
    law = rows["geo.law"]
    assert law["dimension"] == "geopolitical"
    assert law["known"] > 0.9
    assert law["correlation_with_dimension"] > 0.5
    assert law["rank_shift"] > 0
    assert said["nodes"][0]["node"] == "composite"


def test_it_is_over_the_ranked_projects_of_the_view(api: Api) -> None:
    said = api.json(ADDRESS)
    assert said["projects"] == ranking.ranked(the_lens().pk).count()
    assert "5000" in said["sample"]


def test_more_projects_than_the_sample_are_drawn_by_the_hash_of_their_keys(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranked_sample, "SAMPLE", 40)
    lens = the_lens()
    found = ranked_sample.ranked_sample(lens.pk)
    keys = dict(ranking.ranked(lens.pk).values_list("project__key", "project_id"))
    by_hash = sorted(keys, key=lambda key: hashlib.md5(key.encode()).hexdigest())  # noqa: S324
    assert found == [keys[key] for key in by_hash[:40]]
    assert api.json(ADDRESS)["projects"] == 40


def test_an_older_version_is_audited_on_the_same_projects(api: Api) -> None:
    older, newer = api.json(ADDRESS.replace("/2/", "/1/")), api.json(ADDRESS)
    assert (older["version"], newer["version"]) == (1, 2)
    assert older["projects"] == newer["projects"]
    assert older["edition"] == newer["edition"]


def test_it_is_computed_once_until_a_newer_job_has_ended(api: Api) -> None:
    first = api.json(ADDRESS)
    assert api.json(ADDRESS) == first
    assert method_audit._audited.cache_info().hits == 1


def test_what_is_not_there_is_404(api: Api) -> None:
    problem(api.get("/methods/critical-minerals/99/audit"), 404, "not_found")
    Method.objects.create(code="secret", version=1, spec={}, hash="0" * 64)
    problem(api.get("/methods/secret/1/audit"), 404, "not_found")
    problem(api.get(f"{ADDRESS}?importer=FRA"), 404, "lens_not_scored")
    problem(api.get(f"{ADDRESS}?method=x"), 400, "invalid")
    assert Score.objects.exists()
