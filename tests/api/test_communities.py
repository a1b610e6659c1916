"""Communities in the project of the API: named, filtered, exported; unknown is not far."""

import json

import pytest

from riskscore.scoring.project_inputs import map_distances
from tests.api.conftest import Api, problem
from tests.curation.test_land_layers import imported
from tests.make import make_place, make_project

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


def test_a_project_names_its_nearest_community_with_source_and_licence(api: Api) -> None:
    assert api.json("/projects/near")["communities"] == [
        {
            "layer": "register", "name": "Olaroz Chico", "people": "Atacama", "km": 1.1,
            "source": "https://example.org/lands", "licence": "CC0",
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


def test_without_a_register_no_project_is_known_to_be_near(api: Api) -> None:
    map_distances.indexed.cache_clear()
    assert map_distances.within(25, "areas") == []


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
