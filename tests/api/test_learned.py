"""Learned models over the API: versions, cards, predictions."""

import pytest

from riskscore.models import LearnedModel, Mineral, Prediction
from tests.api.conftest import Api, problem
from tests.make import make_place


@pytest.fixture
def models(db: None) -> list[LearnedModel]:
    make_place("COD")
    Mineral.objects.create(code="cobalt", name="Cobalt", hs6=["282200"])
    made = [
        LearnedModel.objects.create(
            kind="disruption",
            version=version,
            state=state,
            card={"metrics": {"auc": 0.8}, "known_bias": ["customs"]},
            artefact_sha256="0" * 64,
        )
        for version, state in ((1, "retired"), (2, "candidate"))
    ]
    Prediction.objects.create(
        model=made[1],
        place_id="COD",
        mineral_id="cobalt",
        year=2025,
        probability=0.3,
        low=0.2,
        high=0.4,
        mean=0.1,
        contributions=[["volatility", 0.15], ["size", 0.05]],
        judged=False,
    )
    return made


def test_models_are_listed_by_state(api: Api, models: list[LearnedModel]) -> None:
    found = api.json("/models?state=candidate&fields=kind,version")
    assert found["items"] == [{"kind": "disruption", "version": 2}]


def test_a_model_shows_its_card(api: Api, models: list[LearnedModel]) -> None:
    assert api.json("/models/disruption/1")["card"]["known_bias"] == ["customs"]
    assert api.json("/models/disruption")["version"] == 2  # no champion: the newest


def test_an_unknown_model_is_a_problem(api: Api, models: list[LearnedModel]) -> None:
    problem(api.get("/models/prices"), 404, "not_found")


def test_predictions_have_reasons_that_add_up(api: Api, models: list[LearnedModel]) -> None:
    (row,) = api.json("/models/disruption/2/predictions")["items"]
    total = row["mean"] + sum(part for _, part in row["contributions"])
    assert total == pytest.approx(row["probability"])
    assert (row["place"], row["mineral"], row["year"]) == ("COD", "cobalt", 2025)
    assert row["judged"] is False  # outside the population that the model was judged on
