"""A publisher's workbook with a title and names of its own: chosen, saved, previewed, confirmed."""

from pathlib import Path
from typing import Any

import openpyxl
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from riskscore.bundle import load
from riskscore.models import Observation
from tests.browser.test_curator import PASSWORD, log_in

PREVALENCE = "Estimated prevalence of modern slavery per 1,000 population"


def workbook(folder: Path, year: int, *rows: tuple[Any, ...]) -> Path:
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    for row in ((f"Global Slavery Index {year}",), (), ("Country", "Region", PREVALENCE), *rows):
        sheet.append(list(row))
    path = folder / f"gsi-{year}.xlsx"
    book.save(path)
    return path


def test_a_workbook_is_mapped_once_and_the_next_one_comes_by_itself(
    address: str, browser_page: Page, tmp_path: Path
) -> None:
    page = browser_page
    User.objects.create_superuser("ada")
    User.objects.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))
    load.load(settings.FIXTURES)
    log_in(page, address)

    # Upload; nothing of it is read before its columns are chosen.
    page.goto(f"{address}/admin/riskscore/intake/add/")
    rows = (("Chile", "Americas", 3.2), ("Peru", "Americas", ".."))
    page.get_by_label("File").set_input_files(workbook(tmp_path, 2023, *rows))
    page.get_by_label("Source", exact=True).select_option("walk-free")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("taken from row 3 now")).to_be_visible()
    page.get_by_label("Column of the file for place").select_option("Country")
    page.get_by_label("Column of the file for value").select_option(PREVALENCE)
    page.get_by_label("The same in every row for indicator").fill("walkfree.prevalence")
    page.get_by_label("The same in every row for year").fill("2023")
    page.get_by_role("button", name="Show the first rows again").click()
    first = page.get_by_role("region", name="First rows")
    expect(first.get_by_role("cell", name="3.2")).to_be_visible()
    expect(first.get_by_text("left out: no value")).to_be_visible()

    # Kept under a name; the worker reads the file, the page follows it.
    page.get_by_label("Name", exact=True).fill("GSI as Walk Free ships it")
    page.get_by_role("button", name="Save this mapping").click()
    expect(page.get_by_text("Saved as “GSI as Walk Free ships it”")).to_be_visible()
    page.get_by_role("button", name="Preview what changes").click()
    expect(page.get_by_text("added: walkfree.prevalence CHL 2023: 3.2")).to_be_visible()
    expect(page.get_by_role("cell", name="columns that are not read")).to_be_visible()
    page.get_by_role("button", name="Import it for good").click()
    expect(page.get_by_text("It became release")).to_be_visible(timeout=120_000)
    known = Observation.objects.filter(indicator="walkfree.prevalence")
    assert [(row.place_id, row.year, row.value) for row in known] == [("CHL", 2023, 3.2)]

    # The revised file needs the name alone.
    page.goto(f"{address}/admin/riskscore/intake/add/")
    revised = workbook(tmp_path, 2024, ("Chile", "Americas", 3.3))
    page.get_by_label("File").set_input_files(revised)
    page.get_by_label("Saved mapping").select_option("GSI as Walk Free ships it")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("region", name="First rows").get_by_text("3.3")).to_be_visible()
    page.get_by_role("button", name="Preview what changes").click()
    expect(page.get_by_text("changed: walkfree.prevalence CHL 2023: 3.2 → 3.3")).to_be_visible()
