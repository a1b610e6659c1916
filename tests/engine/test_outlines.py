"""Points in and out of two square countries that share a border."""

import numpy as np
import pytest
import shapely

from riskscore.engine.inputs.country_outlines import Outlines

#: West at longitudes -70 to -60, East at -60 to -50, both at latitudes -30 to -20.
TWO = Outlines({"WES": shapely.box(-70, -30, -60, -20), "EAS": shapely.box(-60, -30, -50, -20)})


@pytest.mark.parametrize(
    ("place", "latitude", "longitude", "expected"),
    [
        ("WES", -25.0, -65.0, None),
        ("EAS", -25.0, -65.0, ("WES", "")),
        # A degree of longitude is 100.9 km long there: 1 km and 5 km beyond the border.
        ("WES", -25.0, -59.99, None),
        ("WES", -25.0, -59.95, ("EAS", "")),
        # 20 km and 30 km off the coast.
        ("WES", -25.0, -70.2, None),
        ("WES", -25.0, -70.3, ("", "")),
        ("WES", 25.0, -65.0, ("", "with the sign of the latitude changed")),
        ("WES", -25.0, 65.0, ("", "with the sign of the longitude changed")),
        ("WES", 25.0, 65.0, ("", "with both signs changed")),
        ("WES", -65.0, -25.0, ("", "with latitude and longitude exchanged")),
        ("WES", 0.0, 0.0, ("", "")),
        ("NUL", 0.0, 0.0, None),
    ],
)
def test_a_point_outside_its_country_is_found_and_what_would_put_it_there(
    place: str, latitude: float, longitude: float, expected: tuple[str, str] | None
) -> None:
    (found,) = TWO.elsewhere([place], np.array([latitude]), np.array([longitude]))
    assert (found and (found.seen, found.instead)) == expected
