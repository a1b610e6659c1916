"""How known and unknown cells become scores, bounds, coverage and contributions."""

import numpy as np
import pytest

from riskscore.engine import Frame, FrameError, NumberError
from tests.engine.specs import NAN, leaf, method, node, score, values


def test_weights_are_renormalised_over_what_is_known() -> None:
    root = node("r", leaf("a", weight=1), leaf("b", weight=3))
    assert values(root, {"a": [10.0, 10.0, NAN], "b": [50.0, NAN, 50.0]}) == [40.0, 10.0, 50.0]


def test_unknown_is_not_zero_but_not_assessed() -> None:
    result = score(node("r", leaf("a"), leaf("b")), {"a": [NAN], "b": [NAN]})
    assert np.isnan(result.scores["r"][0])
    assert np.isnan(result.contributions[0]).all()
    assert result.coverage["r"][0] == 0.0
    assert (result.low["r"][0], result.high["r"][0]) == (0.0, 100.0)
    assert result.bands()[0] == 0


def test_too_little_known_is_not_assessed_but_keeps_its_context_and_bounds() -> None:
    root = node("r", leaf("a", weight=0.4), leaf("b", weight=0.6), minimum={"weight": 0.5})
    result = score(root, {"a": [80.0], "b": [NAN]})
    assert np.isnan(result.scores["r"][0])
    assert result.context["r"][0] == pytest.approx(80.0)
    assert result.coverage["r"][0] == pytest.approx(0.4)
    assert result.low["r"][0] == pytest.approx(32.0)
    assert result.high["r"][0] == pytest.approx(92.0)


def test_a_minimum_counts_children_or_their_share() -> None:
    three = [leaf("a"), leaf("b"), leaf("c")]
    cells = {"a": [10.0], "b": [20.0], "c": [NAN]}
    assert np.isnan(values(node("r", *three, minimum={"count": 3}), cells)[0])
    assert values(node("r", *three, minimum={"count": 2}), cells) == [15.0]
    assert np.isnan(values(node("r", *three, minimum={"share": 0.7}), cells)[0])
    assert values(node("r", *three, minimum={"share": 0.6}), cells) == [15.0]


def test_a_child_that_is_not_assessed_does_not_count_in_its_parent() -> None:
    low = node("low", leaf("a"), leaf("b"), minimum={"count": 2})
    result = score(node("r", low, node("high", leaf("c"))), {"a": [90.0], "b": [NAN], "c": [10.0]})
    assert result.scores["r"][0] == 10.0
    assert result.context["r"][0] == 50.0
    assert result.coverage["r"][0] == 0.5


def test_an_optional_leaf_counts_when_known_and_is_not_missed_when_not() -> None:
    root = node("r", leaf("a", weight=0.7), leaf("b", weight=0.3, optional=True))
    result = score(root, {"a": [10.0, 10.0], "b": [110.0, NAN]})
    assert result.scores["r"] == pytest.approx([37.0, 10.0])
    assert result.coverage["r"].tolist() == [1.0, 1.0]
    assert result.high["r"][1] == 10.0


def test_a_leaf_that_only_raises_never_lowers() -> None:
    root = node("r", leaf("a"), leaf("b", optional=True, raises_only=True))
    result = score(root, {"a": [50.0, 50.0, 50.0, NAN], "b": [90.0, 10.0, NAN, 30.0]})
    assert result.scores["r"].tolist() == [70.0, 50.0, 50.0, 30.0]
    assert result.contributions.sum(axis=1) == pytest.approx(result.scores["r"])
    assert result.contributions[1].tolist() == [50.0, 0.0]


def test_a_node_may_require_that_one_of_some_leaves_is_known() -> None:
    root = node("r", leaf("site"), leaf("country"), requires_any=["site"])
    result = score(root, {"site": [10.0, NAN], "country": [50.0, 50.0]})
    assert result.scores["r"][0] == 30.0
    assert np.isnan(result.scores["r"][1])
    assert result.context["r"][1] == 50.0


def test_a_leaf_whose_column_is_absent_drops_out_only_if_the_method_says_so() -> None:
    root = node("r", leaf("a"), leaf("b", when_present=True))
    result = score(root, {"a": [40.0]})
    assert result.scores["r"][0] == 40.0
    assert result.coverage["r"][0] == 1.0
    with pytest.raises(FrameError, match="no column 'b'"):
        score(node("r", leaf("a"), leaf("b")), {"a": [40.0]})


def test_weights_may_differ_by_group() -> None:
    root = node("r", leaf("a", weight={"default": 1, "smelter": 0}), leaf("b"))
    frame = Frame.from_columns({"a": [0.0, 0.0], "b": [60.0, 60.0]})
    frame = Frame(frame.keys, frame.columns, frame.values, None, np.array(["mine", "smelter"]))
    result = method(root).fit().score(frame)
    assert result.scores["r"].tolist() == [30.0, 60.0]
    assert result.contributions.sum(axis=1).tolist() == [30.0, 60.0]


