"""Home in a real browser: the question in three clicks, an alert after a rescoring, visitors."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.core import mail as outbox
from django.utils import timezone
from playwright.sync_api import Page, expect

from riskscore.bundle import load
from riskscore.curation import project_edits
from riskscore.jobs import requests
from riskscore.models import Alert, Evidence, Job, Project
from riskscore.scoring.alerts import mail
from tests.browser.test_curator import PASSWORD, log_in
from tests.bundled import AS_OF
from tests.processes import until


def test_the_question_is_answered_an_alert_arises_and_visitors_are_told_what_this_is(
    address: str, browser_page: Page, settings: Any
) -> None:
    page = browser_page
    ada = User.objects.create_superuser("ada", "ada@example.org")
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    load.load(settings.FIXTURES)
    first = requests.start({"all": True}, as_of=AS_OF, apart=False)
    until(lambda: Job.objects.get(pk=first.pk).state == "succeeded", "first scores", seconds=120)

    # A visitor is told what this is, and finds the way in.
    page.goto(f"{address}/")
    expect(page.get_by_role("heading", name="Unknown is not zero")).to_be_visible()
    expect(page.get_by_text("Etalab Open Licence 2.0").first).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})
    log_in(page, address)

    # Three choices: who buys, which mineral, show.
    page.get_by_label("Buyer", exact=True).select_option("JPN")
    page.get_by_label("Mineral", exact=True).select_option("lithium")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Japan × Lithium")).to_be_visible()
    expect(page.get_by_role("img", name="projects by dependence reduced")).to_be_visible()
    expect(page.locator(".home-answer .top tbody tr")).to_have_count(8)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})

    # A project is watched; a finding takes it across a band; the alert is there, and mailed once.
    site = Project.objects.get(key="icmm-15667")
    page.goto(f"{address}/admin/riskscore/project/{site.pk}/change/")
    page.get_by_role("button", name="Watch", exact=True).click()
    expect(page.get_by_role("button", name="Watch no longer")).to_be_visible()
    found = Evidence(
        project=site, kind="forced_labour", status="verified", severity=1.0,
        happened_on=timezone.now().date() - timedelta(days=30), url="https://example.org/found",
    )  # fmt: skip
    project_edits.add_evidence(found, by=ada)
    until(lambda: Alert.objects.filter(kind="band").exists(), "the site is rescored", seconds=60)
    page.goto(f"{address}/admin/")
    expect(page.get_by_role("link", name="Salar de Atacama: moderate → high")).to_be_visible()
    settings.ALERT_MAIL = True
    assert mail.send_due() == 1
    assert mail.send_due() == 0
    assert "moderate → high" in outbox.outbox[0].body
    page.get_by_role("link", name="Salar de Atacama: moderate → high").click()
    expect(page).to_have_url(f"{address}/admin/riskscore/project/{site.pk}/change/")
    page.goto(f"{address}/admin/alerts/")
    expect(page.locator("li.unread")).to_have_count(1)  # the statement itself
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator("li.unread")).to_have_count(0)
