"""A project's score from a buyer's side that nobody scored: computed when asked, as a job would."""

from collections.abc import Iterator

import numpy as np
import pytest

from riskscore.jobs import requests
from riskscore.models import Lens, Project, Score, ScoreHistory
from riskscore.models.scores import ScoreColumns
from riskscore.scoring import inputs, rescore
from riskscore.sourcing import score_on_read
from tests.api.conftest import Api, problem
from tests.bundled import AS_OF

pytestmark = pytest.mark.usefixtures("bundle")
KEY = "icmm-00026"


@pytest.fixture(autouse=True)
def _own_tables() -> Iterator[None]:
    inputs.known_at.cache_clear()
    yield
    inputs.known_at.cache_clear()


def keys() -> list[str]:
    """Sites of several kinds, with and without interval, indigenous dimension and minerals."""
    some = Score.objects.filter(lens__importer="WLD").order_by("digest")
    return [KEY, *some.values_list("project__key", flat=True)[:6]]


@pytest.mark.parametrize("importer", ["FRA", "EUU", "CHL"])
def test_it_equals_what_a_job_then_writes_bit_for_bit(importer: str) -> None:
    read = {key: _on_read(key, importer) for key in keys()}
    assert not Score.objects.filter(lens__importer=importer).exists()
    _job(importer, [*read])
    for key, columns in read.items():
        stored = Score.objects.get(project__key=key, lens__importer=importer)
        assert bytes(stored.digest) == columns["digest"]
        for field in ScoreColumns._meta.get_fields():
            if field.name in ("edition", "as_of", "computed_at", "place", "digest"):
                continue
            assert _same(getattr(stored, field.name), columns[field.name]), (key, field.name)


def _on_read(key: str, importer: str) -> dict[str, object]:
    base = Score.objects.filter(project__key=key, lens__importer="WLD")
    return score_on_read.columns_of(importer, base.values(*score_on_read.PINS).get())


def _same(stored: object, read: object) -> bool:
    if stored is None or read is None:
        return stored is read
    return bool(np.array_equal(np.array(stored, float), np.array(read, float), equal_nan=True))


def _job(importer: str, of: list[str]) -> None:
    wld = Lens.objects.get(importer="WLD")
    lens = requests.lens_for(wld.method_code, importer)
    requests.start({"keys": of}, lens=lens, as_of=AS_OF, apart=False)
    rescore.drain()
    rescore.drain()


def test_a_buyer_whom_nobody_scored_is_answered_and_nothing_is_written(api: Api) -> None:
    before = Score.objects.count(), ScoreHistory.objects.count(), Lens.objects.count()
    world = api.json(f"/projects/{KEY}/score")
    found = api.json(f"/projects/{KEY}/score?importer=FRA")
    assert (found["computed"], found["importer"]) == ("on_read", "FRA")
    assert (found["rank"], found["shared_with"], found["job"], found["computed_at"]) == (None,) * 4
    assert "no rank" in found["note"]
    assert found["stale"] is False
    for name in ("method", "method_version", "edition", "as_of", "minerals", "place", "labour"):
        assert found[name] == world[name], name
    assert found["composite"] != world["composite"]
    assert found["interval_low"] <= found["composite"] <= found["interval_high"]
    assert (world["computed"], world["note"]) == ("by_job", "")
    assert before == (Score.objects.count(), ScoreHistory.objects.count(), Lens.objects.count())


def test_a_stored_score_is_served_as_ever(api: Api) -> None:
    found = api.json(f"/projects/{KEY}/score?importer=JPN")
    assert found["computed"] == "by_job"
    assert found["rank"] is not None
    assert found["job"]


def test_its_explanation_adds_up_and_names_releases(api: Api) -> None:
    found = api.json(f"/projects/{KEY}/score/explanation?importer=FRA")
    assert found["score"]["computed"] == "on_read"
    assert found["contributions_sum"] == pytest.approx(found["score"]["composite"], abs=1e-9)
    nowhere = {"rank": None, "of": 0, "shared_with": None, "ranked_at": None}
    assert found["standing"] == nowhere
    rows = [row for part in found["dimensions"] for row in part["indicators"]]
    bought = next(row for row in rows if row["indicator"] == "con.import_risk")
    assert bought["value"] is not None
    assert "baci-2020-2024" in {source["release"] for source in bought["sources"]}


def test_only_the_fields_asked_for_come(api: Api) -> None:
    found = api.json(f"/projects/{KEY}/score?importer=FRA&fields=key,composite")
    assert set(found) == {"key", "composite"}


def test_what_cannot_be_scored_is_404_from_any_side(api: Api) -> None:
    steel = Project.objects.filter(minerals=None).earliest("id")
    problem(api.get(f"/projects/{steel.key}/score?importer=FRA"), 404, "not_scored")
    problem(api.get(f"/projects/{steel.key}/score?importer=JPN"), 404, "not_scored")
    problem(api.get("/projects/no-such/score?importer=FRA"), 404, "not_found")
    problem(api.get(f"/projects/{KEY}/score?importer=QQQ"), 400, "invalid")


def test_the_second_project_from_a_side_costs_few_queries(
    api: Api, django_assert_max_num_queries: object
) -> None:
    api.json(f"/projects/{KEY}/score?importer=FRA")
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        api.json(f"/projects/{keys()[1]}/score?importer=FRA")
