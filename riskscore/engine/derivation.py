"""From observations to indicators: the domain rules, each a pure function.

A rule takes all observations and the axes and returns a Table, or None where it does not apply
(an importer's indicator when nobody imports) or has no observation to start from.
"""

from __future__ import annotations

from collections.abc import Mapping

from riskscore.engine import (
    derive_awaited,
    derive_governance,
    derive_labour,
    derive_supply,
    derive_trade,
)
from riskscore.engine.derive_rows import Rule
from riskscore.engine.observations import Axes, Observations, Table

RULES: dict[str, Rule] = {
    **derive_governance.RULES,
    **derive_supply.RULES,
    **derive_trade.RULES,
    **derive_labour.RULES,
    **derive_awaited.RULES,
}


def derive(observations: Mapping[str, Observations], axes: Axes) -> dict[str, Table]:
    """Tables of every indicator that the observations support, seen from the axes' importer."""
    tables = {key: rule(observations, axes) for key, rule in RULES.items()}
    return {key: table for key, table in tables.items() if table is not None}
