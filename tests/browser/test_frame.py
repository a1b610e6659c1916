"""The frame of every page: search of everything, colours, menu; by keyboard and on a phone."""

import re

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from riskscore.config import page_scripts
from tests.browser.test_curator import PASSWORD, log_in
from tests.make import make_project


def test_the_frame_serves_keyboard_phone_and_dark_rooms(address: str, browser_page: Page) -> None:
    page = browser_page
    User.objects.create_superuser("ada")
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    make_project(name="Peñasquito", mineral="zinc", place="MEX")
    log_in(page, address)
    assert page_scripts.is_here(), "the set-up did not fetch the script of menus"
    page.wait_for_function("typeof Alpine == 'object'")

    # The first stop of the keyboard skips the menu.
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()

    # One search for everything: without the accent, and chosen by arrow and Enter.
    page.keyboard.press("Control+k")
    words = page.get_by_role("combobox", name=re.compile("Projects, places"))
    expect(words).to_be_focused()
    page.keyboard.type("penasquito")
    first = page.locator("#palette-found").get_by_role("option").first
    expect(first).to_contain_text("Peñasquito")
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Peñasquito", level=1)).to_be_visible()

    # Colours are chosen once, and are there before the next page is painted.
    page.locator(".user-menu > summary").press("Enter")
    page.get_by_role("button", name="Dark").press("Enter")
    expect(page.locator("html")).to_have_class("dark")
    page.goto(f"{address}/admin/riskscore/project/")
    expect(page.locator("html")).to_have_class("dark")
    expect(page.get_by_role("link", name="Projects", exact=True).first).to_have_attribute(
        "aria-current", "page"
    )

    # What only operators look at is folded; a group opens by keyboard.
    operations = page.locator("details.menu-group", has_text="Operations")
    expect(operations.get_by_role("link", name="Chunks")).to_be_hidden()
    operations.locator("summary").press("Enter")
    expect(operations.get_by_role("link", name="Chunks")).to_be_visible()

    # On a phone the menu begins folded, and nothing is wider than the screen.
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("", "riskscore/project/", "riskscore/project/add/", "matrix/", "map/"):
        page.goto(f"{address}/admin/{path}")
        expect(
            page.get_by_role("navigation", name="Menu").get_by_role("link", name="Map")
        ).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
