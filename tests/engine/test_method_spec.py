"""What a method spec may say, and how it says no."""

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from riskscore.engine import Fitted, Frame, Method, MethodError
from riskscore.engine.spec.schema import method_schema
from tests.engine.specs import leaf, method, node

YAML = Path(__file__).resolve().parents[2] / "fixtures" / "methods" / "critical-minerals-v1.yaml"
Change = Callable[[dict[str, Any]], None]


def default_spec() -> dict[str, Any]:
    spec: dict[str, Any] = yaml.safe_load(YAML.read_text(encoding="utf-8"))
    return spec


def broken(change: Change) -> MethodError:
    spec = {"code": "m", "version": 1, "root": node("r", leaf("a"), node("n", leaf("b")))}
    change(spec)
    with pytest.raises(MethodError) as caught:
        Method.from_dict(spec)
    return caught.value


def test_an_unknown_key_names_its_node_and_the_nearest_key() -> None:
    error = broken(lambda spec: spec["root"]["children"][1].update(agregation="max"))
    assert (error.path, error.rule) == ("r/n", "unknown key")
    assert "aggregation" in str(error)


def test_a_code_cannot_be_used_twice() -> None:
    error = broken(lambda spec: spec["root"]["children"][1].update(code="a"))
    assert error.rule == "duplicate code"


def test_a_node_cannot_contain_itself() -> None:
    def loop(spec: dict[str, Any]) -> None:
        spec["root"]["children"][1]["children"].append(spec["root"])

    assert broken(loop).rule == "cycle"


@pytest.mark.parametrize(
    ("weight", "rule"),
    [
        (-1, "negative weight"),
        (float("nan"), "NaN"),
        (float("inf"), "NaN"),
        ("heavy", "type"),
        (1e-320, "range"),
        (1e308, "range"),
        (True, "type"),
        ({"default": 1, "copper": -1}, "negative weight"),
    ],
)
def test_a_weight_must_be_a_number_from_zero_up(weight: Any, rule: str) -> None:
    error = broken(lambda spec: spec["root"]["children"][0].update(weight=weight))
    assert (error.path, error.rule) == ("r/a", rule)


def test_weights_cannot_all_be_zero() -> None:
    error = broken(lambda spec: spec["root"]["children"][1]["children"][0].update(weight=0))
    assert (error.path, error.rule) == ("r/n", "weights all zero")


def test_a_geometric_mean_of_possible_zeros_needs_a_floor() -> None:
    error = broken(lambda spec: spec["root"].update(aggregation="geometric"))
    assert (error.path, error.rule) == ("r", "zero without floor")


def test_a_geometric_mean_of_possible_negatives_needs_a_floor() -> None:
    def change(spec: dict[str, Any]) -> None:
        spec["root"]["aggregation"] = {"kind": "power", "p": 2}
        spec["root"]["children"][0]["scaling"] = "zscore"

    assert broken(change).rule == "negative"


def test_an_indicator_must_be_in_the_catalogue() -> None:
    def change(spec: dict[str, Any]) -> None:
        spec["root"]["children"][0] = {"indicator": "geo.stabilty", "scaling": "identity"}

    error = broken(change)
    assert error.rule == "unknown indicator"
    assert "geo.stability" in str(error)


def test_goalposts_cannot_contradict_the_catalogue() -> None:
    def change(spec: dict[str, Any]) -> None:
        goalposts = {"kind": "goalposts", "from": -2, "to": 1}
        spec["root"]["children"][0] = {"indicator": "geo.stability", "scaling": goalposts}

    assert broken(change).rule == "direction"


