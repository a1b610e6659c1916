"""Learned models in admin: the card reads, and only who may decides."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest
from django.test import Client, RequestFactory

from riskscore.admin.methods import training_page
from riskscore.admin.methods.learned_models import LearnedModelAdmin
from riskscore.models import LearnedModel, TrainingRequest
from riskscore.training import run

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


def said(request: Any) -> list[str]:
    return [str(message) for message in get_messages(request)]


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


def test_a_model_that_is_not_good_enough_is_not_promoted_and_says_why(row: LearnedModel) -> None:
    request = asked(User.objects.create_superuser("root"))
    ADMIN.promote(request, LearnedModel.objects.all())
    assert "Brier" in said(request)[0]
    row.refresh_from_db()
    assert row.state == LearnedModel.State.CANDIDATE


def test_retiring_is_said_and_recorded(row: LearnedModel) -> None:
    user = User.objects.create_superuser("root")
    request = asked(user)
    ADMIN.retire(request, LearnedModel.objects.all())
    assert said(request) == ["prices v1 is retired"]
    row.refresh_from_db()
    assert (row.state, row.decided_by) == (LearnedModel.State.RETIRED, user)
    assert row.reason == "decided in admin, no reason given"


def test_the_reason_that_was_typed_stands_on_the_model(row: LearnedModel) -> None:
    request = asked(User.objects.create_superuser("root"), " its trade was\0 revised ")
    ADMIN.retire(request, LearnedModel.objects.all())
    row.refresh_from_db()
    assert row.reason == "its trade was revised"


def test_the_list_of_models_has_a_field_for_the_reason(row: LearnedModel, client: Client) -> None:
    client.force_login(User.objects.create_superuser("root"))
    page = client.get("/admin/riskscore/learnedmodel/").text
    assert '<input type="text" name="reason"' in page


def test_only_who_may_decide_sees_the_actions(row: LearnedModel) -> None:
    assert ADMIN.has_promote_permission(asked(User.objects.create_superuser("root")))
    assert not ADMIN.has_promote_permission(asked(User.objects.create_user("curator")))


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


def test_a_model_is_retired_from_its_card(row: LearnedModel, client: Client) -> None:
    address = f"/admin/riskscore/learnedmodel/{row.pk}"
    client.force_login(User.objects.create_user("viewer", is_staff=True))
    assert client.get("/admin/riskscore/learnedmodel/train/").status_code == 403
    assert client.post(f"{address}/decide/", {"decision": "retire"}).status_code == 403
    client.force_login(User.objects.create_superuser("root"))
    assert 'value="promote"' in client.get(f"{address}/change/").text
    sent = {"decision": "promote", "reason": "try"}
    assert "Brier" in client.post(f"{address}/decide/", sent, follow=True).text
    client.post(f"{address}/decide/", {"decision": "retire", "reason": "worn out"})
    row.refresh_from_db()
    assert (row.state, row.reason) == (LearnedModel.State.RETIRED, "worn out")
    assert 'value="retire"' not in client.get(f"{address}/change/").text
    assert client.post(f"{address}/decide/", {"decision": "burn"}).status_code == 404
