"""Limits of portfolios: each change of standing is kept once, however often anybody looks."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from riskscore.curation import project_edits
from riskscore.jobs import requests
from riskscore.models import (
    Company,
    Evidence,
    Job,
    LimitCrossing,
    Ownership,
    Portfolio,
    Position,
    Project,
    Score,
)
from riskscore.releases.editions import next_edition
from riskscore.scoring import rescore
from riskscore.sourcing.holdings import portfolio_edits, portfolio_limits, portfolios
from riskscore.sourcing.holdings.portfolio_edits import CannotKeep, LimitGiven, PositionGiven
from riskscore.sourcing.holdings.portfolio_limits import Measured
from tests.make import make_project
from workers import tasks

pytestmark = pytest.mark.django_db

SQM, OLAROZ = PositionGiven("icmm-15667", 210), PositionGiven("icmm-13791", 43)


@pytest.fixture
def owner(bundle: None) -> User:
    return User.objects.create_user("ana")


def keep(owner: User, *limits: LimitGiven, name: str = "puna") -> Portfolio:
    lens = requests.default_lens()
    return portfolio_edits.create(owner, name, lens, positions=[SQM, OLAROZ], limits=limits)


def labour_worsens() -> Job:
    """Forced labour is found at SQM's site, and it is rescored."""
    found = Evidence(
        project=Project.objects.get(key=SQM.project), kind="forced_labour", status="verified",
        happened_on=timezone.now().date() - timedelta(days=30), severity=1.0,
        url="https://example.org/found",
    )  # fmt: skip
    project_edits.add_evidence(found, by=None)
    rescore.drain()
    return Job.objects.get(edition=found.edition, lens=requests.default_lens())


def test_a_rescoring_that_crosses_a_limit_is_kept_once_with_what_was_before(owner: User) -> None:
    kept = keep(owner, LimitGiven("labour", 25))
    assert not LimitCrossing.objects.exists()
    (limit,) = kept.limits.all()
    assert limit.standing == "within"
    job = labour_worsens()
    assert [portfolio_limits.check_due() for _ in range(3)] == [1, 0, 0]
    (alert,) = kept.crossings.all()
    assert (alert.before, alert.after, alert.cause) == ("within", "above", "rescoring")
    assert alert.value_before == limit.value == pytest.approx(20.08, abs=0.05)
    score = Score.objects.get(project__key=SQM.project, lens=kept.lens)
    assert (alert.job_id, alert.edition) == (job.pk, score.edition)
    other = Score.objects.get(project__key=OLAROZ.project, lens=kept.lens)
    assert score.labour is not None
    assert other.labour is not None
    assert alert.value == pytest.approx((210 * score.labour + 43 * other.labour) / 253)
    assert [row["project"] for row in alert.positions] == [OLAROZ.project, SQM.project]


@pytest.mark.parametrize("task", [tasks.work, tasks.sweep, lambda: tasks.poll(idle=True)])
def test_a_message_that_is_lost_costs_waiting_only_and_one_twice_nothing(
    owner: User, task: Any
) -> None:
    keep(owner, LimitGiven("labour", 25))
    labour_worsens()
    for _ in range(2):
        task()
    assert LimitCrossing.objects.count() == 1


