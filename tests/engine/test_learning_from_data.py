"""What ``fit`` learns, and what it refuses to learn from."""

import numpy as np
import pytest

from riskscore.engine import FitError, Frame, NumberError
from riskscore.engine.formulas.weights import (
    ahp_weights,
    budget_weights,
    critic_weights,
    entropy_weights,
    pca_weights,
)
from riskscore.engine.scaling.screening import Screening, screen
from riskscore.engine.scaling.treatment import kurtosis, skewness
from tests.engine.specs import NAN, fitted, leaf, method, node, score, values


@pytest.mark.parametrize(
    "scaling", ["minmax", "zscore", "percentile_rank", "distance_to_max", "fraction_of_max"]
)
def test_a_column_nobody_knows_is_refused_by_name(scaling: str) -> None:
    with pytest.raises(FitError, match="r/a, column 'a'"):
        fitted(node("r", leaf("a", scaling=scaling)), {"a": [NAN, NAN]})


@pytest.mark.parametrize("scaling", ["minmax", "zscore", "distance_to_max"])
@pytest.mark.parametrize("cells", [[3.0, 3.0, 3.0], [3.0], [0.0, 0.0]])
def test_a_constant_column_is_refused_by_name(scaling: str, cells: list[float]) -> None:
    with pytest.raises(FitError, match="r/a, column 'a'"):
        fitted(node("r", leaf("a", scaling=scaling)), {"a": cells})


def test_a_range_beyond_floating_point_is_refused() -> None:
    for cells in ([-1e308, 1e308], [0.0, 5e-324]):
        with pytest.raises(FitError, match="range is too large or too small"):
            fitted(node("r", leaf("a", scaling="minmax")), {"a": cells})


def test_enormous_columns_are_scaled_like_any_other() -> None:
    cells = {"a": [1e300, 2e300, 3e300]}
    assert values(node("r", leaf("a", scaling="minmax")), cells) == pytest.approx([0, 50, 100])
    assert values(node("r", leaf("a", scaling="zscore")), cells) == pytest.approx([-1, 0, 1])
    assert skewness(np.array([1e300, 1e300, 4e300])) == pytest.approx(
        skewness(np.array([1.0, 1.0, 4.0]))
    )


def test_a_method_that_learns_needs_a_frame() -> None:
    with pytest.raises(FitError, match="fit it on a frame"):
        fitted(node("r", leaf("a", scaling="minmax")))


def test_bounds_are_frozen_by_fit() -> None:
    fit = fitted(node("r", leaf("a", scaling="minmax")), {"a": [0.0, 10.0]})
    result = fit.score(Frame.from_columns({"a": [5.0, 20.0, -5.0]}))
    assert result.scores["r"].tolist() == [50.0, 100.0, 0.0]


@pytest.mark.parametrize(
    ("imputation", "expected"),
    [("mean", 40.0), ("median", 30.0), ("group_mean", 55.0), ("group_median", 55.0)],
)
def test_an_imputed_cell_moves_the_score_and_stays_unknown(
    imputation: str, expected: float
) -> None:
    cells = np.array([[10.0], [30.0], [80.0], [np.nan]])
    groups = np.array(["x", "y", "y", "y"])
    frame = Frame(np.arange(4).astype(str), ("a",), cells, None, groups)
    result = method(node("r", leaf("a", imputation=imputation))).fit(frame).score(frame)
    assert result.scores["r"][3] == expected
    assert result.imputed[:, 0].tolist() == [False, False, False, True]
    assert result.coverage["r"].tolist() == [1.0, 1.0, 1.0, 0.0]
    assert (result.low["r"][3], result.high["r"][3]) == (0.0, 100.0)
    assert np.isnan(result.inputs[3, 0])


def test_a_row_is_imputed_from_the_units_other_indicators() -> None:
    leaves = [leaf("a", scaling="minmax"), leaf("b", scaling="minmax", direction=-1)]
    result = score(
        node("r", *leaves, row_imputation="mean"), {"a": [0.0, 10.0, 5.0], "b": [2.0, 4.0, NAN]}
    )
    assert result.scaled[2].tolist() == [50.0, 50.0]
    assert result.coverage["r"][2] == 0.5


def test_a_logarithm_of_nothing_is_refused_by_name() -> None:
    root = node("r", leaf("a", transform="log", scaling="minmax"))
    with pytest.raises(FitError, match="'a' is not positive at unit '1'"):
        fitted(root, {"a": [1.0, 0.0, 3.0]})
    fit = fitted(root, {"a": [1.0, 10.0, 100.0]})
    with pytest.raises(NumberError, match="'a' is not positive at unit '0'"):
        fit.score(Frame.from_columns({"a": [-1.0]}))


def test_a_denominator_of_zero_is_refused_by_name() -> None:
    root = node("r", leaf("a", denominator={"column": "people", "factor": 1000}))
    assert values(root, {"a": [2.0], "people": [100.0]}) == [20.0]
    with pytest.raises(NumberError, match="'people' is 0 at unit '0'"):
        values(root, {"a": [2.0], "people": [0.0]})


