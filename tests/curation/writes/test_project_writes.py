"""Projects written by programs: what is stored, who did it, what is refused, which job follows."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User

from riskscore.curation import record_history
from riskscore.curation.writes import project_writes
from riskscore.curation.writes.doubted_projects import Doubted
from riskscore.curation.writes.write_faults import Implausible, Refused
from riskscore.models import ExternalId, Job, Lens, Offtake, Project
from riskscore.sql import authorship
from tests.make import make_project

pytestmark = pytest.mark.django_db


def refused(fields: dict[str, Any], ada: User) -> dict[str, str]:
    """By pointer: why these fields make no project."""
    with pytest.raises(Refused) as caught:
        project_writes.create(fields, by=ada)
    assert not Project.objects.exists()
    return {fault.pointer: fault.words for fault in caught.value.faults}


def test_a_project_is_entered_with_its_parts_and_one_job_scores_it(
    site: dict[str, Any], lens: Lens, ada: User
) -> None:
    site["offtake"] = [{"place": "ARG", "share": 0.4, "buyer": "Acme"}]
    site["external_ids"] = [{"scheme": "acme", "value": "A 17"}]
    written = project_writes.create(site, by=ada)
    project = Project.objects.get(key="own-salar-1")
    assert written.record == project
    assert [(row.mineral_id, row.role) for row in project.minerals.all()] == [
        ("lithium", "primary")
    ]
    assert [(row.place_id, row.share) for row in project.offtakes.all()] == [("ARG", 0.4)]
    assert [str(row) for row in project.external_ids.all()] == ["acme:A 17"]
    (job,) = written.jobs
    assert (job.lens, job.scope, job.created_by) == (lens, {"keys": ["own-salar-1"]}, ada)
    assert job.queue == Job.Queue.INTERACTIVE


def test_a_draft_is_entered_and_no_job_follows(site: dict[str, Any], lens: Lens, ada: User) -> None:
    assert not project_writes.create({**site, "state": "draft"}, by=ada).jobs


def test_without_a_key_it_is_made_from_the_first_external_id(
    site: dict[str, Any], lens: Lens, ada: User
) -> None:
    del site["key"]
    ids = [{"scheme": "acme", "value": "Pit A/17"}]
    assert (
        project_writes.create({**site, "external_ids": ids}, by=ada).record.key == "acme-pit-a-17"
    )


def test_every_fault_is_told_at_once_with_its_place(
    site: dict[str, Any], lens: Lens, ada: User
) -> None:
    wrong = {
        **site,
        "key": "UPPER",
        "name": "=HYPERLINK(1)",
        "place": "CHI",
        "latitude": 123.0,
        "stage": "constructoin",
        "kind": "shop",
        "minerals": [{"mineral": "litium"}, {"mineral": "copper", "role": "primary"}],
        "offtake": [
            {"place": "ARG", "share": 0.6, "since": None},
            {"place": "CHL", "share": 1.5},
        ],
        "external_ids": [{"scheme": "A B", "value": "1"}],
    }
    told = refused(wrong, ada)
    assert set(told) == {
        "/key", "/name", "/place", "/latitude", "/stage", "/kind", "/minerals/0/mineral",
        "/minerals", "/offtake/1/share", "/external_ids/0/scheme",
    }  # fmt: skip
    assert told["/place"] == "no place 'CHI'; did you mean 'CHL'?"
    assert told["/minerals/0/mineral"] == "no mineral 'litium'; did you mean 'lithium'?"


def test_contracts_bind_no_more_than_all(site: dict[str, Any], lens: Lens, ada: User) -> None:
    site["offtake"] = [{"place": "ARG", "share": 0.6}, {"place": "CHL", "share": 0.5}]
    assert "add up to 110%" in refused(site, ada)["/offtake"]


@pytest.mark.parametrize("name", ["name", "place", "latitude", "longitude", "kind"])
def test_what_a_new_project_needs_is_asked_for(
    name: str, site: dict[str, Any], lens: Lens, ada: User
) -> None:
    del site[name]
    assert refused(site, ada) == {f"/{name}": "A new project needs it."}


def test_a_text_with_a_line_end_is_refused_and_one_that_is_taken_apart_is_composed(
    site: dict[str, Any], lens: Lens, ada: User
) -> None:
    assert set(refused({**site, "name": "Salar\nUno"}, ada)) == {"/name"}
    written = project_writes.create({**site, "name": " Olaroz N\u0303u "}, by=ada)
    assert written.record.name == "Olaroz \u00d1u"


def test_a_key_that_is_taken_and_an_id_of_another_project_are_refused(
    site: dict[str, Any], lens: Lens, ada: User
) -> None:
    other = make_project(key="own-salar-1")
    ExternalId.objects.create(project=other, scheme="acme", value="17")
    ids = [{"scheme": "acme", "value": "17"}]
    with pytest.raises(Refused) as caught:
        project_writes.create({**site, "external_ids": ids}, by=ada, doubted=Doubted.ACCEPT)
    assert {fault.pointer for fault in caught.value.faults} == {"/key", "/external_ids/0"}


def test_a_site_that_may_be_known_is_asked_about_and_stored_when_that_is_accepted(
    site: dict[str, Any], lens: Lens, ada: User
) -> None:
    known = make_project("lithium", name="Salar Uno", latitude=-23.5, longitude=-68.2)
    with pytest.raises(Implausible) as caught:
        project_writes.create(site, by=ada)
    (fault,) = caught.value.faults
    assert (fault.pointer, known.key in fault.words) == ("/name", True)
    assert Project.objects.count() == 1
    assert project_writes.create(site, by=ada, doubted=Doubted.ACCEPT).record.state == "published"


def test_as_a_draft_it_waits_with_a_flag_as_one_of_a_file_does(
    site: dict[str, Any], lens: Lens, ada: User
) -> None:
    known = make_project("lithium", name="Salar Uno", latitude=-23.5, longitude=-68.2)
    written = project_writes.create(site, by=ada, doubted=Doubted.DRAFT)
    project = written.record
    assert (project.state, project.flags, project.duplicate_of) == ("draft", ["duplicate"], known)
    assert not written.jobs


def test_only_what_is_named_is_changed_and_the_history_says_who_and_why(
    lens: Lens, ada: User
) -> None:
    project = make_project(name="Old", stage="operating")
    before = Project.objects.get(pk=project.pk).input_version
    with authorship.by(lambda: ada.pk, "API"):
        written = project_writes.change(
            project_writes.locked(project.key), {"name": "New", "latitude": -22.0},
            by=ada, reason="survey of May",
        )  # fmt: skip
    row = Project.objects.get(pk=project.pk)
    assert (row.name, row.latitude, row.longitude, row.stage) == ("New", -22.0, -68.9, "operating")
    assert row.input_version == before + 1
    assert len(written.jobs) == 1
    (event,) = record_history.of_project(row)
    assert (event.by, event.how, event.reason) == ("ada", "API", "survey of May")
    assert [field.label for field in event.fields] == ["name", "latitude"]


def test_what_is_so_already_is_not_written_and_starts_no_job(lens: Lens, ada: User) -> None:
    project = make_project(name="Same")
    before = Project.objects.get(pk=project.pk).input_version
    minerals = [{"mineral": "copper", "role": "primary", "term": ""}]
    fields = {"name": "Same", "minerals": minerals}
    assert not project_writes.change(project_writes.locked(project.key), fields, by=ada).jobs
    assert Project.objects.get(pk=project.pk).input_version == before
    assert not Job.objects.exists()


def test_a_contract_that_stays_keeps_its_row_while_another_takes_the_place_of_the_second(
    lens: Lens, ada: User
) -> None:
    project = make_project()
    stays = Offtake.objects.create(project=project, place_id="CHL", share=0.3)
    Offtake.objects.create(project=project, place_id="ARG", share=0.2)
    offtake = [{"place": "CHL", "share": 0.3}, {"place": "ARG", "share": 0.5}]
    project_writes.change(project_writes.locked(project.key), {"offtake": offtake}, by=ada)
    rows = project.offtakes.order_by("id")
    assert [(row.place_id, row.share) for row in rows] == [("CHL", 0.3), ("ARG", 0.5)]
    assert rows[0] == stays


def test_a_contract_that_is_over_stays_when_those_that_hold_are_stated(
    lens: Lens, ada: User
) -> None:
    """A read shows what holds: whoever sends that back must not take history away."""
    project = make_project()
    Offtake.objects.create(project=project, place_id="CHL", share=0.9, until=date(2020, 1, 1))
    for offtake in ([{"place": "ARG", "share": 0.5}], [{"place": "ARG", "share": 0.5}], []):
        project_writes.change(project_writes.locked(project.key), {"offtake": offtake}, by=ada)
        places = {row.place_id for row in project.offtakes.all()}
        assert places == {"CHL", *(one["place"] for one in offtake)}
    assert Job.objects.count() == 2


def test_the_primary_mineral_can_be_swapped(lens: Lens, ada: User) -> None:
    project = make_project("copper")
    minerals = [{"mineral": "lithium"}, {"mineral": "copper"}]
    project_writes.change(project_writes.locked(project.key), {"minerals": minerals}, by=ada)
    assert {(row.mineral_id, row.role) for row in project.minerals.all()} == {
        ("lithium", "primary"), ("copper", "secondary"),
    }  # fmt: skip


def test_a_key_is_for_ever_and_a_project_is_no_duplicate_of_itself(lens: Lens, ada: User) -> None:
    project = make_project()
    with pytest.raises(Refused) as caught:
        project_writes.change(
            project_writes.locked(project.key),
            {"key": "other", "duplicate_of": project.key},
            by=ada,
        )
    assert {fault.pointer for fault in caught.value.faults} == {"/key", "/duplicate_of"}


def test_a_stage_that_is_none_stays_as_long_as_nobody_changes_it(lens: Lens, ada: User) -> None:
    project = make_project(stage="brownfield")
    project_writes.change(project_writes.locked(project.key), {"name": "New"}, by=ada)
    assert Project.objects.get(pk=project.pk).stage == "brownfield"


def test_an_archived_project_is_scored_no_more_and_can_be_brought_back(
    lens: Lens, ada: User
) -> None:
    key = make_project().key
    assert not project_writes.archive(project_writes.locked(key), by=ada).jobs
    assert Project.objects.get(key=key).state == "archived"
    back = project_writes.change(project_writes.locked(key), {"state": "published"}, by=ada)
    assert len(back.jobs) == 1


def test_there_is_no_project_of_another_key(ada: User) -> None:
    with pytest.raises(project_writes.NoProject, match="no project 'nowhere'"):
        project_writes.locked("nowhere")
