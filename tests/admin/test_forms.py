"""Two people, one record: no edit is lost, and what stands against saving is said in words."""

from io import BytesIO
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import CheckConstraint
from django.test import Client

from riskscore.admin.ui.constraint_words import WORDS
from riskscore.admin.ui.pages import Page, ReadOnly
from riskscore.admin.ui.versioned import TEMPLATE, Versioned
from riskscore.models import (
    Company,
    Intake,
    Job,
    LearnedModel,
    LearnedSwitch,
    Method,
    Mineral,
    Offtake,
    Place,
    Project,
    ProjectList,
    ProjectMineral,
)
from riskscore.sources.bad_file import BadFile
from riskscore.sources.reading import Reading
from riskscore.sources.tables import projects
from tests.admin.conftest import form_of, inline_of, url
from tests.processes import ROOT

TEMPLATES = ROOT / "riskscore" / "templates"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(db: None, tables_of_its_own: None) -> None:
    Place.objects.bulk_create(
        [Place(code=code, name=name) for code, name in (("ARG", "Argentina"), ("JPN", "Japan"))],
        ignore_conflicts=True,
    )
    Mineral.objects.bulk_create(
        [Mineral(code=code, name=code.capitalize()) for code in ("lithium", "copper", "gold")],
        ignore_conflicts=True,
    )


@pytest.fixture
def person() -> Client:
    """A curator's browser; nothing else is loaded."""
    client = Client()
    client.force_login(User.objects.create_superuser("grace"))
    return client


@pytest.fixture
def salar() -> Project:
    """A draft, so that saving starts no job; with two minerals."""
    project = Project.objects.create(
        key="salar-1", name="Salar", place_id="ARG", latitude=-23.5, longitude=-66.4,
        kind="mine", state="draft",
    )  # fmt: skip
    ProjectMineral.objects.create(project=project, mineral_id="lithium", role="primary")
    ProjectMineral.objects.create(project=project, mineral_id="copper", role="secondary")
    return project


def page_of(project: Project) -> str:
    return url("project", "change", project.pk)


def row_of(sent: dict[str, Any], part: str, column: str, value: str) -> str:
    """The beginning of the names of the row in which a column has a value."""
    for name, held in sent.items():
        if name.startswith(f"{part}-") and name.endswith(f"-{column}") and str(held) == value:
            return name.removesuffix(column)
    raise AssertionError(f"no {part} with {column} {value}")


def test_what_only_one_of_two_changed_is_kept_of_both(person: Client, salar: Project) -> None:
    mine = form_of(person, page_of(salar))
    theirs = form_of(person, page_of(salar))
    assert person.post(page_of(salar), {**theirs, "name": "Salar Norte"}).status_code == 302
    saved = person.post(page_of(salar), {**mine, "stage": "construction"}, follow=True)
    salar.refresh_from_db()
    assert (salar.name, salar.stage) == ("Salar Norte", "construction")
    assert "Name: Salar → Salar Norte" in saved.text


def test_a_stale_form_does_not_publish_an_archived_project_again(
    person: Client, salar: Project
) -> None:
    Project.objects.update(state="published")
    stale = form_of(person, page_of(salar))
    Project.objects.update(state="archived")
    assert person.post(page_of(salar), {**stale, "confidence": "low"}).status_code == 302
    salar.refresh_from_db()
    assert (salar.state, salar.confidence) == ("archived", "low")


def test_what_both_changed_is_shown_with_both_values_and_saved_as_chosen(
    person: Client, salar: Project
) -> None:
    mine = {**form_of(person, page_of(salar)), "name": "Mine", "stage": "closed"}
    Project.objects.update(name="Theirs", confidence="high")
    asked = person.post(page_of(salar), mine)
    clash = asked.context["clashes"][0]
    assert (clash.label, clash.was, clash.mine, clash.theirs) == ("Name", "Salar", "Mine", "Theirs")
    assert asked.context["adminform"].form["name"].value() == "Mine"
    salar.refresh_from_db()
    assert (salar.name, salar.stage) == ("Theirs", "")  # nothing is saved until it is chosen

    unanswered = person.post(page_of(salar), resent(asked))
    assert [each.key for each in unanswered.context["clashes"]] == ["/name"]
    chosen = {**resent(unanswered), "_choice:/name": "mine"}
    assert person.post(page_of(salar), chosen).status_code == 302
    salar.refresh_from_db()
    assert (salar.name, salar.stage, salar.confidence) == ("Mine", "closed", "high")


