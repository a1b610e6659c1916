"""Two axes kept apart: dependence reduced and human cost, and who is better on both.

An option is two intervals: by how much it lowers dependence (more is better), and its human cost
(less is better). One option is better than another only where both pairs of intervals are apart;
else the two are *not told apart*, and the question is which single fact would decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from riskscore.engine.arrays import Bools, Counts, Floats


@dataclass(frozen=True, slots=True)
class Options:
    """Options with bounds, arrays of one length n.

    ``gain_low`` ≤ ``gain_high``: how much less dependence, in any one unit. ``cost_low`` ≤
    ``cost_high``: human cost, 0..100.
    """

    gain_low: Floats
    gain_high: Floats
    cost_low: Floats
    cost_high: Floats

    def __len__(self) -> int:
        return len(self.gain_low)

    def take(self, rows: Counts | Bools) -> Options:
        """Some of the options."""
        return Options(
            self.gain_low[rows], self.gain_high[rows], self.cost_low[rows], self.cost_high[rows]
        )


def better(first: Options, second: Options) -> Bools:
    """(n, m) whether option i of the first is better than option j of the second.

    Better is: at least as much less dependence and no more human cost, whatever the unknown turns
    out to be, and strictly so on one of the two axes.
    """
    gain, least = first.gain_low[:, np.newaxis], second.gain_high[np.newaxis, :]
    cost, most = first.cost_high[:, np.newaxis], second.cost_low[np.newaxis, :]
    no_worse = (gain >= least) & (cost <= most)
    return np.asarray(no_worse & ((gain > least) | (cost < most)), dtype=bool)


def undominated(options: Options) -> Bools:
    """(n,) whether no other option is better on both axes.

    In order of falling ``gain_low`` the smallest ``cost_high`` so far decides: n log n, not n².
    """
    order = np.argsort(-options.gain_low, kind="stable")
    floor = np.minimum.accumulate(options.cost_high[order])
    starts = -options.gain_low[order]
    result = np.ones(len(options), dtype=bool)
    # Those with gain_low >= this one's gain_high.
    reach = np.searchsorted(starts, -options.gain_high, side="right")
    some = reach > 0
    best = np.where(some, floor[np.maximum(reach - 1, 0)], np.inf)
    result[best < options.cost_low] = False
    # Equal cost beats only with strictly more gain.
    strict = np.searchsorted(starts, -options.gain_high, side="left")
    best = np.where(strict > 0, floor[np.maximum(strict - 1, 0)], np.inf)
    result[best <= options.cost_low] = False
    return result


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing not known of some options, and the bounds they would have if it were known.

    ``name`` says which fact; ``if_low`` and ``if_high`` are the options if it turned out at either
    end of what it can be, in the order of the options it was asked about.
    """

    name: str
    if_low: Options
    if_high: Options


def decides(fact: Fact, options: Options, against: Options, itself: Counts) -> Floats:
    """(n,) how many more of ``against`` an option is told apart from once the fact is known.

    The mean over both ends of what the fact can be: the value of its information for the question,
    counted in comparisons (expected value of perfect information with a choice of two outcomes of
    equal weight; Howard, R. A. (1966), Information value theory). ``itself`` (n,) says where each
    option stands in ``against``: it is not compared with itself.
    """
    now = told_apart_from(options, against, itself)
    ends = [told_apart_from(end, against, itself) for end in (fact.if_low, fact.if_high)]
    return np.asarray((ends[0] + ends[1]) / 2 - now, dtype=np.float64)


def told_apart_from(options: Options, against: Options, itself: Counts) -> Floats:
    """(n,) from how many of ``against``, itself not counted, each option is told apart."""
    apart = better(options, against) | better(against, options).T
    apart[np.arange(len(options)), itself] = False
    return np.asarray(apart.sum(axis=1), dtype=np.float64)


def with_gain(options: Options, low: Floats, high: Floats) -> Options:
    """The options with other bounds of what dependence they reduce."""
    return replace(options, gain_low=low, gain_high=high)


def with_cost(options: Options, low: Floats, high: Floats) -> Options:
    """The options with other bounds of human cost."""
    return replace(options, cost_low=low, cost_high=high)
