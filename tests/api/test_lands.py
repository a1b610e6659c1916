"""Mapped lands over the API: what is known is told, what is not is not called zero."""

import pytest

from riskscore.curation import land_layers
from tests.api.conftest import Api, problem
from tests.curation.test_land_layers import load
from tests.make import make_project

pytestmark = pytest.mark.django_db


def test_without_a_map_nothing_is_known(api: Api) -> None:
    project = make_project()
    assert api.json(f"/projects/{project.key}/land") == {"known": False, "layers": []}


def test_a_project_beside_a_land_has_its_distance_and_the_name(api: Api) -> None:
    project = make_project(latitude=-3.5, longitude=-58.8)
    load()
    found = api.json(f"/projects/{project.key}/land")
    (position,) = found["layers"]
    assert found["known"]
    assert 15 < position.pop("distance_km") < 22
    assert position == {
        "layer": "Test lands", "kind": "lands", "covered": True, "overlap_percent": 0.0,
        "nearest": "Xipaya",
    }  # fmt: skip


def test_no_land_in_reach_is_a_known_zero(api: Api) -> None:
    project = make_project(latitude=-12.0, longitude=-50.0)
    load()
    (position,) = api.json(f"/projects/{project.key}/land")["layers"]
    assert (position["overlap_percent"], position["distance_km"]) == (0.0, 50.0)
    assert position["nearest"] is None


def test_a_draft_has_no_land_to_show(api: Api) -> None:
    problem(api.get(f"/projects/{make_project(state='draft').key}/land"), 404, "not_found")


def test_layers_are_listed_with_their_stewards_and_ends(api: Api) -> None:
    land_layers.withdraw_layer(load())
    first, last = api.json("/land-layers")["items"]
    assert (first["steward"], first["lands"], first["withdrawn"]) == ("Nobody", 1, False)
    assert (last["lands"], last["withdrawn"]) == (0, True)
    assert "mapped" not in first
