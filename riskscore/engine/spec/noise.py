"""What is uncertain about a score, and by how much: the ``uncertainty`` section of a method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from riskscore.engine.formulas.aggregation import Aggregation
from riskscore.engine.scaling.distribution import Distribution
from riskscore.engine.scaling.fixed import Scaling
from riskscore.engine.spec.parse_node import check_node, parse_aggregation
from riskscore.engine.spec.parse_scaling import parse_scaling
from riskscore.engine.spec.reader import SpecReader
from riskscore.engine.spec.tree import Leaf, Node

MOST_DRAWS = 1_000_000
MOST_STRETCH = 10.0
FACTORS = ("errors", "unknown", "weights", "scaling", "aggregation")
"""The sources of uncertainty, in the order in which sensitivity reports them."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Settings of a set of draws.

    ``weights``: each weight is multiplied by 1 ± this share, uniformly, for all units alike.
    ``correlation``: share of an error's variance that all indicators of one source have in common
    for one place. ``unknown``: ``between`` draws an unknown cell of an assessed node evenly between
    its best and its worst case; ``distribution`` draws it, and a node that is not assessed, from
    what is known of units that look alike (``distributions``, by code of leaf or node; what the
    text does not give is learnt by ``fit``; ``between`` where there is none), spread ``stretch``
    times as wide, but leaves each out, as the score does, in a share ``left_out`` of the draws
    (``nodes_left_out``: nodes, and together what may only raise one) and all of them in a share
    ``as_scored``; ``known`` leaves them out always. ``errors``: observations
    vary within their standard errors, imputed cells by the residuals of their imputation.
    ``scaling`` and ``aggregation`` name alternatives of a leaf or
    node; each draw takes one, the method's own included.
    """

    draws: int = 256
    seed: int = 0
    weights: float = 0.25
    correlation: float = 0.5
    unknown: str = "between"
    left_out: float = 0.4
    nodes_left_out: float = 0.7
    as_scored: float = 0.12
    stretch: float = 2.2
    errors: bool = True
    distributions: Mapping[str, Distribution] = field(default_factory=dict)
    scaling: Mapping[str, tuple[Scaling, ...]] = field(default_factory=dict)
    aggregation: Mapping[str, tuple[Aggregation, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """Which draw number each factor uses: (draws,) per factor. Usually all the same."""

    numbers: Mapping[str, npt.NDArray[np.int64]]

    @classmethod
    def plain(cls, draws: int) -> Sample:
        """Draw i uses number i of every factor."""
        return cls({factor: np.arange(draws, dtype=np.int64) for factor in FACTORS})

    def __len__(self) -> int:
        return len(self.numbers[FACTORS[0]])


def parse_noise(section: SpecReader, root: Node, scale: tuple[float, float]) -> Noise:
    """The method's ``uncertainty``; defaults where it is silent."""
    inner = section.section("uncertainty", "uncertainty")
    noise = Noise(
        draws=inner.whole("draws", 256, low=1, high=MOST_DRAWS),
        seed=inner.whole("seed", 0),
        weights=inner.number("weights", 0.25, low=0.0, high=1.0),
        correlation=inner.number("correlation", 0.5, low=0.0, high=1.0),
        unknown=inner.choice("unknown", ("between", "known", "distribution"), "between"),
        left_out=inner.number("left_out", 0.4, low=0.0, high=1.0),
        nodes_left_out=inner.number("nodes_left_out", 0.7, low=0.0, high=1.0),
        as_scored=inner.number("as_scored", 0.12, low=0.0, high=1.0),
        stretch=inner.number("stretch", 2.2, low=1.0, high=MOST_STRETCH),
        errors=inner.flag("errors", default=True),
        distributions=_distributions(inner, root),
        scaling=_scalings(inner, root, scale),
        aggregation=_aggregations(inner, root),
    )
    inner.done()
    _check_alternatives(inner, root, noise)
    return noise


