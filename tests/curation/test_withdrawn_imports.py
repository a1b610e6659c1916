"""What an import edited in place goes back to what it was, unless somebody has edited it since."""

import pytest

from riskscore.curation.withdrawals import withdraw as withdrawing
from riskscore.models import (
    ExternalId,
    Intake,
    Offtake,
    Project,
    ProjectMineral,
    RecordChange,
    Release,
)
from tests.intake.files import take_in
from tests.make import make_mineral, make_place, make_project

#: The change log tells imports apart by their transactions, so each needs one of its own.
pytestmark = pytest.mark.django_db(transaction=True)

REASON = "the wrong file"


@pytest.fixture(autouse=True)
def names(transactional_db: None) -> None:
    for code in ("WLD", "CHL", "PER"):
        make_place(code, name={"CHL": "Chile", "PER": "Peru"}.get(code, code))
    for code in ("copper", "lithium"):
        make_mineral(code)


def released(done: Intake) -> Release:
    assert done.state == "succeeded", (done.error, list(done.faults.values()))
    assert done.release is not None
    return done.release


PROJECTS = (
    "key,name,place,latitude,longitude,kind,minerals,offtake,external_ids,capacity,"
    "capacity_unit,capacity_year\n"
)


def test_an_import_of_projects_archives_its_own_and_gives_the_others_back_what_they_said() -> None:
    old = make_project(key="test-old", name="Old", stage="operating")
    text = PROJECTS + (
        "test-old,Older,PER,-12.5,-75.5,mine,lithium,Buyer@CHL:50%,gem:77,,,\n"
        "test-new,New,CHL,-23.5,-68.3,mine,copper,,gem:78,12,kt Cu,2024\n"
    )
    done = take_in(text, "projects")
    release = released(done)
    old.refresh_from_db()
    assert (old.name, old.place_id) == ("Older", "PER")
    version = old.input_version
    outcome = withdrawing.withdraw(release, REASON)
    old.refresh_from_db()
    assert (old.name, old.place_id, old.latitude, old.longitude) == ("Old", "CHL", -22.3, -68.9)
    assert old.input_version > version
    assert list(old.minerals.values_list("mineral", "role")) == [("copper", "primary")]
    assert not Offtake.objects.exists()
    assert not ExternalId.objects.filter(project=old).exists()
    new = Project.objects.get(key="test-new")
    assert new.state == "archived"
    assert (1, "projects that came with it are archived") in outcome.counts
    assert outcome.left == []
    change = RecordChange.objects.filter(project=new, model="project").first()
    assert change is not None
    assert (change.how, change.reason) == (
        "withdrawal", f"release {release.code} withdrawn: the wrong file",
    )  # fmt: skip


def test_what_somebody_has_edited_since_is_left_and_named() -> None:
    old = make_project(key="test-old", name="Old")
    text = PROJECTS + "test-old,Older,PER,-12.5,-75.5,mine,lithium,,,,,\n"
    release = released(take_in(text, "projects"))
    Project.objects.filter(pk=old.pk).update(name="Oldest")
    ProjectMineral.objects.filter(project=old).update(role="secondary")
    outcome = withdrawing.withdraw(release, REASON)
    old.refresh_from_db()
    assert (old.name, old.place_id) == ("Oldest", "CHL")
    assert list(old.minerals.values_list("mineral", "role")) == [("lithium", "secondary")]
    assert outcome.left == [
        "test-old: name was edited since", "test-old: project minerals were edited since",
    ]  # fmt: skip


def test_an_off_take_file_withdrawn_gives_back_the_contract_that_it_changed() -> None:
    make_project(key="test-old")
    text = "project,buyer,place,share,url\ntest-old,Acme,PER,{},https://example.org/contract\n"
    released(take_in(text.format("40%"), "offtake"))
    wrong = released(take_in(text.format("70%"), "offtake"))
    assert Offtake.objects.get().share == 0.7
    withdrawing.withdraw(wrong, REASON)
    assert Offtake.objects.get().share == 0.4