def test_a_leaf_can_be_unknown_for_some_groups_and_beyond_some_range() -> None:
    root = node("r", leaf("a", unknown_for=["smelter"]), leaf("b", known_range=[0, 150]))
    frame = Frame.from_columns({"a": [10.0, 10.0, 10.0], "b": [50.0, 50.0, 151.0]})
    kinds = np.array(["mine", "smelter", "mine"])
    result = method(root).fit().score(Frame(frame.keys, frame.columns, frame.values, None, kinds))
    assert result.scores["r"].tolist() == [30.0, 50.0, 10.0]
    assert np.isnan(result.inputs[1, 0])
    assert np.isnan(result.inputs[2, 1])


def test_the_maximum_takes_the_worst_child_and_names_it() -> None:
    root = node("r", leaf("a"), leaf("b"), aggregation="max")
    result = score(root, {"a": [20.0, 20.0, NAN], "b": [80.0, NAN, NAN]})
    assert result.scores["r"][:2].tolist() == [80.0, 20.0]
    assert np.isnan(result.scores["r"][2])
    assert result.contributions[0].tolist() == [10.0, 70.0]
    assert result.high["r"].tolist() == [80.0, 100.0, 100.0]


def test_a_power_mean_of_two_keeps_one_bad_dimension_visible() -> None:
    root = node("r", *(leaf(c) for c in "abcd"), aggregation={"kind": "power", "p": 2})
    found = values(root, {"a": [90.0], "b": [10.0], "c": [10.0], "d": [10.0]})
    assert found == [pytest.approx((8400 / 4) ** 0.5)]


def test_a_zero_makes_a_geometric_mean_zero_unless_a_floor_lifts_it() -> None:
    cells = {"a": [0.0], "b": [64.0]}
    zero = node("r", leaf("a"), leaf("b"), aggregation={"kind": "geometric", "floor": 0})
    lifted = node("r", leaf("a"), leaf("b"), aggregation={"kind": "geometric", "floor": 1})
    assert values(zero, cells) == [0.0]
    assert values(lifted, cells) == [pytest.approx(8.0)]
    result = score(lifted, cells)
    assert result.contributions.sum(axis=1) == pytest.approx([8.0])


def test_worth_that_a_floor_gave_to_a_zero_node_still_reaches_its_leaves() -> None:
    root = node(
        "r",
        node("n", leaf("a"), leaf("b")),
        leaf("c"),
        aggregation={"kind": "geometric", "floor": 1},
    )
    result = score(root, {"a": [0.0], "b": [0.0], "c": [64.0]})
    assert result.contributions[0] == pytest.approx([2.0, 2.0, 4.0])


def test_controls_lower_the_residual_only() -> None:
    root = node("r", node("n", leaf("a")), node("m", leaf("b")))
    controls = [{"column": "ctl", "reduces": ["n"], "at_most": 0.5}]
    cells = {"a": [80.0, 80.0], "b": [20.0, 20.0], "ctl": [1.0, NAN]}
    result = score(root, cells, controls=controls)
    assert result.scores["r"].tolist() == [50.0, 50.0]
    assert result.residual["n"].tolist() == [40.0, 80.0]
    assert result.residual["r"].tolist() == [30.0, 50.0]
    with pytest.raises(FrameError, match="strength"):
        score(root, {**cells, "ctl": [1.5, NAN]}, controls=controls)


def test_an_infinite_input_is_refused_by_name() -> None:
    with pytest.raises(FrameError, match="'a' is infinite at unit '1'"):
        Frame.from_columns({"a": [1.0, float("inf")]})


def test_a_score_beyond_floating_point_is_refused_by_name() -> None:
    open_end = {"kind": "goalposts", "from": 0, "to": 1e-10, "clip": False}
    root = node("r", leaf("a", scaling=open_end), leaf("b"))
    with pytest.raises(NumberError, match="overflows at unit '0'"):
        values(root, {"a": [1e300], "b": [1.0]})


def test_enormous_and_tiny_values_score_like_any_other() -> None:
    found = values(node("r", leaf("a"), leaf("b")), {"a": [1e300, 5e-324], "b": [50.0, 50.0]})
    assert found == [75.0, 25.0]


def test_no_units_give_empty_results() -> None:
    result = score(node("r", leaf("a")), {"a": []})
    assert result.scores["r"].shape == (0,)
    assert result.contributions.shape == (0, 1)
    assert result.bands().shape == (0,)


def test_bands_start_at_their_edge() -> None:
    bands = [{"code": "low", "from": 0}, {"code": "high", "from": 50}]
    result = score(node("r", leaf("a")), {"a": [0.0, 49.999, 50.0, 100.0, NAN]}, bands=bands)
    assert result.bands().tolist() == [1, 1, 2, 2, 0]
