"""A method as an outline: one row per node and indicator, in the words of people."""

from collections.abc import Iterator
from dataclasses import dataclass

from riskscore.admin.ui.wording import number
from riskscore.engine.catalogue import INDICATORS
from riskscore.engine.formulas.minimum import Minimum
from riskscore.engine.method import Method as Specification
from riskscore.engine.scaling.fixed import Goalposts, OrdinalTable, Scaling
from riskscore.engine.spec.tree import Leaf, Node, Weight


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the outline."""

    depth: int
    code: str
    label: str
    weight: str
    how: str
    reason: str
    source: str = ""
    caution: str = ""
    proxy_for: str = ""
    is_leaf: bool = False


def outline(specification: Specification) -> list[Row]:
    """All nodes and indicators of a method, parents before children."""
    return list(_below(specification.root, 0))


def _below(node: Node | Leaf, depth: int) -> Iterator[Row]:
    if isinstance(node, Leaf):
        yield _leaf(node, depth)
        return
    yield Row(
        depth=depth,
        code=node.code,
        label=node.label,
        weight=_weight(node.weight) if depth else "",
        how=f"{_joins(node)}{_asks(node)}",
        reason=node.reason,
    )
    for child in node.children:
        yield from _below(child, depth + 1)


def _leaf(leaf: Leaf, depth: int) -> Row:
    indicator = INDICATORS.get(leaf.column)
    return Row(
        depth=depth,
        code=leaf.code,
        label=leaf.label,
        weight=_weight(leaf.weight),
        how="; ".join([_scale(leaf.scaling, leaf.column), *_terms(leaf)]),
        reason=leaf.reason,
        source=leaf.source,
        caution=indicator.caution if indicator else "",
        proxy_for=indicator.proxy_for if indicator else "",
        is_leaf=True,
    )


def _terms(leaf: Leaf) -> list[str]:
    """Whether the leaf is optional, only raises, or may be absent, in words."""
    before = leaf.preparation
    terms = {
        "counts only where it is known": leaf.when_present,
        "outside the coverage": leaf.optional,
        "can only raise the value": leaf.raises_only,
        f"unknown for {', '.join(before.unknown_for)}": before.unknown_for,
        f"divided by {before.denominator}": before.denominator,
        "on a logarithm": before.log,
        "extremes treated": before.treatment,
        "gaps filled": before.imputation,
    }
    return [words for words, true in terms.items() if true]


def _weight(weight: Weight) -> str:
    if not weight.ever:
        return "0, shown only"
    others = "".join(f"; {group} {number(value)}" for group, value in weight.by_group)
    return number(weight.default) + others


def _joins(node: Node) -> str:
    rule = node.aggregation
    names = {"arithmetic": "weighted mean", "max": "the greatest"}
    words = names.get(rule.kind, f"{rule.kind} mean")
    if rule.kind == "power":
        words = f"power mean, p = {number(rule.p)}"
    learnt = node.weighting.kind
    return words if learnt == "given" else f"{words}, weights by {learnt}"


def _asks(node: Node) -> str:
    """What must have a value before the node is assessed, in words."""
    words = _minimum(node.minimum)
    if node.requires_any:
        words.append(f"at least one of {', '.join(node.requires_any)}")
    return f"; assessed from {' and '.join(words)}" if words else ""


def _minimum(minimum: Minimum) -> list[str]:
    results = []
    if minimum.weight:
        results.append(f"{minimum.weight:.0%} of the weight")
    if minimum.share:
        results.append(f"{minimum.share:.0%} of the parts")
    if minimum.count > 1:
        results.append(f"{minimum.count} parts")
    return results


def _scale(scaling: Scaling, column: str) -> str:
    if isinstance(scaling, Goalposts):
        log = " on a logarithm" if scaling.log else ""
        ends = f"{number(scaling.start)} scores {number(scaling.lo)}"
        return f"{ends}, {number(scaling.end)} scores {number(scaling.hi)}{log}"
    if isinstance(scaling, OrdinalTable):
        return ", ".join(
            f"{_name(column, value)} {number(score)}"
            for value, score in zip(scaling.values, scaling.scores, strict=True)
        )
    named = ", ".join(f"{name} {value}" for name, value in scaling.parameters().items())
    return f"{scaling.kind.replace('_', ' ')}{f' ({named})' if named else ''}"


def _name(column: str, value: float) -> str:
    indicator = INDICATORS.get(column)
    if indicator and indicator.levels:
        return indicator.levels[int(value)].replace("_", " ")
    return number(value)
