"""From a plain dict (parsed YAML or JSON) to the tree, with one clear error per broken rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from riskscore.engine import catalogue
from riskscore.engine.catalogue import Indicator
from riskscore.engine.errors import UnknownIndicator
from riskscore.engine.scaling.screening import Screening
from riskscore.engine.spec.parse_leaf import (
    ROLES,
    parse_mineral_of_node,
    parse_minerals,
    parse_preparation,
    parse_weight,
)
from riskscore.engine.spec.parse_node import (
    check_node,
    parse_aggregation,
    parse_minimum,
    parse_row_imputation,
    parse_weighting,
)
from riskscore.engine.spec.parse_scaling import parse_scaling
from riskscore.engine.spec.reader import REQUIRED, SpecReader
from riskscore.engine.spec.tree import Band, Control, Leaf, MineralChoice, Node

DEEPEST = 50
"""Levels of a tree; a deeper one is a mistake, and Python's own stack would end at some 300."""


@dataclass(slots=True)
class Parser:
    """Parses one tree; remembers codes (to refuse duplicates) and ancestors (to refuse cycles)."""

    scale: tuple[float, float]
    rules: int = 1
    leaf_defaults: Mapping[str, Any] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    ancestors: list[int] = field(default_factory=list)
    #: Path of the node above that chooses the mineral for all below it.
    chosen_at: str = ""

    def child(self, spec: Any, parent: str) -> Node | Leaf:
        """A leaf if the mapping names an indicator or a column, else a node."""
        if len(self.ancestors) >= DEEPEST:
            raise SpecReader({}, parent, "tree").error("depth", f"more than {DEEPEST} levels deep")
        if id(spec) in self.ancestors:
            raise SpecReader({}, parent, "tree").error("cycle", "a node contains itself")
        is_leaf = isinstance(spec, Mapping) and bool({"indicator", "column"} & spec.keys())
        section = SpecReader({**self.leaf_defaults, **spec} if is_leaf else spec, parent, "node")
        section.what = "leaf" if is_leaf else "node"
        default = section.get("indicator", None) or section.get("column", None) if is_leaf else None
        code = section.text("code", default) if default else section.text("code")
        section.path = f"{parent}/{code}" if parent else code
        if code in self.codes:
            raise section.error("duplicate code", f"the code {code!r} is used twice")
        self.codes.add(code)
        self.ancestors.append(id(spec))
        result = self.leaf(section, code) if is_leaf else self.node(section, code)
        self.ancestors.pop()
        return result

    def node(self, section: SpecReader, code: str) -> Node:
        """A node and all below it."""
        listed = section.get("children")
        if not isinstance(listed, (list, tuple)) or not listed:
            raise section.error("no children", "'children' must be a list of one or more nodes")
        mineral = self._mineral(section)
        outside, self.chosen_at = self.chosen_at, section.path if mineral else self.chosen_at
        children = tuple(self.child(item, section.path) for item in listed)
        self.chosen_at = outside
        node = Node(
            code=code,
            label=section.text("label", code),
            path=section.path,
            children=children,
            aggregation=parse_aggregation(section),
            minimum=parse_minimum(section),
            requires_any=section.texts("requires_any"),
            weight=parse_weight(section),
            weighting=parse_weighting(section, len(children)),
            row_imputation=parse_row_imputation(section),
            rules=self.rules,
            mineral=mineral,
            reason=section.text("reason", ""),
        )
        section.text("source", "")
        section.done()
        check_node(section, node)
        return node

    def _mineral(self, section: SpecReader) -> MineralChoice | None:
        """The choice of a node, or None; there is at most one on the way from root to leaf."""
        if self.chosen_at and section.has("mineral"):
            raise section.error(
                "mineral", f"{self.chosen_at} chooses the mineral for all below it; leave it out"
            )
        return parse_mineral_of_node(section)

    def _mineral_of_leaf(self, section: SpecReader) -> MineralChoice:
        """The choice of a leaf. Below a node that chooses it may only say of which roles it speaks:
        of a mineral with another role it is unknown."""
        if not self.chosen_at:
            return parse_minerals(section)
        stated = section.get("mineral", {})
        if not isinstance(stated, Mapping) or "pick" in stated:
            raise section.error(
                "mineral",
                f"{self.chosen_at} chooses the mineral for all below it; leave 'pick' out",
            )
        return parse_minerals(section) if stated else MineralChoice("worst", ROLES)

    def leaf(self, section: SpecReader, code: str) -> Leaf:
        """A leaf; its column must be in the catalogue if it is named as an ``indicator``."""
        row = catalogue_row(section)
        leaf = Leaf(
            code=code,
            column=row.key if row else section.text("column"),
            label=section.text("label", row.label if row else code),
            path=section.path,
            scaling=parse_scaling(section, row, self.scale, direction(section, row)),
            weight=parse_weight(section),
            optional=section.flag("optional", default=False),
            raises_only=section.flag("raises_only", default=False),
            when_present=section.flag("when_present", default=False),
            mineral=self._mineral_of_leaf(section),
            preparation=parse_preparation(section),
            reason=section.text("reason", ""),
            source=section.text("source", ""),
        )
        section.done()
        return leaf


