"""What a person who does not see, or sees no colours, meets: axe-core finds nothing serious."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from playwright.sync_api import Page

from riskscore.bundle import load
from tests.browser.test_curator import PASSWORD, log_in

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe-core here")

SERIOUS = ("serious", "critical")
#: Only rules that say where somebody is shut out, not advice.
OPTIONS = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
#: One form of each kind: a record with parts, one that begins something, one with files.
FORMS = (
    "/admin/riskscore/project/add/", "/admin/riskscore/evidence/add/",
    "/admin/riskscore/portfolio/add/", "/admin/riskscore/landlayer/add/",
    "/admin/riskscore/intake/add/", "/admin/riskscore/apikey/add/",
)  # fmt: skip


def menu(page: Page) -> list[str]:
    """The addresses of the menu, each once."""
    found = page.eval_on_selector_all(
        "a[href^='/admin/']", "links => links.map(link => link.getAttribute('href'))"
    )
    outside = ("logout", "password", "?", "#", ".json", "/add/", "/change/")
    return list(dict.fromkeys(path for path in found if not any(part in path for part in outside)))


def faults(page: Page) -> list[str]:
    """Serious and critical violations: the rule, how often, and the first place."""
    answer: dict[str, Any] = axe.Axe().run(page, options=OPTIONS).response
    return [
        f"{each['id']} ({each['impact']}, {len(each['nodes'])}×): {each['nodes'][0]['target']}"
        for each in answer["violations"]
        if each["impact"] in SERIOUS
    ]


def test_no_page_shuts_anybody_out(address: str, browser_page: Page) -> None:
    page = browser_page
    User.objects.create_superuser("ada")
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    load.load(settings.FIXTURES)
    log_in(page, address)
    paths = [*menu(page), *FORMS]
    assert len(paths) > 30
    found = {}
    for look in ("light", "dark"):
        page.emulate_media(color_scheme=look)
        for path in paths:
            answer = page.goto(address + path)
            assert answer is not None
            assert answer.status < 400, f"{path} answers {answer.status}"
            if wrong := faults(page):
                found[f"{path} ({look})"] = wrong
    assert not found, "\n".join(f"{path}: {wrong}" for path, wrong in found.items())
