"""Draws, intervals, ranks and sensitivity."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from riskscore.engine import Fitted, Frame, NumberError
from riskscore.engine.counter import key_of, keys_of, normals, uniforms
from riskscore.engine.uncertainty.intervals import probability_riskier, spread
from riskscore.engine.uncertainty.sensitivity import score_of_each_unit, sensitivity
from riskscore.engine.uncertainty.sobol import indices, sobol_indices
from tests.engine.shared import number, rows
from tests.engine.specs import NAN, leaf, method, node

BANDS = [{"code": "low", "from": 0}, {"code": "high", "from": 50}]
STILL = {"weights": 0, "unknown": "known"}


def noisy(
    cells: dict[str, list[float]], error: float, uncertainty: dict[str, Any], **keys: Any
) -> tuple[Fitted, Frame]:
    frame = Frame.from_columns(cells)
    errors = np.where(np.isnan(frame.values), np.nan, error)
    frame = replace(frame, standard_errors=errors, **keys)
    root = node("r", *(leaf(name) for name in cells))
    return method(root, bands=BANDS, uncertainty=uncertainty).fit(), frame


def test_a_draw_is_a_pure_function_of_its_name() -> None:
    keys = keys_of(["CHL", "COD", "CHL"])
    table = uniforms(1, "errors", keys, np.arange(5))
    assert (table[:, 0] == table[:, 2]).all()
    assert uniforms(1, "errors", keys[1:2], [3])[0, 0] == table[3, 1]
    assert uniforms(2, "errors", keys, [3])[0, 0] != table[3, 0]
    assert uniforms(1, "weights", keys, [3])[0, 0] != table[3, 0]
    assert keys_of(["CHL"])[0] == key_of("CHL")


def test_draws_are_uniform_and_normal() -> None:
    keys = keys_of(np.arange(2000).astype(str))
    u, z = uniforms(0, "u", keys, np.arange(50)), normals(0, "z", keys, np.arange(50))
    assert u.min() > 0
    assert u.max() < 1
    assert u.mean() == pytest.approx(0.5, abs=0.005)
    assert np.histogram(u, 20, (0, 1))[0] == pytest.approx(np.full(20, u.size / 20), rel=0.05)
    assert z.mean() == pytest.approx(0.0, abs=0.02)
    assert z.std() == pytest.approx(1.0, abs=0.02)
    assert abs(np.corrcoef(z[:, :-1].ravel(), z[:, 1:].ravel())[0, 1]) < 0.02


def test_a_standard_error_becomes_its_ninety_per_cent_interval() -> None:
    fitted, frame = noisy({"a": [50.0]}, 4.0, {**STILL, "draws": 20_000})
    found = spread(fitted, frame)
    assert found.median["r"][0] == pytest.approx(50.0, abs=0.2)
    assert found.low["r"][0] == pytest.approx(50 - 1.645 * 4, abs=0.25)
    assert found.high["r"][0] == pytest.approx(50 + 1.645 * 4, abs=0.25)
    assert found.bands[0] == pytest.approx([0.5, 0.5], abs=0.02)


def test_without_uncertainty_the_interval_is_the_score() -> None:
    fitted, frame = noisy({"a": [10.0, 80.0], "b": [30.0, NAN]}, 0.0, STILL)
    found, scores = spread(fitted, frame), fitted.score(frame).scores["r"]
    for quantile in (found.low, found.median, found.high):
        assert quantile["r"].tolist() == scores.tolist()


def test_an_unknown_cell_is_drawn_between_its_best_and_its_worst_case() -> None:
    settings = {"weights": 0, "draws": 20_000}
    fitted, frame = noisy({"a": [40.0], "b": [NAN]}, 0.0, settings)
    found = spread(fitted, frame)
    assert found.median["r"][0] == pytest.approx(45.0, abs=0.5)
    assert found.low["r"][0] == pytest.approx(22.5, abs=0.5)
    assert found.high["r"][0] == pytest.approx(67.5, abs=0.5)


def test_unknown_cells_left_out_of_the_draws_count_as_in_the_score() -> None:
    # The table begins at 10: by rules 2 an unknown level counts with 10 where that raises, so
    # known 0 and unknown give 10/2 = 5, in the score and in every draw that leaves it out.
    table = {"column": "b", "scaling": {"kind": "table", "scores": {"0": 10, "1": 40}}}
    root = node("r", leaf("a"), table)
    fitted = method(root, rules=2, uncertainty=STILL).fit()
    frame = Frame.from_columns({"a": [0.0], "b": [NAN]})
    sure = spread(fitted, frame)
    assert fitted.score(frame).scores["r"][0] == 5.0
    assert sure.low["r"][0] == sure.high["r"][0] == 5.0


def test_a_single_unit_with_a_node_that_is_wholly_unknown_keeps_its_interval() -> None:
    root = node("r", leaf("a"), node("inner", node("deep", leaf("b"))))
    frame = replace(
        Frame.from_columns({"a": [50.0], "b": [NAN]}), standard_errors=np.array([[4.0, NAN]])
    )
    found = spread(
        method(root, bands=BANDS, uncertainty={"weights": 0, "draws": 20_000}).fit(), frame
    )
    assert found.low["r"][0] == pytest.approx(50 - 1.645 * 4, abs=0.25)
    assert np.isnan(found.low["inner"][0])


def test_what_is_not_assessed_has_no_interval() -> None:
    fitted, frame = noisy({"a": [NAN, 1.0]}, 1.0, {})
    found = spread(fitted, frame, ranks=True)
    assert np.isnan(found.low["r"][0])
    assert np.isnan(found.bands[0]).all()
    assert found.rank_low is not None
    assert np.isnan(found.rank_low[0])
    assert found.rank_low[1] == 1.0


def test_a_child_that_is_not_assessed_stays_out_of_the_interval_as_out_of_the_score() -> None:
    poor = node("n", leaf("b"), leaf("c"), minimum={"count": 2})
    root = node("r", node("m", leaf("a")), poor)
    frame = Frame.from_columns({"a": [90.0], "b": [0.0], "c": [NAN]})
    fitted = method(root, uncertainty={"weights": 0}).fit()
    found = spread(fitted, frame)
    assert fitted.score(frame).scores["r"][0] == 90.0
    assert (found.low["r"][0], found.high["r"][0]) == (90.0, 90.0)


def test_one_places_error_is_shared_by_its_units_so_their_order_is_sure() -> None:
    cells = {"a": [40.0, 41.0]}
    place = {"a": keys_of(["CHL", "CHL"])}
    # Equal raw values share one draw; here the values differ but the error is the same.
    shared, frame = noisy(cells, 10.0, STILL, error_keys=place)
    alone, apart = noisy(cells, 10.0, STILL)
    assert probability_riskier(shared, frame, "1", "0") == 1.0
    assert 0.4 < probability_riskier(alone, apart, "1", "0") < 0.7


def test_ranks_have_intervals_and_ties_share_the_better_rank() -> None:
    fitted, frame = noisy({"a": [90.0, 50.0, 50.0, 10.0]}, 0.0, STILL)
    found = spread(fitted, frame, ranks=True)
    assert found.rank_median is not None
    assert found.rank_median.tolist() == [1.0, 2.0, 2.0, 4.0]


def test_alternatives_of_scale_and_aggregation_are_drawn() -> None:
    settings = {
        **STILL,
        "draws": 2000,
        "aggregation": {"r": ["max"]},
        "scaling": {"a": [{"kind": "goalposts", "from": 0, "to": 50}]},
    }
    fitted, frame = noisy({"a": [20.0], "b": [30.0]}, 0.0, settings)
    found = spread(fitted, frame)
    assert found.low["r"][0] == pytest.approx(25.0)
    assert found.high["r"][0] == pytest.approx(40.0)


def test_sobol_indices_of_the_ishigami_function_are_the_analytic_ones() -> None:
    def ishigami(x: Any) -> Any:
        return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])

    found = sobol_indices(ishigami, [[-np.pi, np.pi]] * 3, 8192)
    table = rows("sobol/ishigami.csv")
    first = [number(row["S1_analytic"]) for row in table]
    total = [number(row["ST_analytic"]) for row in table]
    assert found.first == pytest.approx(first, abs=0.02)
    assert found.total == pytest.approx(total, abs=0.02)
    assert (found.total_low <= found.total + 0.02).all()
    assert (found.total <= found.total_high + 0.02).all()


def test_estimators_agree_with_salib_on_the_same_runs() -> None:
    sobol = pytest.importorskip("SALib.analyze.sobol")
    rng = np.random.default_rng(0)
    n, d = 512, 3
    a, b = rng.random((n, d)), rng.random((n, d))
    swapped = [np.where(np.arange(d) == i, b, a) for i in range(d)]

    def model(x: Any) -> Any:
        return x[:, 0] + 2 * x[:, 1] * x[:, 2]

    found = indices(model(a), model(b), [model(x) for x in swapped], bootstrap=10)
    order = [model(a), *(model(x) for x in swapped), model(b)]
    problem = {"num_vars": d, "names": list("xyz"), "bounds": [[0, 1]] * d}
    theirs = sobol.analyze(
        problem, np.stack(order, axis=1).ravel(), calc_second_order=False, seed=0
    )
    assert found.first == pytest.approx(theirs["S1"], abs=0.02)
    assert found.total == pytest.approx(theirs["ST"], abs=0.02)


def test_an_output_that_never_varies_has_no_indices() -> None:
    flat = np.ones(8)
    found = indices(flat, flat, np.ones((2, 8)), bootstrap=3)
    assert np.isnan(found.first).all()
    with pytest.raises(NumberError, match="differ in shape"):
        indices(flat, np.ones(7), np.ones((2, 8)))


def test_sensitivity_names_the_factor_that_moves_the_scores() -> None:
    rng = np.random.default_rng(1)
    cells = {name: (rng.random(20) * 100).tolist() for name in "ab"}
    fitted, frame = noisy(cells, 15.0, {"weights": 0.05, "unknown": "known"})
    found = sensitivity(fitted, frame, n=64)
    assert found.factors == ("errors", "weights")
    assert found.indices.total[0] > found.indices.total[1]
    each = sensitivity(fitted, frame, target=score_of_each_unit, n=64)
    assert each.indices.total.shape == (2, 20)
