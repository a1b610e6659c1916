"""The change log: what is edited in place, by whom and how; nothing of it can be changed."""

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import Client

from riskscore.curation import record_history
from riskscore.models import Mineral, Place, Project, ProjectMineral, RecordChange
from riskscore.sql import authorship
from tests.admin.conftest import act

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return User.objects.create_superuser("ada")


@pytest.fixture
def salar() -> Project:
    Place.objects.create(code="ARG", name="Argentina")
    for code in ("lithium", "boron"):
        Mineral.objects.create(code=code, name=code.capitalize())
    made = Project.objects.create(
        key="salar-1", name="Salar", place_id="ARG", latitude=-23.5, longitude=-66.4,
        kind="mine", state="draft",
    )  # fmt: skip
    # As if it were of an earlier transaction: a test is one.
    Project.objects.filter(pk=made.pk).update(created_at="2026-01-01T00:00Z")
    ProjectMineral.objects.create(project=made, mineral_id="lithium", role="primary")
    return made


def told(project: Project) -> list[tuple[str, str, list[tuple[str, str | None, str | None]]]]:
    return [
        (one.what, one.name, [(f.label, f.before, f.after) for f in one.fields])
        for one in record_history.of_project(project)
    ]


def test_an_import_that_rewrites_minerals_says_what_became_of_each(
    ada: User, salar: Project
) -> None:
    with authorship.by(lambda: ada.pk, "import", "import of sites.csv"), transaction.atomic():
        salar.minerals.all().delete()
        ProjectMineral.objects.create(project=salar, mineral_id="lithium", role="secondary")
        ProjectMineral.objects.create(project=salar, mineral_id="boron", role="primary")
        Project.objects.filter(pk=salar.pk).update(kind="deposit")
    assert sorted(told(salar)) == [
        ("project changed", "Salar", [("kind", "Mine", "Deposit")]),
        ("project mineral added", "boron", [("mineral", None, "Boron"), ("role", None, "Primary")]),
        ("project mineral changed", "lithium", [("role", "Primary", "Secondary")]),
    ]
    one = record_history.of_project(salar)[0]
    assert (one.by, one.how, one.reason) == ("ada", "import", "import of sites.csv")


def test_parts_that_come_with_their_project_leave_no_entry(ada: User, salar: Project) -> None:
    with authorship.by(lambda: ada.pk, "import"):
        other = Project.objects.create(
            key="salar-2", name="Two", place_id="ARG", latitude=-23.5, longitude=-66.4, kind="mine"
        )
        ProjectMineral.objects.create(project=other, mineral_id="lithium", role="primary")
    assert not RecordChange.objects.filter(project=other).exists()


def test_who_writes_is_of_the_block_alone_and_a_statement_that_stands_alone_is_signed_too(
    ada: User, salar: Project
) -> None:
    with authorship.by(lambda: ada.pk, "admin"), authorship.because("a typo"):
        Mineral.objects.filter(code="boron").update(name="Bor")
    Mineral.objects.filter(code="lithium").update(name="Li")
    boron, lithium = (record_history.of_record(Mineral, code) for code in ("boron", "lithium"))
    assert [(one.by, one.how, one.reason) for one in boron] == [("ada", "admin", "a typo")]
    assert [(one.by, one.how, one.reason) for one in lithium] == [("", "command", "")]
    assert [one.fields[0].after for one in lithium] == ["Li"]


@pytest.mark.django_db(transaction=True)
def test_a_statement_of_a_request_outside_any_transaction_is_signed_and_nothing_stays_behind() -> (
    None
):
    ada = User.objects.create_superuser("ada")
    Mineral.objects.create(code="boron", name="Boron")
    with authorship.by(lambda: ada.pk, "API"):
        Mineral.objects.filter(code="boron").update(name="Bor")
    Mineral.objects.filter(code="boron").update(name="B")
    by_hand, by_ada = record_history.of_record(Mineral, "boron")
    assert (by_ada.by, by_ada.how) == ("ada", "API")
    assert (by_hand.by, by_hand.how) == ("", "command")


def test_the_log_is_append_only(salar: Project) -> None:
    Project.objects.filter(pk=salar.pk).update(name="Other")
    row = RecordChange.objects.get(project=salar)
    for statement in (
        "UPDATE riskscore_recordchange SET reason = 'x'",
        "DELETE FROM riskscore_recordchange",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert RecordChange.objects.get(project=salar) == row


def test_what_is_derived_is_no_edit(salar: Project) -> None:
    Project.objects.filter(pk=salar.pk).update(
        input_version=9, updated_at="2026-02-02T00:00Z", status="operating"
    )
    assert not RecordChange.objects.filter(project=salar).exists()


def test_a_request_of_admin_is_signed_by_its_user(ada: User, salar: Project) -> None:
    client = Client()
    client.force_login(ada)
    act(client, "project", "archive_selected", salar)
    (one,) = record_history.of_project(salar)
    assert (one.by, one.how) == ("ada", "admin")
    assert [(f.label, f.before, f.after) for f in one.fields] == [("state", "Draft", "Archived")]