def check_minerals(root: Node) -> None:
    """Refuse a column that two parts of the tree would read of different minerals.

    A frame has one column of a name; where a node chooses the mineral, all of its columns are
    about that one.
    """
    chosen = {
        node.code: {leaf.column for leaf in node.leaves()} for node in root.nodes() if node.mineral
    }
    for node in root.nodes():
        if node.mineral is None:
            continue
        below = {leaf.code for leaf in node.leaves()}
        for leaf in root.leaves():
            if leaf.code not in below and leaf.column in chosen[node.code] and _has_mineral(leaf):
                raise SpecReader({}, leaf.path, "leaf").error(
                    "mineral",
                    f"{leaf.column} is read below {node.path} too, which chooses the mineral; "
                    "read it at one place",
                )


def _has_mineral(leaf: Leaf) -> bool:
    row = catalogue.INDICATORS.get(leaf.column)
    return row is not None and "mineral" in row.level


def catalogue_row(section: SpecReader) -> Indicator | None:
    """The catalogue's row of an ``indicator`` leaf; None for a ``column`` of one's own."""
    if not section.has("indicator"):
        return None
    if section.has("column"):
        raise section.error("ambiguous", "give 'indicator' or 'column', not both")
    try:
        return catalogue.get(section.text("indicator"))
    except UnknownIndicator as error:
        raise section.error("unknown indicator", str(error)) from None


def direction(section: SpecReader, row: Indicator | None) -> int:
    """+1 when a higher raw value gives a higher score."""
    value = section.get("direction", row.worse if row else 1)
    if value not in (1, -1) or isinstance(value, bool):
        raise section.error("direction", f"'direction' must be 1 or -1, got {value!r}")
    if row is not None and value != row.worse:
        raise section.error("direction", f"{row.key} has direction {row.worse} in the catalogue")
    return int(value)


def parse_controls(section: SpecReader, root: Node) -> tuple[Control, ...]:
    """The method's ``controls``."""
    nodes = {node.code for node in root.nodes()}
    results = []
    for inner in section.sections("controls", "control"):
        row = catalogue_row(inner)
        control = Control(
            column=row.key if row else inner.text("column"),
            reduces=inner.texts("reduces", REQUIRED),
            at_most=inner.number("at_most", low=0.0, high=1.0),
            reason=inner.text("reason", ""),
            source=inner.text("source", ""),
        )
        unknown = [code for code in control.reduces if code not in nodes]
        if unknown:
            raise inner.error("controls", f"{control.column} reduces unknown nodes {unknown}")
        inner.done()
        results.append(control)
    return tuple(results)


def parse_screening(section: SpecReader) -> Screening | None:
    """The method's ``screening``: which units may shape what ``fit`` learns."""
    if not section.has("screening"):
        return None
    inner = section.section("screening", "screening")
    result = Screening(
        known=inner.number("known", 2 / 3, low=0.0, high=1.0),
        nonzero=inner.number("nonzero", 0.0, low=0.0, high=1.0),
        after_imputation=inner.flag("after_imputation", default=False),
        force_in=inner.texts("force_in"),
        force_out=inner.texts("force_out"),
    )
    inner.done()
    return result


def parse_bands(section: SpecReader, scale: tuple[float, float]) -> tuple[Band, ...]:
    """The method's ``bands``, upwards from the bottom of the scale."""
    bands = []
    for inner in section.sections("bands", "band"):
        bands.append(Band(inner.text("code"), inner.number("from")))
        inner.done()
    starts = [band.start for band in bands]
    if bands and (starts != sorted(set(starts)) or starts[0] != scale[0]):
        raise section.error("bands", f"bands must rise from the scale's bottom, got {starts}")
    return tuple(bands)