def test_an_ordinal_table_names_every_level() -> None:
    def change(spec: dict[str, Any]) -> None:
        table = {"kind": "table", "scores": {"licence": 40}}
        spec["root"]["children"][0] = {"indicator": "geo.export_restriction", "scaling": table}

    assert broken(change).rule == "ordinal table"


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("aggregation", "mean", "unknown value"),
        ("aggregation", {"kind": "power"}, "missing key"),
        ("aggregation", {"kind": "arithmetic", "floor": 1}, "floor"),
        ("minimum", {"weight": 2}, "range"),
        ("minimum", {"count": 9}, "minimum"),
        ("requires_any", ["z"], "requires_any"),
        ("children", [], "no children"),
        ("weighting", {"kind": "ahp", "matrix": [[1, 2], [2, 1]]}, "weighting"),
        ("row_imputation", "mean", "row_imputation"),
    ],
)
def test_a_node_is_checked_key_by_key(key: str, value: Any, rule: str) -> None:
    error = broken(lambda spec: spec["root"].update({key: value}))
    assert (error.path.split("/")[0], error.rule) == ("r", rule)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 1.5}, "'version' must be a whole number, got 1.5"),
        ({"uncertainty": {"draws": 2.5}}, "'draws' must be a whole number"),
        ({"uncertainty": {"seed": 0.5}}, "'seed' must be a whole number"),
        (
            {"leaf_defaults": {"treatment": {"winsorise": 2.5}}},
            "'winsorise' must be a whole number",
        ),
        ({"uncertainty": {"scaling": {"a": 3}}}, "'a' must be a list, got int"),
        ({"uncertainty": {"aggregation": {"r": "max"}}}, "'r' must be a list, got str"),
        ({"controls": [{"column": "x", "at_most": 1}]}, "control needs the key 'reduces'"),
    ],
)
def test_nothing_is_cut_off_or_taken_for_something_else(
    change: dict[str, Any], message: str
) -> None:
    error = broken(lambda spec: spec.update(change))
    assert message in str(error)


def test_comparisons_that_contradict_each_other_are_refused_unless_accepted() -> None:
    circle = [[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]]
    root = node("r", *(leaf(c) for c in "abc"), weighting={"kind": "ahp", "matrix": circle})
    with pytest.raises(MethodError, match="consistency ratio"):
        method(root)
    root["weighting"]["allow_inconsistent"] = True
    assert method(root).root.weighting.kind == "ahp"


def test_a_date_in_a_spec_is_refused_with_its_place() -> None:
    spec = {"code": "m", "version": 1, "root": node("r", leaf("a", reason=date(2020, 1, 1)))}
    with pytest.raises(MethodError, match="r/a: 'reason' must be text"):
        Method.from_dict(spec)


def test_the_default_method_is_valid_and_keeps_to_its_schema() -> None:
    spec = default_spec()
    jsonschema.Draft202012Validator.check_schema(method_schema())
    jsonschema.validate(spec, method_schema())
    found = Method.from_dict(spec)
    dimensions = ("composite", "geopolitical", "concentration", "labour", "indigenous")
    assert set(dimensions) <= {n.code for n in found.nodes}
    assert all(leaf.reason and leaf.source for leaf in found.leaves)
    assert all(control.reason and control.source for control in found.controls)


def test_the_schema_refuses_an_unknown_key() -> None:
    spec = default_spec()
    spec["root"]["wieght"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spec, method_schema())


def test_the_hash_does_not_depend_on_key_order_or_on_how_a_number_is_written() -> None:
    one = method(node("r", leaf("a", weight=1)))
    other = Method.from_dict(
        {"version": 1.0, "root": node("r", leaf("a", weight=1.0)), "code": "m"}
    )
    assert one.hash == other.hash
    assert one == other
    assert one.hash != method(node("r", leaf("a", weight=2))).hash


def test_a_method_and_its_spec_survive_json() -> None:
    found = Method.from_dict(default_spec())
    again = Method.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again == found
    assert again.to_dict() == found.to_dict()
    changed = copy.deepcopy(found.to_dict())
    changed["root"]["aggregation"]["p"] = 3
    assert found.to_dict() != changed


def test_a_fitted_method_survives_json_bit_for_bit() -> None:
    cells = {"a": [1.0, 2.0, 4.0, 80.0, 7.0], "b": [3.0, 1.0, float("nan"), 2.0, 9.0]}
    scales = ["minmax", "zscore", "percentile_rank", "rank", "borda", "distance_to_max"]
    leaves = [
        leaf(c, code=f"{c}-{s}", scaling=s, imputation="mean", treatment="default")
        for c in "ab"
        for s in scales
    ]
    root = node(
        "r",
        node("w", *leaves, weighting="equal"),
        node("c", leaf("a", code="x"), leaf("b", code="y"), aggregation="copeland"),
        node("i", leaf("a", code="p"), leaf("b", code="q"), row_imputation="median"),
    )
    frame = Frame.from_columns(cells)
    fitted = method(root).fit(frame)
    again = Fitted.from_dict(json.loads(json.dumps(fitted.to_dict())))
    assert again == fitted
    before, after = fitted.score(frame), again.score(frame)
    for code in before.nodes:
        assert before.scores[code].tobytes() == after.scores[code].tobytes()


def test_leaf_defaults_spare_repetition() -> None:
    root = node("r", {"column": "a"}, {"column": "b", "weight": 2})
    found = method(root, leaf_defaults={"scaling": "minmax", "weight": 3})
    assert [leaf.weight.default for leaf in found.leaves] == [3.0, 2.0]
