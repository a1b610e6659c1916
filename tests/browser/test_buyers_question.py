"""What an analyst asks: whom does Japan's lithium hang on, and which projects would change that?"""

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from riskscore.bundle import load
from tests.browser.test_curator import PASSWORD, log_in


def test_japans_lithium_is_answered_in_three_clicks_from_signing_in(
    address: str, browser_page: Page
) -> None:
    page = browser_page
    User.objects.create_superuser("ada")
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    load.load(settings.FIXTURES)
    log_in(page, address)

    # One: the question that is asked for most stands on Home; on whom does the supply hang?
    page.get_by_role("link", name="Where it comes from").click()
    expect(page.get_by_role("heading", name="Japan × Lithium")).to_be_visible()
    expect(page.locator(".cards .leading")).to_contain_text("China: 34.6 kt a year")
    expect(page.locator(".mix tbody tr")).to_have_count(13)
    expect(page.get_by_role("heading", name="Where the formulas disagree, and why")).to_be_visible()

    # Two: which projects would change that, each a box on two axes.
    page.get_by_role("link", name="Which projects").click()
    expect(page.get_by_role("img", name="projects by dependence reduced")).to_be_visible()
    expect(page.locator(".shortlist tbody")).to_have_count(25)
    page.locator(".shortlist details summary").first.click()
    expect(page.get_by_text("Nearest communities").first).to_be_visible()

    # Nothing is wider than a phone.
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})

    # Three: on paper, the same as a page and as a file of one page.
    page.get_by_role("link", name="Briefing").first.click()
    expect(page.get_by_role("heading", name="Japan × Lithium")).to_be_visible()
    file = page.get_by_role("link", name="PDF, one page").get_attribute("href")
    answer = page.request.get(f"{address}{file}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")

    # And from the form, for two buyers seen as one, in a part of the world.
    page.goto(f"{address}/admin/sourcing/?buyer=JPN")
    page.get_by_label("and as one with").select_option("USA")
    page.get_by_label("Mineral", exact=True).select_option("copper")
    page.get_by_label("Region").fill("Latin America")
    page.get_by_role("button", name="Which projects").click()
    expect(page.get_by_role("heading", name="Japan and United States × Copper")).to_be_visible()
