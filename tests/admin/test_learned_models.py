"""Learned models in admin: the card reads, and only who may decides."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest
from django.test import Client, RequestFactory

from riskscore.admin.methods import training_page
from riskscore.admin.methods.learned_models import LearnedModelAdmin
from riskscore.models import LearnedModel, TrainingRequest
from riskscore.training import model_registry, requests, run
from riskscore.training.card_comparison import side_by_side

pytestmark = pytest.mark.django_db
ADMIN = LearnedModelAdmin(LearnedModel, AdminSite())


@pytest.fixture
def row() -> LearnedModel:
    card = {
        "title": "Supply disruption",
        "target": "a fall <b>next</b> year",
        "known_bias": ["customs"],
        "metrics": {
            "auc": 0.81,
            "auc_ci": [0.7, 0.9],
            "brier": 0.06,
            "brier_base": 0.05,
            "small_producers": {"auc": 0.74, "events": 309},
        },
        "reach": {"predicted": 794, "not_predicted": 1, "why_not": {"no exports <on> record": 1}},
        "drift": {"predictions": 0.03, "share": 0.4, "level": 0.1},
        "drift_alert": 0.25,
        "importance": [{"feature": "share", "about": "share of the world", "auc_fall": 0.02}],
        "partial_dependence": {"share": [[0.01, 0.12], [0.1, 0.06], [0.5, 0.03]]},
        "track_record": [
            {
                "model": "prices v0",
                "state": "retired",
                "year": 2024,
                "rows": 40,
                "events": 3,
                "predicted_events": 2.5,
                "auc": 0.8,
                "brier": 0.06,
                "brier_base": 0.07,
            }
        ],
    }
    return LearnedModel.objects.create(
        kind="prices", version=1, card=card, artefact_sha256="0" * 64
    )


def asked(user: User, reason: str = "") -> HttpRequest:
    request = RequestFactory().post("/", {"reason": reason})
    request.user = user
    request.session = {}  # type: ignore[assignment]
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    return request


def test_the_card_reads_and_is_escaped(row: LearnedModel) -> None:
    assert "a fall &lt;b&gt;next" in ADMIN.what_it_is(row)
    assert "0.700 to 0.900" in ADMIN.metrics(row)
    assert ADMIN.known_bias(row) == "<p>customs</p>"
    assert "share of the world" in ADMIN.importance(row)


def test_the_card_says_how_far_the_predictions_reach_and_why_no_further(row: LearnedModel) -> None:
    shown = ADMIN.reach(row)
    assert "<th>predicted</th><td>794</td>" in shown
    assert "<th>no exports &lt;on&gt; record</th><td>1</td>" in shown
    assert "<th>small producers: auc</th><td>0.740</td>" in shown


def test_drift_shows_the_predictions_and_what_is_at_the_alert(row: LearnedModel) -> None:
    shown = ADMIN.drift(row)
    assert "predictions" in shown
    assert "share" in shown
    assert "level" not in shown


def test_the_alert_of_drift_is_the_setting_s(
    row: LearnedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DRIFT_ALERT", 0.02)
    shown = ADMIN.drift(row)
    assert "Alert from 0.02" in shown
    assert "0.03 – look at it" in shown
    assert "level" in shown


def test_a_curve_is_drawn_and_said_in_words(row: LearnedModel) -> None:
    shown = ADMIN.curves(row)
    assert "share of the world" in shown
    assert "0.01 → 12\u00a0%, 0.5 → 3\u00a0%" in shown
    # 0.1 lies 9/49 of the way across; 0.06 is half of the greatest, so half of the height of 28.
    assert "18.37,16.00" in shown


def test_what_was_said_before_its_year_is_shown_against_what_came(row: LearnedModel) -> None:
    assert "3 events of 40, 2.5 expected; AUC 0.800" in ADMIN.track_record(row)


def test_the_card_as_markdown_holds_every_part_of_it(row: LearnedModel) -> None:
    text = ADMIN.card_page(asked(User.objects.create_superuser("root")), row.pk).content.decode()
    for heading in ("target", "known bias", "metrics", "drift", "importance", "track record"):
        assert f"\n## {heading}\n" in text
    assert text.index("## target") < text.index("## metrics") < text.index("## drift")
    assert "- auc: 0.81" in text
    assert "| about | feature | auc_fall |" in text
    assert "- share: 0.01 → 0.12; 0.1 → 0.06; 0.5 → 0.03" in text


def test_the_card_is_a_file_of_markdown(row: LearnedModel) -> None:
    response = ADMIN.card_page(asked(User.objects.create_superuser("root")), row.pk)
    assert response["Content-Disposition"] == 'attachment; filename="prices-v1.md"'
    assert response.content.decode().startswith("# Supply disruption")


def test_the_first_model_is_trained_from_an_empty_list(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root"))
    assert "Train a model" in client.get("/admin/riskscore/learnedmodel/").text
    address = "/admin/riskscore/learnedmodel/train/"
    assert "Supply disruption: will a producer" in client.get(address).text
    assert "Select a valid choice" in client.post(address, {"kind": "weather"}).text
    page = client.post(address, {"kind": "labour", "reason": "the first"}, follow=True).text
    assert "follows the training by itself. It waits for a worker." in page
    request = TrainingRequest.objects.get()
    assert (request.kind, request.state, request.reason) == ("labour", "queued", "the first")
    client.post(address, {"kind": "labour"})
    assert TrainingRequest.objects.count() == 1


def test_every_kind_that_can_be_trained_is_offered() -> None:
    assert training_page.KINDS.keys() == run.KINDS.keys()


CHANGE = "/admin/riskscore/learnedmodel/{}/change/"
DECIDE = "/admin/riskscore/learnedmodel/{}/decide/"


def test_the_page_of_a_training_shows_its_steps(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root"))
    before = requests.request("labour", by=None)
    taken = requests.claim()
    assert taken is not None
    requests.report(taken, requests.TRAINS)
    shown = client.get(f"/admin/riskscore/trainingrequest/{before.pk}/change/").text
    assert "✓ done</span> Reads the tables" in shown
    assert "▸ now</span> Trains, and is judged" in shown
    assert "later</span> Stores the candidate" in shown
    assert "data-live" in shown
    requests.finish(taken, "refused", error="too few events")
    shown = client.get(f"/admin/riskscore/trainingrequest/{before.pk}/change/").text
    assert "too few events" in shown
    assert "data-live" not in shown


def test_the_card_begins_with_what_it_means(row: LearnedModel, client: Client) -> None:
    client.force_login(User.objects.create_superuser("root"))
    shown = client.get(CHANGE.format(row.pk)).text
    assert "<strong>What it predicts:</strong> a fall &lt;b&gt;next" in shown
    # AUC 0.81 with 0.7 to 0.9; Brier is worse than the base rate's, so the gate is not passed.
    assert "right one higher 81 times of 100 (95\u00a0% interval 70 to 90)" in shown
    assert "It does not pass the gate" in shown
    assert "<li>Customs.</li>" in shown
    assert "Of 0 producing pairs it says nothing about 1" in shown


def test_two_cards_side_by_side_have_their_difference_with_its_interval() -> None:
    releases = {"data_releases": ["2024"]}
    test = {"rows": 100, "events": 10, "held_out": [2017, 2023]}
    mine = {"metrics": {"auc": 0.80, "auc_ci": [0.77, 0.84], **test}, **releases}
    theirs = {"metrics": {"auc": 0.70, "auc_ci": [0.66, 0.73], **test}, **releases}
    side = side_by_side(mine, theirs)
    auc = side.rows[0]
    # 0.10; below: sqrt(0.03² + 0.03²) = 0.0424, above: sqrt(0.04² + 0.04²) = 0.0566.
    assert (auc.difference, auc.low, auc.high) == pytest.approx((0.1, 0.0576, 0.1566), abs=1e-4)
    assert (auc.verdict, side.same_test) == ("better", True)
    assert side.tests == "Both were judged on 100 cases of 2017 to 2023, 10 of them events."
    worse = side_by_side(theirs, {**mine, "data_releases": ["2025"]})
    assert (worse.rows[0].verdict, worse.same_test) == ("worse", False)
    assert side_by_side(mine, {"metrics": {"auc": 0.79, "auc_ci": [0.7, 0.9]}}).rows[0].verdict == (
        "not told apart"
    )
    assert side.rows[1].verdict == "the cards do not say"


def test_a_model_is_decided_about_on_a_page_that_says_what_follows(
    row: LearnedModel, client: Client
) -> None:
    change, decide = CHANGE.format(row.pk), DECIDE.format(row.pk)
    client.force_login(User.objects.create_user("viewer", is_staff=True))
    assert client.get("/admin/riskscore/learnedmodel/train/").status_code == 403
    assert client.post(decide, {"decision": "retire", "reason": "x"}).status_code == 403
    client.force_login(User.objects.create_superuser("root"))
    assert f"{decide}?decision=promote" in client.get(change).text
    shown = client.get(decide, {"decision": "promote"}).text
    assert "This cannot be decided so" in shown
    assert "Brier" in shown
    assert "Promote: it counts" not in shown
    sent = {"decision": "promote", "reason": "try"}
    assert "Brier" in client.post(decide, sent).text
    shown = client.get(decide, {"decision": "retire"}).text
    assert "counts in no score now, so nobody moves" in shown
    assert "Say why" in client.post(decide, {"decision": "retire", "reason": " "}).text
    client.post(decide, {"decision": "retire", "reason": " its trade\0 was revised "})
    row.refresh_from_db()
    assert (row.state, row.reason) == (LearnedModel.State.RETIRED, "its trade was revised")
    assert "decision=retire" not in client.get(change).text
    assert "prices v1 is retired." in client.get(decide, {"decision": "retire"}).text
    assert client.post(decide, {"decision": "burn"}).status_code == 404


def test_nobody_promotes_the_model_that_they_asked_for(row: LearnedModel, settings: Any) -> None:
    ada = User.objects.create_superuser("ada")
    request = TrainingRequest.objects.create(kind="prices", created_by=ada, state="succeeded")
    request.model = row
    request.save()
    with pytest.raises(model_registry.NotAllowed, match="a second person promotes it"):
        model_registry.promote(row, by=ada, reason="mine")
    assert model_registry.may_not_promote(row, User.objects.create_superuser("mary")) == ""
    settings.ONE_PERSON_TEAM = True
    assert model_registry.may_not_promote(row, ada) == ""
