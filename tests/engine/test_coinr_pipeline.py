"""The whole COINr pipeline against a plain re-computation: denominate, impute, treat, normalise,
aggregate. The oracle below is written from the published rules in loops, without the engine."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from riskscore.engine import Fitted, Frame, Method
from riskscore.engine.explain.treated_cells import LOGGED, PULLED_DOWN, UNTREATED, treated_cells
from tests.engine.specs import Spec

N = 51
Column = list[float]
LEVELS = {"p1": ["i0", "i1", "i2"], "p2": ["i3", "i4"], "p3": ["i5", "i6", "i7"]}
SUBS = {"s1": ["p1", "p2"], "s2": ["p3"]}
WEIGHTS = {f"i{i}": 1 + i % 3 for i in range(8)} | {"p1": 2, "p2": 1, "p3": 1, "s1": 3, "s2": 2}
DIRECTIONS = {f"i{i}": -1 if i in {1, 6} else 1 for i in range(8)}


def raw() -> dict[str, Column]:
    """51 units × 8 indicators and a denominator; three columns are heavy-tailed, one has gaps."""
    rng = np.random.default_rng(7)
    columns = {f"i{i}": rng.normal(50, 10, N) for i in range(8)}
    columns["i0"][:2] = [500.0, 900.0]
    columns["i3"] = 1e9 * np.power(0.1, np.arange(N, dtype=np.float64))
    columns["i6"][:3] = [-400.0, -300.0, 10.0]
    columns["i5"][rng.random(N) < 0.2] = np.nan
    columns["pop"] = rng.uniform(1, 100, N)
    return {name: [float(v) for v in values] for name, values in columns.items()}


def known(x: Column) -> Column:
    return [v for v in x if not math.isnan(v)]


def skew_and_kurt(x: Column) -> tuple[float, float]:
    v = known(x)
    n, mean = len(v), math.fsum(v) / len(v)
    d2, d3, d4 = (math.fsum((a - mean) ** k for a in v) for k in (2, 3, 4))
    skew = math.sqrt(n) * d3 / d2**1.5 * math.sqrt(n * (n - 1)) / (n - 2)
    kurt = ((n + 1) * (n * d4 / d2**2 - 3) + 6) * (n - 1) / ((n - 2) * (n - 3))
    return skew, kurt


def passes(x: Column) -> bool:
    skew, kurt = skew_and_kurt(x)
    return abs(skew) < 2 or kurt < 3.5


def winsorised(x: Column) -> Column:
    x, high, low = list(x), 0, 0
    while not passes(x) and high + low < 5:
        up = skew_and_kurt(x)[0] >= 0
        end = (max if up else min)(known(x))
        rest = [v for v in known(x) if v != end]
        to = (max if up else min)(rest)
        hit = [i for i, v in enumerate(x) if v == end]
        for i in hit:
            x[i] = to
        high, low = (len(hit), low) if up else (high, len(hit))
    return x


def treated(x: Column) -> Column:
    if passes(x):
        return x
    pulled = winsorised(x)
    if passes(pulled):
        return pulled
    low, high = min(known(x)), max(known(x))
    return [math.log(v - low + 0.01 * (high - low)) for v in x]


def minmax(x: Column, direction: int, low: float, high: float) -> Column:
    turned = [direction * v for v in x]
    a, b = min(known(turned)), max(known(turned))
    return [(v - a) / (b - a) * (high - low) + low for v in turned]


def mean(kind: str, x: Column, w: Column) -> float:
    pairs = [(v, u) for v, u in zip(x, w, strict=True) if not math.isnan(v)]
    if not pairs:
        return math.nan
    total = math.fsum(u for _, u in pairs)
    if kind == "arithmetic":
        return math.fsum(v * u for v, u in pairs) / total
    if kind == "geometric":
        return math.exp(math.fsum(u * math.log(v) for v, u in pairs) / total)
    return total / math.fsum(u / v for v, u in pairs)


def oracle(kind: str, low: float) -> dict[str, Column]:
    """All levels by the published rules."""
    data = raw()
    data["i2"] = [v / (d / 10) for v, d in zip(data["i2"], data["pop"], strict=True)]
    values = {code: minmax(treated(data[code]), DIRECTIONS[code], low, 100) for code in DIRECTIONS}
    for parents in (LEVELS, SUBS, {"index": ["s1", "s2"]}):
        for parent, children in parents.items():
            w = [float(WEIGHTS[child]) for child in children]
            values[parent] = [mean(kind, [values[c][i] for c in children], w) for i in range(N)]
    return values


def spec(kind: str, low: float) -> Spec:
    """The same as a method."""
    aggregation: Any = kind if kind == "arithmetic" else {"kind": kind, "floor": low}

    def leaf(code: str) -> Spec:
        own = {"column": code, "weight": WEIGHTS[code], "direction": DIRECTIONS[code]}
        if code == "i2":
            own["denominator"] = {"column": "pop", "factor": 10}
        return own

    def branch(code: str, children: list[Spec]) -> Spec:
        weight = WEIGHTS.get(code, 1)
        return {"code": code, "weight": weight, "aggregation": aggregation, "children": children}

    pillars = {p: branch(p, [leaf(c) for c in codes]) for p, codes in LEVELS.items()}
    subs = [branch(s, [pillars[p] for p in codes]) for s, codes in SUBS.items()]
    return {
        "code": "asem-like",
        "version": 1,
        "scale": [low, 100],
        "leaf_defaults": {"scaling": "minmax", "treatment": "default"},
        "root": branch("index", subs),
    }


def fitted(kind: str, low: float) -> tuple[Fitted, Frame]:
    frame = Frame.from_columns(raw())
    return Method.from_dict(spec(kind, low)).fit(frame), frame


@pytest.mark.parametrize(
    ("kind", "low"), [("arithmetic", 0.0), ("geometric", 1.0), ("harmonic", 1.0)]
)
def test_every_level_of_the_index_is_the_oracles(kind: str, low: float) -> None:
    method, frame = fitted(kind, low)
    result, expected = method.score(frame), oracle(kind, low)
    for code in result.nodes:
        assert np.allclose(result.scores[code], expected[code], rtol=0, atol=1e-9, equal_nan=True)
    for i, code in enumerate(result.leaves):
        assert np.allclose(result.scaled[:, i], expected[code], atol=1e-9, equal_nan=True)


def test_the_treatment_reports_each_treated_cell() -> None:
    method, frame = fitted("arithmetic", 0.0)
    cells = treated_cells(method, frame)
    leaves = [leaf.code for leaf in method.root.leaves()]
    pulled, logged, left = (cells[:, leaves.index(code)] for code in ("i0", "i3", "i4"))
    assert np.flatnonzero(pulled == PULLED_DOWN).tolist() == [0, 1]
    assert (logged == LOGGED).all()
    assert (left == UNTREATED).all()


def test_ranking_scales_follow_rs_rank() -> None:
    x = [3.0, 1.0, 3.0, float("nan"), 2.0]
    expected = {
        "rank": [3.0, 1.0, 3.0, math.nan, 2.0],
        "borda": [2.0, 0.0, 2.0, math.nan, 1.0],
        "percentile_rank": [2 / 3, 0.0, 2 / 3, math.nan, 1 / 3],
    }
    for kind, scores in expected.items():
        root = {"code": "r", "children": [{"column": "a", "scaling": kind}]}
        method = Method.from_dict({"code": "m", "version": 1, "scale": [0, 1], "root": root})
        frame = Frame.from_columns({"a": x})
        assert np.allclose(method.fit(frame).score(frame).scores["r"], scores, equal_nan=True)


@pytest.mark.parametrize(
    ("scaling", "expected"),
    [
        ({"kind": "zscore"}, [-1.0, 0.0, 1.0]),
        ({"kind": "zscore", "centre": 10, "spread": 2}, [8.0, 10.0, 12.0]),
        ("distance_to_max", [0.0, 0.5, 1.0]),
        ({"kind": "distance_to_reference", "unit": "1"}, [0.0, 1.0, 2.0]),
        ({"kind": "distance_to_reference", "unit": "1", "cap": True}, [0.0, 1.0, 1.0]),
        ("fraction_of_max", [0.25, 0.625, 1.0]),
        ({"kind": "goalposts", "from": 1, "to": 3, "clip": False}, [0.0, 0.75, 1.5]),
    ],
)
def test_other_scales_follow_their_formula(scaling: Any, expected: Column) -> None:
    root = {"code": "r", "children": [{"column": "a", "scaling": scaling}]}
    method = Method.from_dict({"code": "m", "version": 1, "scale": [0, 1], "root": root})
    frame = Frame.from_columns({"a": [1.0, 2.5, 4.0]})
    assert np.allclose(method.fit(frame).score(frame).scores["r"], expected)


def test_winsorised_bounds_are_frozen_for_units_the_reference_never_saw() -> None:
    method, frame = fitted("arithmetic", 0.0)
    stranger = Frame.from_columns({name: [values[0]] for name, values in raw().items()})
    beyond = stranger.values.copy(order="F")
    beyond[0, stranger.index("i0")] = 1e12
    moved = method.score(Frame(stranger.keys, stranger.columns, beyond))
    assert moved.scores["index"][0] == method.score(stranger).scores["index"][0]
    assert all(a <= b for a, b in pairwise([0.0, float(moved.scores["index"][0]), 100.0]))
    assert len(frame) == N