def test_short_columns_pass_the_treatment_untreated() -> None:
    root = node("r", leaf("a", treatment="default"))
    assert values(root, {"a": [1.0, 2.0, 90.0]}) == [1.0, 2.0, 90.0]
    assert np.isnan(kurtosis(np.array([1.0, 2.0, 3.0])))


def test_ahp_reproduces_saatys_consistency() -> None:
    # A perfectly consistent matrix has the ratios of its weights, and a ratio of zero.
    w = np.array([0.5, 0.3, 0.2])
    found = ahp_weights(w[:, None] / w[None, :])
    assert found.weights == pytest.approx(w)
    assert found.consistency_ratio == pytest.approx(0.0, abs=1e-12)
    # By hand: the characteristic polynomial of this matrix has the real root 3.1356.
    skewed = ahp_weights([[1.0, 3.0, 5.0], [1 / 3, 1.0, 5.0], [0.2, 0.2, 1.0]])
    assert skewed.principal == pytest.approx(3.136, abs=1e-3)
    assert skewed.consistency_ratio == pytest.approx((skewed.principal - 3) / 2 / 0.58)
    with pytest.raises(FitError, match="a_ji"):
        ahp_weights([[1, 2], [2, 1]])


def test_budgets_are_shares_of_each_experts_points() -> None:
    assert budget_weights([[60, 40], [1, 3]]) == pytest.approx([0.425, 0.575])


def test_entropy_gives_no_weight_to_a_column_that_tells_nothing_apart() -> None:
    x = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 9.0]])
    assert entropy_weights(x) == pytest.approx([0.0, 1.0], abs=1e-12)


def test_critic_prefers_columns_that_vary_and_disagree() -> None:
    x = np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [0.5, 0.5, 0.3], [0.2, 0.2, 0.9]])
    weights = critic_weights(x)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[2] > weights[0] == pytest.approx(weights[1])


def test_a_negative_loading_is_refused_unless_asked_for() -> None:
    x = np.array([[1.0, 1.1, 5.0], [2.0, 2.3, 4.0], [3.0, 2.9, 3.2], [4.0, 4.2, 1.0]])
    with pytest.raises(FitError, match="allow_negative"):
        pca_weights(x)
    assert pca_weights(x, allow_negative=True)[2] < 0
    cells = {"a": x[:, 0].tolist(), "b": x[:, 1].tolist(), "c": x[:, 2].tolist()}
    root = node("r", *(leaf(c) for c in "abc"), weighting="pca")
    with pytest.raises(FitError, match=r"^r: .*negatively"):
        fitted(root, cells)


def test_learnt_weights_enter_the_score() -> None:
    comparisons = {"kind": "ahp", "matrix": [[1, 3], [1 / 3, 1]]}
    root = node("r", leaf("a"), leaf("b"), weighting=comparisons)
    assert values(root, {"a": [100.0], "b": [0.0]}) == pytest.approx([75.0])


def test_screening_keeps_poor_units_out_of_what_is_learnt() -> None:
    cells = {"a": [0.0, 10.0, 1000.0], "b": [0.0, 10.0, NAN]}
    frame = Frame.from_columns(cells, keys=["x", "y", "z"])
    assert screen(frame, Screening(known=0.9)).tolist() == [True, True, False]
    assert screen(frame, Screening(known=0.9, force_in=("z",), force_out=("x",))).tolist() == [
        False,
        True,
        True,
    ]
    root = node("r", leaf("a", scaling="minmax"), leaf("b", scaling="minmax"))
    fit = fitted(root, cells, screening={"known": 0.9})
    assert fit.score(Frame.from_columns({"a": [5.0], "b": [5.0]})).scores["r"][0] == 50.0


def test_copeland_ranks_against_the_frozen_reference() -> None:
    cells = {"a": [1.0, 2.0, 3.0, 4.0], "b": [3.0, 2.0, 1.0, 5.0], "c": [2.0, 3.0, 1.0, 4.0]}
    root = node("r", *(leaf(c) for c in "abc"), aggregation="copeland")
    fit = fitted(root, cells)
    result = fit.score(Frame.from_columns(cells))
    assert result.scores["r"].tolist() == [-1.0, 1.0, -3.0, 3.0]
    assert result.contributions.sum(axis=1) == pytest.approx(result.scores["r"])
    alone = fit.score(Frame.from_columns({c: [v[3]] for c, v in cells.items()}))
    assert alone.scores["r"][0] == 3.0
    rescaled = node(
        "r", *(leaf(c) for c in "abc"), aggregation={"kind": "copeland", "rescale": True}
    )
    found = score(rescaled, cells)
    assert found.scores["r"] == pytest.approx([100 / 3, 200 / 3, 0.0, 100.0])
    assert found.contributions.sum(axis=1) == pytest.approx(found.scores["r"])
