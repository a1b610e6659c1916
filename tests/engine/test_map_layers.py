"""Nearest points and areas of maps: exact on paper, unknown where no map speaks, never safer."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscore.engine.frame import Frame
from riskscore.engine.inputs.geometry import Localities
from riskscore.engine.inputs.land_overlap import REACH_KM, Footprint, Lands, Layer
from riskscore.engine.inputs.map_areas import AreaLayer, MapAreas
from riskscore.engine.inputs.map_points import NONE, MapPoints, PointLayer
from riskscore.engine.inputs.mapped_area import MappedArea, Points
from riskscore.engine.method import Method

#: Kilometres of a degree along a meridian of the sphere: 2π · 6371.0088 / 360.
DEGREE_KM = 111.195
ARGENTINA = MappedArea(None, frozenset({"ARG"}))
SQUARE = shapely.box(0.0, 0.0, 1.0, 1.0)
METHOD = {
    "code": "small",
    "version": 1,
    "rules": 2,
    "root": {
        "code": "indigenous",
        "children": [
            {"indicator": "ind.law", "weight": 0.1,
             "scaling": {"kind": "goalposts", "from": 1.75, "to": -1.75}},
            {"indicator": "ind.voice", "weight": 0.1,
             "scaling": {"kind": "goalposts", "from": 1.5, "to": -1.75}},
            {"indicator": "ind.community", "weight": 0.2, "raises_only": True,
             "scaling": {"kind": "goalposts", "from": 150, "to": 5, "log": True}},
            {"indicator": "ind.area", "weight": 0.2, "raises_only": True,
             "scaling": {"kind": "goalposts", "from": 50, "to": 0}},
            {"indicator": "ind.language_weak", "weight": 0.05, "raises_only": True,
             "known_range": [0, 150], "scaling": {"kind": "goalposts", "from": 150, "to": 10}},
        ],
    },
}  # fmt: skip


def sites(*at: tuple[float, float], place: str = "ARG", radius: float = 0.0) -> Points:
    """Projects at (latitude, longitude)."""
    latitude, longitude = np.array(at, np.float64).reshape(-1, 2).T
    n = len(latitude)
    return Points(latitude, longitude, np.full(n, place), np.full(n, radius))


def points(*at: tuple[float, float], mapped: MappedArea = ARGENTINA) -> MapPoints:
    latitude, longitude = np.array(at, np.float64).reshape(-1, 2).T
    return MapPoints([PointLayer(Localities(latitude, longitude), mapped)])


def test_the_nearest_point_has_its_distance_and_its_index() -> None:
    found = points((-20.0, -65.0), (-24.0, -66.0)).nearest(sites((-24.1, -66.0)))
    assert found.km[0, 0] == pytest.approx(0.1 * DEGREE_KM, abs=0.01)
    assert found.at[0, 0] == 1


def test_in_its_countries_a_register_knows_every_distance_and_outside_none() -> None:
    register = points((-24.0, -66.0))
    far = (-50.0, -70.0)
    assert register.nearest(sites(far)).least_km[0] > 2000
    assert np.isnan(register.nearest(sites((-24.1, -66.0), place="CHL")).km).all()


def test_a_map_that_never_tells_absence_knows_what_is_within_150_km() -> None:
    languages = points((0.0, 0.0), mapped=MappedArea())
    km = languages.nearest(sites((1.3, 0.0), (1.4, 0.0), place="")).least_km
    assert km[0] == pytest.approx(1.3 * DEGREE_KM, abs=0.1)
    assert np.isnan(km[1])


def test_a_mapped_polygon_and_countries_add_up() -> None:
    area = MappedArea(shapely.box(0, 0, 2, 2), frozenset({"CHL"}))
    both = sites((1.0, 1.0), place="PER").within(area), sites((9.0, 9.0), place="CHL").within(area)
    assert [one.tolist() for one in both] == [[True], [True]]
    assert not sites((9.0, 9.0), place="PER").within(area)[0]


def test_an_area_is_inside_near_far_or_unmapped() -> None:
    areas = MapAreas([AreaLayer([SQUARE], MappedArea(shapely.box(-5, -5, 5, 5)))])
    found = areas.nearest(sites((0.5, 0.5), (0.5, 1.1), (0.5, 4.0), (0.5, 20.0)))
    assert found.km[0, 0] == 0.0
    assert found.km[0, 1] == pytest.approx(0.1 * DEGREE_KM, abs=0.01)
    assert found.km[0, 2] == REACH_KM
    assert np.isnan(found.km[0, 3])
    assert found.at[0].tolist() == [0, 0, NONE, NONE]


def test_a_radius_brings_an_area_nearer_by_itself() -> None:
    areas = MapAreas([AreaLayer([SQUARE], MappedArea())])
    near, nearer = (areas.nearest(sites((0.5, 1.2), radius=r)).least_km[0] for r in (0.0, 3.0))
    assert near - nearer == pytest.approx(3.0)


def test_of_areas_that_overlap_the_first_of_the_file_is_named() -> None:
    other = shapely.box(0.2, 0.2, 3.0, 3.0)
    areas = MapAreas([AreaLayer([other, SQUARE], MappedArea())])
    assert areas.nearest(sites((0.5, 0.5))).at[0, 0] == 0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_quick_distance_to_an_area_is_the_exact_one_to_half_a_percent(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(-170, 170), rng.uniform(-60, 60)
    corners = rng.uniform(0.1, 1.5, 7)
    angles = np.linspace(0, 2 * np.pi, 8)[:-1]
    shape = shapely.Polygon(
        np.column_stack([lon + corners * np.cos(angles), lat + corners * np.sin(angles)])
    )
    at = [(lat + a, lon + b) for a, b in rng.uniform(-2, 2, (20, 2))]
    world = shapely.box(-180, -90, 180, 90)
    quick = MapAreas([AreaLayer([shape], MappedArea(world))]).nearest(sites(*at)).least_km
    exact = Lands([Layer("x", [shape], ["x"], world)]).distances(
        [Footprint(*each, 0.0) for each in at]
    )
    assert np.abs(quick - exact).max() < 0.4


@settings(max_examples=60, deadline=None)
@given(
    law=st.floats(-2.5, 2.5), voice=st.floats(-2.5, 2.5), community=st.floats(0, 4000),
    area=st.floats(0, 50), language=st.floats(0, 400), known=st.integers(0, 7),
)  # fmt: skip
def test_no_layer_makes_a_project_safer(
    law: float, voice: float, community: float, area: float, language: float, known: int
) -> None:
    method = Method.from_dict(METHOD)
    keys = ("ind.community", "ind.area", "ind.language_weak")
    values = [
        value if known >> at & 1 else np.nan for at, value in enumerate((community, area, language))
    ]

    def score(layers: list[float]) -> float:
        columns = ("ind.law", "ind.voice", *keys)
        frame = Frame(np.array(["p"]), columns, np.array([[law, voice, *layers]], order="F"))
        return float(method.fit(frame).score(frame).scores["indigenous"][0])

    everything = score(values)
    assert everything >= score([np.nan] * 3) - 1e-9
    for at in range(3):
        without = [np.nan if at == which else value for which, value in enumerate(values)]
        assert everything >= score(without) - 1e-9


@given(added=st.lists(st.tuples(st.floats(-60, 60), st.floats(-170, 170)), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_a_further_point_never_moves_a_register_away(added: list[tuple[float, float]]) -> None:
    here = sites((0.0, 0.0), (10.0, 20.0))
    before = points((1.0, 1.0)).nearest(here).least_km
    assert (points((1.0, 1.0), *added).nearest(here).least_km <= before + 1e-9).all()
