"""How fast the engine is: ours and its references side by side, alternated, in one run.

``ratio`` is our throughput over the reference's: above 1 we are faster.
"""

import resource
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.runner import Benchmark, Measured
from riskscore.engine import Fitted, Frame, Method
from riskscore.engine.counter import keys_of, mix
from riskscore.engine.uncertainty.intervals import spread

UNITS, COLUMNS = 100_000, 30
NAMES = tuple(f"c{i}" for i in range(COLUMNS))
PLACES, MINERALS = 200, 12
ROUNDS = 9
Work = Callable[[], Any]


def flat_method() -> Fitted:
    """30 indicators under one node, half of the weight needed."""
    leaves = [
        {"column": c, "weight": 1 + i, "scaling": {"kind": "goalposts", "from": 0, "to": 100}}
        for i, c in enumerate(NAMES)
    ]
    root = {"code": "r", "minimum": {"weight": 0.5}, "children": leaves}
    return Method.from_dict({"code": "bench", "version": 1, "root": root}).fit()


def cells(unknown: float = 0.2) -> Frame:
    """100,000 units × 30 indicators, some of them unknown."""
    rng = np.random.default_rng(0)
    values = np.asfortranarray(rng.random((UNITS, COLUMNS)) * 100)
    values[rng.random(values.shape) < unknown] = np.nan
    return Frame(np.arange(UNITS).astype(str), NAMES, values)


def alternated(*works: Work) -> list[float]:
    """Median seconds of each piece of work, taken in turns so that a busy moment hits them all."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, spent in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            spent.append(time.perf_counter() - start)
    return [median(spent) for spent in times]


def measured(ours: float, theirs: float, against: str) -> Measured:
    """A line in milliseconds."""
    return {
        "value": round(ours * 1e3, 2),
        "unit": "ms",
        "against": against,
        "ratio": round(theirs / ours, 4),
    }


def milliseconds(seconds: float) -> str:
    """For people."""
    return f"{seconds * 1e3:.1f} ms"


def score_against_the_bare_product() -> Measured:
    """Scores, bounds, coverage and contributions against ``X @ w``, which does none of that; one
    multiplication of the same array stands by as a second yardstick."""
    fitted, frame = flat_method(), cells()
    filled = np.nan_to_num(frame.values).copy(order="C")
    weights, out = np.arange(1.0, COLUMNS + 1), np.empty_like(filled)
    with threadpool_limits(1):
        ours, bare, one_pass = alternated(
            lambda: fitted.score(frame),
            lambda: filled @ weights,
            lambda: np.multiply(filled, weights, out=out),
        )
    also = f"X @ w {milliseconds(bare)}; one-pass multiply {milliseconds(one_pass)}"
    return measured(ours, bare, also)


def wide_pandas(table: pd.DataFrame, method: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same scores, bounds, coverage and contributions on whole columns at once."""
    weights = method["weight"]
    scaled = table.clip(0, 100)
    total = weights.sum()
    present = scaled.notna().mul(weights, axis=1).sum(axis=1)
    coverage = present / total
    weighted = scaled.mul(weights, axis=1)
    summed = weighted.sum(axis=1)
    score = (summed / present).where(coverage >= 0.5)
    low, high = summed / total, (summed + (total - present) * 100) / total
    contributions = weighted.div(present, axis=0).fillna(0.0).where(score.notna(), axis=0)
    names = ["score", "low", "high", "coverage"]
    return pd.concat([score, low, high, coverage], axis=1, keys=names), contributions


