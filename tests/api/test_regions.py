"""Regions by name, with their members."""

import pytest

from tests.api.conftest import Api

pytestmark = pytest.mark.usefixtures("bundle")


def test_the_api_lists_regions_with_their_members(api: Api) -> None:
    page = api.json("/sourcing/regions/?page_size=100")
    found = {row["code"]: row for row in page["items"]}
    assert len(found) == 31
    assert found["lithium-triangle"]["places"] == ["ARG", "BOL", "CHL"]
    assert found["south-america"]["number"] == "005"
    assert "Latin America" in found["latin-america-and-the-caribbean"]["aliases"]
    one = api.json("/sourcing/regions/central-america")
    assert "PAN" in one["places"]
    latin = api.json("/sourcing/regions/latin-america")
    assert latin["code"] == "latin-america-and-the-caribbean"
    assert api.get("/sourcing/regions/narnia").status_code == 404
    assert api.get("/sourcing/regions/CHL").status_code == 404  # a country is no region
