"""How footprints lie to mapped lands: overlap, distance, and what no map knows."""

import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from riskscore.engine.inputs.land_overlap import (
    REACH_KM,
    Footprint,
    Lands,
    Layer,
    geodesic_km,
    radius_km,
)

WGS84 = Geod(ellps="WGS84")
LAND = shapely.box(0, 0, 1, 1)
MAP = Layer("map", [LAND], ["Land"], shapely.box(-5, -5, 5, 5))


def point(lat: float, lon: float, radius: float = 0.0) -> Footprint:
    return Footprint(lat, lon, radius)


def test_land_is_inside_near_far_or_unmapped() -> None:
    sites = [point(0.5, 0.5), point(0.5, 1.1), point(0.5, 4.0), point(0.5, 20.0)]
    km = Lands([MAP]).distances(sites)
    assert km[0] == 0.0
    assert km[1] == pytest.approx(WGS84.inv(1.0, 0.5, 1.1, 0.5)[2] / 1000, abs=0.001)
    assert km[2] == REACH_KM
    assert np.isnan(km[3])


def test_within_the_mapped_area_no_overlap_is_a_known_zero_and_outside_nothing_is_known() -> None:
    lands = Lands([MAP])
    (inside,) = lands.positions(point(-3.0, -3.0, 3.0))
    assert (inside.overlap, inside.km, inside.land) == (0.0, REACH_KM, "")
    assert lands.positions(point(30.0, 30.0, 3.0)) == []


def test_without_layers_everything_is_unknown() -> None:
    assert np.isnan(Lands([]).distances([point(0.0, 0.0)])).all()


def test_half_a_footprint_overlaps_by_half() -> None:
    drawn = Footprint(0.5, 1.0, 0.0, shapely.box(0.9, 0.4, 1.1, 0.6))
    for footprint in (drawn, point(0.5, 1.0, 3.0)):
        (found,) = Lands([MAP]).positions(footprint)
        assert found.overlap == pytest.approx(0.5, abs=1e-4)
        assert (found.km, found.land) == (0.0, "Land")


HALF, WHOLE = shapely.box(0, 0, 1, 1), shapely.box(0.9, 0.4, 1.1, 0.6)
SLIVER = shapely.box(0.99, 0, 1.0, 1)
PARTS = shapely.MultiPolygon([shapely.box(0, 0, 0.95, 1), shapely.box(0.96, 0, 1.0, 1)])


@pytest.mark.parametrize(
    ("lands", "share"),
    [
        ([HALF, HALF], 0.5),  # the same land twice, under two names
        ([HALF, SLIVER], 0.5),
        ([HALF, shapely.box(0.5, 0, 1.05, 1)], 0.75),
        ([PARTS, HALF, SLIVER], 0.5),
        ([HALF, shapely.box(1, 0, 2, 1)], 1.0),  # neighbours share a border, no ground
        ([HALF, HALF, shapely.box(0, 0, 2, 1)], 1.0),
        ([PARTS], 0.45),
    ],
)
def test_ground_on_which_several_lands_of_a_map_lie_counts_once(
    lands: list[BaseGeometry], share: float
) -> None:
    names = [f"Land {number}" for number, _ in enumerate(lands)]
    known = Lands([Layer("map", lands, names, shapely.box(-5, -5, 5, 5))])
    (found,) = known.positions(Footprint(0.5, 1.0, 0.0, WHOLE))
    assert found.overlap == pytest.approx(share, abs=1e-4)
    assert found.share <= 100


def test_two_maps_that_show_the_same_land_each_say_their_own_share() -> None:
    other = Layer("other", [HALF], ["Same"], shapely.box(-5, -5, 5, 5))
    shares = [one.overlap for one in Lands([MAP, other]).positions(Footprint(0.5, 1, 0, WHOLE))]
    assert shares == [pytest.approx(0.5, abs=1e-4)] * 2


