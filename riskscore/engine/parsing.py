"""From a plain dict (parsed YAML or JSON) to the tree, with one clear error per broken rule."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from riskscore.engine import catalogue
from riskscore.engine.aggregation import FIXED_P, KINDS, Aggregation
from riskscore.engine.catalogue import Indicator
from riskscore.engine.errors import UnknownIndicator
from riskscore.engine.gaps import Minimum
from riskscore.engine.parsing_scaling import parse_scaling
from riskscore.engine.reading import Section
from riskscore.engine.tree import Band, Control, Leaf, MineralChoice, Node, Weight

ROLES = ("primary", "secondary", "other")
PICKS = ("worst", "primary", "mean")


@dataclass(slots=True)
class Parser:
    """Parses one tree; remembers codes (to refuse duplicates) and ancestors (to refuse cycles)."""

    scale: tuple[float, float]
    codes: set[str] = field(default_factory=set)
    ancestors: list[int] = field(default_factory=list)

    def child(self, spec: Any, parent: str) -> Node | Leaf:
        """A leaf if the mapping names an indicator or a column, else a node."""
        if id(spec) in self.ancestors:
            raise Section({}, parent, "tree").error("cycle", "a node contains itself")
        section = Section(spec, parent, "node")
        is_leaf = section.has("indicator") or section.has("column")
        default = section.get("indicator", None) or section.get("column", None)
        code = section.text("code", default) if is_leaf else section.text("code")
        section.path = f"{parent}/{code}" if parent else code
        if code in self.codes:
            raise section.error("duplicate code", f"the code {code!r} is used twice")
        self.codes.add(code)
        self.ancestors.append(id(spec))
        found = self.leaf(section, code) if is_leaf else self.node(section, code)
        self.ancestors.pop()
        return found

    def node(self, section: Section, code: str) -> Node:
        """A node and all below it."""
        listed = section.get("children")
        if not isinstance(listed, (list, tuple)) or not listed:
            raise section.error("no children", "'children' must be a list of one or more nodes")
        children = tuple(self.child(item, section.path) for item in listed)
        node = Node(
            code=code,
            label=section.text("label", code),
            path=section.path,
            children=children,
            aggregation=aggregation(section),
            minimum=minimum(section),
            requires_any=section.texts("requires_any"),
            weight=weight(section),
            reason=section.text("reason", ""),
        )
        section.done()
        check_node(section, node)
        return node

    def leaf(self, section: Section, code: str) -> Leaf:
        """A leaf; its column must be in the catalogue if it is named as an ``indicator``."""
        row = catalogue_row(section)
        column = row.key if row else section.text("column")
        leaf = Leaf(
            code=code,
            column=column,
            label=section.text("label", row.label if row else code),
            path=section.path,
            scaling=parse_scaling(section, row, self.scale, direction(section, row)),
            weight=weight(section),
            optional=section.flag("optional", default=False),
            when_present=section.flag("when_present", default=False),
            mineral=mineral_choice(section),
            unknown_for=section.texts("unknown_for"),
            known_range=section.pair("known_range") if section.has("known_range") else None,
            reason=section.text("reason", ""),
            source=section.text("source", ""),
        )
        section.done()
        return leaf


def catalogue_row(section: Section) -> Indicator | None:
    """The catalogue's row of an ``indicator`` leaf; None for a ``column`` of one's own."""
    if not section.has("indicator"):
        return None
    if section.has("column"):
        raise section.error("ambiguous", "give 'indicator' or 'column', not both")
    try:
        return catalogue.get(section.text("indicator"))
    except UnknownIndicator as error:
        raise section.error("unknown indicator", str(error)) from None


def direction(section: Section, row: Indicator | None) -> int:
    """+1 when a higher raw value gives a higher score."""
    value = section.get("direction", row.worse if row else 1)
    if value not in (1, -1) or isinstance(value, bool):
        raise section.error("direction", f"'direction' must be 1 or -1, got {value!r}")
    if row is not None and value != row.worse:
        raise section.error("direction", f"{row.key} has direction {row.worse} in the catalogue")
    return int(value)


def weight(section: Section) -> Weight:
    """A number, or a mapping of groups to numbers with a ``default``."""
    value = section.get("weight", 1.0)
    if not isinstance(value, dict):
        return Weight(_weight(section, value))
    by_group = Section(value, section.path, "weight")
    default = _weight(by_group, by_group.get("default"))
    others = [(name, _weight(by_group, v)) for name, v in by_group.items() if name != "default"]
    return Weight(default, tuple(others))


def _weight(section: Section, value: Any) -> float:
    number = section.as_number(value, "weight")
    if number < 0:
        raise section.error("negative weight", f"a weight cannot be negative, got {number:g}")
    return number


def aggregation(section: Section) -> Aggregation:
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


def minimum(section: Section) -> Minimum:
    """``minimum`` of a node: by weight, by share of the children, by their count."""
    inner = section.section("minimum", "minimum")
    count = inner.number("count", 1, low=1)
    found = Minimum(
        inner.number("weight", 0.0, low=0.0, high=1.0),
        inner.number("share", 0.0, low=0.0, high=1.0),
        int(count),
    )
    if count != found.count:
        raise inner.error("type", f"'count' must be a whole number, got {count:g}")
    inner.done()
    return found


def mineral_choice(section: Section) -> MineralChoice:
    """``mineral`` of a leaf: which of a project's minerals feeds it."""
    inner = section.section("mineral", "mineral")
    pick = inner.choice("pick", PICKS, "worst")
    roles = inner.texts("roles", ("primary", "secondary"))
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        raise inner.error("unknown value", f"'roles' are some of {ROLES}, got {roles}")
    inner.done()
    return MineralChoice(pick, roles)


