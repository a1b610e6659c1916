"""The step between upload and preview: which column is which, and how that is used again."""

import io
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from riskscore.intake import requests
from riskscore.intake.mappings import saved
from riskscore.models import Intake, IntakePart, Observation, SavedMapping
from tests.admin.conftest import inline_of, url
from tests.intake.files import finish
from tests.make import make_place

pytestmark = pytest.mark.django_db

PREVALENCE = "Estimated prevalence of modern slavery per 1,000 population"
CHOSEN = {
    "from-place": "Country", "from-value": PREVALENCE, "always-year": "2023",
    "always-indicator": "walkfree.prevalence",
}  # fmt: skip
ALL = ("view_intake", "add_intake", "view_savedmapping", "add_savedmapping", "change_savedmapping")


@pytest.fixture(autouse=True)
def names(db: None) -> None:
    make_place("CHL", name="Chile")
    make_place("PER", name="Peru")
    make_place("WLD", name="World")


def staff(*permissions: str) -> Client:
    user = User.objects.create_user(f"staff-{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def page() -> Client:
    return staff(*ALL)


def workbook(*rows: tuple[Any, ...]) -> bytes:
    """A publisher's workbook: an introduction, then a title above the names of the columns."""
    book = openpyxl.Workbook()
    book["Sheet"].append(["About this file"])
    sheet = book.create_sheet("Summary")
    for row in (("Global Slavery Index 2023",), (), ("Country", "Region", PREVALENCE), *rows):
        sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def upload(page: Client, content: bytes, **changes: Any) -> Intake:
    sent = {
        "upload": SimpleUploadedFile("gsi.xlsx", content), "source": "walk-free",
        "redistributable": "unknown", "dry_run": "on", "choose_columns": "on", **changes,
    }  # fmt: skip
    answer = page.post(url("intake", "add"), sent)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made = Intake.objects.latest("id")
    assert answer["Location"] == url("intake", "columns", made.pk)
    return made


def test_a_table_waits_until_its_columns_are_chosen_and_then_is_previewed(page: Client) -> None:
    made = upload(page, workbook(("Chile", "Americas", 3.2), ("Peru", "Americas", "..")))
    assert made.state == "uploaded"
    requests.notify_workers()
    address = url("intake", "columns", made.pk)
    shown = page.get(address).text
    assert inline_of(shown) == []
    assert "column indicator: this column is missing" in shown
    shown = page.post(address, {"sheet": "Summary", "step": "look"}).text
    assert f'<option value="{PREVALENCE}">C: {PREVALENCE}</option>' in shown
    shown = page.post(address, {"sheet": "summary", **CHOSEN, "step": "look"}).text
    assert '<td class="number">4</td>' in shown
    assert '<td class="breaking">3.2</td>' in shown
    assert "left out: no value" in shown
    assert "taken from row 3" in shown
    assert Intake.objects.get().state == "uploaded"
    answer = page.post(address, {"sheet": "Summary", **CHOSEN, "step": "start"})
    assert answer["Location"] == url("intake", "change", made.pk)
    finish(made)
    shown = page.get(url("intake", "change", made.pk)).text
    assert "<dt>Would be new</dt><dd>1</dd>" in shown
    assert "columns that are not read" in shown
    assert "the column names are taken from row 3" in shown
    assert "value: from Estimated prevalence" in shown
    page.post(url("intake", "confirm", made.pk))
    finish(Intake.objects.latest("id"))
    assert [(row.place_id, row.year, row.value) for row in Observation.objects.all()] == [
        ("CHL", 2023, 3.2)
    ]


def test_a_mapping_is_saved_and_used_for_the_next_file(page: Client) -> None:
    made = upload(page, workbook(("Chile", "Americas", 3.2)))
    address = url("intake", "columns", made.pk)
    sent = {"sheet": "Summary", **CHOSEN, "step": "save", "name": "GSI"}
    assert "Saved as “GSI”" in page.post(address, sent).text
    row = SavedMapping.objects.get()
    assert (row.source, row.layout, row.sheet) == ("walk-free", "walk-free", "Summary")
    assert row.mapping == {"place": "Country", "value": PREVALENCE}
    assert row.constants == {"indicator": "walkfree.prevalence", "year": "2023"}
    assert "there is one called" in page.post(address, sent).text
    assert "Saved as" in page.post(address, {**sent, "replacing": "on"}).text
    assert '<option value="GSI">' in page.get(address).text
    shown = page.get(address, {"mapping": "GSI"}).text
    assert '<td class="breaking">3.2</td>' in shown
    # The second file needs neither source nor columns.
    fresh = upload(page, workbook(("Peru", "Americas", 7.1)), source="", saved_mapping="GSI")
    assert fresh.source == "walk-free"
    assert '<td class="breaking">7.1</td>' in page.get(url("intake", "columns", fresh.pk)).text
    assert page.get(url("savedmapping", "change", row.pk)).status_code == 200


def test_what_is_chosen_wrongly_is_said_and_nothing_starts(page: Client) -> None:
    made = upload(page, workbook(("Chile", "Americas", 3.2)))
    address = url("intake", "columns", made.pk)
    both = {"sheet": "Summary", **CHOSEN, "always-place": "Chile", "step": "start"}
    shown = page.post(address, both).text
    assert "place: a column of the file and the same in every row" in shown
    shown = page.post(address, {**CHOSEN, "header_row": "three", "step": "start"}).text
    assert "&#x27;three&#x27; is no number of a row" in shown
    assert page.post(address, {"sheet": "Nowhere", "step": "look"}).status_code == 200
    assert Intake.objects.get().state == "uploaded"
    assert Client().get(address).status_code == 302
    assert staff("view_intake").get(address).status_code == 403
    looker = staff("view_intake", "add_intake")
    assert "Save for the next file" not in looker.get(address).text
    assert looker.post(address, {"step": "save", "name": "x"}).status_code == 403


def test_columns_of_a_preview_are_chosen_again_with_the_same_file(page: Client) -> None:
    made = upload(page, workbook(("Chile", "Americas", 3.2)))
    address = url("intake", "columns", made.pk)
    wrong = {**CHOSEN, "from-value": "Region", "sheet": "Summary", "step": "start"}
    page.post(address, wrong)
    assert finish(made).state == "failed"
    answer = page.post(url("intake", "columns-again", made.pk))
    fresh = Intake.objects.latest("id")
    assert answer["Location"] == url("intake", "columns", fresh.pk)
    assert fresh.mapping["value"] == "Region"
    assert page.get(url("intake", "columns", made.pk)).status_code == 302
    page.post(url("intake", "cancel", fresh.pk))
    fresh.refresh_from_db()
    assert fresh.state == "cancelled"
    assert not IntakePart.objects.exists()


def test_a_saved_mapping_is_for_its_own_source() -> None:
    reading = saved.reading_of(SavedMapping(mapping={"place": "Country"}))
    row = saved.save("Own", "observations", "observations", reading)
    options = requests.ImportOptions(source="", mapping={"year": "Year"})
    assert saved.applied(options, row).mapping == {"place": "Country", "year": "Year"}
    with pytest.raises(requests.CannotTakeIn, match="for the source observations, not wgi"):
        saved.applied(requests.ImportOptions(source="wgi"), row)
    with pytest.raises(requests.CannotTakeIn, match="did you mean 'Own'"):
        saved.named("Ovn")
