"""The sections of a node that say how it joins its children."""

from __future__ import annotations

import math

from riskscore.engine.errors import FitError
from riskscore.engine.formulas.aggregation import FIXED_P, KINDS, MEANS, Aggregation
from riskscore.engine.formulas.minimum import Minimum
from riskscore.engine.formulas.weights import CONSISTENT, FROM_DATA, ahp_weights, budget_weights
from riskscore.engine.scaling.preparation import RowImputation
from riskscore.engine.spec.reader import SpecReader
from riskscore.engine.spec.tree import Leaf, Node, Weighting

WEIGHTINGS = ("given", *FROM_DATA, "ahp", "budget")


def parse_aggregation(section: SpecReader) -> Aggregation:
    """``aggregation`` of a node; arithmetic by default."""
    inner = section.kind_section("aggregation", "aggregation", "arithmetic")
    kind = inner.choice("kind", KINDS)
    p = inner.number("p") if kind == "power" else FIXED_P.get(kind, math.nan)
    floor = inner.number("floor", low=0.0) if inner.has("floor") else None
    rescale = inner.flag("rescale", default=False)
    inner.done()
    if floor is not None and not p <= 0:
        raise section.error("floor", "a floor belongs to a mean with p <= 0")
    if rescale and kind != "copeland":
        raise section.error("rescale", "only a Copeland node can be rescaled")
    return Aggregation(kind, p, floor, rescale)


def parse_minimum(section: SpecReader) -> Minimum:
    """``minimum`` of a node: by weight, by share of the children, by their count."""
    inner = section.section("minimum", "minimum")
    result = Minimum(
        inner.number("weight", 0.0, low=0.0, high=1.0),
        inner.number("share", 0.0, low=0.0, high=1.0),
        inner.whole("count", 1, low=1),
    )
    inner.done()
    return result


def parse_weighting(section: SpecReader, children: int) -> Weighting:
    """``weighting`` of a node: ``given`` by the children, or learnt, or from comparisons."""
    inner = section.kind_section("weighting", "weighting", "given")
    kind = inner.choice("kind", WEIGHTINGS)
    negative = inner.flag("allow_negative", default=False) if kind == "pca" else False
    loose = inner.flag("allow_inconsistent", default=False) if kind == "ahp" else False
    key = {"ahp": "matrix", "budget": "votes"}.get(kind, "")
    table = _table(inner, key, children) if key else ()
    result = Weighting(kind, negative, table)
    inner.done()
    try:
        if kind == "ahp":
            _consistent(section, ahp_weights(table).consistency_ratio, loose=loose)
        if kind == "budget":
            budget_weights(table)
    except FitError as error:
        raise section.error("weighting", str(error)) from None
    return result


def _consistent(section: SpecReader, ratio: float, *, loose: bool) -> None:
    if ratio >= CONSISTENT and not loose:
        raise section.error("inconsistent", f"the consistency ratio is {ratio:.2f}, not below 0.10")


def _table(inner: SpecReader, key: str, children: int) -> tuple[tuple[float, ...], ...]:
    rows = inner.get(key)
    if not isinstance(rows, (list, tuple)) or not all(
        isinstance(row, (list, tuple)) for row in rows
    ):
        raise inner.error("type", f"{key!r} must be a list of rows")
    table = tuple(tuple(inner.as_number(value, key) for value in row) for row in rows)
    if any(len(row) != children for row in table):
        raise inner.error("weighting", f"each row of {key!r} needs {children} numbers, one a child")
    return table


def parse_row_imputation(section: SpecReader) -> RowImputation | None:
    """``row_imputation`` of a node: ``none``, ``mean`` or ``median`` of the unit's other leaves."""
    kind = section.choice("row_imputation", ("none", "mean", "median"), "none")
    return None if kind == "none" else RowImputation(kind)


def check_node(section: SpecReader, node: Node) -> None:
    """Rules that need the whole node."""
    if not any(child.weight.ever for child in node.children):
        raise section.error("weights all zero", "at least one child needs a weight above 0")
    if node.minimum.count > len(node.children):
        raise section.error("minimum", "'count' asks for more children than there are")
    below = {leaf.code for leaf in node.leaves()}
    for code in node.requires_any:
        if code not in below:
            raise section.error("requires_any", f"{code!r} is not a leaf below this node")
    if node.row_imputation is not None and not _row_fits(node):
        raise section.error("row_imputation", "needs at least two leaves that are always present")
    _check_raising(section, node)
    _check_sign(section, node)


def _row_fits(node: Node) -> bool:
    leaves = [child for child in node.children if isinstance(child, Leaf)]
    return len(leaves) > 1 and not any(leaf.when_present for leaf in leaves)


def _check_raising(section: SpecReader, node: Node) -> None:
    """Only a mean that grows with its terms can ask whether a leaf raises it; a maximum does by
    itself, and by rules 2 it knows where such a leaf alone makes it assessed."""
    rule = node.aggregation
    raising = [c.code for c in node.children if isinstance(c, Leaf) and c.raises_only]
    greatest = rule.kind == "max" and node.rules > 1
    if raising and not greatest and not (rule.kind in MEANS and rule.p > 0):
        raise section.error("raises_only", f"{raising[0]} needs a mean with p > 0 above it")


def _check_sign(section: SpecReader, node: Node) -> None:
    """A mean that zero or negative values would break needs a floor."""
    rule = node.aggregation
    if rule.additive or rule.kind == "copeland" or rule.floor is not None:
        return
    for child in node.children:
        low = least(child)
        if low < 0:
            raise section.error("negative", f"{rule.kind} needs values >= 0; see {child.code}")
        if low == 0 and rule.p <= 0:
            raise section.error(
                "zero without floor", f"a {rule.kind} mean with zeros needs a floor: {child.code}"
            )


def least(child: Node | Leaf) -> float:
    """The smallest value a child can have."""
    if isinstance(child, Leaf):
        return child.scaling.span()[0]
    if child.aggregation.kind == "copeland" and not child.aggregation.rescale:
        return -math.inf
    lows = [least(grandchild) for grandchild in child.children]
    return max(min(lows), child.aggregation.floor or -math.inf)