def _check_alternatives(inner: SpecReader, root: Node, noise: Noise) -> None:
    """Each alternative passes the checks of the node that it would stand in."""
    for node in root.nodes():
        for rule in (node.aggregation, *noise.aggregation.get(node.code, ())):
            for children in _variants(node, noise):
                check_node(inner, replace(node, aggregation=rule, children=children))


def _variants(node: Node, noise: Noise) -> Iterator[tuple[Leaf | Node, ...]]:
    """The node's children, and the same with one alternative scale of one of them."""
    yield node.children
    for at, child in enumerate(node.children):
        if not isinstance(child, Leaf):
            continue
        for scaling in noise.scaling.get(child.code, ()):
            yield (*node.children[:at], replace(child, scaling=scaling), *node.children[at + 1 :])


def _distributions(inner: SpecReader, root: Node) -> dict[str, Distribution]:
    codes = {child.code for node in root.nodes() for child in node.children}
    results = {}
    for code, value in inner.section("distributions", "distributions").items():
        if code not in codes:
            raise inner.error("uncertainty", f"no leaf or node below the root is called {code!r}")
        results[code] = _distribution(SpecReader(value, f"{inner.path}uncertainty/{code}", code))
    return results


def _distribution(given: SpecReader) -> Distribution:
    """Equally likely values; with ``cuts``, one list more than cuts in ``by_class``."""
    overall, cuts = (_numbers(given, given.get(key, []), key) for key in ("overall", "cuts"))
    listed = given.as_list(given.get("by_class", []), "by_class")
    by_class = tuple(_numbers(given, values, "by_class") for values in listed)
    given.done()
    if not overall or not all(by_class):
        raise given.error("missing key", "a distribution needs at least one value in each list")
    if any(a >= b for a, b in pairwise(cuts)):
        raise given.error("uncertainty", "'cuts' must rise")
    if len(by_class) != (len(cuts) + 1 if cuts else 0):
        raise given.error("uncertainty", "'by_class' needs one list more than 'cuts' has numbers")
    return Distribution(overall, cuts, by_class)


def _numbers(section: SpecReader, value: object, key: str) -> tuple[float, ...]:
    return tuple(section.as_number(item, key) for item in section.as_list(value, key))


def _scalings(
    inner: SpecReader, root: Node, scale: tuple[float, float]
) -> dict[str, tuple[Scaling, ...]]:
    leaves = {leaf.code: leaf for leaf in root.leaves()}
    results = {}
    for code, listed in inner.section("scaling", "scaling alternatives").items():
        if code not in leaves:
            raise inner.error("uncertainty", f"no leaf is called {code!r}")
        results[code] = tuple(
            _scaling(inner, leaves[code], item, scale) for item in inner.as_list(listed, code)
        )
    return results


def _scaling(inner: SpecReader, leaf: Leaf, item: object, scale: tuple[float, float]) -> Scaling:
    holder = SpecReader({"scaling": item}, f"{inner.path}uncertainty/{leaf.code}", "alternative")
    scaling = parse_scaling(holder, None, scale, leaf.scaling.direction)
    if scaling.LEARNT:
        raise holder.error("uncertainty", "an alternative scale must not learn from data")
    return scaling


def _aggregations(inner: SpecReader, root: Node) -> dict[str, tuple[Aggregation, ...]]:
    nodes = {node.code for node in root.nodes()}
    results = {}
    for code, listed in inner.section("aggregation", "aggregation alternatives").items():
        if code not in nodes:
            raise inner.error("uncertainty", f"no node is called {code!r}")
        results[code] = tuple(
            parse_aggregation(SpecReader({"aggregation": item}, code, "alternative"))
            for item in inner.as_list(listed, code)
        )
        if any(rule.kind == "copeland" for rule in results[code]):
            raise inner.error("uncertainty", "Copeland cannot be an alternative")
    return results
