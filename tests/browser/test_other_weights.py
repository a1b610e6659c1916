"""Other weights are tried, reviewed by a second person, published, and undone."""

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from riskscore.bundle import load
from riskscore.jobs import requests
from riskscore.models import Job, Method, Score
from tests.bundled import AS_OF
from tests.processes import until

PASSWORD = "analytical engine"


def log_in(page: Page, address: str, name: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{address}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def scored_by(method: Method) -> None:
    """Wait until every score of the default view is made by a version."""

    def done() -> bool:
        seen = Score.objects.filter(lens=requests.default_lens())
        return set(seen.values_list("method", flat=True)) == {method.pk}

    until(done, f"scores by {method}", seconds=240)


def test_other_weights_are_tried_reviewed_published_and_undone(
    address: str, browser_page: Page
) -> None:
    page = browser_page
    for name in ("ada", "mary"):
        User.objects.create_superuser(name)
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    load.load(settings.FIXTURES)
    first = requests.start({"all": True}, as_of=AS_OF, apart=False)
    until(lambda: Job.objects.get(pk=first.pk).state == "succeeded", "first scores", seconds=120)
    four = Method.objects.get(code=settings.DEFAULT_METHOD, version=4)
    log_in(page, address, "ada")

    # One share is typed: the others make room, and who moves appears by itself.
    page.goto(f"{address}/admin/riskscore/method/{four.pk}/change/")
    page.get_by_role("link", name="Other weights").click()
    shown = page.locator("#who-moves")
    expect(shown).to_contain_text("0 of 4080 projects move")
    politics = page.get_by_label("Geopolitical: share of Composite risk", exact=True)
    politics.fill("0.4")
    politics.press("Tab")
    for other in ("Concentration", "Labour", "Indigenous and displacement"):
        shares = page.get_by_label(f"{other}: share of Composite risk", exact=True)
        expect(shares).to_have_value("0.200")
    expect(shown).not_to_contain_text("0 of 4080 projects move")
    expect(shown.locator(".movers tbody tr")).to_have_count(20)
    moved = shown.locator(".figures strong").first.inner_text()

    # Shares that cannot sum to 1 are told at once.
    politics.fill("2")
    politics.press("Tab")
    expect(page.get_by_text("numbers from 0 to 1, three decimals")).to_be_visible()
    politics.fill("0.4")
    politics.press("Tab")
    expect(page.locator(".sum.off")).to_have_count(0)

    # The draft says what changed; each reason is confirmed before it is submitted.
    page.get_by_label("Why this version exists").fill("politics counts more")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_text("is kept as a draft")).to_be_visible()
    expect(page.locator("#who-moves .figures strong").first).to_have_text(moved)
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("alert")).to_contain_text("as it was before the change")
    for box in page.locator("input[name=confirmed]").all():
        box.check()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("waits for a review")).to_be_visible()
    expect(page.get_by_text("a second person publishes it")).to_be_visible()
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)

    # A second person sees who moves, and publishes.
    five = Method.objects.get(code=four.code, version=5)
    log_in(page, address, "mary")
    page.goto(f"{address}/admin/riskscore/method/{five.pk}/review/")
    expect(page.locator("#who-moves .figures strong").first).to_have_text(moved)
    page.get_by_label("What you say of it").fill("agreed")
    page.get_by_role("button", name="Publish: it scores from now on").click()
    expect(page.get_by_text("all projects are being rescored by it")).to_be_visible()
    scored_by(five)

    # The way back: nothing published is edited, the earlier version scores again.
    page.goto(f"{address}/admin/riskscore/method/{four.pk}/review/")
    expect(page.locator("#who-moves .figures strong").first).to_have_text(moved)
    page.get_by_label("Why", exact=True).fill("0.4 moved too much")
    page.get_by_role("button", name="Score by this version again").click()
    expect(page.get_by_text("This version scores now.")).to_be_visible()
    scored_by(four)
    five.refresh_from_db()
    assert five.state == Method.State.PUBLISHED