def test_a_point_without_extent_lies_on_land_wholly_or_not() -> None:
    lands = Lands([Layer("map", [HALF, HALF], ["A", "B"], shapely.box(-5, -5, 5, 5))])
    assert [lands.positions(point(0.5, lon))[0].overlap for lon in (0.5, 1.5)] == [1.0, 0.0]


def test_a_radius_brings_the_land_nearer_by_itself() -> None:
    km = Lands([MAP]).distances([point(0.5, 1.2), point(0.5, 1.2, 3.0)])
    assert km[0] - km[1] == pytest.approx(3.0, abs=0.01)


def test_a_footprint_that_reaches_from_outside_onto_a_land_is_known_to_overlap() -> None:
    edge = Layer("edge", [LAND], ["Land"], shapely.box(-5, -5, 0.99, 5))
    over, beside = point(0.5, 1.001, 3.0), point(0.5, 1.1, 3.0)
    assert Lands([edge]).distances([over])[0] == 0.0
    assert np.isnan(Lands([edge]).distances([beside])[0])


def test_of_several_layers_the_nearest_land_counts_and_is_named() -> None:
    other = Layer("other", [shapely.box(1.15, 0, 2, 1)], ["Nearer"], shapely.box(-9, -9, 9, 9))
    lands, site = Lands([MAP, other]), point(0.5, 1.1)
    first, second = lands.positions(site)
    assert (first.layer, first.land, second.land) == ("other", "Nearer", "Land")
    assert lands.distances([site])[0] == first.km < second.km


@pytest.mark.parametrize("lon", [179.9, -179.9])
def test_lands_are_found_across_the_antimeridian(lon: float) -> None:
    whole = shapely.box(-180, -90, 180, 90)
    land = shapely.box(-lon - 0.01, -16.1, -lon + 0.01, -15.9)
    (found,) = Lands([Layer("far side", [land], ["Fiji"], whole)]).positions(point(-16.0, lon))
    edge = -lon - 0.01 if lon > 0 else -lon + 0.01
    assert found.km == pytest.approx(WGS84.inv(lon, -16.0, edge, -16.0)[2] / 1000, abs=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_distances_are_geodesic(seed: int) -> None:
    draw = np.random.default_rng(seed)
    lat, to_lat = draw.uniform(-85, 85, (2, 200))
    lon, to_lon = draw.uniform(-180, 180, (2, 200))
    exact = WGS84.inv(lon, lat, to_lon, to_lat)[2] / 1000
    far = exact < 15_000
    assert geodesic_km(lat, lon, to_lat, to_lon)[far] == pytest.approx(exact[far], abs=0.2)
    near_lat, near_lon = lat + draw.uniform(-0.3, 0.3, 200), lon + draw.uniform(-0.3, 0.3, 200)
    exact = WGS84.inv(lon, lat, near_lon, near_lat)[2] / 1000
    assert geodesic_km(lat, lon, near_lat, near_lon) == pytest.approx(exact, abs=1e-3)
    assert geodesic_km(5.0, 5.0, 5.0, 5.0) == 0.0


@pytest.mark.parametrize("lat", [0.0, -33.0, 68.0, 84.0])
def test_the_distance_to_a_land_is_that_to_its_nearest_point(lat: float) -> None:
    land = shapely.box(10.0, lat + 0.2, 12.0, lat + 0.4)
    lands = Lands([Layer("map", [land], ["North"], shapely.box(-180, -90, 180, 90))])
    edge = np.linspace(10.0, 12.0, 20_001)
    there = np.full_like(edge, lat + 0.2)
    exact = WGS84.inv(np.full_like(edge, 11.0), np.full_like(edge, lat), edge, there)[2].min()
    assert lands.distances([point(lat, 11.0)])[0] == pytest.approx(exact / 1000, abs=0.03)


def test_the_radius_follows_the_stage_and_without_one_the_kind() -> None:
    assert radius_km("Construction", "deposit") == 2.0
    assert radius_km("", "mine") == radius_km("a word of somebody's", "mine") == 3.0
