"""Who watches is alerted once of each thing, by what causes it, and mailed once of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core import mail as outbox
from django.db import IntegrityError, transaction
from django.utils import timezone

from riskscore.curation import project_edits, watches
from riskscore.jobs import requests
from riskscore.models import Alert, Evidence, Project, ProjectList, Score, Watch
from riskscore.scoring import rescore
from riskscore.scoring.alerts import mail
from riskscore.scoring.alerts.words import in_words
from riskscore.sourcing.holdings import portfolio_edits, portfolio_limits
from riskscore.sourcing.holdings.portfolio_edits import LimitGiven, PositionGiven
from tests.intake.files import take_in

pytestmark = pytest.mark.django_db

SQM = "icmm-15667"


@pytest.fixture
def site(bundle: None) -> Project:
    return Project.objects.get(key=SQM)


@pytest.fixture
def ana(bundle: None) -> User:
    """Somebody who may see scores and statements, with an address."""
    user = User.objects.create_user("ana", "ana@example.org", is_staff=True)
    named = ["view_score", "view_evidence", "view_limitcrossing"]
    user.user_permissions.set(Permission.objects.filter(codename__in=named))
    return user


def work() -> None:
    while rescore.drain():
        pass


def forced_labour_is_found(site: Project) -> Evidence:
    """A verified finding at the highest severity: labour alone is then near 90."""
    found = Evidence(
        project=site, kind="forced_labour", status="verified", severity=1.0,
        happened_on=timezone.now().date() - timedelta(days=30), url="https://example.org/found",
    )  # fmt: skip
    project_edits.add_evidence(found, by=None)
    work()
    return found


def test_a_band_is_crossed_once_however_the_project_is_watched(site: Project, ana: User) -> None:
    listed = ProjectList.objects.create(name="lithium")
    listed.projects.add(site)
    held = portfolio_edits.create(
        ana, "puna", requests.default_lens(), positions=[PositionGiven(SQM, 210)]
    )
    assert watches.watch(ana, [site, listed, held]) == 3
    assert watches.watch(ana, [site, listed, held]) == 0
    before = Score.objects.get(project=site, lens=requests.default_lens())
    found = forced_labour_is_found(site)
    after = Score.objects.get(project=site, lens=requests.default_lens())

    band = Alert.objects.get(user=ana, kind="band")
    assert (band.band_before, band.band_after) == (before.band, after.band) == (2, 3)
    assert (band.score_before, band.score_after) == (before.composite, after.composite)
    assert (band.job_id, band.at, band.method_changed) == (after.job_id, after.computed_at, False)
    assert in_words(band) == (
        "Salar de Atacama: moderate → high (36.8 → 67.4), by new data, "
        "seen through critical-minerals × WLD"
    )
    said = Alert.objects.get(user=ana, kind="evidence")
    assert said.evidence == found
    assert "a new statement: forced labour" in in_words(said)

    # The same numbers again, and through views that nobody watches, are no news.
    requests.start({"keys": [SQM]})
    work()
    assert Alert.objects.count() == 2


def test_a_file_of_statements_alerts_as_a_form_does(site: Project, ana: User) -> None:
    watches.watch(ana, [site])
    file = (
        "project,kind,date,url,level,status\n"
        f"{SQM},strike,2025-03-01,https://example.org/strike,,reported\n"
        "icmm-13791,strike,2025-03-01,https://example.org/strike,,reported\n"
    )
    assert take_in(file, "evidence").added == 2
    (alert,) = Alert.objects.filter(kind="evidence")
    assert in_words(alert) == "Salar de Atacama: a new statement: strike, 1 Mar 2025 (reported)"
    assert take_in(file.replace("reported", "retracted"), "evidence").changed == 2
    assert "a new version of a statement" in in_words(Alert.objects.latest("pk"))


def test_what_nobody_watches_alerts_nobody(site: Project, ana: User) -> None:
    watches.watch(ana, [Project.objects.exclude(pk=site.pk).earliest("pk")])
    forced_labour_is_found(site)
    assert not Alert.objects.exists()


def test_a_limit_of_a_watched_portfolio_alerts_who_watches_it(site: Project, ana: User) -> None:
    owner = User.objects.create_user("owner")
    held = portfolio_edits.create(
        owner, "puna", requests.default_lens(), positions=[PositionGiven(SQM, 210)],
        limits=[LimitGiven("labour", 50)],
    )  # fmt: skip
    watches.watch(ana, [held])
    forced_labour_is_found(site)
    assert portfolio_limits.check_due() == 1
    assert portfolio_limits.check_due() == 0
    (alert,) = Alert.objects.filter(kind="limit")
    assert alert.user == ana
    assert in_words(alert) == "portfolio puna: exposure: labour within → above"


def test_the_database_keeps_an_alert_from_being_doubled(site: Project, ana: User) -> None:
    watches.watch(ana, [site])
    forced_labour_is_found(site)
    for alert in Alert.objects.all():
        alert.pk = None
        with pytest.raises(IntegrityError, match="alert_once_per"), transaction.atomic():
            alert.save(force_insert=True)
    with pytest.raises(IntegrityError, match="watch_of_one_thing"), transaction.atomic():
        Watch.objects.create(user=ana, lens=requests.default_lens())


def test_one_mail_tells_all_of_it_once(site: Project, ana: User, settings: Any) -> None:
    watches.watch(ana, [site])
    forced_labour_is_found(site)
    assert mail.send_due() == 0  # off is the default
    assert not outbox.outbox

    settings.ALERT_MAIL, settings.SITE = True, "https://risk.example.org"
    assert mail.is_due()
    assert mail.send_due() == 1
    (sent,) = outbox.outbox
    assert sent.to == ["ana@example.org"]
    assert sent.subject == "riskscore: 2 alerts about what you watch"
    assert "moderate → high" in sent.body
    assert "https://risk.example.org/admin/alerts/" in sent.body
    assert sent.extra_headers["Message-ID"].endswith("@localhost>")
    assert not mail.is_due()
    assert mail.send_due() == 0
    assert len(outbox.outbox) == 1


def test_a_clock_set_back_two_hours_delays_no_mail(site: Project, ana: User, settings: Any) -> None:
    watches.watch(ana, [site])
    forced_labour_is_found(site)
    settings.ALERT_MAIL = True
    Alert.objects.update(mail_after=timezone.now() + timedelta(hours=2))
    assert mail.is_due()
    assert mail.send_due() == 1


def test_a_mail_server_that_is_away_delays_only(site: Project, ana: User, settings: Any) -> None:
    watches.watch(ana, [site])
    forced_labour_is_found(site)
    settings.ALERT_MAIL = True
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert mail.send_due() == 0
    for alert in Alert.objects.all():
        assert alert.mail_attempts == 1
        assert alert.mail_error.startswith("ConnectionRefusedError")
        assert alert.mail_after is not None
        assert alert.mail_after > timezone.now()  # a minute, then two, four …
    settings.EMAIL_BACKEND = working
    assert mail.send_due() == 0
    Alert.objects.update(mail_after=timezone.now())
    assert mail.send_due() == 1
    assert len(outbox.outbox) == 1


def test_who_may_not_see_it_any_more_is_not_mailed(site: Project, ana: User, settings: Any) -> None:
    watches.watch(ana, [site])
    forced_labour_is_found(site)
    ana.user_permissions.clear()
    settings.ALERT_MAIL = True
    assert mail.send_due() == 0
    assert set(Alert.objects.values_list("mail_error", "mail_after")) == {
        ("may not see it any more", None)
    }


def test_what_is_watched_by_the_page_alone_is_never_due(site: Project, ana: User) -> None:
    watches.watch(ana, [site])
    Watch.objects.update(by_mail=False)
    forced_labour_is_found(site)
    assert set(Alert.objects.values_list("mail_after", flat=True)) == {None}


def test_watches_have_an_end(ana: User, site: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watches, "MOST", 2)
    three = list(Project.objects.all()[:3])
    with pytest.raises(watches.TooManyWatches, match="0 things are watched, and 3 more"):
        watches.watch(ana, three)
    assert not Watch.objects.exists()
