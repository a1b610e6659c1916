"""Two tabs, one record: both edits are kept, and nobody leaves an edit behind by accident."""

import re

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from playwright.sync_api import Dialog, Page, expect

from riskscore.models import Mineral, Place, Project, ProjectMineral
from tests.browser.test_curator import PASSWORD, log_in

# A required field has a star behind its name.
NAME, STAGE, LATITUDE = (re.compile(rf"^{name}\W*$") for name in ("Name", "Stage", "Latitude"))


def test_an_edit_in_two_tabs_keeps_both_and_asks_where_both_changed_the_same(
    address: str, browser_page: Page
) -> None:
    User.objects.create_superuser("ada")
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    Place.objects.create(code="ARG", name="Argentina")
    Mineral.objects.create(code="lithium", name="Lithium")
    salar = Project.objects.create(
        key="salar-1", name="Salar", place_id="ARG", latitude=-23.5, longitude=-66.4,
        kind="mine", state="draft",
    )  # fmt: skip
    ProjectMineral.objects.create(project=salar, mineral_id="lithium", role="primary")
    log_in(browser_page, address)
    form = f"{address}/admin/riskscore/project/{salar.pk}/change/"
    first, browser = browser_page, browser_page.context.browser
    assert browser is not None
    second = browser.new_page(storage_state=first.context.storage_state())
    first.goto(form)
    second.goto(form)

    # One renames it, the other changes its stage, and both change the latitude.
    second.get_by_role("textbox", name=NAME).fill("Salar Norte")
    second.get_by_label(LATITUDE).fill("-23.6")
    second.get_by_role("button", name="Save and continue editing").click()
    expect(second.get_by_text("was changed successfully")).to_be_visible()
    first.get_by_label(STAGE).select_option("construction")
    first.get_by_label(LATITUDE).fill("-23.7")
    expect(first.get_by_text("Not saved yet")).to_be_visible()
    first.get_by_role("button", name="Save and continue editing").click()

    # The question stands on top, has the focus, and shows both values.
    expect(first.get_by_role("alert")).to_be_focused()
    expect(first.get_by_role("alert")).to_be_in_viewport()
    expect(first.get_by_text("Mine, as it stands below: -23.7")).to_be_visible()
    expect(first.get_by_role("textbox", name=NAME)).to_have_value("Salar Norte")
    first.get_by_label("Theirs: -23.6").check()
    first.get_by_role("button", name="Save and continue editing").click()
    expect(first.get_by_text("was changed successfully")).to_be_visible()
    salar.refresh_from_db()
    assert (salar.name, salar.stage, salar.latitude) == ("Salar Norte", "construction", -23.6)

    # What is impossible is said in words on top; its link leads to the field, by keyboard too.
    first.get_by_label(LATITUDE).fill("95")
    first.get_by_role("textbox", name=NAME).fill("=1+1")
    first.get_by_role("button", name="Save", exact=True).click()
    expect(first.get_by_role("alert")).to_contain_text("A spreadsheet would run this text")
    expect(first.get_by_role("alert")).to_contain_text("The latitude must be between −90 and 90.")
    first.get_by_role("alert").get_by_role("link", name="Latitude").press("Enter")
    expect(first.get_by_label(LATITUDE)).to_be_focused()
    first.set_viewport_size({"width": 390, "height": 800})
    expect(first.get_by_role("button", name="Save", exact=True)).to_be_in_viewport()
    assert first.locator("#faults").bounding_box()["width"] <= 390  # type: ignore[index]
    first.set_viewport_size({"width": 1280, "height": 900})

    # Leaving an unsaved form asks; leaving a saved one does not.
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    for page in (first, second):
        page.on("dialog", answer)
    second.goto(f"{address}/admin/riskscore/project/")
    assert asked == []
    first.goto(f"{address}/admin/riskscore/project/")
    assert asked == ["beforeunload"]
