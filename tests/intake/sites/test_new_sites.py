"""New sites of a file that may be known ones or do not lie in their country wait as drafts."""

from datetime import date

import pytest
import shapely

from riskscore.intake.sites import alike_sites, pairs
from riskscore.models import CountryOutline, Project, ProjectMineral, Release, Source
from riskscore.releases.editions import next_edition
from tests.intake.files import faults, take_in
from tests.make import make_mineral, make_place, make_project

pytestmark = pytest.mark.django_db

HEADER = "external_ids,name,place,latitude,longitude,kind,minerals\n"


@pytest.fixture(autouse=True)
def escondida(db: None) -> Project:
    make_place("CHL", name="Chile")
    make_place("ARG", name="Argentina")
    for mineral in ("copper", "gold", "lithium"):
        make_mineral(mineral)
    return make_project(name="Escondida", key="known-1", latitude=-24.27, longitude=-69.07)


@pytest.fixture
def outlines() -> None:
    """Chile west of 68° W, Argentina east of it, both at latitudes -40 to -20."""
    source = Source.objects.create(code="outlines", publisher="p", title="t")
    release = Release.objects.create(
        code="outlines-1", source=source, edition=next_edition("outlines"), licence="l",
        redistributable=True, file="f", sha256="0" * 64, rows=2, retrieved_on=date(2026, 1, 1),
    )  # fmt: skip
    for code, box in (("CHL", (-75, -40, -68, -20)), ("ARG", (-68, -40, -55, -20))):
        CountryOutline.objects.create(
            release=release, name=code, place_id=code, outline=shapely.to_wkb(shapely.box(*box))
        )


def drafts() -> dict[str, tuple[list[str], str | None]]:
    """By name: the flags of each draft and the key of the project that it may be."""
    rows = Project.objects.filter(state="draft").order_by("key")
    return {
        row.name: (row.flags, row.duplicate_of.key if row.duplicate_of else None) for row in rows
    }


@pytest.mark.parametrize(
    ("name", "where", "minerals"),
    [
        ("Escondida", "-24.2715,-69.0690", "copper"),
        ("ESCONDIDA MINE", "-24.27,-69.07", "copper"),
        ("Proyecto Escondida", "-24.3,-69.2", "copper|gold"),
        ("Minera Escondida Ltda", "-24.25,-69.05", "gold"),
        ("Escondida Norte", "-24.25,-69.05", "copper"),
        ("Esconida", "-24.27,-69.06", "copper"),
        ("Another name", "-24.2701,-69.0701", "copper"),
        ("Эскондида", "-24.25,-69.05", "copper"),
        ("エスコンディーダ", "-24.25,-69.05", "copper|gold"),
    ],
)
def test_a_known_mine_under_a_new_id_is_asked_about_and_not_published(
    name: str, where: str, minerals: str
) -> None:
    row = f"d:1,{name},Chile,{where},mine,{minerals}\n"
    preview = take_in(HEADER + row, "projects", dry_run=True)
    assert "waits as a draft: it may be known-1 Escondida" in preview.preview[0]
    assert "1 new sites may be known ones" in preview.remarks[-1]
    take_in(HEADER + row, "projects")
    assert drafts() == {name: (["duplicate"], "known-1")}


@pytest.mark.parametrize(
    "row",
    [
        "d:1,Zaldivar,Chile,-24.22,-69.06,mine,copper\n",
        "d:1,Escondida,Chile,-33.0,-70.3,mine,copper\n",
        "d:1,Escondida smelter,Chile,-24.27,-69.07,smelter,copper\n",
        "d:1,Mine,Chile,-24.22,-69.06,mine,copper\n",
    ],
    ids=["a neighbour", "a namesake far away", "a smelter", "a name that says nothing"],
)
def test_another_site_is_published(row: str) -> None:
    take_in(HEADER + row, "projects")
    assert drafts() == {}
    assert Project.objects.filter(state="published").count() == 2


