"""Take the pictures of ``docs/img`` from a running server: light, dark, and 390 px wide.

    make run
    python manage.py createsuperuser
    python docs/take_screenshots.py http://127.0.0.1:8000 NAME

It asks for the password, or takes it from RISKSCORE_PASSWORD, and looks only.
"""

import os
import shutil
import sys
from getpass import getpass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent / "img"
#: The name of a picture, and the page of it.
PAGES = {
    "front": "/",
    "home": "/admin/?buyer=JPN&mineral=lithium",
    "shortlist": "/admin/sourcing/shortlist/?buyer=JPN&mineral=lithium&region=latin-america",
    "project": "/admin/riskscore/project/26/score/",
    "what-if": "/admin/riskscore/project/26/what-if/",
    "projects": "/admin/riskscore/project/",
    "map": "/admin/map/",
    "place": "/admin/place/CHL/",
    "matrix": "/admin/matrix/",
    "weights": "/admin/riskscore/method/4/weights/",
}
#: The name of a look: width, height, colours.
LOOKS = {"light": (1280, 800, "light"), "dark": (1280, 800, "dark"), "phone": (390, 844, "light")}
COLOURS = 128


def take(browser: Browser, server: str, name: str, password: str) -> None:
    """All pages in all looks."""
    for look, (width, height, colours) in LOOKS.items():
        room = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if colours == "dark" else "light",
        )
        page = room.new_page()
        _sign_in(page, server, name, password)
        for picture, path in PAGES.items():
            answer = page.goto(f"{server}{path}")
            if answer is None or answer.status != 200:
                raise SystemExit(f"{path} answered {answer and answer.status}")
            page.wait_for_timeout(1_000)
            _keep(page.screenshot(), FOLDER / f"{picture}-{look}.png")
        room.close()


def _sign_in(page: Page, server: str, name: str, password: str) -> None:
    page.goto(f"{server}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{server}/admin/")


def _keep(picture: bytes, place: Path) -> None:
    """In few colours: pages have few, and the repository keeps every version."""
    image = Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS)
    image.save(place, optimize=True)


def main() -> None:
    """As the head of this file says."""
    server, name = sys.argv[1:3]
    password = os.environ.get("RISKSCORE_PASSWORD") or getpass("Password: ")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        take(browser, server, name, password)
        browser.close()


if __name__ == "__main__":
    main()
