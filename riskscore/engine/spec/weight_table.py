"""The weights of a method as a table: per node its children's shares, which sum to 1.

Weights of a node count relative to each other, so a node's 1, 1, 1 are shown as 0.333, 0.333,
0.334. Shares are whole thousandths: what people type, what they see, and what is stored then.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riskscore.engine.spec.tree import Node, Weight

WHOLE = 1000
"""Thousandths that the shares of a node sum to."""
DEFAULT = "default"
Spec = dict[str, Any]
Entered = Mapping[tuple[str, str], Sequence[int]]
"""Thousandths of the children, in their order, by code of the node and group of units."""


@dataclass(frozen=True, slots=True)
class Column:
    """The shares of one group of units (``default`` for all others), in the children's order."""

    group: str
    shares: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A node whose children have weights, and their shares by group of units."""

    node: Node
    columns: tuple[Column, ...]

    def shares_of(self, at: int) -> dict[str, int]:
        """One child's shares, by group."""
        return {column.group: column.shares[at] for column in self.columns}


def shares(weights: Sequence[float]) -> tuple[int, ...]:
    """Thousandths in proportion to weights; they sum to 1000 (largest remainders, first of equals).

    All 0 where every weight is.

    Examples
    --------
    >>> shares([1.0, 1.0, 1.0])
    (334, 333, 333)
    """
    total = math.fsum(weights)
    if not total:
        return (0,) * len(weights)
    exact = [WHOLE * (weight / total) for weight in weights]
    result = [math.floor(one) for one in exact]
    rest = sorted(range(len(exact)), key=lambda at: result[at] - exact[at])
    for at in rest[: WHOLE - sum(result)]:
        result[at] += 1
    return tuple(result)


def weight_table(root: Node) -> list[Weighed]:
    """Every node below and with the root where children's weights decide something.

    Left out: nodes of one child, of which the greatest counts, or whose weights are learnt.
    """
    return [
        Weighed(node, tuple(_columns(node)))
        for node in root.nodes()
        if len(node.children) > 1
        and node.aggregation.kind != "max"
        and node.weighting.kind == "given"
    ]


def _columns(node: Node) -> Iterator[Column]:
    weights = [child.weight for child in node.children]
    groups = dict.fromkeys(name for weight in weights for name, _ in weight.by_group)
    for group in (DEFAULT, *groups):
        column = shares([_of(weight, group) for weight in weights])
        if sum(column):
            yield Column(group, column)


def _of(weight: Weight, group: str) -> float:
    return dict(weight.by_group).get(group, weight.default)


def with_weights(spec: Mapping[str, Any], root: Node, entered: Entered) -> Spec:
    """A copy of a specification with other weights. ``root`` is the parsed one.

    A node keeps its weights as they were written where all its shares are entered as shown;
    otherwise its children get what was entered. Each column must sum to 1000.
    """
    result = copy.deepcopy(dict(spec))
    for weighed in weight_table(root):
        columns = {
            column.group: tuple(entered.get((weighed.node.code, column.group), column.shares))
            for column in weighed.columns
        }
        if any(sum(shares) != WHOLE for shares in columns.values()):
            raise ValueError(f"{weighed.node.code}: shares sum to {WHOLE} thousandths")
        if columns != {column.group: column.shares for column in weighed.columns}:
            _write(result["root"], weighed.node, columns)
    return result


def _write(tree: Any, node: Node, columns: Mapping[str, Sequence[int]]) -> None:
    """Put shares on the children of a node: a number, or a mapping where groups differ."""
    children = _at(tree, node.path)["children"]
    for at, child in enumerate(children):
        by_group = {group: shares[at] / WHOLE for group, shares in columns.items()}
        default = by_group.pop(DEFAULT, 0.0)
        others = {group: share for group, share in by_group.items() if share != default}
        child["weight"] = {DEFAULT: default, **others} if others else default


def _at(tree: Any, path: str) -> Any:
    """The mapping of the node whose codes from the root down are the path."""
    for code in path.split("/")[1:]:
        tree = next(child for child in tree["children"] if code_of(child) == code)
    return tree


def code_of(part: Mapping[str, Any]) -> str:
    """The code of a node or leaf as it is written: leaves may leave it to what they read."""
    return str(part.get("code") or part.get("indicator") or part.get("column"))


def shares_by_code(root: Node) -> dict[str, dict[str, int]]:
    """Thousandths by code of node or leaf, then by group; without those outside the table."""
    return {
        child.code: weighed.shares_of(at)
        for weighed in weight_table(root)
        for at, child in enumerate(weighed.node.children)
    }


def with_reasons(spec: Mapping[str, Any], reasons: Mapping[str, str]) -> Spec:
    """A copy of a specification with other reasons, by code; white space alone is no change."""
    result = copy.deepcopy(dict(spec))
    for part in _every(result["root"]):
        reason = reasons.get(code_of(part), "")
        if reason and reason != " ".join(str(part.get("reason", "")).split()):
            part["reason"] = reason
    return result


def _every(part: Any) -> Iterator[Any]:
    yield part
    for child in part.get("children", ()):
        yield from _every(child)