def test_two_rows_of_one_file_about_one_new_mine_are_asked_about() -> None:
    rows = "d:1,Salar Nuevo,Chile,-23.5,-68.3,deposit,lithium\n"
    rows += "e:9,Proyecto Salar Nuevo,Chile,-23.6,-68.4,mine,lithium\n"
    done = take_in(HEADER + rows, "projects")
    assert "line 2 Salar Nuevo" in done.remarks[-1]
    assert drafts() == {"Proyecto Salar Nuevo": (["duplicate"], "d-1")}


def test_a_file_answers_whether_a_site_is_a_known_one() -> None:
    header = HEADER.replace("minerals", "minerals,duplicate_of")
    rows = "d:1,Escondida,Chile,-24.27,-69.07,mine,copper,none\n"
    rows += "d:2,Far away,Chile,-30,-70,mine,copper,known-1\n"
    take_in(header + rows, "projects")
    assert drafts() == {"Far away": (["duplicate"], "known-1")}
    done = take_in(header + rows.replace("d:", "e:").replace("known-1", "nobody-1"), "projects")
    assert faults(done)[0][1:] == ("duplicate_of", "no project has this key")


def test_a_later_file_does_not_publish_what_waits() -> None:
    header = HEADER.replace("minerals", "minerals,state")
    row = "d:1,Escondida,Chile,-24.27,-69.07,mine,copper,published\n"
    take_in(header + row, "projects")
    assert take_in(header + row, "projects").unchanged == 1
    assert list(drafts()) == ["Escondida"]


POSITIONS = """t:1,Inside,Argentina,-29.36,-67.0,mine,gold
t:2,Null Island,Chile,0,0,mine,copper
t:3,Lost Minus,Chile,-23.5,70.1,mine,copper
t:4,Wrong Country,Chile,-29.37,-67.0,mine,gold
t:5,Lost Minus South,Chile,23.5,-70.1,mine,copper
t:6,In the Sea,Chile,-25.0,-78.5,mine,copper
t:7,Swapped,Chile,-69.5,-25.5,mine,copper
"""


def test_points_outside_their_country_wait_as_drafts_and_swapped_ones_are_refused(
    outlines: None,
) -> None:
    done = take_in(HEADER + POSITIONS, "projects", skip_bad=True)
    assert [(line, column) for line, column, _ in faults(done)] == [(8, "latitude")]
    assert "axes swapped" in faults(done)[0][2]
    flagged = {name for name, (flags, _) in drafts().items() if flags == ["place_disputed"]}
    assert flagged == {
        "Null Island", "Lost Minus", "Wrong Country", "Lost Minus South", "In the Sea",
    }  # fmt: skip
    assert Project.objects.get(name="Inside").state == "published"
    assert "lies in ARG, not in CHL" in done.remarks[-1]


def test_a_file_does_not_move_a_known_project_out_of_its_country(outlines: None) -> None:
    done = take_in("key,latitude,longitude\nknown-1,24.27,-69.07\n", "projects")
    assert "with the sign of the latitude changed it would lie there" in faults(done)[0][2]
    assert take_in("key,latitude,longitude\nknown-1,-24.3,-69.0\n", "projects").changed == 1


def test_projects_on_record_that_may_be_one_are_listed_in_pairs(escondida: Project) -> None:
    other = make_project(name="Minera Escondida", latitude=-24.3, longitude=-69.0)
    found = alike_sites.of_projects([escondida.pk, other.pk])
    assert [(at, same.key) for at, same in found] == [
        (escondida.pk, other.key),
        (other.pk, "known-1"),
    ]
    assert [(pair.key, pair.other.key) for pair in pairs.undecided()] == [("known-1", other.key)]
    ProjectMineral.objects.filter(project=other).update(mineral="gold")
    other.latitude = -24.4
    other.save()
    assert list(alike_sites.of_projects([escondida.pk])) == []


def test_a_project_that_is_said_to_be_another_is_listed_no_more(escondida: Project) -> None:
    other = make_project(name="Minera Escondida", latitude=-24.3, longitude=-69.0)
    likely = pairs.likely(other)
    assert likely
    assert likely.key == "known-1"
    Project.objects.filter(pk=other.pk).update(duplicate_of=escondida)
    assert pairs.likely(other) is None
    assert list(pairs.undecided()) == []