def check_node(section: Section, node: Node) -> None:
    """Rules that need the whole node."""
    if not any(child.weight.ever for child in node.children):
        raise section.error("weights all zero", "at least one child needs a weight above 0")
    if node.minimum.count > len(node.children):
        raise section.error("minimum", "'count' asks for more children than there are")
    below = {leaf.code for leaf in node.leaves()}
    for code in node.requires_any:
        if code not in below:
            raise section.error("requires_any", f"{code!r} is not a leaf below this node")
    check_sign(section, node)


def check_sign(section: Section, node: Node) -> None:
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
                "zero without floor",
                f"a {rule.kind} mean with zeros needs a floor; see {child.code}",
            )


def least(child: Node | Leaf) -> float:
    """The smallest value a child can have."""
    if isinstance(child, Leaf):
        return child.scaling.span()[0]
    if child.aggregation.kind == "copeland" and not child.aggregation.rescale:
        return -math.inf
    lows = [least(grandchild) for grandchild in child.children]
    return max(min(lows), child.aggregation.floor or -math.inf)


def parse_controls(section: Section, root: Node) -> tuple[Control, ...]:
    """The method's ``controls``."""
    nodes = {node.code for node in root.nodes()}
    found = []
    for inner in section.sections("controls", "control"):
        row = catalogue_row(inner)
        control = Control(
            column=row.key if row else inner.text("column"),
            reduces=inner.texts("reduces"),
            at_most=inner.number("at_most", low=0.0, high=1.0),
            reason=inner.text("reason", ""),
            source=inner.text("source", ""),
        )
        unknown = [code for code in control.reduces if code not in nodes]
        if unknown:
            raise inner.error("controls", f"{control.column} reduces unknown nodes {unknown}")
        inner.done()
        found.append(control)
    return tuple(found)


def parse_bands(section: Section, scale: tuple[float, float]) -> tuple[Band, ...]:
    """The method's ``bands``, upwards from the bottom of the scale."""
    bands = []
    for inner in section.sections("bands", "band"):
        bands.append(Band(inner.text("code"), inner.number("from")))
        inner.done()
    starts = [band.start for band in bands]
    if bands and (starts != sorted(set(starts)) or starts[0] != scale[0]):
        raise section.error("bands", f"bands must rise from the scale's bottom, got {starts}")
    return tuple(bands)
