"""A node with ``mineral: worst`` speaks about one mineral at a time, and says which."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscore.engine import Method, MethodError
from riskscore.engine.catalogue import Level
from riskscore.engine.inputs.axes import Axes, Table
from riskscore.engine.inputs.gather import gather, gather_all
from riskscore.engine.inputs.units import Units

NAN = float("nan")
COBALT, COPPER, GOLD = 0, 1, 2
AXES = Axes(("CHL", "COD"), ("cobalt", "copper", "gold"), "WLD", frozenset(), date(2025, 1, 1))
SCALE = {"kind": "goalposts", "from": 0, "to": 1}


def method(mineral: Any = "worst", **more: Any) -> Method:
    leaves = [
        {"indicator": "con.mining", "scaling": SCALE, "weight": 1},
        {"indicator": "con.own_share", "scaling": SCALE, "weight": 1},
        {"indicator": "geo.stability", "scaling": {"kind": "goalposts", "from": 1, "to": 0}},
        {"indicator": "con.offtake", "scaling": SCALE, "optional": True},
    ]
    node = {"code": "dimension", "mineral": mineral, "children": leaves, **more}
    return Method.from_dict(
        {"code": "m", "version": 1, "rules": 2, "root": {"code": "root", "children": [node]}}
    )


def units(*minerals: tuple[int, int], place: int = 0) -> Units:
    """One project with (mineral, role) pairs."""
    return Units(
        keys=np.array(["site"]),
        place=np.array([place], np.int32),
        kind=np.array(["mine"]),
        mineral_start=np.array([0, len(minerals)]),
        mineral=np.array([one for one, _ in minerals], np.int32),
        role=np.array([role for _, role in minerals], np.int8),
        inputs={"con.offtake": np.array([NAN])},
    )


def tables(mining: list[float], share: list[float]) -> dict[str, Table]:
    years = np.array([2024, 2023, 2022], np.int16)
    return {
        "con.mining": Table(
            Level.MINERAL, np.array(mining), np.array([0.01, 0.02, 0.03]), years, years - 2
        ),
        "con.own_share": Table(Level.PLACE_MINERAL, np.array([share, share])),
        "geo.stability": Table(Level.PLACE, np.array([0.5, NAN])),
    }


def test_all_values_of_the_node_are_of_the_mineral_that_decided() -> None:
    # cobalt: (0.9 + 0.0 + 0.5) / 3; copper: (0.2 + 0.8 + 0.5) / 3, so copper decides as a whole.
    found = gather_all(
        tables([0.9, 0.2, 0.1], [0.0, 0.8, 0.0]), units((COPPER, 0), (COBALT, 1)), method(), AXES
    )
    assert found.frame.column("con.mining").tolist() == [0.2]
    assert found.frame.column("con.own_share").tolist() == [0.8]
    decided = found.decided["dimension"]
    assert decided.mineral.tolist() == [COPPER]
    assert decided.by_mineral == pytest.approx([50.0, 140 / 3])
    column = found.columns["con.mining"]
    about = (column.mineral, column.errors, column.years, column.first_years)
    assert [list(each) for each in about if each is not None] == [[COPPER], [0.02], [2023], [2021]]


def test_leaf_by_leaf_the_same_project_mixes_minerals() -> None:
    spec = method().to_dict()
    del spec["root"]["children"][0]["mineral"]
    mixed = gather(
        tables([0.9, 0.2, 0.1], [0.0, 0.8, 0.0]),
        units((COPPER, 0), (COBALT, 1)),
        Method.from_dict(spec),
    )
    assert mixed.column("con.mining").tolist() == [0.9]
    assert mixed.column("con.own_share").tolist() == [0.8]


def test_of_equal_minerals_the_primary_one_is_named() -> None:
    found = gather_all(
        tables([0.5, 0.5, 0.5], [0.1, 0.1, 0.1]), units((COBALT, 1), (COPPER, 0)), method(), AXES
    )
    assert found.decided["dimension"].mineral.tolist() == [COPPER]


def test_an_assessed_mineral_goes_before_one_of_which_little_is_known() -> None:
    found = gather_all(
        tables([NAN, 0.1, 0.1], [NAN, 0.0, 0.0]),
        units((COBALT, 0), (COPPER, 1)),
        method(minimum={"weight": 0.5}),
        AXES,
    )
    assert found.decided["dimension"].mineral.tolist() == [COPPER]
    assert np.isnan(found.decided["dimension"].by_mineral[0])


def test_only_the_roles_of_the_node_count() -> None:
    given_ = tables([0.1, 0.2, 1.0], [0.1, 0.2, 1.0]), units((COPPER, 0), (GOLD, 2))
    assert gather_all(*given_, method(), AXES).decided["dimension"].mineral.tolist() == [COPPER]
    every = {"pick": "worst", "roles": ["primary", "secondary", "other"]}
    assert gather_all(*given_, method(every), AXES).decided["dimension"].mineral.tolist() == [GOLD]


def test_a_project_without_minerals_keeps_what_is_known_of_its_place() -> None:
    found = gather_all(tables([0.1] * 3, [0.1] * 3), units(), method(), AXES)
    assert found.decided["dimension"].mineral.tolist() == [-1]
    assert found.frame.column("geo.stability").tolist() == [0.5]
    assert np.isnan(found.frame.column("con.mining")).all()


def test_units_draw_the_error_of_the_mineral_that_decided() -> None:
    both = tables([0.9, 0.2, 0.1], [0.0, 0.8, 0.0])
    copper = gather(both, units((COPPER, 0)), method(), AXES).error_keys["con.mining"]
    decided = gather(both, units((COPPER, 0), (COBALT, 1)), method(), AXES).error_keys["con.mining"]
    assert copper.tolist() == decided.tolist()


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1) | st.just(NAN), st.floats(0, 1) | st.just(NAN), st.integers(0, 2)
        ),
        min_size=1,
        max_size=3,
    )
)
def test_the_node_is_as_bad_as_its_worst_mineral_alone(
    rows: list[tuple[float, float, int]],
) -> None:
    mining, share = [NAN] * 3, [NAN] * 3
    for at, row in enumerate(rows):
        mining[at], share[at] = row[:2]
    every = {"pick": "worst", "roles": ["primary", "secondary", "other"]}
    fitted, given_ = method(every).fit(), tables(mining, share)
    roles = [(at, row[2]) for at, row in enumerate(rows)]

    def scored(minerals: list[tuple[int, int]]) -> float:
        frame = gather(given_, units(*minerals), fitted.method)
        return float(fitted.score(frame).scores["dimension"][0])

    alone = [scored([one]) for one in roles]
    assert scored(roles) == np.nanmax(alone)
    found = gather_all(given_, units(*roles), fitted.method, AXES).decided["dimension"].by_mineral
    assert np.array_equal(found, alone, equal_nan=True)


def test_below_a_node_that_chooses_no_leaf_chooses() -> None:
    spec = method().to_dict()
    spec["root"]["children"][0]["children"][0]["mineral"] = {"pick": "primary"}
    with pytest.raises(MethodError, match="root/dimension chooses the mineral") as refused:
        Method.from_dict(spec)
    assert refused.value.path == "root/dimension/con.mining"


@pytest.mark.parametrize("mineral", ["primary", "mean", {"pick": "primary"}, {}, 3])
def test_a_node_can_choose_the_worst_only(mineral: Any) -> None:
    with pytest.raises(MethodError):
        method(mineral)


def test_a_leaf_may_speak_of_primary_minerals_only_and_is_unknown_of_others() -> None:
    spec = method().to_dict()
    leaves = spec["root"]["children"][0]["children"]
    leaves[1] |= {"mineral": {"roles": ["primary"]}, "optional": True}
    primary_only = Method.from_dict(spec)
    frame = gather(
        tables([0.9, 0.2, 0.1], [0.6, 0.0, 0.0]), units((COPPER, 0), (COBALT, 1)), primary_only
    )
    assert frame.column("con.mining").tolist() == [0.9]
    assert np.isnan(frame.column("con.own_share")).all()


def test_a_column_is_read_of_one_mineral_only() -> None:
    spec = method().to_dict()
    again = {"code": "again", "indicator": "con.mining", "scaling": SCALE}
    spec["root"]["children"].append({"code": "other", "children": [again]})
    with pytest.raises(MethodError, match=r"con\.mining is read below root/dimension too"):
        Method.from_dict(spec)


def test_a_scale_that_must_be_learnt_cannot_choose() -> None:
    spec = method().to_dict()
    spec["root"]["children"][0]["children"][0]["scaling"] = "minmax"
    with pytest.raises(MethodError, match="not learnt") as refused:
        Method.from_dict(spec)
    assert refused.value.path == "root/dimension"
