"""From tables per place and mineral to one row per project."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from riskscore.engine import FrameError, Method
from riskscore.engine.catalogue import Level
from riskscore.engine.inputs.axes import Axes, Table
from riskscore.engine.inputs.gather import gather
from riskscore.engine.inputs.units import Units

AXES = Axes(("CHL", "COD"), ("cobalt", "copper"), "WLD", frozenset(), date(2025, 1, 1))
UNITS = Units(
    keys=np.array(["one", "two", "lost", "bare"]),
    place=np.array([0, 1, -1, 1], np.int32),
    kind=np.array(["mine", "smelter", "mine", "mine"]),
    mineral_start=np.array([0, 2, 4, 5, 5]),
    mineral=np.array([1, 0, 0, 1, 0], np.int32),
    role=np.array([0, 1, 2, 0, 0], np.int8),
    inputs={"ind.language": np.array([10.0, np.nan, 20.0, 30.0])},
)
TABLES = {
    "geo.stability": Table(Level.PLACE, np.array([0.5, -2.0]), np.array([0.2, 0.3])),
    "con.mining": Table(Level.MINERAL, np.array([0.5, 0.1]), np.array([0.01, 0.02])),
    "con.own_share": Table(Level.PLACE_MINERAL, np.array([[0.0, 0.25], [0.7, 0.1]])),
}


def gathered(mineral: dict[str, Any], axes: Axes | None = None) -> Any:
    scale = {"kind": "goalposts", "from": 0, "to": 1}
    children: list[dict[str, Any]] = [
        {"indicator": "geo.stability", "scaling": {"kind": "goalposts", "from": 1, "to": -2}},
        {"indicator": "con.mining", "scaling": scale, "mineral": mineral},
        {"indicator": "con.own_share", "scaling": scale, "mineral": mineral},
        {"indicator": "ind.language", "scaling": {"kind": "goalposts", "from": 150, "to": 10}},
        {"indicator": "con.import_hhi", "scaling": scale, "when_present": True},
        {"indicator": "lab.ihdi", "scaling": {"kind": "goalposts", "from": 1, "to": 0}},
    ]
    root = {"code": "r", "children": children}
    method = Method.from_dict({"code": "m", "version": 1, "root": root})
    return gather(TABLES, UNITS, method, axes)


def column(frame: Any, name: str) -> list[float]:
    return [float(value) for value in frame.column(name)]


def same(found: list[float], expected: list[float]) -> bool:
    return bool(np.array_equal(found, expected, equal_nan=True))


NAN = float("nan")


def test_a_place_gives_its_value_and_its_error_and_an_unknown_place_nothing() -> None:
    frame = gathered({})
    assert same(column(frame, "geo.stability"), [0.5, -2.0, NAN, -2.0])
    errors = frame.standard_errors[:, frame.index("geo.stability")]
    assert same(list(errors), [0.2, 0.3, NAN, 0.3])


@pytest.mark.parametrize(
    ("mineral", "mining", "share"),
    [
        ({"pick": "worst"}, [0.5, 0.1, 0.5, NAN], [0.25, 0.1, NAN, NAN]),
        ({"pick": "primary"}, [0.1, 0.1, 0.5, NAN], [0.25, 0.1, NAN, NAN]),
        ({"pick": "mean"}, [0.3, 0.1, 0.5, NAN], [0.125, 0.1, NAN, NAN]),
        (
            {"pick": "worst", "roles": ["primary", "secondary", "other"]},
            [0.5, 0.5, 0.5, NAN],
            [0.25, 0.7, NAN, NAN],
        ),
    ],
)
def test_the_method_says_which_mineral_counts(
    mineral: dict[str, Any], mining: list[float], share: list[float]
) -> None:
    frame = gathered(mineral)
    assert same(column(frame, "con.mining"), mining)
    assert same(column(frame, "con.own_share"), share)


def test_the_error_is_that_of_the_mineral_that_counted() -> None:
    frame = gathered({"pick": "worst"})
    errors = frame.standard_errors[:, frame.index("con.mining")]
    assert same(list(errors), [0.01, 0.02, 0.01, NAN])


def test_an_importers_indicator_has_no_column_without_importer_and_others_are_unknown() -> None:
    frame = gathered({})
    assert "con.import_hhi" not in frame.columns
    assert np.isnan(frame.column("lab.ihdi")).all()
    assert same(column(frame, "ind.language"), [10.0, NAN, 20.0, 30.0])


def test_units_of_one_place_share_its_error_key() -> None:
    keys = gathered({}, AXES).error_keys
    stability = keys["geo.stability"]
    assert stability[1] == stability[3] != stability[0]
    assert keys["con.mining"][0] == keys["con.mining"][2]
    assert "ind.language" not in keys


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(FrameError, match="mineral_start"):
        Units(
            UNITS.keys,
            UNITS.place,
            UNITS.kind,
            np.array([0, 1, 2, 3, 9]),
            UNITS.mineral,
            UNITS.role,
            {},
        )
