"""What an analyst looks for on the map: a project, and the land near it."""

import re

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from riskscore.bundle import load
from riskscore.models import Footprint, Project
from tests.browser.test_curator import PASSWORD, log_in


def test_a_project_is_found_with_the_land_near_it(address: str, browser_page: Page) -> None:
    page = browser_page
    User.objects.create_superuser("ada")
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    load.load(settings.FIXTURES)
    log_in(page, address)
    elsewhere: list[str] = []
    page.on("request", lambda asked: elsewhere.append(asked.url))

    # The map counts every project once, and its filters are in its address.
    page.get_by_role("link", name="Map", exact=True).first.click()
    expect(page.locator("#map-says")).to_contain_text("projects in view")
    page.get_by_label("Mineral", exact=True).select_option("lithium")
    page.get_by_label("Country or region").fill("Argentina")
    page.get_by_role("button", name="Show").click()
    argentine = Project.objects.filter(place="ARG", minerals__mineral="lithium")
    number = argentine.exclude(flags__overlap=list(Project.UNRANKED)).count()
    expect(page.locator("#map-says")).to_contain_text(f"{number} projects in view")

    # By keyboard: from the list to the project on the map, and to what is near it.
    show = page.get_by_role("link", name=re.compile("^Show Cauchari on the map"))
    show.focus()
    page.keyboard.press("Enter")
    expect(page.locator("path.of-point")).to_have_count(1)
    page.get_by_label("Registered communities").check()
    expect(page.locator("#lands-say")).to_contain_text("Indigenous communities of Argentina")
    assert page.locator("path.of-communities").count() > 10

    # A pin says what it is; opened, it leads to the project.
    pin = page.locator(".pin-box[aria-label^='Cauchari']").first
    pin.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup-content table tr")).to_have_count(5)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator(".leaflet-popup-content a").first.click()
    page.get_by_role("link", name="Land", exact=True).click()
    expect(page.get_by_role("heading", name="On the map")).to_be_visible()
    expect(page.locator("path.of-footprint")).to_have_count(1)

    # Its outline is drawn by clicks; the corners stand in a field, and the usual checks hold.
    page.get_by_role("link", name="Draw its outline").click()
    expect(page.locator("path.of-point")).to_have_count(1)
    box = page.locator(".map-box").bounding_box()
    assert box is not None
    middle, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for right, below in ((-20, -20), (20, -20), (0, 25), (60, 60)):
        page.mouse.click(middle + right, down + below)
    page.get_by_role("button", name="Take back the last corner").click()
    assert page.get_by_label("Corners").input_value().count("\n") == 2
    page.locator("#id_source").fill("https://example.org/outline")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert Footprint.objects.get().outline is not None
    assert all(url.startswith((address, "data:")) for url in elsewhere)
