"""Shares of a table of weights sum to 1, are stored as typed, and leave untouched nodes alone."""

import copy
from itertools import pairwise
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscore.engine.method import Method
from riskscore.engine.spec.differences import Version, differences
from riskscore.engine.spec.weight_table import (
    WHOLE,
    shares,
    shares_by_code,
    weight_table,
    with_reasons,
    with_weights,
)
from tests.processes import ROOT

METHODS = sorted((ROOT / "fixtures/methods").glob("*.yaml"))


def spec_of(version: int) -> dict[str, Any]:
    path = ROOT / f"fixtures/methods/critical-minerals-v{version}.yaml"
    result: dict[str, Any] = yaml.safe_load(path.read_text())
    return result


FOUR = spec_of(4)


def compared(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    sides = (Version(spec, Method.from_dict(spec).root) for spec in (before, after))
    return {found.code: found for found in differences(*sides)}


@pytest.mark.parametrize(
    ("weights", "shown"),
    [
        ([1, 1, 1], (334, 333, 333)),
        ([0.35, 0.30, 0.25, 0.10], (350, 300, 250, 100)),
        ([2, 0, 6], (250, 0, 750)),
        ([0, 0], (0, 0)),
    ],
)
def test_shares_are_thousandths_in_proportion(weights: list[float], shown: tuple[int, ...]) -> None:
    assert shares(weights) == shown


@given(
    st.lists(st.floats(0, 1e100).filter(lambda w: w == 0 or w > 1e-100), min_size=1, max_size=15)
)
def test_whatever_the_weights_are_the_shares_sum_to_one(weights: list[float]) -> None:
    shown = shares(weights)
    assert sum(shown) == (WHOLE if any(weights) else 0)
    total = max(weights)
    if total:
        exact = [weight / total / sum(w / total for w in weights) * WHOLE for weight in weights]
        assert all(abs(share - one) <= 1 for share, one in zip(shown, exact, strict=True))


@pytest.mark.parametrize("path", METHODS, ids=lambda path: path.stem)
def test_every_table_of_a_published_method_sums_to_one_and_changes_nothing(path: Any) -> None:
    spec = yaml.safe_load(path.read_text())
    root = Method.from_dict(spec).root
    table = weight_table(root)
    assert table
    assert all(sum(column.shares) == WHOLE for part in table for column in part.columns)
    entered = {(part.node.code, c.group): c.shares for part in table for c in part.columns}
    assert with_weights(spec, root, entered) == spec


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_what_is_typed_is_what_is_shown_afterwards(data: st.DataObject) -> None:
    spec, root = FOUR, Method.from_dict(FOUR).root
    untouched = copy.deepcopy(spec)
    parts = {part.node.code: part for part in weight_table(root)}
    part = parts[data.draw(st.sampled_from(sorted(parts)))]
    size = len(part.node.children)
    entered = {}
    for column in part.columns:
        cuts = data.draw(st.lists(st.integers(0, WHOLE), min_size=size - 1, max_size=size - 1))
        ends = [0, *sorted(cuts), WHOLE]
        entered[part.node.code, column.group] = [b - a for a, b in pairwise(ends)]
    after = with_weights(spec, root, entered)
    shown = {p.node.code: p for p in weight_table(Method.from_dict(after).root)}[part.node.code]
    columns = {column.group: list(column.shares) for column in shown.columns}
    for (_, group), typed in entered.items():
        # A group whose shares are those of all others needs no column of its own any more.
        assert columns.get(group, columns["default"]) == typed
    assert spec == untouched


def test_shares_that_do_not_sum_to_one_are_refused() -> None:
    root = Method.from_dict(spec_of(4)).root
    with pytest.raises(ValueError, match="composite: shares sum to 1000"):
        with_weights(spec_of(4), root, {("composite", "default"): (250, 250, 250, 249)})


def test_a_change_of_one_node_is_told_of_its_children_alone() -> None:
    spec = spec_of(4)
    root = Method.from_dict(spec).root
    after = with_weights(spec, root, {("composite", "default"): (400, 200, 250, 150)})
    found = compared(spec, after)
    assert {code: part.keys for code, part in found.items()} == {
        "geopolitical": (("weight", {"default": 0.25}, {"default": 0.4}),),
        "concentration": (("weight", {"default": 0.25}, {"default": 0.2}),),
        "indigenous": (("weight", {"default": 0.25}, {"default": 0.15}),),
    }
    assert all(part.asks for part in found.values())
    told = with_reasons(after, {"geopolitical": "Export control decides first."})
    assert [code for code, part in compared(spec, told).items() if part.asks] == [
        "concentration",
        "indigenous",
    ]


def test_a_reason_in_other_lines_is_no_change() -> None:
    spec = spec_of(4)
    reasons = {node.code: " ".join(node.reason.split()) for node in Method.from_dict(spec).nodes}
    assert compared(spec, with_reasons(spec, reasons)) == {}


def test_version_4_against_3_names_what_is_new_gone_and_changed() -> None:
    found = compared(spec_of(3), spec_of(4))
    kinds = {code: part.kind for code, part in found.items()}
    assert kinds["ind.community"] == "new"
    assert kinds["ind.conflict"] == "gone"
    assert kinds["geo.stability"] == "changed"
    # 0.35 of 1.30 became 0.35 of 1.50: the weight as written is the same, its share is not.
    assert found["geo.stability"].keys == (("weight", {"default": 0.269}, {"default": 0.233}),)
    assert "controls" in [key for key, _, _ in found[""].keys]


def test_shares_stand_by_the_code_of_what_they_weigh() -> None:
    root = Method.from_dict(spec_of(4)).root
    assert shares_by_code(root)["con.mining_recent"] == {
        "default": 267, "smelter": 134, "refinery": 134, "plant": 134,
    }  # fmt: skip
