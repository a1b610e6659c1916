"""What happens is told once to each webhook that is to know, where it happens."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.utils import timezone

from riskscore.curation import challenges, project_edits, watches
from riskscore.jobs import ledger, requests
from riskscore.jobs.outbox import told
from riskscore.models import (
    Evidence,
    Job,
    LearnedModel,
    MessageType,
    Project,
    Webhook,
    WebhookDelivery,
)
from riskscore.models.scores import Band
from riskscore.scoring import rescore
from riskscore.sourcing.holdings import portfolio_edits, portfolio_limits
from riskscore.sourcing.holdings.portfolio_edits import LimitGiven, PositionGiven
from riskscore.training import model_registry
from riskscore.webhooks import messages, permitted, stored_secrets
from tests.intake.files import take_in

pytestmark = pytest.mark.django_db

SQM = "icmm-15667"
OTHER = "icmm-13791"


@pytest.fixture
def site(bundle: None) -> Project:
    return Project.objects.get(key=SQM)


@pytest.fixture
def ana(bundle: None) -> User:
    user = User.objects.create_user("ana", "ana@example.org", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=["viewer", "methodologist"]))
    return user


def hook(owner: User, *types: str, **more: Any) -> Webhook:
    """A webhook that nothing is sent to here."""
    return Webhook.objects.create(
        owner=owner,
        url="https://hooks.example.org/",
        types=list(types),
        lens=requests.default_lens(),
        secret=stored_secrets.closed(stored_secrets.made()),
        **more,
    )


def of(webhook: Webhook) -> list[tuple[str, dict[str, Any]]]:
    rows = webhook.deliveries.order_by("id")
    assert all(permitted.why_not(row) == "" for row in rows)
    assert all(messages.body(row) for row in rows)
    return [(row.type, row.data) for row in rows]


def work() -> None:
    while rescore.drain():
        pass


def finding(site: Project) -> Evidence:
    return Evidence(
        project=site, kind="forced_labour", status="verified", severity=1.0,
        happened_on=timezone.now().date() - timedelta(days=30), url="https://example.org/found",
    )  # fmt: skip


def test_bands_and_events_are_told_of_what_is_watched_or_chosen_and_of_nothing_else(
    site: Project, ana: User
) -> None:
    watches.watch(ana, [site])
    both = ("score.band_crossed", "event.added")
    watched = hook(ana, *both)
    lithium = hook(ana, *both, about="chosen", minerals=["lithium"])
    chile = hook(ana, *both, about="chosen", minerals=["lithium"], places=["CHL"])
    everything = hook(ana, *both, about="chosen")
    copper_of_peru = hook(ana, *both, about="chosen", minerals=["copper"], places=["PER"])
    deaf = hook(ana, "job.finished", about="chosen")
    disabled = hook(ana, *both, about="chosen", disabled_at=timezone.now())
    stranger = hook(User.objects.create_user("stranger", is_staff=True), *both)

    found = project_edits.add_evidence(finding(site), by=None)
    work()
    assert of(watched) == [
        (
            "event.added",
            {"project": SQM, "evidence": found.pk, "kind": "forced_labour", "replaces": None},
        ),
        (
            "score.band_crossed",
            {
                "project": SQM, "method": "critical-minerals", "importer": "WLD",
                "band_before": Band.MODERATE, "band_after": Band.HIGH,
                "job": str(Job.objects.filter(lens=watched.lens).latest("id").pk),
            },
        ),
    ]  # fmt: skip
    assert of(lithium) == of(chile) == of(everything) == of(watched)
    assert of(copper_of_peru) == of(deaf) == of(disabled) == of(stranger) == []

    # The same numbers again are no news.
    requests.start({"keys": [SQM]})
    work()
    assert len(of(watched)) == 2


def test_statements_of_a_file_are_told_as_those_of_a_form(site: Project, ana: User) -> None:
    watches.watch(ana, [site])
    watched, everything = hook(ana, "event.added"), hook(ana, "event.added", about="chosen")
    file = (
        "project,kind,date,url,level,status\n"
        f"{SQM},strike,2025-03-01,https://example.org/strike,,reported\n"
        f"{OTHER},strike,2025-03-01,https://example.org/strike,,reported\n"
    )
    assert take_in(file, "evidence").added == 2
    assert [data["project"] for _, data in of(watched)] == [SQM]
    assert sorted(data["project"] for _, data in of(everything)) == sorted([SQM, OTHER])
    assert take_in(file.replace("reported", "retracted"), "evidence").changed == 2
    first, second = of(watched)
    assert second[1]["replaces"] == first[1]["evidence"]


@pytest.mark.parametrize("end", ["succeeds", "is cancelled", "cannot be planned"])
def test_the_end_of_a_job_is_told_to_whose_job_it_is_however_it_ends(
    site: Project, ana: User, end: str
) -> None:
    mine = hook(ana, "job.finished")
    others = hook(User.objects.create_user("other", is_staff=True), "job.finished")
    job = requests.start({"keys": [SQM]}, by=ana)
    if end == "is cancelled":
        ledger.cancel(job.pk)
        ledger.cancel(job.pk)
    elif end == "cannot be planned":
        Job.objects.filter(pk=job.pk).update(scope={"keys": ["gone"]})
        work()
    else:
        assert of(mine) == []
        work()
        ledger.close(job.pk)
    state = {"succeeds": "succeeded", "is cancelled": "cancelled"}.get(end, "failed")
    assert of(mine) == [("job.finished", {"job": str(job.pk), "state": state})]
    assert of(others) == []


def test_an_answer_is_told_to_who_filed_the_challenge_and_to_who_watches(
    site: Project, ana: User
) -> None:
    filer = User.objects.create_user("filer", is_staff=True)
    filer.groups.set(Group.objects.filter(name="viewer"))
    judge = User.objects.create_superuser("judge")
    watches.watch(ana, [site])
    hooks = [hook(who, "challenge.decided") for who in (filer, ana)]
    stranger = hook(User.objects.create_user("stranger", is_staff=True), "challenge.decided")
    declined = challenges.file(site, "That mine is not ours", "https://example.org/a", by=filer)
    challenges.decline(declined, "it is", by=judge)
    accepted = challenges.file(site, "It had a strike", "https://example.org/b", by=filer)
    challenges.accept(accepted, finding(site), by=judge)
    expected = [
        ("challenge.decided", {"project": SQM, "challenge": one.pk, "state": state})
        for one, state in ((declined, "declined"), (accepted, "accepted"))
    ]
    assert [of(one) for one in hooks] == [expected, expected]
    assert of(stranger) == []


def test_a_promoted_model_is_told_to_who_wants_to_know(bundle: None, ana: User) -> None:
    champion = LearnedModel.objects.filter(state="champion").first()
    assert champion is not None
    webhook = hook(ana, "model.promoted")
    assert told.of_model(champion.pk) == 1
    assert told.of_model(champion.pk) == 0
    assert of(webhook) == [("model.promoted", {"kind": champion.kind, "version": champion.version})]
    # By the door through which people come: it is retired, and promoted again.
    judge = User.objects.create_superuser("judge")
    model_registry.retire(champion, by=judge, reason="to try")
    LearnedModel.objects.filter(pk=champion.pk).update(
        state="candidate", champion_from=None, champion_until=None
    )
    model_registry.promote(champion, by=judge, reason="again")
    assert len(of(webhook)) == 2


def test_a_crossed_limit_is_told_to_the_owner_of_the_portfolio_alone(
    site: Project, ana: User
) -> None:
    held = portfolio_edits.create(
        ana, "puna", requests.default_lens(), positions=[PositionGiven(SQM, 210)],
        limits=[LimitGiven("labour", 50)],
    )  # fmt: skip
    boss = User.objects.create_superuser("boss")
    watches.watch(boss, [held])
    mine, watching = hook(ana, "limit.crossed"), hook(boss, "limit.crossed")
    project_edits.add_evidence(finding(site), by=None)
    work()
    portfolio_limits.check_due()
    ((kind, data),) = of(mine)
    assert kind == "limit.crossed"
    assert (data["portfolio"], data["what"], data["before"], data["after"]) == (
        "puna", "labour", "within", "above",
    )  # fmt: skip
    assert of(watching) == []


def test_what_is_taken_back_is_not_told(site: Project, ana: User) -> None:
    webhook = hook(ana, "event.added", about="chosen")
    with transaction.atomic():
        project_edits.add_evidence(finding(site), by=None)
        transaction.set_rollback(True)
    assert of(webhook) == []


def test_what_nobody_is_told_of_costs_one_statement(
    bundle: None, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):
        assert told.of_job(uuid.uuid4()) == 0
        assert told.of_challenge(1) == told.of_model(1) == told.of_crossing(1) == 0
    assert not WebhookDelivery.objects.exists()


def test_a_project_that_is_no_longer_published_is_not_told_of(site: Project, ana: User) -> None:
    webhook = hook(ana, "event.added", about="chosen")
    project_edits.add_evidence(finding(site), by=None)
    Project.objects.filter(pk=site.pk).update(state="archived")
    assert permitted.why_not(webhook.deliveries.get()) == "its owner may not see what it is about"


def test_a_permission_that_was_taken_away_withholds_what_it_opened(
    site: Project, ana: User
) -> None:
    webhook = hook(ana, *MessageType.values, about="chosen")
    project_edits.add_evidence(finding(site), by=None)
    delivery = webhook.deliveries.get(type="event.added")
    assert permitted.why_not(delivery) == ""
    for group in Group.objects.all():
        group.permissions.remove(Permission.objects.get(codename="view_evidence"))
    delivery = WebhookDelivery.objects.get(pk=delivery.pk)
    assert permitted.why_not(delivery) == "its owner lacks the permission view_evidence"
