"""What must hold for any method and any data."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscore.engine import Fitted, Frame, Method
from riskscore.engine.uncertainty.intervals import spread
from tests.engine.specs import Spec

AGGREGATIONS: list[Any] = [
    "arithmetic",
    "max",
    {"kind": "geometric", "floor": 1},
    {"kind": "geometric", "floor": 0},
    {"kind": "harmonic", "floor": 1},
    {"kind": "power", "p": 2},
    {"kind": "power", "p": 0.5},
    {"kind": "power", "p": 7},
]
SCALINGS: list[Any] = [
    {"kind": "goalposts", "from": 10, "to": 90},
    {"kind": "goalposts", "from": 90, "to": 10},
    {"kind": "goalposts", "from": 1, "to": 100, "log": True},
    {"kind": "logistic", "midpoint": 50, "steepness": 0.1},
    "minmax",
    "percentile_rank",
]
COLUMNS = 6
TOLERANCE = 1e-9


@st.composite
def trees(draw: st.DrawFn, code: str = "r", depth: int = 2) -> Spec:
    """A random node; its leaves read random columns."""
    children: list[Spec] = []
    for number in range(draw(st.integers(1, 4))):
        weight = draw(st.sampled_from([0.1, 0.5, 1, 3]))
        if depth and draw(st.booleans()):
            children.append({**draw(trees(f"{code}{number}", depth - 1)), "weight": weight})
        else:
            children.append(
                {
                    "code": f"{code}-{number}",
                    "column": f"c{draw(st.integers(0, COLUMNS - 1))}",
                    "scaling": draw(st.sampled_from(SCALINGS)),
                    "weight": weight,
                }
            )
    minimum = draw(st.sampled_from([{}, {"weight": 0.5}, {"share": 0.4}]))
    aggregation = draw(st.sampled_from(AGGREGATIONS))
    return {"code": code, "children": children, "aggregation": aggregation, "minimum": minimum}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Fitted, Frame]:
    """A fitted method and a frame with gaps, errors and shared keys."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n = draw(st.integers(2, 40))
    values = rng.random((n, COLUMNS)) * 120 - 10
    values[:2] = [[5.0] * COLUMNS, [95.0] * COLUMNS]
    values[2:][rng.random((n - 2, COLUMNS)) < 0.25] = np.nan
    names = tuple(f"c{i}" for i in range(COLUMNS))
    errors = np.where(rng.random(values.shape) < 0.5, 3.0, np.nan)
    frame = Frame(np.array([f"u{i}" for i in range(n)]), names, values, errors)
    bands = [{"code": "low", "from": 0}, {"code": "high", "from": 50}]
    method = Method.from_dict({"code": "m", "version": 1, "root": draw(trees()), "bands": bands})
    return method.fit(frame), frame


def same(left: Any, right: Any) -> bool:
    """The same bits; any NaN equals any other."""
    a, b = (np.where(np.isnan(x), np.nan, x) for x in (left, right))
    return bool(np.ascontiguousarray(a).tobytes() == np.ascontiguousarray(b).tobytes())


@settings(deadline=None)
@given(cases(), st.integers(1, 39))
def test_a_score_never_depends_on_its_batch(case: tuple[Fitted, Frame], cut: int) -> None:
    fitted, frame = case
    whole = fitted.score(frame)
    cut = min(cut, len(frame) - 1)
    for rows in (slice(0, cut), slice(cut, None)):
        part = fitted.score(frame.take(rows))
        assert same(part.contributions, whole.contributions[rows])
        for code in whole.nodes:
            for measure in ("scores", "low", "high", "context", "coverage", "residual"):
                assert same(getattr(part, measure)[code], getattr(whole, measure)[code][rows])