def test_a_portfolio_that_cannot_be_computed_keeps_no_other_from_its_alert(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, _ = keep(owner, LimitGiven("labour", 25)), keep(owner, LimitGiven("labour", 25), name="b")
    labour_worsens()
    check = portfolio_limits.check

    def fail(portfolio: Portfolio) -> int:
        assert portfolio.pk != bad.pk, "broken"
        return check(portfolio)

    monkeypatch.setattr(portfolio_limits, "check", fail)
    assert portfolio_limits.check_due() == 1
    monkeypatch.undo()
    assert portfolio_limits.check_due() == 1


def test_back_within_is_a_crossing_of_its_own(owner: User) -> None:
    kept = keep(owner, LimitGiven("labour", 25))
    labour_worsens()
    portfolio_limits.check_due()
    found = Evidence.objects.get(project__key=SQM.project, kind="forced_labour")
    back = Evidence(
        project=found.project, kind=found.kind, happened_on=found.happened_on,
        severity=found.severity, url=found.url, status="retracted",
    )  # fmt: skip
    project_edits.add_evidence(back, by=None, replaces=found)
    rescore.drain()
    portfolio_limits.check_due()
    assert [row.after for row in kept.crossings.order_by("id")] == ["above", "within"]


def test_an_edit_is_told_from_a_rescoring_even_where_nobody_had_looked_between(owner: User) -> None:
    kept = keep(owner, LimitGiven("labour", 25), LimitGiven("place", 0.9, place="CHL"))
    labour_worsens()
    portfolio_edits.change(kept, positions=[SQM])
    causes = {row.what: (row.cause, row.job_id is None) for row in kept.crossings.all()}
    assert causes == {"labour": ("rescoring", False), "place": ("edit", True)}


def test_while_a_job_is_at_its_projects_a_portfolio_waits_but_not_for_a_paused_one(
    owner: User,
) -> None:
    keep(owner, LimitGiven("labour", 25))
    done = labour_worsens()
    running = Job.objects.create(
        lens=done.lens, method=done.method, edition=done.edition, as_of=done.as_of,
        scope=done.scope, state=Job.State.RUNNING,
    )  # fmt: skip
    Score.objects.filter(project__key=SQM.project, lens=done.lens).update(job=running)
    assert portfolio_limits.check_due() == 0
    Job.objects.filter(pk=running.pk).update(paused_at=timezone.now())
    assert portfolio_limits.check_due() == 1


def test_a_position_that_begins_another_day_is_not_held_yet_and_an_archived_portfolio_rests(
    owner: User,
) -> None:
    kept = keep(owner, LimitGiven("n1_place", 0.9))
    later = SQM._replace(since=timezone.now().date() + timedelta(days=1))
    portfolio_edits.change(kept, positions=[later, OLAROZ])
    (alert,) = kept.crossings.filter(cause="edit", value=1.0)
    assert alert.after == "above"  # all of it lies in Argentina
    portfolio_edits.change(kept, archived=True)
    Position.objects.filter(portfolio=kept).update(kt_per_year=1)
    assert portfolio_limits.check_due() == 0
    portfolio_edits.change(kept, archived=False)
    assert Portfolio.objects.get(pk=kept.pk).archived_at is None


def test_a_limit_that_is_exceeded_when_it_is_first_seen_says_so(owner: User) -> None:
    kept = keep(owner, LimitGiven("n1_place", 0.5), LimitGiven("composite", 99))
    (alert,) = kept.crossings.all()
    assert (alert.what, alert.before, alert.after, alert.value_before) == (
        "n1_place", "", "above", None,
    )  # fmt: skip
    assert alert.value == pytest.approx(210 / 253)


def test_a_limit_that_stays_the_same_is_the_same_row_when_all_are_sent_again(owner: User) -> None:
    kept = keep(owner, LimitGiven("n1_place", 0.5), LimitGiven("labour", 25))
    before = set(kept.limits.values_list("pk", flat=True))
    portfolio_edits.change(kept, limits=[LimitGiven("labour", 26), LimitGiven("n1_place", 0.5)])
    assert set(kept.limits.values_list("pk", flat=True)) == before
    assert kept.crossings.count() == 1


@pytest.mark.parametrize(
    ("measured", "at_most", "standing"),
    [
        (Measured(40, 30, 90), 50, "within"),  # known: the figure decides
        (Measured(60, 30, 90), 50, "above"),
        (Measured(50, 30, 90), 50, "within"),
        (Measured(None, 30, 90), 50, "unclear"),  # unknown: its bounds do
        (Measured(None, 30, 50), 50, "within"),
        (Measured(None, 51, 90), 50, "above"),
        (Measured(None, None, None), 50, "within"),  # nothing is held
    ],
)
def test_how_a_figure_stands_to_a_limit(measured: Measured, at_most: float, standing: str) -> None:
    assert measured.standing(at_most) == standing


@pytest.mark.parametrize(
    ("positions", "limits", "where"),
    [
        ([PositionGiven("nobody", 1)], [], "/positions/0/project"),
        ([SQM._replace(mineral="copper")], [], "/positions/0/mineral"),
        ([SQM, SQM], [], "/positions/1"),
        (
            [SQM._replace(since=date(2026, 2, 1), until=date(2026, 1, 1))],
            [],
            "/positions/0/until",
        ),
        ([], [LimitGiven("place", 0.5)], "/limits/0/place"),
        ([], [LimitGiven("labour", 25, place="CHL")], "/limits/0/place"),
        ([], [LimitGiven("place", 0.5, place="EUU")], "/limits/0/place"),
        ([], [LimitGiven("owner", 0.5, company="nobody")], "/limits/0/company"),
        ([], [LimitGiven("n1_owner", 50)], "/limits/0/at_most"),
        ([], [LimitGiven("labour", 25), LimitGiven("labour", 30)], "/limits/1"),
    ],
)
def test_what_makes_no_sense_is_refused_by_place_and_nothing_is_written(
    owner: User, positions: list[PositionGiven], limits: list[LimitGiven], where: str
) -> None:
    lens = requests.default_lens()
    with pytest.raises(CannotKeep) as refused:
        portfolio_edits.create(owner, "x", lens, positions=positions, limits=limits)
    assert refused.value.place == where
    assert not Portfolio.objects.exists()


@pytest.mark.parametrize(
    ("model", "changes", "rule"),
    [
        ("positions", {"kt_per_year": -1}, "position_is_an_amount"),
        ("positions", {"kt_per_year": float("nan")}, "position_is_an_amount"),
        ("limits", {"at_most": 2}, "limit_is_on_its_scale"),
        ("limits", {"what": "place"}, "limit_names_what_it_is_about"),
    ],
)
def test_the_database_refuses_it_too(
    owner: User, model: str, changes: dict[str, Any], rule: str
) -> None:
    kept = keep(owner, LimitGiven("n1_place", 0.5))
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        getattr(kept, model).update(**changes)


def test_an_alert_stays_as_it_was_recorded(owner: User) -> None:
    kept = keep(owner, LimitGiven("n1_place", 0.5))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        kept.crossings.update(after="within")


def test_an_owner_on_file_with_another_project_of_the_site_or_from_a_day_on_counts(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keep(owner, LimitGiven("owner", 0.9, company="toyota-tsusho"))
    today = timezone.now().date()
    (limit,) = kept.limits.all()
    assert (limit.standing, limit.high) == ("unclear", 1.0)
    twin = make_project(key="sqm-twin")
    Project.objects.filter(pk=twin.pk).update(duplicate_of=Project.objects.get(key=SQM.project))
    Ownership.objects.create(
        project=twin, company=Company.objects.exclude(key="toyota-tsusho")[0], share=1.0,
        since=today + timedelta(days=1), url="https://example.org/x", edition=next_edition("test"),
    )  # fmt: skip
    portfolio_limits.check_due()
    limit.refresh_from_db()
    assert limit.high == 1.0
    monkeypatch.setattr(portfolio_limits, "_today", lambda: today + timedelta(days=1))
    portfolio_limits.check_due()
    limit.refresh_from_db()
    assert limit.high == pytest.approx(43 / 253)


def test_owners_of_whom_nothing_is_known_leave_their_share_unclear(owner: User) -> None:
    kept = keep(owner, LimitGiven("owner", 0.1, company="toyota-tsusho"))
    found = portfolios.figures(
        portfolios.held(kept, timezone.now().date()), kept.lens, timezone.now().date()
    )
    (limit,) = kept.limits.all()
    # SQM's site has no owner on file: those 210 kt may be anybody's. Of Olaroz none states a share.
    assert portfolio_limits.measure(limit, found) == (None, 0.0, 1.0)
    assert found.without_owner_kt() == 210
    assert found.holders().high["toyota-tsusho"] == pytest.approx(43 / 253)
