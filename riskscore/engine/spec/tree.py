"""The tree of a method: leaves that read a column, nodes that join their children."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from riskscore.engine.arrays import Floats
from riskscore.engine.formulas.aggregation import Aggregation
from riskscore.engine.formulas.minimum import Minimum
from riskscore.engine.scaling.distribution import Distribution
from riskscore.engine.scaling.fixed import Scaling
from riskscore.engine.scaling.preparation import Preparation, RowImputation


@dataclass(frozen=True, slots=True)
class Weight:
    """A nominal weight, which may differ by group of units (the kind of project)."""

    default: float = 1.0
    by_group: tuple[tuple[str, float], ...] = ()

    @property
    def ever(self) -> bool:
        """True when the weight is not zero for some unit."""
        return self.default != 0 or any(value != 0 for _, value in self.by_group)


@dataclass(frozen=True, slots=True)
class Weighting:
    """How a node's weights come about: ``given`` by the children, or learnt (see ``weights``).

    ``table`` holds the AHP matrix or the votes of a budget allocation, one column per child.
    """

    kind: str = "given"
    allow_negative: bool = False
    table: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class MineralChoice:
    """Which of a project's minerals feeds a leaf: the ``worst``, the ``primary`` or their ``mean``,
    among the minerals that have one of the ``roles``. Of a node: the mineral whose own value of the
    whole node is the ``worst``, so that all leaves below speak about that one."""

    pick: str = "worst"
    roles: tuple[str, ...] = ("primary", "secondary")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One indicator of a method: which column, how it is scaled, how it counts."""

    code: str
    column: str
    label: str
    path: str
    scaling: Scaling
    weight: Weight = Weight()
    optional: bool = False
    raises_only: bool = False
    when_present: bool = False
    mineral: MineralChoice = MineralChoice()
    distribution: Distribution | None = None
    preparation: Preparation = field(default_factory=Preparation)
    reason: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A point of the tree that joins its children into one value.

    ``rules`` is the version of the rules of joining that the method was written for; 1 is kept so
    that scores of older methods can be recomputed bit for bit. With ``mineral`` the node is
    computed for each of a unit's minerals as a whole (``riskscore.engine.inputs.worst_mineral``).
    """

    code: str
    label: str
    path: str
    children: tuple[Node | Leaf, ...]
    aggregation: Aggregation = field(default_factory=Aggregation)
    minimum: Minimum = field(default_factory=Minimum)
    requires_any: tuple[str, ...] = ()
    weight: Weight = Weight()
    weighting: Weighting = field(default_factory=Weighting)
    row_imputation: RowImputation | None = None
    reference: Floats | None = None
    distribution: Distribution | None = None
    rules: int = 1
    mineral: MineralChoice | None = None
    reason: str = ""

    def leaves(self) -> Iterator[Leaf]:
        """All leaves below, depth first, in the order of the spec."""
        for child in self.children:
            if isinstance(child, Leaf):
                yield child
            else:
                yield from child.leaves()

    def nodes(self) -> Iterator[Node]:
        """This node and all nodes below, parents before children."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.nodes()


@dataclass(frozen=True, slots=True)
class Control:
    """Evidence of control: lowers the *residual* score of the nodes it names, never the score.

    ``column`` holds a strength 0..1; at full strength the node's residual score is lower by
    ``at_most`` (a share, 0..1). Several controls multiply. Unknown lowers nothing.
    """

    column: str
    reduces: tuple[str, ...]
    at_most: float
    reason: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of the scale, from ``start`` up to the next band."""

    code: str
    start: float
