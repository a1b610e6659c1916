"""Rules 2: low ≤ score ≤ high whatever the unknown cells turn out to be; raising never lowers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscore.engine import Fitted, Frame, Method
from riskscore.engine.arrays import Floats
from riskscore.engine.errors import FrameError, MethodError
from riskscore.engine.scaling.fixed import OrdinalTable
from riskscore.engine.spec.tree import Leaf
from riskscore.engine.uncertainty.intervals import spread
from tests.engine.specs import NAN, Spec, leaf, node, values

KINDS = ("arithmetic", "max", {"kind": "power", "p": 2}, {"kind": "geometric", "floor": 1})
METHODS = Path(__file__).resolve().parents[2] / "fixtures" / "methods"
MINES = 200_000
TREES, UNITS = 80, 2_500
"""Random trees, and random units of each: 200,000 units in all."""
TABLE: Spec = {"kind": "table", "scores": {"0": 10, "1": 40, "2": 90}}


@st.composite
def leaves(draw: st.DrawFn, number: int) -> Spec:
    options: Spec = {"weight": draw(st.sampled_from([0.5, 1, 2]))}
    for option in ("optional", "raises_only"):
        options[option] = draw(st.booleans())
    if draw(st.booleans()):
        options["scaling"] = TABLE
    return leaf(f"c{number}", **options)


@st.composite
def trees(draw: st.DrawFn) -> Spec:
    numbers = iter(range(12))

    def branch(code: str, depth: int) -> Spec:
        kind = draw(st.sampled_from(KINDS))
        children = [draw(leaves(next(numbers))) for _ in range(draw(st.integers(1, 3)))]
        if depth:
            children.extend(branch(f"{code}{i}", depth - 1) for i in range(draw(st.integers(0, 2))))
        if kind in ("max", KINDS[-1]):
            for child in children:
                child.pop("raises_only", None)
        minimum = draw(st.sampled_from([{"count": 1}, {"weight": 0.5}]))
        return node(code, *children, aggregation=kind, minimum=minimum)

    return branch("r", 1)


def columns_of(tree: Spec) -> list[Spec]:
    if "column" in tree:
        return [tree]
    return [column for child in tree["children"] for column in columns_of(child)]


def cells(rng: np.random.Generator, tree: Spec, n: int, unknown: float) -> dict[str, Any]:
    found = {}
    for column in columns_of(tree):
        table = column["scaling"]["kind"] == "table"
        drawn = rng.integers(0, 3, n).astype(float) if table else rng.random(n) * 100
        drawn[rng.random(n) < unknown] = np.nan
        found[column["column"]] = drawn
    return found


@settings(max_examples=TREES, deadline=None)
@given(trees(), st.integers(0, 2**32 - 1))
def test_no_score_leaves_its_bounds_and_none_does_when_unknowns_become_known(
    tree: Spec, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    n = UNITS
    fitted = Method.from_dict({"code": "m", "version": 1, "rules": 2, "root": tree}).fit()
    before = cells(rng, tree, n, 0.5)
    after = cells(rng, tree, n, 0.3)
    filled = {name: np.where(np.isnan(old), after[name], old) for name, old in before.items()}
    first = fitted.score(Frame.from_columns(before))
    second = fitted.score(Frame.from_columns(filled))
    for code in first.nodes:
        low, high = first.low[code], first.high[code]
        for value in (first.scores[code], first.context[code], second.scores[code]):
            seen = ~np.isnan(value)
            assert (value[seen] >= low[seen] - 1e-9).all()
            assert (value[seen] <= high[seen] + 1e-9).all()
    total = np.nansum(first.contributions, axis=1)
    score = first.scores["r"]
    assert np.abs(total - score)[~np.isnan(score)].max(initial=0) < 1e-9


@settings(max_examples=TREES, deadline=None)
@given(trees(), st.integers(0, 2**32 - 1))
def test_a_raising_leaf_never_lowers_a_score(tree: Spec, seed: int) -> None:
    rng = np.random.default_rng(seed)
    raising = [column["column"] for column in columns_of(tree) if column.get("raises_only")]
    fitted = Method.from_dict({"code": "m", "version": 1, "rules": 2, "root": tree}).fit()
    known = cells(rng, tree, UNITS, 0.3)
    result = fitted.score(Frame.from_columns(known)).scores["r"]
    for column in raising:
        hidden = {**known, column: np.full(UNITS, np.nan)}
        without = fitted.score(Frame.from_columns(hidden)).scores["r"]
        both = ~np.isnan(without) & ~np.isnan(result)
        assert (result[both] >= without[both] - 1e-9).all()


def test_200_000_random_mines_stay_within_the_bounds_of_the_published_tree() -> None:
    text = yaml.safe_load((METHODS / "critical-minerals-v2.yaml").read_text(encoding="utf-8"))
    fitted = Method.from_dict({**text, "rules": 2}).fit()
    rng = np.random.default_rng(11)
    columns = {one.column: any_value(rng, one) for one in fitted.root.leaves()}
    columns |= {one.column: np.full(MINES, NAN) for one in fitted.method.controls}
    frame = Frame.from_columns(columns)
    result = fitted.score(frame)
    for code in result.nodes:
        seen = ~np.isnan(result.scores[code])
        score = result.scores[code][seen]
        assert (score >= result.low[code][seen] - 1e-9).all(), code
        assert (score <= result.high[code][seen] + 1e-9).all(), code
    for one in fitted.root.leaves():
        if one.raises_only:
            unknown = Frame.from_columns({**columns, one.column: np.full(MINES, NAN)})
            without = fitted.score(unknown).scores[result.root]
            both = ~np.isnan(without) & ~np.isnan(result.scores[result.root])
            assert both.sum() > MINES / 2
            assert (result.scores[result.root] - without)[both].min() >= -1e-9, one.code


def any_value(rng: np.random.Generator, one: Leaf) -> Floats:
    """Values over the whole range of a leaf's scale and a little beyond, a third unknown."""
    low, high = sorted(one.scaling.raw_range())
    found = rng.uniform(low - 0.1 * (high - low), high + 0.1 * (high - low), MINES)
    if isinstance(one.scaling, OrdinalTable):
        found = rng.choice(np.array(one.scaling.values), MINES)
    return np.where(rng.random(MINES) < 1 / 3, NAN, found)


