"""Files in admin: uploaded, read by a worker, previewed, taken in or left."""

import csv
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from riskscore.models import Intake, Observation, Release
from tests.admin.conftest import inline_of, url
from tests.intake.files import LAW, finish, queue, take_in
from tests.make import make_place

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def names(db: None) -> None:
    make_place("CHL", name="Chile")
    make_place("WLD", name="World")


def staff(*permissions: str) -> Client:
    user = User.objects.create_user(f"staff-{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def page() -> Client:
    return staff("view_intake", "add_intake")


def form(text: str, **changes: Any) -> dict[str, Any]:
    return {
        "upload": SimpleUploadedFile("law.csv", text.encode()),
        "source": "observations",
        "redistributable": "unknown",
        "dry_run": "on",
        **changes,
    }


def upload(page: Client, text: str, **changes: Any) -> Intake:
    """The intake that an upload makes; its page is where the curator lands."""
    answer = page.post(url("intake", "add"), form(text, **changes))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made = Intake.objects.latest("id")
    assert answer["Location"] == url("intake", "change", made.pk)
    return made


def text_of(page: Client, intake: Intake) -> str:
    answer = page.get(url("intake", "change", intake.pk))
    assert answer.status_code == 200
    assert inline_of(answer.text) == []
    return answer.text


def test_a_file_is_previewed_and_then_taken_in(page: Client) -> None:
    made = upload(page, LAW + "wgi.law,Chile,2023,0.9,0.1\n")
    assert made.dry_run
    assert made.created_by is not None
    assert "data-live" in text_of(page, made)
    finish(made)
    shown = text_of(page, made)
    assert "<dt>Would be new</dt><dd>1</dd>" in shown
    assert "<dt>Would change</dt><dd>0</dd>" in shown
    assert "data-live" not in shown
    assert not Observation.objects.exists()
    answer = page.post(url("intake", "confirm", made.pk))
    fresh = Intake.objects.latest("id")
    assert answer["Location"] == url("intake", "change", fresh.pk)
    finish(fresh)
    assert Observation.objects.get().value == 0.9
    assert Release.objects.get().code in text_of(page, fresh)


def test_faults_stand_on_the_page_with_line_reason_and_remedy(page: Client) -> None:
    made = finish(upload(page, LAW + "wgi.law,=Chle,2023,1,\n"))
    shown = text_of(page, made)
    assert '<span class="state failed">failed</span>' in shown
    assert ">=Chle<" in shown
    assert "aliases" in shown
    report = page.get(url("intake", "report", made.pk))
    assert report["Content-Type"].startswith("text/csv")
    lines = b"".join(report).decode("utf-8-sig").splitlines()
    assert lines[0] == "line,column,value,reason,suggestion"
    assert lines[1].startswith("2,place,'=Chle,")


def test_other_columns_and_options_reach_the_intake(page: Client) -> None:
    made = upload(
        page, "indicator,Country,year,value\nwgi.law,Chile,2023,0.9\n", columns="place = Country",
        skip_bad="on", licence="CC BY 4.0", redistributable="true", retrieved_on="2026-01-31",
    )  # fmt: skip
    assert (made.mapping, made.skip_bad, made.redistributable) == ({"place": "Country"}, True, True)
    assert finish(made).state == "succeeded"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"columns": "place"}, "write OUR=THEIRS"),
        ({"source": "wgi", "columns": "place=Country"}, "own columns"),
        ({"source": "atlantis"}, "not one of the available choices"),
        ({"release_code": "loaded"}, "is loaded already"),
        ({"upload": SimpleUploadedFile("empty.csv", b"")}, "The submitted file is empty"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_on_the_form(
    page: Client, changes: dict[str, Any], words: str
) -> None:
    take_in(LAW + "wgi.law,Chile,2020,0.9,\n", "observations", release_code="loaded")
    before = Intake.objects.count()
    answer = page.post(url("intake", "add"), form(LAW + "wgi.law,Chile,2023,1,\n", **changes))
    assert answer.status_code == 200
    assert words in answer.text
    assert Intake.objects.count() == before


def test_a_file_that_waits_can_be_cancelled_and_then_nothing_happens(page: Client) -> None:
    made = upload(page, LAW + "wgi.law,Chile,2023,0.9,\n", dry_run="")
    page.post(url("intake", "cancel", made.pk))
    assert finish(made).state == "cancelled"
    assert not Observation.objects.exists()
    answer = page.post(url("intake", "confirm", made.pk), follow=True)
    assert "only a dry run that found the file valid can be confirmed" in answer.text


def test_whoever_may_only_look_can_start_nothing() -> None:
    made = finish(queue(LAW + "wgi.law,Chile,2023,0.9,\n", "observations", dry_run=True))
    reader, stranger = staff("view_intake"), staff("view_project")
    assert "Import it for good" not in text_of(reader, made)
    for action in ("confirm", "cancel"):
        assert reader.post(url("intake", action, made.pk)).status_code == 403
    assert reader.post(url("intake", "add"), form(LAW)).status_code == 403
    assert stranger.get(url("intake", "report", made.pk)).status_code == 403


def test_two_bad_rows_are_downloaded_mended_and_imported_by_themselves(page: Client) -> None:
    bad = "wgi.law,=Chle,2021,0.7,\nwgi.law,Chile,2022,much,\n"
    made = finish(upload(page, LAW + "wgi.law,Chile,2020,0.9,\n" + bad))
    assert (made.state, made.rejected, made.dry_run) == ("failed", 2, True)
    assert "Preview the other 1 row, without the wrong ones" in text_of(page, made)
    report = b"".join(page.get(url("intake", "to-mend", made.pk))).decode("utf-8-sig")
    header, first, second = csv.reader(report.splitlines())
    assert header == [*LAW.strip().split(","), "what is wrong", "what to do"]
    assert first[:5] == ["wgi.law", "'=Chle", "2021", "0.7", ""]
    assert second[3] == "much"
    assert "not a finite number" in second[5]
    # The others are previewed without them, then imported.
    answer = page.post(url("intake", "without-bad", made.pk))
    others = finish(Intake.objects.latest("id"))
    assert answer["Location"] == url("intake", "change", others.pk)
    assert (others.dry_run, others.skip_bad, others.added, others.rejected) == (True, True, 1, 2)
    page.post(url("intake", "confirm", others.pk))
    done = finish(Intake.objects.latest("id"))
    assert (done.state, done.added) == ("succeeded", 1)
    assert "Download the wrong rows with reasons" in text_of(page, done)
    assert not done.parts.exists()
    # The downloaded file, corrected, is a file of the same kind.
    mended = report.replace("'=Chle", "Chile").replace("much", "0.8")
    last = finish(upload(page, mended, dry_run=""))
    assert (last.state, last.added, last.rejected) == ("succeeded", 2, 0), last.error
    assert Observation.objects.count() == 3
    answer = page.post(url("intake", "without-bad", made.pk), follow=True)
    assert "the file is no longer kept; upload it again" in answer.text


def test_a_preview_whose_every_row_is_wrong_is_over(page: Client) -> None:
    made = finish(upload(page, LAW + "wgi.law,Chle,2021,0.7,\n"))
    assert (made.rejected, made.rows_read) == (1, 1)
    assert "without the wrong ones" not in text_of(page, made)
