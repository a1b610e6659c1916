"""Who made the score what it is: shares of a node among its children that add up to the node.

An arithmetic node splits as its weights say. Any other node is split by the Shapley value of the
game v(S) = the node's value when the children outside S are 0 and keep their weights; since
v(∅) = 0, the shares add up to the node's value exactly. Source: Shapley (1953).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial

import numpy as np

from riskscore.engine.arrays import Floats, over
from riskscore.engine.formulas.aggregation import Aggregation

MOST_ENUMERATED = 10
"""Players up to which all coalitions are visited (1,024)."""


def mean_shares(rule: Aggregation, terms: Floats, counts: Floats, value: Floats) -> Floats:
    """(m, n) shares of a power mean's value.

    ``terms`` (m, n) are w·f(x)/Σw, 0 where unknown; ``counts`` is 1 where a child counts, else 0;
    ``value`` (n,) is the node's value. With p ≤ 0 a single absent (zero) child makes the mean
    zero, so all counted children share alike. With more than ten children the shares are
    Aumann–Shapley's, terms over their sum, which for a power mean also add up.
    """
    if rule.p <= 0:
        number = counts.sum(axis=0)
        return counts * over(value, number, 0.0)
    if len(terms) > MOST_ENUMERATED:
        total = terms.sum(axis=0)
        return terms * over(value, total, 0.0)
    return enumerated_shares(rule, terms)


def enumerated_shares(rule: Aggregation, terms: Floats) -> Floats:
    """(m, n) exact Shapley shares of v(S) = f⁻¹(Σ_S terms)."""
    m, n = terms.shape
    shares = shapley(m, n, lambda coalition: rule.inverse(_sum(terms, coalition)))
    # A null player's share may round to −1e-17; adding 0 turns −0 into 0.
    return np.maximum(shares, 0.0) + 0.0


def majority_shares(margins: Floats, tie: float) -> Floats:
    """(m, n) exact Shapley shares of a Copeland score: Σ_r sign(Σ_S margins).

    ``margins`` (m, n, r) are each child's weight times +1, 0 or −1 against reference unit r. An
    absent child is a tie. Above ten children each pair's ±1 is split by the shares of the winning
    margin (Aumann–Shapley), which also add up.
    """
    if len(margins) > MOST_ENUMERATED:
        margin = margins.sum(axis=0)
        decided = np.abs(margin) > tie
        share = np.divide(1.0, np.abs(margin), out=np.zeros_like(margin), where=decided)
        return np.asarray((margins * share).sum(axis=2))

    def worth(coalition: tuple[int, ...]) -> Floats:
        margin = _sum(margins, coalition)
        return np.asarray((np.sign(margin) * (np.abs(margin) > tie)).sum(axis=1))

    return shapley(len(margins), margins.shape[1], worth)


def shapley(m: int, n: int, worth: Callable[[tuple[int, ...]], Floats]) -> Floats:
    """(m, n) shares of n games of m players with v(∅) = 0; all 2^m coalitions visited once."""
    shares = np.zeros((m, n))
    for size in range(1, m + 1):
        joins = factorial(size - 1) * factorial(m - size) / factorial(m)
        leaves = factorial(size) * factorial(m - size - 1) / factorial(m) if size < m else 0.0
        for coalition in combinations(range(m), size):
            value = worth(coalition)
            for player in range(m):
                if player in coalition:
                    shares[player] += joins * value
                else:
                    shares[player] -= leaves * value
    return shares


def _sum(terms: Floats, players: tuple[int, ...]) -> Floats:
    total = np.zeros(terms.shape[1:])
    for player in players:
        total += terms[player]
    return total


def max_shares(values: Floats) -> Floats:
    """(m, n) exact Shapley shares of the maximum (the airport game); NaN counts as absent.

    Sorted upwards, the step from one value to the next is shared alike by all at or above it.
    Values must be ≥ 0.
    """
    x = np.nan_to_num(values, nan=0.0)
    order = np.argsort(x, axis=0, kind="stable")
    ranked = np.take_along_axis(x, order, axis=0)
    m = len(x)
    steps = np.diff(ranked, axis=0, prepend=0.0) / (m - np.arange(m))[:, None]
    running = np.empty_like(steps)
    total = np.zeros(steps.shape[1])
    for i in range(m):
        total = total + steps[i]
        running[i] = total
    shares = np.empty_like(x)
    np.put_along_axis(shares, order, running, axis=0)
    return shares
