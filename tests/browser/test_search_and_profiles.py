"""What an analyst looks up: a mine by its name without accents, a cell of the matrix, a source."""

import re

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from riskscore.bundle import load
from riskscore.models import Project, Release
from tests.browser.test_curator import PASSWORD, log_in


def test_a_mine_a_cell_and_a_source_are_found(address: str, browser_page: Page) -> None:
    page = browser_page
    User.objects.create_superuser("ada")
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    load.load(settings.FIXTURES)
    Project.objects.filter(name="Penasquito").update(name="Pen\u0303asquito")
    log_in(page, address)

    # By keyboard from any page: the name without its accent, to the project.
    page.keyboard.press("Control+k")
    page.get_by_label("Projects, places, minerals, owners, sources, pages").fill(
        "mexico penasquito"
    )
    expect(page.locator("#palette-found [role='option']")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="asquito", level=1)).to_be_visible()

    # From the project to its country; a number there has its source one click away.
    page.locator("#project-header").get_by_role("link", name="Mexico").click()
    expect(page.get_by_role("heading", name="Mexico", exact=True)).to_be_visible()
    silver = page.locator(".shares tr", has=page.get_by_role("link", name="Silver"))
    silver.locator("a.from").click()
    release = Release.objects.get(code__startswith="wmd-")
    expect(page.locator(f"#source-{release.code}")).to_be_in_viewport()
    expect(page.locator(f"#source-{release.code}")).to_contain_text(release.licence)

    # A cell of the matrix leads to as many projects as it says.
    page.get_by_role("link", name="Its minerals as a matrix").click()
    page.get_by_label("Cells show").select_option("Number of projects")
    page.get_by_label("Country or region").fill("Latin America")
    page.get_by_role("button", name="Show", exact=True).click()
    cell = page.locator("td a[href*='mineral=lithium'][href*='place=CHL']")
    number = cell.inner_text()
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator(".matrix-box")
    box.evaluate("box => box.scrollTo(400, 200)")
    corner, whole = page.locator(".matrix .corner").bounding_box(), box.bounding_box()
    assert corner is not None
    assert whole is not None
    assert abs(corner["x"] - whole["x"]) < 3
    assert abs(corner["y"] - whole["y"]) < 3
    page.set_viewport_size({"width": 1280, "height": 900})
    cell.click()
    expect(page.locator("#result_list tbody tr")).to_have_count(int(number))
    assert re.search(r"ranked=yes", page.url)