def test_an_unknown_is_never_safer_than_the_best_finding() -> None:
    # The best finding of the table is 10; what is known says 0. (10 + 0) / 2 = 5, not 0.
    root = node("r", leaf("a"), leaf("b", scaling=TABLE))
    assert values(root, {"a": [0, 60], "b": [NAN, NAN]}, rules=2) == [5, 60]


def test_older_methods_keep_their_rules() -> None:
    root = node("r", leaf("a"), leaf("b", scaling=TABLE))
    assert values(root, {"a": [0], "b": [NAN]}) == [0]


@pytest.mark.parametrize("order", [("b", "c"), ("c", "b")])
def test_the_order_of_raising_leaves_does_not_matter(order: tuple[str, str]) -> None:
    root = node("r", leaf("a"), *(leaf(name, raises_only=True) for name in order))
    given_cells: dict[str, list[float]] = {"a": [50, 50, 50], "b": [51, 69, NAN], "c": [90, 90, 90]}
    assert values(root, given_cells, rules=2) == pytest.approx([70, 70, 70])


def test_an_alternative_scale_or_mean_passes_the_method_s_own_checks() -> None:
    root = node("r", leaf("a"), leaf("b"), aggregation={"kind": "geometric", "floor": 1})
    wide = {"uncertainty": {"scaling": {"a": ["identity"]}, "aggregation": {"r": ["geometric"]}}}
    with pytest.raises(MethodError, match="zero"):
        Method.from_dict({"code": "m", "version": 1, "root": root, **wide})


@pytest.mark.parametrize("error", [float("inf"), -1.0])
def test_an_infinite_or_negative_standard_error_is_refused_by_column_and_unit(error: float) -> None:
    with pytest.raises(FrameError, match=r"column 'a' has the standard error .* at unit 'u1'"):
        Frame(np.array(["u0", "u1"]), ("a",), np.array([[1.0], [2.0]]), np.array([[0.1], [error]]))


def test_a_unit_drawn_alone_has_the_interval_that_it_has_among_others() -> None:
    root = node("r", leaf("a"), leaf("b", scaling=TABLE))
    rng = np.random.default_rng(3)
    columns = {"a": rng.random(200) * 100, "b": rng.integers(0, 3, 200).astype(float)}
    columns["b"][:50] = NAN
    frame = Frame.from_columns(columns)
    uncertain = {"unknown": "distribution"}
    fitted = Method.from_dict(
        {"code": "m", "version": 1, "rules": 2, "root": root, "uncertainty": uncertain}
    ).fit(frame)
    thawed = Fitted.from_dict(fitted.to_dict())
    whole, alone = spread(fitted, frame), spread(thawed, frame.take(np.array([7])))
    assert whole.low["r"][7] == alone.low["r"][0]
    assert whole.high["r"][7] == alone.high["r"][0]
    scores = fitted.score(frame).scores["r"]
    assert ((scores >= whole.low["r"]) & (scores <= whole.high["r"])).all()