def test_theirs_may_be_chosen_and_a_third_edit_is_asked_about_anew(
    person: Client, salar: Project
) -> None:
    mine = {**form_of(person, page_of(salar)), "name": "Mine"}
    Project.objects.update(name="Theirs")
    mine["_version"] = person.post(page_of(salar), mine).context["version"]
    Project.objects.update(name="A third")
    mine["_choice:/name"] = "mine"
    asked = person.post(page_of(salar), mine)
    assert [each.theirs for each in asked.context["clashes"]] == ["A third"]
    chosen = {**mine, "_version": asked.context["version"], "_choice:/name": "theirs"}
    assert person.post(page_of(salar), chosen).status_code == 302
    salar.refresh_from_db()
    assert salar.name == "A third"


def test_a_form_without_its_version_overwrites_nothing(person: Client, salar: Project) -> None:
    sent = form_of(person, page_of(salar))
    for version in ("", "forged", None):
        sent = {name: value for name, value in sent.items() if name != "_version"}
        if version is not None:
            sent["_version"] = version
        asked = person.post(page_of(salar), {**sent, "name": "Forced"})
        assert [each.was for each in asked.context["clashes"]] == ["unknown"]
    salar.refresh_from_db()
    assert salar.name == "Salar"


def test_a_version_of_another_record_counts_as_none(person: Client, salar: Project) -> None:
    other = Project.objects.create(
        key="other-1", name="Other", place_id="ARG", latitude=-23.5, longitude=-66.4,
        kind="mine", state="draft",
    )  # fmt: skip
    sent = {**form_of(person, page_of(salar)), "name": "Other"}
    sent["_version"] = form_of(person, page_of(other))["_version"]
    assert person.post(page_of(salar), sent).context["clashes"]


def test_flags_are_joined_flag_by_flag(person: Client, salar: Project) -> None:
    Project.objects.update(flags=["steel"])
    mine = {**form_of(person, page_of(salar)), "flags": ["steel", "duplicate"]}
    Project.objects.update(flags=["low_confidence"])
    assert person.post(page_of(salar), mine).status_code == 302
    salar.refresh_from_db()
    assert set(salar.flags) == {"low_confidence", "duplicate"}


def test_a_row_that_was_deleted_meanwhile_is_no_dead_end(person: Client, salar: Project) -> None:
    mine = {**form_of(person, page_of(salar)), "name": "Renamed"}
    salar.minerals.get(mineral="copper").delete()
    saved = person.post(page_of(salar), mine, follow=True)
    salar.refresh_from_db()
    assert salar.name == "Renamed"
    assert list(salar.minerals.values_list("mineral", flat=True)) == ["lithium"]
    assert "deleted" in saved.text


@pytest.mark.parametrize(
    ("choice", "minerals"), [("mine", {"lithium", "copper"}), ("theirs", {"lithium"})]
)
def test_a_row_that_i_changed_and_they_deleted_is_asked_about(
    person: Client, salar: Project, choice: str, minerals: set[str]
) -> None:
    mine = form_of(person, page_of(salar))
    row = row_of(mine, "minerals", "mineral", "copper")
    mine[f"{row}term"] = "cathode"
    gone = salar.minerals.get(mineral="copper")
    address, _ = f"minerals/{gone.pk}", gone.delete()
    asked = person.post(page_of(salar), mine)
    clash = asked.context["clashes"][0]
    assert (clash.key, clash.theirs) == (address, "deleted it")
    assert "cathode" in clash.mine
    fresh = resent(asked)
    still = person.post(page_of(salar), fresh)  # no choice: it is asked again, nothing is lost
    assert [each.key for each in still.context["clashes"]] == [address]
    done = person.post(page_of(salar), {**resent(still), f"_choice:{address}": choice})
    assert done.status_code == 302
    assert set(salar.minerals.values_list("mineral", flat=True)) == minerals
    if choice == "mine":
        assert salar.minerals.get(mineral="copper").term == "cathode"


@pytest.mark.parametrize(("choice", "left"), [("mine", 1), ("theirs", 2)])
def test_a_row_that_i_delete_and_they_changed_is_asked_about(
    person: Client, salar: Project, choice: str, left: int
) -> None:
    mine = form_of(person, page_of(salar))
    row = row_of(mine, "minerals", "mineral", "copper")
    mine[f"{row}DELETE"] = "on"
    salar.minerals.filter(mineral="copper").update(term="cathode")
    asked = person.post(page_of(salar), mine)
    key = asked.context["clashes"][0].key
    assert salar.minerals.count() == 2
    done = person.post(page_of(salar), {**resent(asked), f"_choice:{key}": choice})
    assert done.status_code == 302
    assert salar.minerals.count() == left


