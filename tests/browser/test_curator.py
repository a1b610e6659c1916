"""What a curator does in a day: look, edit, rescore, and see what came of it."""

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from riskscore.bundle import load
from riskscore.jobs import requests
from riskscore.models import Job, Project, Score
from tests.bundled import AS_OF
from tests.processes import until

PASSWORD = "analytical engine"


def log_in(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def rescored(project: Project, after: int) -> bool:
    project.refresh_from_db()
    scores = Score.objects.filter(project=project).values_list("input_version", flat=True)
    return project.input_version > after and list(scores) == [project.input_version]


def test_a_curator_edits_a_mine_and_sees_its_new_score(address: str, browser_page: Page) -> None:
    page = browser_page
    # The suite hashes quickly; the server knows only the product's own way.
    User.objects.create_superuser("ada")
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    load.load(settings.FIXTURES)
    first = requests.start({"all": True}, as_of=AS_OF, apart=False)
    until(lambda: Job.objects.get(pk=first.pk).state == "succeeded", "first scores", seconds=120)
    mine = Project.objects.filter(place="CHL", minerals__mineral="copper", flags=[]).earliest("key")
    before = mine.input_version
    log_in(page, address)

    # The coverage counts and warns; Home follows a job by itself.
    page.goto(f"{address}/admin/coverage/")
    expect(page.get_by_text("countries first, then minerals")).to_be_visible()
    page.goto(f"{address}/admin/")
    page.get_by_role("button", name="Rescore everything").click()
    expect(page.get_by_text("Rescoring has started")).to_be_visible()
    expect(page.locator("#live .state", has_text="succeeded")).to_have_count(2, timeout=300_000)

    # A project is found by its name; its page explains the score.
    page.goto(f"{address}/admin/riskscore/project/")
    page.locator("#searchbar").fill(mine.name)
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("link", name=mine.key).click()
    page.get_by_role("link", name="Score", exact=True).click()
    expect(page.get_by_text("What the score is made of")).to_be_visible()
    shown = page.locator(".verdict .total").first.inner_text()
    page.get_by_role("link", name="Facts", exact=True).click()

    # Moving it to another country changes the score, without anything else being asked for.
    page.locator("#select2-id_place-container").click()
    page.locator(".select2-search__field").fill("congo")
    page.get_by_role("option", name="Democratic Republic of the Congo").click()
    page.get_by_role("button", name="Save and continue editing").click()
    # Its point lies in Chile: the form asks whether that is meant.
    expect(page.get_by_role("alert")).to_contain_text("from every known site of")
    page.get_by_label("I have looked at it, and it is right").check()
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("Rescoring has started")).to_be_visible()
    until(lambda: rescored(mine, before), "the edited mine is rescored")
    # The header follows the rescoring by itself.
    expect(page.locator("#project-header .total")).not_to_have_text(shown, timeout=60_000)

    # Rescoring it by hand leads to a job that ends, and changes nothing more.
    page.get_by_role("button", name="Rescore now").click()
    page.get_by_text("Rescoring has started").get_by_role("link").first.click()
    expect(page.locator("#live .state", has_text="succeeded")).to_be_visible(timeout=300_000)
    assert mine.history.count() == 2
