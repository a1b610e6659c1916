"""Training from the tables: a candidate with its card, bytes and predictions, then a decision."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, transaction
from pytest_django.plugin import DjangoDbBlocker

from riskscore.learning.data.refusals import BadArtefact, Refusal, UnusableInput
from riskscore.learning.report import gate
from riskscore.models import (
    Artefact,
    Edition,
    ExportFlow,
    Job,
    LearnedModel,
    Observation,
    Prediction,
)
from riskscore.releases import effective
from riskscore.scoring import inputs
from riskscore.training import dataset, export, model_files, model_registry, run
from tests.bundled import AS_OF

pytestmark = pytest.mark.usefixtures("bundle")


@pytest.fixture(scope="module")
def bundled_module(unlearned_module: None) -> None:
    """The bundle without the models that come with it: these tests bring their own."""


@pytest.fixture(scope="module")
def learnt(bundled_module: None, django_db_blocker: DjangoDbBlocker) -> run.Trained:
    """What training learns from the bundle, learnt once; each test stores it for itself."""
    with django_db_blocker.unblock():
        return run.KINDS["labour"](latest(), 0)


@pytest.fixture
def labour(learnt: run.Trained) -> LearnedModel:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(run.KINDS, "labour", lambda *_: learnt)
        return run.train("labour")


@pytest.fixture
def methodologist() -> User:
    user = User.objects.create_user("methodologist")
    user.user_permissions.add(Permission.objects.get(codename="promote_learnedmodel"))
    return user


def candidate(
    kind: str = "disruption", auc: float = 0.8, releases: str = "2024", **metrics: Any
) -> LearnedModel:
    """A row with a card, as training leaves it, without the training and the predictions."""
    beaten = {rule.metric: [0.01, 0.1] for rule in gate.RULES[kind]}
    calibrated = {"calibration_slope_ci": [0.9, 1.1]}
    said = {"auc": auc, "auc_ci": [auc - 0.03, auc + 0.03], **calibrated, **metrics}
    return LearnedModel.objects.create(
        kind=kind,
        version=LearnedModel.objects.filter(kind=kind).count() + 1,
        card={"metrics": {**beaten, **said}, "data_releases": [releases]},
        artefact_sha256="0" * 64,
    )


def predicting(auc: float = 0.8) -> LearnedModel:
    """A candidate that says 31 %, 32 % … of Congolese cobalt, by its version."""
    row = candidate(auc=auc)
    Prediction.objects.create(
        model=row,
        place_id="COD",
        mineral_id="cobalt",
        year=2025,
        probability=0.3 + row.version / 100,
        low=0.2,
        high=0.4,
        mean=0.07,
        contributions=[],
    )
    return row


def predicted(edition: int) -> float | None:
    """What a frame of this edition knows of Congolese cobalt."""
    # Editions are taken back at the end of a test and given again in the next.
    inputs.known_at.cache_clear()
    known = inputs.known_at(inputs.Pinned(edition, AS_OF, "WLD"))
    table = known.tables.get("geo.disruption")
    if table is None:
        return None
    place = known.axes.places.index("COD")
    return float(table.values[place, known.axes.minerals.index("cobalt")])


def latest() -> int:
    return Edition.objects.order_by("-number").values_list("number", flat=True)[0]


def test_the_export_panel_is_loaded_with_the_bundle() -> None:
    assert ExportFlow.objects.count() == 85_423
    unknown = ExportFlow.objects.filter(quantity=None)
    assert unknown.exists()
    assert not unknown.filter(value=0).exists()


def test_a_candidate_has_a_card_bytes_and_predictions_that_add_up(labour: LearnedModel) -> None:
    assert labour.state == LearnedModel.State.CANDIDATE
    assert {"metrics", "known_bias", "data_releases", "intended_use"} <= labour.card.keys()
    assert Artefact.objects.filter(sha256=labour.artefact_sha256).exists()
    assert labour.card["importance"][0]["auc_fall"] > 0.02
    assert len(labour.card["partial_dependence"]) == 8
    assert sum(part["events"] for part in labour.card["metrics"]["by_mineral_group"].values()) == 63
    assert labour.card["drift"]["predictions"] < 0.1
    rows = list(labour.predictions.all())
    assert len(rows) > 1800
    for row in rows:
        assert row.mean + sum(part for _, part in row.contributions) == pytest.approx(
            row.probability, abs=1e-9
        )
        assert row.low <= row.high


def test_labour_beats_hdi_alone_and_governance_alone(labour: LearnedModel) -> None:
    metrics = labour.card["metrics"]
    assert metrics["events"] == 63
    assert metrics["auc"] >= 0.9
    assert metrics["auc_difference_to_hdi_ci"][0] > 0
    assert metrics["auc_difference_to_governance_ci"][0] > 0


def test_the_united_states_are_predicted_and_not_learnt_from(labour: LearnedModel) -> None:
    # The list leaves them out: the model could not be judged on them.
    outside = labour.predictions.filter(judged=False)
    assert set(outside.values_list("place", flat=True)) == {"USA"}
    assert "United States" in labour.card["population"]


def test_a_place_of_which_nothing_is_known_gets_no_prediction(labour: LearnedModel) -> None:
    # Nickel of New Caledonia is mined, but no index covers it: its prediction would be a guess at
    # the typical place, and enough to make its labour dimension look assessed.
    assert Observation.objects.filter(place="NCL", mineral="nickel").exists()
    assert not labour.predictions.filter(place="NCL").exists()
    assert labour.predictions.filter(place="TWN").exists()


def test_the_same_seed_gives_the_same_predictions(labour: LearnedModel) -> None:
    again = run.train("labour")
    assert again.version == labour.version + 1
    values = ("place", "mineral", "probability", "low", "high", "contributions")
    first, second = (
        list(model.predictions.order_by("place", "mineral").values_list(*values))
        for model in (labour, again)
    )
    assert first == second


def test_displacement_refuses_and_names_what_is_missing() -> None:
    with pytest.raises(UnusableInput, match="50 events in 10 places are missing"):
        run.train("displacement")
    assert not LearnedModel.objects.filter(kind="displacement").exists()


def test_the_command_says_a_refusal_in_one_line() -> None:
    with pytest.raises(CommandError, match=r"UnusableInput: .*Curate evidence"):
        call_command("train", "displacement", verbosity=0)


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(run.NoSuchKind, match="disruption, labour, displacement"):
        run.train("prices")


def test_disruption_refuses_without_a_panel(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = effective.InForce([], [], {})
    monkeypatch.setattr(effective, "in_force", lambda _edition: nothing)
    with pytest.raises(Refusal, match="no trade flow belongs to a mineral"):
        run.train("disruption")


def test_a_stored_model_comes_back_and_a_missing_one_is_named(labour: LearnedModel) -> None:
    assert run.loaded(labour).members.keys() == {"chosen"}
    labour.artefact_sha256 = "f" * 64
    with pytest.raises(BadArtefact, match="not stored"):
        run.loaded(labour)


def test_what_was_trained_never_changes(labour: LearnedModel) -> None:
    for change in (
        lambda: LearnedModel.objects.filter(pk=labour.pk).update(card={}),
        lambda: Prediction.objects.filter(model=labour).update(probability=0.5),
        lambda: Artefact.objects.all().delete(),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()


def test_a_frozen_model_is_a_sealed_folder_that_reads_again(
    labour: LearnedModel, tmp_path: Path
) -> None:
    export.write(labour, report=tmp_path / "metrics.json", predictions=tmp_path)
    (folder,) = model_files.folders(tmp_path)
    again = model_files.read(folder)
    assert again.kind == "labour"
    assert again.card == json.loads(json.dumps(labour.card))
    rows = labour.predictions.order_by("place_id", "mineral_id")
    assert [said.probability for said in again.predictions] == [row.probability for row in rows]
    assert [said.contributions for said in again.predictions] == [row.contributions for row in rows]
    assert (folder / "card.md").read_text().startswith("# Forced or child labour")
    assert json.loads((tmp_path / "metrics.json").read_text())["events"] == 63


def test_promotion_needs_the_permission() -> None:
    with pytest.raises(model_registry.NotAllowed, match="promote_learnedmodel"):
        model_registry.promote(candidate(), by=User.objects.create_user("curator"), reason="")


def test_a_champion_feeds_scores_from_its_edition_on_and_no_earlier(methodologist: User) -> None:
    before = latest()
    first, second = predicting(), predicting(auc=0.84)
    model_registry.promote(first, by=methodologist, reason="beats the baselines")
    between = latest()
    model_registry.promote(second, by=methodologist, reason="better")
    assert predicted(before) is None
    assert predicted(between) == pytest.approx(0.31)
    assert predicted(latest()) == pytest.approx(0.32)
    first.refresh_from_db()
    assert (first.state, first.decided_by) == (LearnedModel.State.RETIRED, methodologist)
    assert Job.objects.filter(reason=f"{second} promoted", edition_id=latest()).exists()


def test_a_champion_whose_bytes_are_gone_goes_on_feeding_scores(methodologist: User) -> None:
    row = model_registry.promote(predicting(), by=methodologist, reason="good")
    row.card["features"] = []
    with pytest.raises(BadArtefact, match="not stored"):
        run.loaded(row)
    row.refresh_from_db()
    assert row.state == LearnedModel.State.CHAMPION
    assert predicted(latest()) == pytest.approx(0.31)


def test_what_was_predicted_for_a_year_is_judged_once_its_trade_is_known() -> None:
    row = candidate()
    for place, probability in (("COD", 0.1), ("AUS", 0.3), ("MAR", 0.2)):
        Prediction.objects.create(
            model=row, place_id=place, mineral_id="cobalt", year=2024, probability=probability,
            low=0.1, high=0.4, mean=0.07, contributions=[], judged=place != "MAR",
        )  # fmt: skip
    predicting()  # of 2025, which the panel does not hold
    judged, outside = run.track_record(dataset.trade(latest()).panel)
    assert (judged["model"], judged["year"], judged["rows"]) == ("disruption v1", 2024, 2)
    assert judged["predicted_events"] == pytest.approx(0.4)
    assert (outside["group"], outside["rows"]) == ("outside it", 1)


def test_a_retired_champion_feeds_no_later_score(methodologist: User) -> None:
    row = model_registry.promote(predicting(), by=methodologist, reason="good")
    promoted = latest()
    model_registry.retire(row, by=methodologist, reason="drift")
    assert predicted(promoted) == pytest.approx(0.31)
    assert predicted(latest()) is None


def blend(**found: list[float]) -> dict[str, Any]:
    """Metrics of a blend that stands beside a simpler model, and what it showed held out."""
    lead = {"auc_ci": [0.001, 0.02], "log_loss_ci": [0.001, 0.01]}
    leads = {"choosing": lead, "held_out": {**lead, **found}}
    return {"simpler": {"name": "the plain model", "used": False, "leads": leads}}


def test_a_blend_that_leads_for_certain_is_promoted(methodologist: User) -> None:
    row = model_registry.promote(candidate(**blend()), by=methodologist, reason="leads")
    assert row.state == LearnedModel.State.CHAMPION


@pytest.mark.parametrize(
    ("metrics", "word"),
    [
        ({"auc_difference_ci": [-0.01, 0.1]}, "volatility alone"),
        ({"auc_difference_to_governance_ci": [0.0, 0.1]}, "governance alone"),
        ({"auc_difference_to_persistence_ci": [-0.2, 0.1]}, "persistence"),
        ({"brier_skill_ci": [0.0, 0.2]}, "Brier"),
        ({"calibration_slope_ci": [0.79, 1.1]}, "calibration slope"),
        ({"calibration_slope_ci": [0.9, 1.26]}, "calibration slope"),
        ({"calibration_slope_ci": None}, "the card has no interval of it"),
        (blend(auc_ci=[-0.007, 0.009]), "AUC against the plain model, held_out"),
        (blend(log_loss_ci=[0.0, 0.005]), "log loss against the plain model, held_out"),
    ],
)
def test_who_does_not_beat_the_baselines_is_not_promoted(
    methodologist: User, metrics: dict[str, Any], word: str
) -> None:
    with pytest.raises(model_registry.NotPromoted, match=word):
        model_registry.promote(candidate(**metrics), by=methodologist, reason="")


def test_who_does_not_beat_the_champion_is_not_promoted(methodologist: User) -> None:
    champion = model_registry.promote(candidate(auc=0.82), by=methodologist, reason="good")
    worse = candidate(auc=0.81)
    with pytest.raises(model_registry.NotPromoted, match="disruption v1 has the higher AUC"):
        model_registry.promote(worse, by=methodologist, reason="")
    champion.refresh_from_db()
    assert champion.state == LearnedModel.State.CHAMPION


def test_who_only_equals_the_champion_needs_newer_data(methodologist: User) -> None:
    model_registry.promote(candidate(), by=methodologist, reason="good")
    with pytest.raises(model_registry.NotPromoted, match="not better for certain"):
        model_registry.promote(candidate(), by=methodologist, reason="")
    newer = model_registry.promote(
        candidate(releases="2025"), by=methodologist, reason="newer trade"
    )
    assert newer.state == LearnedModel.State.CHAMPION


def test_a_hard_new_year_does_not_count_against_who_faced_it(methodologist: User) -> None:
    old = {"2022": {"events": 20, "auc": 0.8}, "2023": {"events": 20, "auc": 0.82}}
    hard = {**old, "2024": {"events": 20, "auc": 0.7}}
    champion = candidate(auc=0.81, by_year=old, held_out=[2022, 2023])
    model_registry.promote(champion, by=methodologist, reason="good")
    later: dict[str, Any] = {"by_year": hard, "held_out": [2022, 2024], "releases": "2025"}
    assert model_registry.promote(candidate(auc=0.795, **later), by=methodologist, reason="newer")
    worse = {**hard, "2022": {"events": 20, "auc": 0.75}}
    with pytest.raises(model_registry.NotPromoted, match="disruption v2 has the higher AUC"):
        model_registry.promote(
            candidate(auc=0.79, **{**later, "by_year": worse}), by=methodologist, reason=""
        )


def test_a_labour_model_must_beat_the_mineral_alone(methodologist: User) -> None:
    row = candidate("labour", auc_difference_to_mineral_ci=[-0.01, 0.1])
    with pytest.raises(model_registry.NotPromoted, match="the mineral alone"):
        model_registry.promote(row, by=methodologist, reason="")


def test_a_champion_cannot_be_promoted_again(methodologist: User) -> None:
    row = model_registry.promote(candidate(), by=methodologist, reason="good")
    with pytest.raises(model_registry.NotPromoted, match="only a candidate"):
        model_registry.promote(row, by=methodologist, reason="again")


def test_a_card_names_every_module_that_made_the_model_at_whatever_depth() -> None:
    folder = Path(settings.BASE_DIR) / "riskscore/learning"
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py"), key=lambda one: str(one.relative_to(folder))):
        digest.update(f"{path.relative_to(folder).as_posix()}\n".encode() + path.read_bytes())
    assert (folder / "fit/estimators.py").exists()
    assert run.code_version() == digest.hexdigest()