def test_rows_that_both_added_are_both_kept_and_checked_together(
    person: Client, salar: Project
) -> None:
    mine = form_of(person, page_of(salar))
    mine |= {"offtakes-TOTAL_FORMS": "1", "offtakes-0-place": "JPN", "offtakes-0-share": "0.4"}
    Offtake.objects.create(project=salar, place_id="ARG", share=0.5)
    assert person.post(page_of(salar), mine).status_code == 302
    assert sorted(salar.offtakes.values_list("share", flat=True)) == [0.4, 0.5]

    more = form_of(person, page_of(salar))
    more |= {"offtakes-TOTAL_FORMS": "3", "offtakes-2-place": "JPN", "offtakes-2-share": "0.1"}
    Offtake.objects.filter(share=0.5).update(share=0.55)
    refused = person.post(page_of(salar), more)
    assert "add up to 105%" in refused.text
    assert salar.offtakes.count() == 2


def test_a_row_s_field_that_both_changed_is_asked_about_by_its_name(
    person: Client, salar: Project
) -> None:
    mine = form_of(person, page_of(salar))
    row = row_of(mine, "minerals", "mineral", "lithium")
    mine[f"{row}term"] = "brine"
    salar.minerals.filter(mineral="lithium").update(term="carbonate")
    asked = person.post(page_of(salar), mine)
    clash = asked.context["clashes"][0]
    assert (clash.mine, clash.theirs) == ("brine", "carbonate")
    assert "lithium" in clash.label
    done = person.post(page_of(salar), {**resent(asked), clash.choice: "theirs"})
    assert done.status_code == 302
    assert salar.minerals.get(mineral="lithium").term == "carbonate"


def resent(answer: Any) -> dict[str, Any]:
    """What a browser sends back from a form that came back with questions."""
    context = answer.context
    sent = {"_version": context["version"]}
    forms = [context["adminform"].form]
    for part in context["inline_admin_formsets"]:
        forms += [part.formset.management_form, *part.formset.forms]
    for form in forms:
        values = ((bound.html_name, bound.value()) for bound in form)
        sent |= {name: value for name, value in values if value not in (None, False)}
    return sent


def test_a_list_of_projects_loses_neither_addition(person: Client, salar: Project) -> None:
    other = Project.objects.create(
        key="other-1", name="Other", place_id="ARG", latitude=-23.5, longitude=-66.4,
        kind="mine", state="draft",
    )  # fmt: skip
    chosen = ProjectList.objects.create(name="watched")
    address = url("projectlist", "change", chosen.pk)
    mine = {**form_of(person, address), "projects": [salar.pk]}
    chosen.projects.add(other)
    assert person.post(address, mine).status_code == 302
    assert set(chosen.projects.all()) == {salar, other}


def test_a_company_and_a_group_of_users_follow_the_same_rule(person: Client) -> None:
    company = Company.objects.create(key="acme", name="Acme")
    address = url("company", "change", company.pk)
    mine = {**form_of(person, address), "aliases": "Acme Lithium"}
    Company.objects.update(name="Acme Ltd")
    assert person.post(address, mine).status_code == 302
    company.refresh_from_db()
    assert (company.name, company.aliases) == ("Acme Ltd", ["Acme Lithium"])

    group = Group.objects.create(name="curators")
    address = f"/admin/auth/group/{group.pk}/change/"
    mine = {**form_of(person, address), "name": "Mine"}
    Group.objects.filter(pk=group.pk).update(name="Theirs")
    assert person.post(address, mine).context["clashes"]


def test_every_form_of_the_site_carries_its_version() -> None:
    for page in admin.site._registry.values():
        assert isinstance(page, Versioned)
        template = page.change_form_template
        if template == TEMPLATE or isinstance(page, ReadOnly):
            continue
        written = (TEMPLATES / template).read_text()
        assert f'extends "{TEMPLATE}"' in written, f"{template} shows no version"


def test_errors_stand_on_top_in_words_with_a_link_to_their_fields(
    person: Client, salar: Project
) -> None:
    sent = {**form_of(person, page_of(salar)), "latitude": "95", "place": ""}
    row = row_of(sent, "minerals", "mineral", "copper")
    sent[f"{row}role"] = ""
    answer = person.post(page_of(salar), sent)
    said = {(fault.label, fault.target, fault.words) for fault in answer.context["faults"]}
    words = "The latitude must be between −90 and 90."
    assert ("Latitude", "id_latitude", words) in said
    assert ("Place", "id_place", "This field is required.") in said
    assert (f"Project mineral {int(row.split('-')[1]) + 1}, Role", f"id_{row}role",
            "This field is required.") in said  # fmt: skip
    text = answer.text
    header = text.index('id="project-header"')
    assert text.index('id="faults"') < header < text.index('id="id_latitude"')
    assert 'role="alert"' in text
    assert "violated" not in text
    assert inline_of(text) == []


