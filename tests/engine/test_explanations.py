"""Contributions, counterfactuals, attribution and audit."""

from dataclasses import replace
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pytest

from riskscore.engine import Frame, FrameError
from riskscore.engine.explain.attribution import Side, attribute
from riskscore.engine.explain.audit import (
    audit,
    effective_weights,
    remove_one,
    strengths_and_weaknesses,
)
from riskscore.engine.explain.correlations import correlation, cronbach_alpha
from riskscore.engine.explain.counterfactual import counterfactuals
from riskscore.engine.formulas.aggregation import Aggregation
from riskscore.engine.nodes.shares import (
    enumerated_shares,
    majority_shares,
    max_shares,
    mean_shares,
)
from tests.engine.specs import NAN, Cells, fitted, grid, leaf, method, node, score

BANDS = [{"code": c, "from": s} for c, s in (("low", 0), ("moderate", 25), ("high", 50))]


def shapley(worth: Any, players: int) -> list[float]:
    """The definition, by hand."""
    shares = [0.0] * players
    for player in range(players):
        others = [p for p in range(players) if p != player]
        for size in range(players):
            for group in combinations(others, size):
                chance = factorial(size) * factorial(players - size - 1) / factorial(players)
                shares[player] += chance * (worth({*group, player}) - worth(set(group)))
    return shares


def test_power_means_are_shared_by_shapleys_definition() -> None:
    x, w = np.array([90.0, 10.0, 40.0, 0.0]), np.array([0.4, 0.3, 0.2, 0.1])
    rule = Aggregation("power", 2.0)
    expected = shapley(lambda group: sum(w[i] * x[i] ** 2 for i in group) ** 0.5, 4)
    found = enumerated_shares(rule, (w * x**2)[:, None])[:, 0]
    assert found == pytest.approx(expected, abs=1e-12)


def test_the_maximum_is_shared_by_shapleys_definition() -> None:
    x = [30.0, 80.0, 30.0, 55.0]
    expected = shapley(lambda group: max([x[i] for i in group], default=0.0), 4)
    assert max_shares(np.array(x)[:, None])[:, 0] == pytest.approx(expected, abs=1e-12)


def test_a_geometric_mean_is_shared_alike_as_any_absent_child_makes_it_zero() -> None:
    rule = Aggregation("geometric", 0.0)
    not_nan = np.array([[1.0], [1.0], [0.0]])
    found = mean_shares(rule, np.zeros((3, 1)), not_nan, np.array([12.0]))
    assert found[:, 0].tolist() == [6.0, 6.0, 0.0]


def test_many_children_still_add_up() -> None:
    rng = np.random.default_rng(0)
    cells = {f"c{i}": grid(rng, 50, 1)[:, 0].tolist() for i in range(15)}
    for rule in ({"kind": "power", "p": 3}, "max", {"kind": "geometric", "floor": 1}):
        result = score(node("r", *(leaf(c) for c in cells), aggregation=rule), cells)
        not_nan = ~np.isnan(result.scores["r"])
        total = result.contributions.sum(axis=1)
        assert np.abs(total - result.scores["r"])[not_nan].max() < 1e-9


def test_a_counterfactual_really_moves_the_unit_to_the_next_band() -> None:
    root = node("r", leaf("a"), leaf("b", scaling={"kind": "goalposts", "from": 100, "to": 0}))
    cells = {"a": [90.0, NAN], "b": [60.0, 50.0]}
    fit, frame = fitted(root, bands=BANDS), Frame.from_columns(cells)
    changes = {change.leaf: change for change in counterfactuals(fit, frame, "0")}
    assert changes["a"].needed == pytest.approx(60.0, abs=1e-6)
    assert changes["b"].needed == pytest.approx(90.0, abs=1e-6)
    for change in changes.values():
        moved = {**{c: [v[0]] for c, v in cells.items()}, change.leaf: [change.needed]}
        assert fit.score(Frame.from_columns(moved)).scores["r"][0] < 50.0
        assert change.effort == pytest.approx(0.3, abs=1e-6)
    lower = replace_first(cells, "a", 20.0)
    up = counterfactuals(fit, Frame.from_columns(lower), "0", upwards=True)
    assert {change.leaf for change in up} == {"a", "b"}
    assert all(change.score >= 50.0 for change in up)


def replace_first(cells: Cells, column: str, value: float) -> Cells:
    return {**cells, column: [value, *cells[column][1:]]}


def test_an_unknown_input_is_not_guessed_at_and_an_unknown_unit_is_an_error() -> None:
    fit = fitted(node("r", leaf("a"), leaf("b")), bands=BANDS)
    frame = Frame.from_columns({"a": [NAN], "b": [60.0]})
    assert [change.leaf for change in counterfactuals(fit, frame, "0")] == ["b"]
    assert counterfactuals(fit, frame, "0", upwards=True) == ()
    with pytest.raises(FrameError, match="no unit 'x'"):
        counterfactuals(fit, frame, "x")


