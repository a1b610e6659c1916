"""The page of a project: evidence with its preview, the score that follows, history, what if."""

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from riskscore.bundle import load
from riskscore.jobs import requests
from riskscore.models import Evidence, Job, Project, Score, ScoreHistory
from tests.browser.test_curator import PASSWORD, log_in
from tests.bundled import AS_OF
from tests.processes import until


def test_evidence_is_previewed_entered_and_followed_and_what_if_saves_nothing(
    address: str, browser_page: Page
) -> None:
    page = browser_page
    User.objects.create_superuser("ada")
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    load.load(settings.FIXTURES)
    mine = Project.objects.filter(place="CHL", minerals__mineral="copper", flags=[]).earliest("key")
    lens = requests.lens_for(settings.DEFAULT_METHOD, "WLD", kept_current=True)
    first = requests.start({"keys": [mine.key]}, lens=lens, as_of=AS_OF, apart=False)
    until(lambda: Job.objects.get(pk=first.pk).state == "succeeded", "first score", seconds=120)
    log_in(page, address)
    tab = f"{address}/admin/riskscore/project/{mine.pk}"

    # The source of a number is one click away, without opening anything.
    page.goto(f"{tab}/score/")
    stability = page.locator(".waterfall tr", has_text="Political stability")
    source = stability.get_by_role("link", name="World Bank")
    expect(source).to_be_visible()
    assert (source.get_attribute("href") or "").startswith("https://")
    stability.get_by_text("details").press("Enter")
    expect(stability.get_by_text("goalposts: ")).to_be_visible()
    before = page.locator("#project-header .total").inner_text()

    # Evidence: shown what it would do, then entered; the page follows the rescoring by itself.
    page.get_by_role("link", name="Add evidence", exact=True).click()
    page.locator("#id_kind").select_option("conflict")
    page.locator("#id_happened_on").fill("2026-10-01")
    page.locator("#id_severity").fill("1")
    page.locator("#id_credibility").fill("1")
    page.locator("#id_url").fill("https://example.org/blockade")
    page.get_by_role("button", name="Show what it would do to the score").click()
    preview = page.get_by_role("alert")
    expect(preview).to_contain_text("nothing was saved yet")
    assert not Evidence.objects.filter(project=mine, release=None).exists()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"{tab}/score/")
    expect(page.locator("#project-header .total")).not_to_have_text(before, timeout=60_000)
    expect(page.locator("#following")).to_contain_text("Rescored: composite")
    after = page.locator("#project-header .total").inner_text()
    expect(page.locator(".verdict .total")).to_have_text(after)
    expect(page.locator(".waterfall tr", has_text="Incidents with communities")).to_be_visible()

    # The history says who did what; an edit stands before and after.
    page.get_by_role("link", name="Facts", exact=True).click()
    page.locator("#id_name").fill("Renamed mine")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.locator(".record-events del", has_text=mine.name)).to_be_visible()
    expect(page.locator(".record-events ins", has_text="Renamed mine")).to_be_visible()
    expect(page.locator(".record-events tr", has_text="blockade")).to_contain_text("ada")

    # What if, by keyboard alone: the answer comes without a new page, and nothing is saved.
    until(
        lambda: not Job.objects.filter(state__in=["queued", "running"]).exists(),
        "the renamed mine is rescored",
    )
    kept = ScoreHistory.objects.count(), Score.objects.get(project=mine).digest
    page.goto(f"{tab}/what-if/")
    expect(page.locator("[data-says]")).to_contain_text("as it is now")
    field = page.get_by_label("Political stability", exact=False).first
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("-2")
    expect(page.locator("[data-says]")).to_contain_text(f"Composite {after} →")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    expect(field).to_have_value("1.25")
    expect(page.locator("#what-if-says")).to_contain_text(f"Composite {after} →")
    page.get_by_role("button", name="Try it").press("Enter")
    expect(page.locator("[data-says]")).to_contain_text(f"Composite {after} →")
    assert (ScoreHistory.objects.count(), Score.objects.get(project=mine).digest) == kept
