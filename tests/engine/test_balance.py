"""Means that some terms may only raise or lower: against trying every choice of terms."""

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscore.engine.arrays import Floats
from riskscore.engine.nodes.balance import Term, balanced, raised

VALUE = st.floats(0, 100, allow_subnormal=False)
MASS = st.floats(0.01, 3)
TERMS = st.lists(st.tuples(VALUE, MASS), max_size=5)
KNOWN = st.lists(st.tuples(VALUE, MASS), min_size=1, max_size=4)


def mean(terms: list[tuple[float, float]]) -> float:
    return sum(x * w for x, w in terms) / sum(w for _, w in terms)


def one(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def sums(terms: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    return one(sum(x * w for x, w in terms)), one(sum(w for _, w in terms))


def as_terms(terms: list[tuple[float, float]]) -> list[Term]:
    return [Term(one(x), w) for x, w in terms]


def choices(terms: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    every = chain.from_iterable(combinations(terms, size) for size in range(len(terms) + 1))
    return [list(choice) for choice in every]


def test_two_raising_leaves_give_the_same_score_in_either_order() -> None:
    # Known 50; B = 51 and C = 90, all of weight 1: C alone gives 70, and B lies below it.
    for terms in ([(51.0, 1.0), (90.0, 1.0)], [(90.0, 1.0), (51.0, 1.0)]):
        assert raised(*sums([(50, 1)]), as_terms(terms)).mean() == pytest.approx([70])


def test_the_highest_term_alone_is_the_mean_where_nothing_else_is_known() -> None:
    assert raised(one(0), one(0), as_terms([(20, 1), (80, 1), (60, 1)])).mean() == [80]


@given(KNOWN, TERMS)
def test_the_raised_mean_is_the_greatest_of_all_choices(
    known: list[tuple[float, float]], terms: list[tuple[float, float]]
) -> None:
    best = max(mean(known + choice) for choice in choices(terms))
    assert raised(*sums(known), as_terms(terms)).mean()[0] == pytest.approx(best, abs=1e-9)


@given(KNOWN, TERMS, st.tuples(VALUE, MASS))
def test_one_more_raising_term_never_lowers_the_mean(
    known: list[tuple[float, float]],
    terms: list[tuple[float, float]],
    more: tuple[float, float],
) -> None:
    before = raised(*sums(known), as_terms(terms)).mean()[0]
    after = raised(*sums(known), as_terms([*terms, more])).mean()[0]
    assert after >= before - 1e-9


@given(KNOWN, TERMS, TERMS)
def test_the_balanced_mean_is_the_least_over_choices_of_lowering_terms(
    known: list[tuple[float, float]],
    up: list[tuple[float, float]],
    down: list[tuple[float, float]],
) -> None:
    least = min(max(mean(known + low + high) for high in choices(up)) for low in choices(down))
    got = balanced(*sums(known), as_terms(up), as_terms(down))[0]
    assert got == pytest.approx(least, abs=1e-9)