def test_a_change_is_split_into_data_method_and_model_and_adds_up() -> None:
    rng = np.random.default_rng(3)
    columns = ("a", "b", "p")
    old = Frame(np.arange(30).astype(str), columns, grid(rng, 30, 3, 0.0))
    new = replace(old, values=np.clip(old.values + rng.normal(0, 9, old.values.shape), 0, 100))
    before = method(node("r", *(leaf(c) for c in columns))).fit()
    after = method(
        node("r", leaf("a", weight=3), leaf("b"), leaf("p"), aggregation={"kind": "power", "p": 2})
    ).fit()
    found = attribute(Side(before, old), Side(after, new), learned=("p",))
    assert found.data + found.method + found.model == pytest.approx(found.difference, abs=1e-12)
    assert sum(found.by_leaf.values()) == pytest.approx(found.data, abs=1e-9)
    assert np.abs(found.by_leaf["p"]).max() < np.abs(found.by_leaf["a"]).max()


def test_only_what_changed_is_blamed() -> None:
    root = node("r", leaf("a"), leaf("p"))
    fit = fitted(root)
    old, new = (Frame.from_columns({"a": [10.0], "p": [p]}) for p in (10.0, 50.0))
    found = attribute(Side(fit, old), Side(fit, new), learned=("p",))
    assert (found.data[0], found.method[0], found.model[0]) == (0.0, 0.0, 20.0)
    assert attribute(Side(fit, old), Side(fit, new)).data[0] == 20.0
    other = Frame.from_columns({"a": [10.0], "p": [10.0]}, keys=["another"])
    with pytest.raises(FrameError, match="different units"):
        attribute(Side(fit, old), Side(fit, other))


def test_nominal_weight_is_not_influence_and_both_are_reported() -> None:
    rng = np.random.default_rng(5)
    a = rng.random(200) * 100
    cells = {"a": a.tolist(), "b": (a * 0.9).tolist(), "c": (45 + rng.random(200)).tolist()}
    root = node("r", node("n", leaf("a"), leaf("b")), leaf("c"))
    fit, frame = fitted(root), Frame.from_columns(cells)
    found = audit(fit, frame)
    assert found.effective_weight == pytest.approx({"a": 0.25, "b": 0.25, "c": 0.5})
    assert found.influence["a"] > 0.99
    assert found.influence["c"] < 0.1
    assert found.flags["n"] == [("a", "b", "redundant")]
    assert found.not_nan == {"a": 1.0, "b": 1.0, "c": 1.0}


def test_removing_an_indicator_that_ranks_alone_shuffles_everybody() -> None:
    cells = {"a": [1.0, 2.0, 3.0, 4.0], "b": [40.0, 30.0, 20.0, 10.0]}
    found = remove_one(fitted(node("r", leaf("a"), leaf("b"))), Frame.from_columns(cells))
    assert found == {"a": 0.0, "b": 2.0}
    alone = remove_one(fitted(node("r", leaf("a"))), Frame.from_columns({"a": [1.0, 2.0]}))
    assert np.isnan(alone["a"])


def test_weights_multiply_down_the_tree() -> None:
    root = node("r", node("n", leaf("a", weight=1), leaf("b", weight=3), weight=2), leaf("c"))
    found = effective_weights(method(root).root)
    assert found == pytest.approx({"a": 2 / 3 / 4, "b": 2 / 3 * 3 / 4, "c": 1 / 3})


def test_cronbachs_alpha_by_hand() -> None:
    x = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 3.0], [4.0, 7.0]])
    c = np.cov(x, rowvar=False)
    assert cronbach_alpha(x) == pytest.approx(4 * c[0, 1] / c.sum())
    assert cronbach_alpha(np.column_stack((x, np.full(4, np.nan)))) == cronbach_alpha(x)
    assert np.isnan(cronbach_alpha(x[:, :1]))


def test_correlations_need_three_known_pairs_and_survive_any_scale() -> None:
    x, y = np.array([1.0, 2.0, 4.0, np.nan]), np.array([2.0, 3.0, 7.0, 1.0])
    assert correlation(x, y) == pytest.approx(np.corrcoef(x[:3], y[:3])[0, 1])
    assert correlation(x * 1e300, y * 1e-300) == pytest.approx(correlation(x, y))
    assert np.isnan(correlation(x[2:], y[2:]))
    assert np.isnan(correlation(np.ones(4), y))


def test_strengths_and_weaknesses_are_relative_to_the_population() -> None:
    cells = {"a": [10.0, 20.0, 30.0], "b": [99.0, 50.0, 60.0], "c": [5.0, NAN, 1.0]}
    found = strengths_and_weaknesses(score(node("r", *(leaf(c) for c in "abc")), cells), k=1)
    assert found.strengths[:, 0].tolist() == [0, 1, 2]
    assert found.weaknesses[:, 0].tolist() == [1, 0, 0]


def test_a_copeland_pair_is_split_by_shapley_and_not_by_weight() -> None:
    """One pair, weights .5, .3, .2, all won: a majority game by hand.

    With ties for the absent, any child alone already wins, so each share is 1/3. When the first
    child loses and the two others win (.5 against .5 is a tie), the first brings −1 when it comes
    first or last and −2 when it comes second: −4/3 on average, the others +2/3 each.
    """
    won = np.array([0.5, 0.3, 0.2])[:, None, None]
    assert majority_shares(won, 1e-12)[:, 0] == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    tied = np.array([-0.5, 0.3, 0.2])[:, None, None]
    shares = majority_shares(tied, 1e-12)[:, 0]
    assert shares.sum() == pytest.approx(0.0)
    assert shares == pytest.approx([-4 / 3, 2 / 3, 2 / 3])
