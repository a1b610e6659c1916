"""What an analyst does with a list: narrow it down, keep it, take it away, and think twice."""

import openpyxl
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from riskscore.bundle import load
from riskscore.jobs import requests
from riskscore.models import Job, Project
from tests.browser.test_curator import PASSWORD, log_in
from tests.bundled import AS_OF
from tests.processes import until


def test_a_list_is_filtered_saved_exported_and_its_actions_ask(
    address: str, browser_page: Page
) -> None:
    page = browser_page
    User.objects.create_superuser("ada")
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    load.load(settings.FIXTURES)
    first = requests.start({"filter": {"mineral": ["lithium"]}}, as_of=AS_OF, apart=False)
    until(lambda: Job.objects.get(pk=first.pk).state == "succeeded", "first scores", seconds=120)
    log_in(page, address)

    # Lithium in Latin America, moderate or high: by keyboard, one button for all filters.
    page.goto(f"{address}/admin/riskscore/project/")
    filters = page.get_by_role("complementary", name="Filters")
    for title, values in (
        ("Band", ["moderate", "high"]),
        ("Mineral", ["Lithium"]),
        ("Region", ["Latin America and the Caribbean"]),
    ):
        filters.locator("summary", has_text=title).first.focus()
        page.keyboard.press("Enter")
        for value in values:
            filters.get_by_label(value, exact=True).focus()
            page.keyboard.press("Space")
    filters.get_by_role("button", name="Apply").first.click()
    chips = page.get_by_role("list", name="What this list is narrowed down by")
    expect(chips.get_by_role("listitem")).to_have_count(5)  # four values, and "remove all"
    page.get_by_role("link", name="Composite").first.click()

    # Columns are chosen by keyboard too; the order stays.
    page.locator("summary", has_text="Columns").focus()
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Labour").focus()
    page.keyboard.press("Space")
    page.get_by_role("checkbox", name="Flags").uncheck()
    page.get_by_role("button", name="Show these").press("Enter")
    expect(page.get_by_role("columnheader", name="Labour")).to_be_visible()

    # Saved under a name, it opens first.
    page.locator("summary", has_text="Save this list").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Lithium to watch")
    page.get_by_label("let it open first for me").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as “Lithium to watch”.")).to_be_visible()
    page.goto(f"{address}/admin/riskscore/project/")
    expect(chips.get_by_role("listitem")).to_have_count(5)

    # The file holds what the page shows.
    with page.expect_download() as begun:
        page.get_by_role("link", name="Excel").click()
    assert begun.value.suggested_filename.endswith(".xlsx")
    with begun.value.path().open("rb") as file:
        sheet = openpyxl.load_workbook(file).worksheets[0]
    headings, *rows = sheet.iter_rows(values_only=True)
    assert headings[:2] == ("Key", "Name")
    assert "Labour" in headings
    shown = page.locator("#result_list .field-key").all_inner_texts()
    assert [row[0] for row in rows[: len(shown)]] == [key.strip() for key in shown]
    composites = page.locator("#result_list .field-composite").all_inner_texts()
    at = headings.index("Composite")
    assert [f"{row[at]:.1f}" for row in rows[: len(shown)]] == [x.strip() for x in composites]

    # Archiving asks first; "no" changes nothing, "yes" does what was said.
    two = [row[0] for row in rows[:2]]
    for answer in ("No, back to the list", "Yes, do it"):
        for number in range(2):
            page.locator("#result_list input.action-select").nth(number).check()
        page.get_by_label("Action").first.select_option("archive_selected")
        page.get_by_role("button", name="Run").click()
        expect(page.get_by_role("heading", name="Archive the selected projects: 2")).to_be_visible()
        assert Project.objects.filter(key__in=two, state="published").count() == 2
        page.get_by_text(answer, exact=True).click()
    expect(page.get_by_text("Now archived: 2 projects.")).to_be_visible()
    assert Project.objects.filter(key__in=two, state="archived").count() == 2

    # On a phone nothing is cut.
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
