"""How an unknown cell of a column is drawn: from what the column shows where it is known.

A distribution is a list of equally likely values on the node's scale, overall and, where a group
of units is large enough, for the group. It is frozen with the method, so that a unit drawn alone
has the interval that it has among others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from riskscore.engine.arrays import Bools, Floats, Strings

VALUES = 64
"""Values that a learnt distribution keeps: its 1/128, 3/128, … quantiles."""
LEAST_IN_GROUP = 30
"""Units of a group that must be known before it has a distribution of its own."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """Equally likely values on the node's scale; ``by_group`` where a group has its own."""

    overall: tuple[float, ...]
    by_group: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def draw(self, u: Floats, group: Strings | None) -> Floats:
        """(draws, n) values for uniform numbers ``u`` in (0, 1) of n cells and their groups."""
        out = _pick(self.overall, u)
        for name, values in self.by_group.items() if group is not None else ():
            inside = np.asarray(group == name)
            if inside.any():
                out[:, inside] = _pick(values, u[:, inside])
        return out

    def state(self) -> dict[str, object]:
        """Plain values that JSON keeps exactly."""
        return {
            "overall": list(self.overall),
            "by_group": {name: list(values) for name, values in self.by_group.items()},
        }

    @classmethod
    def with_state(cls, state: Mapping[str, object]) -> Distribution:
        """The inverse of ``state``."""
        overall, groups = state["overall"], state["by_group"]
        assert isinstance(overall, Sequence) and isinstance(groups, Mapping)  # noqa: S101, PT018
        return cls(tuple(overall), {name: tuple(values) for name, values in groups.items()})


def learnt(scaled: Floats, known: Bools, group: Strings | None) -> Distribution | None:
    """The distribution of (n,) scaled values where they are ``known``; None where none is."""
    if not known.any():
        return None
    groups: dict[str, tuple[float, ...]] = {}
    for name in sorted(set(np.asarray(group)[known].tolist())) if group is not None else ():
        inside = known & np.asarray(group == name)
        if inside.sum() >= LEAST_IN_GROUP:
            groups[str(name)] = _quantiles(scaled[inside])
    return Distribution(_quantiles(scaled[known]), groups)


def _quantiles(values: Floats) -> tuple[float, ...]:
    """Order statistics, never a value between two levels of a table."""
    shares = (np.arange(VALUES) + 0.5) / VALUES
    return tuple(np.quantile(values, shares, method="inverted_cdf").tolist())


def _pick(values: Sequence[float], u: Floats) -> Floats:
    table = np.asarray(values, dtype=np.float64)
    return table[np.minimum((u * len(table)).astype(np.int64), len(table) - 1)]
