"""Projects and evidence of files: who is new, who has changed, and what is refused."""

import json

import pytest

from riskscore.models import (
    Domicile,
    Evidence,
    ExternalId,
    Observation,
    Ownership,
    Project,
    Release,
)
from riskscore.releases import owner_statements
from tests.intake.files import faults, take_in
from tests.make import make_mineral, make_place, make_project

pytestmark = pytest.mark.django_db

HEADER = "key,external_ids,name,place,latitude,longitude,kind,stage,minerals,owners,offtake\n"
NEW = "salar-1,gem:G100,Salar Norte,Chile,-23.5,-68.3,mine,evaluation,lithium|potash:other,"
OWNERS = "Codelco@CHL:51%|SQM:49%,JPN:30%|Trafigura@CHE:0.2\n"


@pytest.fixture(autouse=True)
def names(db: None) -> None:
    for code, name in (("CHL", "Chile"), ("JPN", "Japan"), ("CHE", "Switzerland")):
        make_place(code, name=name)
    for mineral in ("lithium", "potash", "copper"):
        make_mineral(mineral)


def test_a_new_project_comes_with_its_minerals_owners_buyers_and_ids() -> None:
    done = take_in(HEADER + NEW + OWNERS, "projects")
    assert (done.state, done.added) == ("succeeded", 1)
    project = Project.objects.get(key="salar-1")
    assert (project.place_id, project.stage, project.kind) == ("CHL", "evaluation", "mine")
    assert project.release == Release.objects.get()
    assert {(row.mineral_id, row.role) for row in project.minerals.all()} == {
        ("lithium", "primary"),
        ("potash", "other"),
    }
    assert {(row.company.name, row.share, row.state) for row in project.ownerships.all()} == {
        ("Codelco", 0.51, "unverified"),
        ("SQM", 0.49, "unverified"),
    }
    home = Domicile.objects.get()
    assert (home.company.name, home.place_id, home.release) == ("Codelco", "CHL", project.release)
    assert {(row.buyer, row.place_id, row.share) for row in project.offtakes.all()} == {
        ("", "JPN", 0.3),
        ("Trafigura", "CHE", 0.2),
    }
    assert ExternalId.objects.get().project == project


def test_the_same_projects_twice_change_nothing() -> None:
    take_in(HEADER + NEW + OWNERS, "projects")
    done = take_in(HEADER + NEW + OWNERS, "projects")
    assert (done.added, done.changed, done.unchanged) == (0, 0, 1)
    assert Release.objects.count() == 1


def test_a_known_project_is_found_by_an_external_id_and_empty_cells_say_nothing() -> None:
    take_in(HEADER + NEW + OWNERS, "projects")
    before = Project.objects.get()
    done = take_in("external_ids,stage\ngem:G100,producing\n", "projects")
    assert done.preview == ["changed: gem-g100: stage: evaluation → producing"]
    after = Project.objects.get()
    assert (after.key, after.name, after.stage) == ("salar-1", "Salar Norte", "producing")
    assert after.input_version > before.input_version
    assert after.ownerships.count() == 2


def test_owners_that_a_file_states_stand_in_place_of_the_old_ones() -> None:
    take_in(HEADER + NEW + OWNERS, "projects")
    take_in("key,owners\nsalar-1,Lithium Co:100%\n", "projects")
    standing = owner_statements.owners().filter(project=Project.objects.get())
    assert [row.company.name for row in standing] == ["Lithium Co"]
    gone = Ownership.objects.filter(state="rejected", superseded_by__isnull=True)
    assert {row.company.name for row in gone} == {"Codelco", "SQM"}
    assert "not among the owners" in gone[0].note


def test_an_owner_whose_home_the_table_of_companies_knows_otherwise_is_one_clear_error() -> None:
    take_in(HEADER + NEW + OWNERS, "projects")
    done = take_in("key,owners\nsalar-1,Codelco@JPN:100%\n", "projects")
    assert done.state == "failed"
    assert "at home in CHL" in done.error
    assert "--source companies" in done.error


