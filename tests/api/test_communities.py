"""Communities in the project of the API: named, filtered, exported; unknown is not far."""

import json

import pytest

from riskscore.curation import land_layers, project_edits
from riskscore.models import CommunityDistance, Project
from riskscore.scoring.project_inputs import kept_communities
from tests.api.conftest import Api, problem
from tests.curation.test_land_layers import imported
from tests.intake.files import take_in
from tests.make import make_mineral, make_place, make_project

pytestmark = pytest.mark.django_db
TABLE = b"name,people,latitude,longitude\nOlaroz Chico,Atacama,-23.39,-66.80\n"


@pytest.fixture(autouse=True)
def register() -> None:
    """Load a register of one community in Argentina, and three projects: near, far and abroad."""
    make_place("ARG")
    make_place("CHL")
    done = imported(
        TABLE, "register.csv", kind="communities", code="register", name="A register", mapped="ARG"
    )
    assert done.land_layer is not None, done.error
    make_project(key="near", latitude=-23.40, longitude=-66.80, place="ARG")
    make_project(key="far", latitude=-40.0, longitude=-66.80, place="ARG")
    make_project(key="abroad", latitude=-23.40, longitude=-66.90, place="CHL")
    project_edits.projects_changed(Project.objects.all(), by=None, reason="made for a test")


def test_a_project_names_its_nearest_community_with_source_and_licence(api: Api) -> None:
    assert api.json("/projects/near")["communities"] == [
        {
            "layer": "register", "name": "Olaroz Chico", "people": "Atacama", "km": 1.1,
            "published_edition": "", "source": "https://example.org/lands", "licence": "CC0",
        }
    ]  # fmt: skip
    assert api.json("/projects/far")["communities"][0]["km"] > 1800
    assert api.json("/projects/abroad")["communities"] == []


@pytest.mark.parametrize(("km", "found"), [("25", ["near"]), ("1", []), ("150", ["near"])])
def test_projects_are_filtered_by_their_distance_to_a_community(
    km: str, found: list[str], api: Api
) -> None:
    items = api.json(f"/projects?community_km__lte={km}")["items"]
    assert [item["key"] for item in items] == found


@pytest.mark.parametrize("km", ["x", "-1", "151", "nan"])
def test_a_distance_that_is_none_is_refused(km: str, api: Api) -> None:
    problem(api.get(f"/projects?community_km__lte={km}"), 400, "invalid")


def test_projects_come_in_order_of_their_distance_and_the_unknown_last(api: Api) -> None:
    make_project(key="at-home", latitude=-23.39, longitude=-66.80, place="ARG")
    kept_communities.keep_all()
    first = api.json("/projects?order=community_km&page_size=2&fields=key")
    assert [item["key"] for item in first["items"]] == ["at-home", "near"]
    rest = api.json(first["next"].partition("/api/v1")[2])
    assert [item["key"] for item in rest["items"]] == ["far", "abroad"]


def test_a_project_that_moves_is_measured_again_by_who_moves_it(api: Api) -> None:
    far = Project.objects.get(key="far")
    far.latitude = -23.5
    far.save()
    assert not CommunityDistance.objects.filter(project=far).exists(), "that of the old point"
    project_edits.projects_changed([far], by=None, reason="moved")
    assert api.json("/projects/far")["communities"][0]["km"] == 12.2
    found = api.json("/projects?community_km__lte=25&fields=key")["items"]
    assert [item["key"] for item in found] == ["far", "near"]


def test_a_name_that_is_edited_leaves_distance_and_input_version_as_they_are() -> None:
    near = Project.objects.get(key="near")
    kept = CommunityDistance.objects.get(project=near)
    near.name = "Another name"
    near.save()
    project_edits.projects_changed([near], by=None, reason="renamed")
    assert CommunityDistance.objects.get(project=near).pk == kept.pk
    assert Project.objects.get(key="near").input_version == near.input_version


def test_a_file_of_projects_measures_the_new_and_the_moved(api: Api) -> None:
    header = "key,name,place,latitude,longitude,kind,primary_mineral\n"
    make_mineral("copper")
    rows = "fresh,Fresh,ARG,-23.38,-66.80,mine,copper\nfar,Far,ARG,-23.37,-66.80,mine,copper\n"
    done = take_in(header + rows, "projects", licence="CC0")
    assert done.state == "succeeded", done.error
    found = api.json("/projects?community_km__lte=25&fields=key,communities")["items"]
    assert {item["key"]: item["communities"][0]["km"] for item in found} == {
        "far": 2.2, "fresh": 1.1, "near": 1.1,
    }  # fmt: skip


def test_a_newer_register_is_measured_at_once_and_a_withdrawn_one_leaves_nothing(
    api: Api,
) -> None:
    newer = TABLE + b"Nearer,Kolla,-23.41,-66.80\n"
    about = {"kind": "communities", "code": "register", "mapped": "ARG", "replace": True}
    layer = imported(newer, "register.csv", **about).land_layer
    assert layer is not None
    names = [row["name"] for row in api.json("/projects/far")["communities"]]
    assert names == ["Nearer"]
    assert set(CommunityDistance.objects.values_list("layer_id", flat=True)) == {layer.pk}
    land_layers.withdraw_layer(layer)
    assert api.json("/projects/near")["communities"] == []
    assert api.json("/projects?community_km__lte=150")["items"] == []
    assert not CommunityDistance.objects.exists()


def test_of_two_registers_the_nearer_counts_and_both_are_told(api: Api) -> None:
    beside = b"name,people,latitude,longitude\nBeside,Kolla,-23.40,-66.805\n"
    about = {"kind": "communities", "code": "second", "mapped": "ARG"}
    assert imported(beside, "second.csv", **about).land_layer is not None
    found = api.json("/projects/near")["communities"]
    assert [(row["layer"], row["km"]) for row in found] == [("second", 0.5), ("register", 1.1)]
    near = [row["key"] for row in api.json("/projects?community_km__lte=1")["items"]]
    assert near == ["near"]


def test_projects_come_as_geojson(api: Api) -> None:
    answer = api.get("/projects?fields=key,communities", Accept="application/geo+json")
    assert answer["Content-Type"] == "application/geo+json"
    whole = json.loads(b"".join(answer.streaming_content))
    assert whole["type"] == "FeatureCollection"
    first = {row["properties"]["key"]: row for row in whole["features"]}["near"]
    assert first["geometry"] == {"type": "Point", "coordinates": [-66.8, -23.4]}
    assert first["properties"]["communities"][0]["people"] == "Atacama"
    none = api.get("/projects?q=nobody", Accept="application/geo+json")
    assert json.loads(b"".join(none.streaming_content))["features"] == []


def test_a_table_has_the_nearest_community_in_columns(api: Api) -> None:
    answer = api.get("/projects?fields=key,communities&q=near", Accept="text/csv")
    header, row = b"".join(answer.streaming_content).decode().splitlines()
    assert header == "key,community,community_people,community_km,community_layer"
    assert row == "near,Olaroz Chico,Atacama,1.1,register"


def test_layers_say_their_kind_and_countries(api: Api) -> None:
    (layer,) = api.json("/land-layers")["items"]
    assert (layer["kind"], layer["places"], layer["lands"]) == ("communities", ["ARG"], 1)
