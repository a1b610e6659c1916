"""Owners and companies of files: versions, decisions that stay, one clear error per bad row."""

import pytest

from riskscore.curation import owner_edits
from riskscore.models import Company, Domicile, Ownership, Project
from riskscore.releases import owner_statements
from tests.intake.files import faults, take_in
from tests.make import make_place, make_project

pytestmark = pytest.mark.django_db

HEADER = "project,owner,share,since,until,date,url,credibility,state\n"


@pytest.fixture(autouse=True)
def project(db: None) -> Project:
    make_place("JPN", name="Japan")
    make_place("GHA", name="Ghana")
    return make_project(key="olaroz", place="ARG")


def test_owners_come_as_unverified_statements_with_their_release(project: Project) -> None:
    before = project.input_version
    done = take_in(HEADER + "olaroz,Toyota Tsusho Corporation,25%,,,,,,\n", "owners")
    assert (done.state, done.added) == ("succeeded", 1)
    row = Ownership.objects.get()
    assert (row.company.key, row.share, row.state) == ("toyota-tsusho", 0.25, "unverified")
    assert row.release == done.release
    project.refresh_from_db()
    assert project.input_version > before


def test_an_empty_share_is_unknown_and_the_same_file_twice_changes_nothing() -> None:
    text = HEADER + "olaroz,Allkem Limited,,,,,,,\n"
    take_in(text, "owners")
    assert Ownership.objects.get().share is None
    done = take_in(text, "owners")
    assert (done.added, done.changed, done.unchanged) == (0, 0, 1)


def test_another_spelling_is_the_same_company_and_a_change_is_a_new_version() -> None:
    take_in(HEADER + "olaroz,Vale S.A.,10%,,,,,,\n", "owners")
    done = take_in(HEADER + "olaroz,VALE SA,12%,,,,,,\n", "owners")
    assert (done.changed, Company.objects.count()) == (1, 1)
    old, new = Ownership.objects.order_by("id")
    assert (new.supersedes, old.share, new.share) == (old, 0.1, 0.12)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("nowhere,Vale,,,,,,,", "project", "no project is known"),
        ("olaroz,,,,,,,,", "owner", "an empty cell"),
        ("olaroz,Vale,140%,,,,,,", "share", "not a share"),
        ("olaroz,Vale,much,,,,,,", "share", "not a finite number"),
        ("olaroz,Vale,,2020-01-01,2019-01-01,,,,", "until", "the last day lies before the first"),
        ("olaroz,Vale,,,,,ftp:here,,", "url", "not a web address"),
        ("olaroz,Vale,,,,,,2,", "credibility", "not a share"),
        ("olaroz,Vale,,,,,,,sure", "state", "an unknown word"),
    ],
)
def test_a_bad_row_is_one_error_that_names_line_and_column(
    row: str, column: str, words: str
) -> None:
    done = take_in(HEADER + row + "\n", "owners")
    ((line, at, reason),) = faults(done)
    assert (done.state, line, at) == ("failed", 2, column)
    assert words in reason
    assert not Ownership.objects.exists()


def test_shares_beyond_all_and_an_owner_twice_are_refused() -> None:
    rows = "olaroz,Vale,60%,,,,,,\nolaroz,Codelco,50%,,,,,,\nolaroz,Vale SA,1%,,,,,,\n"
    done = take_in(HEADER + rows, "owners")
    assert [(line, column) for line, column, _ in faults(done)] == [(3, "share"), (4, "owner")]


def test_an_unverified_row_does_not_undo_what_a_person_has_decided() -> None:
    take_in(HEADER + "olaroz,Vale,60%,,,,,,\n", "owners")
    owner_edits.decide([Ownership.objects.get()], "rejected", by=None)
    same = take_in(HEADER + "olaroz,Vale,60%,,,,,,\n", "owners")
    assert (same.changed, same.unchanged) == (0, 1)
    other = take_in(HEADER + "olaroz,Vale,70%,,,,,,\n", "owners")
    assert "is rejected as an owner of olaroz already" in other.error
    told = take_in(HEADER + "olaroz,Vale,70%,,,,,,corrected\n", "owners")
    assert told.changed == 1
    assert owner_statements.owners().get().share == 0.7


def test_companies_come_with_home_parent_and_state() -> None:
    text = (
        "company,place,parent,state_owned,aliases,url\n"
        "Toyota Tsusho Corporation,Japan,,false,TTC|Toyotsu,https://www.toyota-tsusho.com/\n"
        "Toyotsu Lithium,,Toyota Tsusho Corporation,,,https://www.toyota-tsusho.com/\n"
    )
    done = take_in(text, "companies")
    assert (done.state, done.added) == ("succeeded", 2)
    parent, child = Company.objects.order_by("id")
    assert parent.aliases == ["TTC", "Toyotsu"]
    home = owner_statements.homes([child.pk])[child.pk]
    assert home.place is not None
    assert (home.place.value, home.top) == ("JPN", parent.pk)
    assert owner_statements.at_home_in(["JPN"]) == [parent.pk, child.pk]
    assert take_in(text, "companies").unchanged == 2


def test_a_changed_home_makes_the_projects_of_subsidiaries_stale(project: Project) -> None:
    take_in(HEADER + "olaroz,Daughter,,,,,,,\n", "owners")
    take_in("company,parent,url\nDaughter,Mother,https://a.example/\n", "companies")
    project.refresh_from_db()
    before = project.input_version
    take_in("company,place,url\nMother,Japan,https://a.example/\n", "companies")
    project.refresh_from_db()
    assert project.input_version > before


def test_a_company_twice_above_itself_or_in_no_place_is_refused() -> None:
    rows = "Vale,Japan,,\nVale SA,Japan,,\nCodelco,Atlantis,,\nMine,Japan,Mine Ltd,\n"
    done = take_in("company,place,parent,state_owned\n" + rows, "companies")
    assert [(line, column) for line, column, _ in faults(done)] == [
        (3, "company"), (4, "place"), (5, "parent"),
    ]  # fmt: skip
    assert not Domicile.objects.exists()


def test_a_ring_of_owners_is_one_party_and_ends() -> None:
    text = "company,parent,url\nA One,B Two,https://a.example/\nB Two,A One,https://a.example/\n"
    take_in(text, "companies")
    one, two = Company.objects.order_by("id").values_list("pk", flat=True)
    homes = owner_statements.homes([one, two])
    assert homes[one].top == homes[two].top