def test_an_implausible_point_is_asked_about_and_saved_if_it_is_confirmed(
    person: Client, salar: Project
) -> None:
    sites = [
        Project(key=f"site-{at}", name="Site", place_id="ARG", latitude=-24 - at, longitude=-66,
                kind="mine", state="published")
        for at in range(5)
    ]  # fmt: skip
    Project.objects.bulk_create(sites)
    tokyo = {"latitude": "35.7", "longitude": "139.7"}
    asked = person.post(page_of(salar), {**form_of(person, page_of(salar)), **tokyo})
    assert "from every known site of Argentina" in asked.text
    mark = asked.context["adminform"].form.question_mark
    elsewhere = {**resent(asked), "longitude": "140.9", "_confirmed": mark}
    assert person.post(page_of(salar), elsewhere).status_code == 200  # another point, asked anew
    done = person.post(page_of(salar), {**resent(asked), "_confirmed": mark})
    assert done.status_code == 302
    salar.refresh_from_db()
    assert salar.latitude == pytest.approx(35.7)
    # What stands there is not asked about at every later edit.
    later = {**form_of(person, page_of(salar)), "name": "Far"}
    assert person.post(page_of(salar), later).status_code == 302
    swapped = {**form_of(person, page_of(salar)), "latitude": "-66", "longitude": "-24"}
    assert "swap them back" in person.post(page_of(salar), swapped).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": '=HYPERLINK("x")'}, "A spreadsheet would run this text"),
        ({"stage": "constructoin zzz"}, "not one of the available choices"),
    ],
)
def test_what_a_file_refuses_a_form_refuses_too(
    person: Client, salar: Project, change: dict[str, str], said: str
) -> None:
    answer = person.post(page_of(salar), {**form_of(person, page_of(salar)), **change})
    assert said in answer.text
    column, value = next(iter(change.items()))
    quoted = '"' + value.replace('"', '""') + '"'
    file = f"key,{column}\nsalar-1,{quoted}\n".encode()
    found = list(projects.rows(BytesIO(file), "projects.csv", Reading()))
    assert [row.column for row in found if isinstance(row, BadFile)] == [column]


def test_a_stage_of_old_stays_a_choice_of_its_own_project(person: Client, salar: Project) -> None:
    Project.objects.update(stage="care and maintenance")
    sent = {**form_of(person, page_of(salar)), "name": "Renamed"}
    assert person.post(page_of(salar), sent).status_code == 302
    salar.refresh_from_db()
    assert (salar.name, salar.stage) == ("Renamed", "care and maintenance")


def test_judgements_begin_empty(person: Client) -> None:
    for model, names in (
        ("evidence", ("severity", "credibility")),
        ("ownership", ("credibility",)),
        ("domicile", ("credibility",)),
    ):
        form = person.get(url(model, "add")).context["adminform"].form
        assert [form[name].value() for name in names] == [None] * len(names)
        assert all(form.fields[name].required for name in names)


def test_every_rule_of_a_table_that_a_form_writes_has_words() -> None:
    pages = [page for page in admin.site._registry.values() if isinstance(page, Page)]
    written = {page.model for page in pages if not isinstance(page, ReadOnly)}
    written |= {part.model for page in pages for part in page.inlines}
    made_by_programs = {Job, LearnedModel, Method, Intake, LearnedSwitch}
    rules = {
        rule.name
        for model in written - made_by_programs
        for rule in model._meta.constraints
        if isinstance(rule, CheckConstraint) or getattr(rule, "condition", None) is not None
    }
    assert rules - set(WORDS) == set()
    fields = {field.name for model in written for field in model._meta.get_fields()}
    assert {must.field for musts in WORDS.values() for must in musts} <= fields


def test_who_may_only_look_gets_no_version_and_changes_nothing(salar: Project) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(_permissions("view_project"))
    client = Client()
    client.force_login(viewer)
    assert 'name="_version"' not in client.get(page_of(salar)).text
    assert client.post(page_of(salar), {"name": "Forced"}).status_code == 403
    salar.refresh_from_db()
    assert salar.name == "Salar"


def _permissions(*names: str) -> Any:
    return Permission.objects.filter(codename__in=names)