def test_a_capacity_is_an_observation_of_the_project() -> None:
    take_in(HEADER + NEW + OWNERS, "projects")
    columns = "key,minerals,capacity,capacity_unit,capacity_year\n"
    text = columns + "salar-1,lithium|potash:other,{},t,2027\n"
    for capacity, changed in (("40000", 1), ("40000", 0), ("50000", 1)):
        assert take_in(text.format(capacity), "projects").changed == changed
    rows = Observation.objects.filter(indicator="project.capacity").order_by("id")
    assert [(row.value, row.label, row.mineral_id) for row in rows] == [
        (40000.0, "t", "lithium"),
        (50000.0, "t", "lithium"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEADER + NEW.replace("Chile", "") + OWNERS, "a new project without it"),
        (HEADER + NEW.replace("Chile", "Chili") + OWNERS, "did you mean chile"),
        (HEADER + NEW.replace("lithium", "litium") + OWNERS, "did you mean lithium"),
        (HEADER + NEW + OWNERS.replace("CHE", "Helvetia"), "no place is known"),
        (HEADER + (NEW + OWNERS) * 2, "the project of line 2 again"),
    ],
)
def test_a_row_that_cannot_be_a_project_keeps_the_file_out(text: str, reason: str) -> None:
    done = take_in(text, "projects")
    assert done.state == "failed"
    assert reason in faults(done)[0][2]
    assert not Project.objects.exists()


def test_external_ids_of_another_project_are_refused() -> None:
    take_in(HEADER + NEW + OWNERS, "projects")
    other = make_project()
    done = take_in(f"key,external_ids,stage\n{other.key},gem:G100,closed\n", "projects")
    assert faults(done)[0][1:] == ("external_ids", "the external ids belong to another project")


def test_swapped_axes_are_found_by_the_sites_of_the_same_place() -> None:
    for number in range(5):
        make_project(latitude=-23.0 - number / 10, longitude=-68.5)
    swapped = NEW.replace("-23.5,-68.3", "-68.3,-23.5")
    done = take_in(HEADER + swapped + OWNERS, "projects")
    assert "axes swapped" in faults(done)[0][2]
    assert take_in(HEADER + NEW + OWNERS, "projects").state == "succeeded"


def test_a_site_far_from_every_other_of_its_place_is_marked_as_disputed() -> None:
    for number in range(5):
        make_project(latitude=-23.0 - number / 10, longitude=-68.5)
    take_in(HEADER + NEW.replace("-23.5,-68.3", "-20,165") + OWNERS, "projects")
    assert Project.objects.get(key="salar-1").flags == [Project.Flag.PLACE_DISPUTED]


def test_geojson_properties_are_mapped_to_our_columns() -> None:
    feature = {
        "type": "Feature",
        "properties": {"ID": "gem:G7", "Site": "A", "Land": "Chile", "Typ": "mine"},
        "geometry": {"type": "Point", "coordinates": [-68.3, -23.5]},
    }
    content = json.dumps({"type": "FeatureCollection", "features": [feature]})
    mapping = {"external_ids": "ID", "name": "Site", "place": "Land", "kind": "Typ"}
    done = take_in(content, "projects", "sites.geojson", mapping=mapping)
    assert done.state == "succeeded", done.error
    project = Project.objects.get(key="gem-g7")
    assert (project.latitude, project.longitude, project.source_id) == (-23.5, -68.3, "G7")


EVIDENCE = "project,kind,date,url,level,status\n"


def test_evidence_is_added_once_and_a_change_is_a_new_version() -> None:
    project = make_project()
    row = f"{project.key},consent,2025-01-01,https://example.org/a,refused,"
    assert take_in(EVIDENCE + row + "reported\n", "evidence").added == 1
    assert take_in(EVIDENCE + row + "reported\n", "evidence").unchanged == 1
    assert take_in(EVIDENCE + row + "retracted\n", "evidence").changed == 1
    old, new = Evidence.objects.order_by("id")
    assert (new.supersedes, new.status) == (old, "retracted")
    assert new.edition_id > old.edition_id


def test_evidence_names_a_project_by_key_or_external_id_and_each_statement_once() -> None:
    project = make_project()
    ExternalId.objects.create(project=project, scheme="gem", value="G1")
    row = "gem:G1,strike,2025-01-01,https://example.org/a,,\n"
    done = take_in(EVIDENCE + row * 2 + row.replace("G1", "G2"), "evidence")
    assert [line for line, _, _ in faults(done)] == [3, 4]
    assert not Evidence.objects.exists()
    assert take_in(EVIDENCE + row, "evidence").added == 1
    assert Evidence.objects.get().project == project