def tidy_pandas(table: pd.DataFrame, method: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same as a tidy table: one row per unit and indicator, joined with the method's table and
    grouped by unit. This is how methods with different scales per indicator are usually written."""
    long = table.rename_axis("unit").reset_index().melt("unit", var_name="indicator").dropna()
    long = long.merge(method, left_on="indicator", right_index=True)
    share = (long["value"] - long["start"]) / (long["end"] - long["start"])
    long["scaled"] = share.clip(0, 1) * 100
    long["weighted"] = long["scaled"] * long["weight"]
    units = long.groupby("unit")[["weight", "weighted"]].sum()
    total = method["weight"].sum()
    out = pd.DataFrame({"score": units["weighted"] / units["weight"]})
    out["low"] = units["weighted"] / total
    out["high"] = (units["weighted"] + (total - units["weight"]) * 100) / total
    out["coverage"] = units["weight"] / total
    out["score"] = out["score"].where(out["coverage"] >= 0.5)
    long["part"] = long["weighted"] / long["unit"].map(units["weight"])
    return out, long.pivot(index="unit", columns="indicator", values="part")


def score_against_pandas() -> Measured:
    """The same work in pandas: tidy, as analysts write it, and wide, as fast as it gets."""
    fitted, frame = flat_method(), cells()
    table = pd.DataFrame(np.array(frame.values), columns=list(NAMES))
    weights = np.arange(1.0, COLUMNS + 1)
    method = pd.DataFrame({"weight": weights, "start": 0.0, "end": 100.0}, index=list(NAMES))
    expected = fitted.score(frame).scores["r"]
    for version in (tidy_pandas, wide_pandas):
        assert np.allclose(version(table, method)[0]["score"], expected, equal_nan=True)
    with threadpool_limits(1):
        ours, tidy, wide = alternated(
            lambda: fitted.score(frame),
            lambda: tidy_pandas(table, method),
            lambda: wide_pandas(table, method),
        )
    also = f"tidy pandas {milliseconds(tidy)}; wide pandas {milliseconds(wide)}"
    return measured(ours, tidy, also)


def tree_method() -> Fitted:
    """Four dimensions of 30 indicators in all, joined by a power mean of 2."""
    dimensions = [
        {
            "code": f"d{d}",
            "children": [
                {"column": c, "scaling": {"kind": "goalposts", "from": 0, "to": 100}}
                for c in NAMES[d::4]
            ],
        }
        for d in range(4)
    ]
    root = {"code": "r", "aggregation": {"kind": "power", "p": 2}, "children": dimensions}
    bands = [{"code": c, "from": s} for c, s in (("a", 0), ("b", 25), ("c", 50), ("d", 75))]
    return Method.from_dict({"code": "bench", "version": 1, "root": root, "bands": bands}).fit()


def shared_world() -> Frame:
    """As in the default method: 18 indicators of places with standard errors, 9 of place and
    mineral with a fifth unknown, 3 of the project itself with half of them unknown."""
    rng = np.random.default_rng(0)
    place = rng.integers(0, PLACES, UNITS)
    pair = place * MINERALS + rng.integers(0, MINERALS, UNITS)
    values = np.empty((UNITS, COLUMNS), order="F")
    errors = np.full((UNITS, COLUMNS), np.nan, order="F")
    of_place = keys_of(np.arange(PLACES).astype(str))[place]
    of_pair = mix(of_place, keys_of(np.arange(PLACES * MINERALS).astype(str))[pair])
    shared = {}
    for i, name in enumerate(NAMES[:27]):
        rows, size = (place, PLACES) if i < 18 else (pair, PLACES * MINERALS)
        table = rng.random(size) * 100
        if i < 18:
            errors[:, i] = 5.0
        else:
            table[rng.random(size) < 0.2] = np.nan
        values[:, i], shared[name] = table[rows], of_place if i < 18 else of_pair
    values[:, 27:] = rng.random((UNITS, 3)) * 100
    values[:, 27:][rng.random((UNITS, 3)) < 0.5] = np.nan
    return Frame(np.arange(UNITS).astype(str), NAMES, values, errors, None, shared)


def peak_gigabytes() -> float:
    """The most memory that this process has held at once; Linux counts it in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def intervals() -> Measured:
    """256 draws with intervals for 100,000 units: shared errors, and every cell on its own.

    Where nothing is shared, a tenth of the units is drawn and the time multiplied.
    """
    fitted, frame = tree_method(), shared_world()
    tenth = frame.take(slice(0, UNITS // 10))
    noisy = np.where(np.isnan(tenth.values), np.nan, 5.0)
    alone = Frame(tenth.keys, tenth.columns, tenth.values, noisy)
    with threadpool_limits(1):
        start = time.perf_counter()
        spread(fitted, frame)
        middle = time.perf_counter()
        spread(fitted, alone)
        end = time.perf_counter()
    ours, independent = middle - start, (end - middle) * 10
    return {
        "value": round(ours, 2),
        "unit": f"s, {peak_gigabytes():.2f} GB at the peak",
        "against": f"every cell independent {independent:.1f} s",
        "ratio": round(independent / ours, 2),
    }


BENCHMARKS: dict[str, Benchmark] = {
    "engine.score": score_against_the_bare_product,
    "engine.pandas": score_against_pandas,
    "engine.intervals": intervals,
}
