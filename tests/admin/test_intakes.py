"""Files in admin: uploaded, read by a worker, previewed, taken in or left."""

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
    assert "Would be: 1 added, 0 changed, 0 left as they are" in shown
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
    lines = b"".join(report).decode().splitlines()
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
    assert "Take it in" not in text_of(reader, made)
    for action in ("confirm", "cancel"):
        assert reader.post(url("intake", action, made.pk)).status_code == 403
    assert reader.post(url("intake", "add"), form(LAW)).status_code == 403
    assert stranger.get(url("intake", "report", made.pk)).status_code == 403
