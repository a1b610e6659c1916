"""What the engine says to mistakes, and what it never does."""

from typing import Any

import numpy as np
import pytest

from riskscore.engine import Frame, Method
from riskscore.engine.errors import FitError, FrameError, MethodError
from tests.engine.specs import NAN, Spec, fitted, leaf, method, node, score


def nested(levels: int) -> Spec:
    spec: Spec = node("n0", leaf("a"))
    for level in range(1, levels):
        spec = node(f"n{level}", spec)
    return spec


@pytest.mark.parametrize("levels", [51, 300, 5000])
def test_a_tree_that_is_too_deep_is_an_error_of_the_method(levels: int) -> None:
    with pytest.raises(MethodError, match="more than 50 levels deep"):
        method(nested(levels))


def test_a_tree_of_fifty_levels_is_scored() -> None:
    assert score(nested(49), {"a": [40.0]}).scores["n48"].tolist() == [40.0]


def test_depth_that_hides_in_other_keys_is_an_error_too() -> None:
    deep: Any = {}
    for _ in range(3000):
        deep = {"x": deep}
    with pytest.raises(MethodError):
        Method.from_dict({"code": "m", "version": 1, "leaf_defaults": deep, "root": nested(1)})


def test_two_units_of_one_key_are_refused() -> None:
    with pytest.raises(FrameError, match="'b' stands for more than one unit"):
        Frame.from_columns({"x": [1, 2, 3]}, keys=["a", "b", "b"])
    with pytest.raises(FrameError, match="'b' stands for more than one unit"):
        Frame(np.array(["b", "b"]), ("x",), np.array([[1.0], [2.0]]))


def test_no_contribution_is_minus_zero() -> None:
    root = node("r", leaf("a", direction=-1, scaling="minmax"), leaf("b", weight=0))
    result = score(root, {"a": [0.0, 1.0, 2.0], "b": [0.0, -0.0, NAN]})
    assert not np.signbit(result.contributions[result.contributions == 0]).any()


def test_a_column_that_its_treatment_made_constant_is_not_called_constant() -> None:
    # One 1 among forty 0s is an outlier; pulled in, nothing but 0 is left.
    root = node("r", leaf("a", scaling="minmax", treatment="default"))
    with pytest.raises(FitError, match="treatment of outliers made its 2 different values one"):
        fitted(root, {"a": [0.0] * 40 + [1.0]})


def test_fit_says_whom_screening_left_out() -> None:
    root = node("r", leaf("a", scaling="minmax"), leaf("b"))
    cells = {"a": [1.0, 2.0, NAN], "b": [1.0, 2.0, NAN]}
    assert fitted(root, cells, screening={"known": 0.5}).screened_out == ("2",)


def test_screening_after_imputation_counts_what_the_method_fills() -> None:
    root = node("r", leaf("a", scaling="minmax", imputation="mean"), leaf("b"))
    cells = {"a": [1.0, 2.0, NAN], "b": [1.0, 2.0, 3.0]}
    strict: dict[str, Any] = {"known": 1.0}
    assert fitted(root, cells, screening=strict).screened_out == ("2",)
    after = {**strict, "after_imputation": True}
    assert fitted(root, cells, screening=after).screened_out == ()
