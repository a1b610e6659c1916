"""Which members a blend holds is decided by the years that choose, and only harm excludes."""

import numpy as np

from riskscore.learning.data.panel import Floats, Ints
from riskscore.learning.fit import blending
from riskscore.learning.fit.estimators import log_odds, probability


def invented(size: int = 2000) -> tuple[Floats, Floats, Ints]:
    """True log-odds, outcomes drawn from them, and forty places."""
    generator = np.random.default_rng(0)
    odds = generator.normal(-2, 1.5, size)
    outcome = (generator.uniform(size=size) < probability(odds)).astype(np.float64)
    return odds, outcome, generator.integers(0, 40, size)


def noisy(odds: Floats, spread: float, seed: int) -> Floats:
    return probability(odds + np.random.default_rng(100 + seed).normal(0, spread, odds.size))


def test_members_that_err_apart_are_all_kept() -> None:
    odds, outcome, place = invented()
    parts = {name: noisy(odds, 1.0, seed) for seed, name in enumerate("abc")}
    assert blending.kept(parts, outcome, place, 0) == ("a", "b", "c")


def test_a_member_that_does_harm_is_left_out() -> None:
    odds, outcome, place = invented()
    parts = {"a": noisy(odds, 0.3, 0), "harmful": noisy(-odds, 1.0, 1), "b": noisy(odds, 0.3, 2)}
    assert blending.kept(parts, outcome, place, 0) == ("a", "b")


def test_one_member_is_always_left() -> None:
    odds, outcome, place = invented()
    assert blending.kept({"a": noisy(-odds, 3.0, 0)}, outcome, place, 0) == ("a",)


def test_every_blend_is_compared_after_its_own_line() -> None:
    odds, outcome, _ = invented()
    parts = {"a": noisy(odds, 1.0, 0), "b": noisy(odds, 1.0, 1)}
    rows = {row["members"]: row for row in blending.compared(parts, outcome)}
    assert rows.keys() == {"a", "b", "a + b"}
    assert rows["a + b"]["log_loss"] < min(rows["a"]["log_loss"], rows["b"]["log_loss"])
    # A line cannot be fooled by a member that is merely too sure of itself.
    sure = {"a": parts["a"], "b": probability(1.5 * log_odds(parts["b"]))}
    alone = blending.compared(sure, outcome)[1]
    assert abs(alone["log_loss"] - rows["b"]["log_loss"]) < 1e-3