@settings(deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_neither_unit_order_nor_column_order_matters(
    case: tuple[Fitted, Frame], random: Any
) -> None:
    fitted, frame = case
    order = np.array(random.sample(range(len(frame)), len(frame)))
    columns = random.sample(range(COLUMNS), COLUMNS)
    shuffled = frame.take(order)
    turned = Frame(
        shuffled.keys, tuple(frame.columns[i] for i in columns), shuffled.values[:, columns]
    )
    before, after = fitted.score(frame), fitted.score(turned)
    for code in before.nodes:
        assert same(before.scores[code][order], after.scores[code])


@settings(deadline=None)
@given(cases())
def test_contributions_add_up_to_the_root(case: tuple[Fitted, Frame]) -> None:
    fitted, frame = case
    result = fitted.score(frame)
    total, root = result.contributions.sum(axis=1), result.scores[result.root]
    assert (np.isnan(total) == np.isnan(root)).all()
    assert np.abs(total - root)[~np.isnan(root)].max(initial=0.0) < TOLERANCE


@settings(deadline=None)
@given(cases())
def test_scores_stay_on_the_scale_and_context_within_its_bounds(case: tuple[Fitted, Frame]) -> None:
    fitted, frame = case
    result = fitted.score(frame)
    for code in result.nodes:
        known = ~np.isnan(result.scores[code])
        assert (result.scores[code][known] >= -TOLERANCE).all()
        assert (result.scores[code][known] <= 100 + TOLERANCE).all()
        if any(node.aggregation.floor for node in fitted.root.nodes()):
            continue  # an unknown node is worth its floor at least, which may exceed the context
        seen = ~np.isnan(result.context[code])
        assert (result.low[code] <= result.context[code] + TOLERANCE)[seen].all()
        assert (result.context[code] <= result.high[code] + TOLERANCE)[seen].all()
        assert ((result.coverage[code] >= 0) & (result.coverage[code] <= 1 + 1e-12)).all()


@settings(deadline=None)
@given(cases(), st.integers(0, COLUMNS - 1), st.floats(0.1, 50))
def test_a_riskier_input_never_lowers_a_score(
    case: tuple[Fitted, Frame], column: int, step: float
) -> None:
    fitted, frame = case
    leaves = [leaf for leaf in fitted.root.leaves() if leaf.column == f"c{column}"]
    turned = [
        bool(leaf.scaling.column(np.array([0.0]))[0] > leaf.scaling.column(np.array([100.0]))[0])
        for leaf in leaves
    ]
    if not leaves or any(turned) != all(turned):
        return
    values = frame.values.copy(order="F")
    values[:, column] += -step if turned[0] else step
    before = fitted.score(frame)
    after = fitted.score(replace(frame, values=values))
    for code in before.nodes:
        known = ~np.isnan(before.scores[code])
        assert (after.scores[code][known] >= before.scores[code][known] - 1e-7).all()


@settings(deadline=None)
@given(cases(), st.integers(0, COLUMNS - 1))
def test_forgetting_an_input_never_raises_coverage_nor_narrows_the_bounds(
    case: tuple[Fitted, Frame], column: int
) -> None:
    fitted, frame = case
    values = frame.values.copy(order="F")
    values[:, column] = np.nan
    before, after = fitted.score(frame), fitted.score(replace(frame, values=values))
    for code in before.nodes:
        assert (after.coverage[code] <= before.coverage[code] + TOLERANCE).all()
        assert (after.low[code] <= before.low[code] + TOLERANCE).all()
        assert (after.high[code] >= before.high[code] - TOLERANCE).all()


@settings(deadline=None)
@given(cases())
def test_freezing_and_thawing_a_fitted_method_changes_nothing(case: tuple[Fitted, Frame]) -> None:
    fitted, frame = case
    again = Fitted.from_dict(json.loads(json.dumps(fitted.to_dict())))
    assert again.to_dict() == fitted.to_dict()
    before, after = fitted.score(frame), again.score(frame)
    assert same(before.contributions, after.contributions)
    assert same(before.scores[before.root], after.scores[after.root])


@settings(deadline=None, max_examples=25)
@given(cases(), st.integers(1, 39))
def test_draws_never_depend_on_the_batch(case: tuple[Fitted, Frame], cut: int) -> None:
    fitted, frame = case
    noise = replace(fitted.method.uncertainty, draws=32)
    cut = min(cut, len(frame) - 1)
    whole, part = spread(fitted, frame, noise), spread(fitted, frame.take(slice(cut, None)), noise)
    for code in whole.low:
        assert same(whole.low[code][cut:], part.low[code])
        assert same(whole.high[code][cut:], part.high[code])
        known = ~np.isnan(whole.low[code])
        assert (whole.low[code] <= whole.high[code])[known].all()
