"""Which country a point lies in, and whom to believe: the label or the coordinates."""

import math

import numpy as np
import pytest

from riskscore.engine.inputs.borders import EARTH_KM, Borders, Polygon, azimuthal, cut, unwrapped
from riskscore.sources.names import shipped
from riskscore.sources.publishers import world_atlas
from tests.sources.published import needs_published, published

DEGREE_KM = math.pi * EARTH_KM / 180


def square(left: float, bottom: float, size: float) -> Polygon:
    right, top = left + size, bottom + size
    return (((left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)),)


def two_neighbours() -> Borders:
    """AAA from 0° to 10° E and BBB from 10° to 20° E, from the equator to 10° N."""
    return Borders([("AAA", [square(0, 0, 10)]), ("BBB", [square(10, 0, 10)])])


def decided(label: str, lon: float, lat: float) -> tuple[str, str, str]:
    (placed,) = two_neighbours().place([label], np.array([lon]), np.array([lat]))
    return placed.place, placed.rule, placed.seen


def test_a_site_inside_its_labelled_country_keeps_its_label() -> None:
    assert decided("AAA", 5, 5) == ("AAA", "label", "AAA")


def test_a_label_within_25_km_of_its_country_wins_over_the_coordinates() -> None:
    assert decided("AAA", 10 + 24 / DEGREE_KM, 0.1) == ("AAA", "label", "BBB")


def test_beyond_25_km_the_coordinates_win() -> None:
    assert decided("AAA", 10 + 26 / DEGREE_KM, 0.1) == ("BBB", "coordinates", "BBB")


def test_off_the_coast_a_near_label_is_kept() -> None:
    assert decided("BBB", 15, -0.1) == ("BBB", "label", "")


def test_off_the_coast_a_far_label_gives_way_to_the_nearest_country() -> None:
    assert decided("AAA", 15, -0.1) == ("BBB", "nearest", "")


def test_a_labelled_country_without_an_outline_is_believed() -> None:
    place, rule, seen = decided("CCC", 5, 5)
    assert (place, rule, seen) == ("CCC", "label", "AAA")


def test_distance_to_a_country_is_zero_inside_and_the_great_circle_outside() -> None:
    borders = two_neighbours()
    assert borders.distance("AAA", 5, 5) == 0
    assert borders.distance("AAA", 5, -3) == pytest.approx(3 * DEGREE_KM, rel=1e-3)
    assert borders.distance("BBB", 5, 0) == pytest.approx(5 * DEGREE_KM, rel=1e-6)


def test_distance_is_that_to_an_edge_and_not_only_to_its_ends() -> None:
    borders = Borders([("AAA", [square(0, -40, 80)])])
    assert borders.distance("AAA", -1, 0.5) == pytest.approx(DEGREE_KM, rel=1e-3)


def test_distance_to_the_other_side_of_the_earth_is_half_its_circumference() -> None:
    borders = Borders([("AAA", [square(-0.01, -0.01, 0.02)])])
    assert borders.distance("AAA", 180, 0) == pytest.approx(math.pi * EARTH_KM, rel=1e-3)


def test_azimuthal_radii_are_great_circle_distances() -> None:
    x, y = azimuthal(np.array([90.0]), np.array([0.0]), 0.0, 0.0)[0]
    assert (x, y) == pytest.approx((math.pi / 2 * EARTH_KM, 0), abs=1e-6)


def test_a_ring_across_the_antimeridian_becomes_two_parts_within_180_degrees() -> None:
    ring = ((170.0, 0.0), (-170.0, 0.0), (-170.0, 10.0), (170.0, 10.0), (170.0, 0.0))
    parts = cut((ring,))
    assert sorted(part.bounds for part in parts) == [
        (-180.0, 0.0, -170.0, 10.0),
        (170.0, 0.0, 180.0, 10.0),
    ]


def test_a_ring_around_a_pole_stays_as_it_is() -> None:
    ring = [(-120.0, -70.0), (0.0, -70.0), (120.0, -70.0), (-120.0, -70.0)]
    assert unwrapped(ring) == ring


def test_a_hole_of_a_country_is_not_in_it() -> None:
    (shell,), (hole,) = square(0, 0, 10), square(4, 4, 2)
    borders = Borders([("AAA", [(shell, hole)]), ("BBB", [(hole,)])])
    assert borders.containing(np.array([5.0, 1.0]), np.array([5.0, 1.0])).tolist() == ["BBB", "AAA"]


def test_a_point_on_a_border_belongs_to_the_first_country_by_code() -> None:
    assert two_neighbours().containing(np.array([10.0]), np.array([5.0])).tolist() == ["AAA"]


@needs_published
@pytest.mark.parametrize(
    ("name", "label", "lon", "lat", "place"),
    [
        # Coordinates of the ICMM dataset, September 2025.
        ("Los Pelambres", "CHL", -70.49244471, -31.71580183, "CHL"),
        ("Pucamarca", "PER", -69.806476, -17.816919, "PER"),
        ("Frontier", "COD", 28.47583802, -12.73226262, "COD"),
        ("Pilgangoora", "NCL", 118.9047052, -21.0638988, "AUS"),
        ("Mount Isa Copper", "NCL", 139.4808478, -20.72506756, "AUS"),
    ],
)
def test_labels_win_at_borders_and_lose_across_an_ocean(
    name: str, label: str, lon: float, lat: float, place: str
) -> None:
    (placed,) = atlas().place([label], np.array([lon]), np.array([lat]))
    assert placed.place == place, name


@needs_published
def test_russia_and_fiji_do_not_swallow_the_lands_between_their_halves() -> None:
    lon = np.array([25.4, 179.0, -178.0, 177.5, -75.0, -179.9])
    lat = np.array([67.9, 68.0, 66.5, -17.8, -12.0, 71.0])
    assert atlas().containing(lon, lat).tolist() == ["FIN", "RUS", "RUS", "FJI", "PER", "RUS"]


def atlas() -> Borders:
    names = shipped(["copper"])
    outlines = world_atlas.parse(published("data/world-atlas_countries-50m.topo.json"))
    return Borders(
        (code, outline.polygons) for outline in outlines if (code := names.place(outline.place))
    )
