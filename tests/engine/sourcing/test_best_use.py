"""The best use of a source, and what any use changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from riskscore.engine.sourcing.best_use import Market, best_use, change
from riskscore.engine.sourcing.new_tonnes import Rule
from riskscore.engine.sourcing.product import product

NONE = np.zeros(4, dtype=bool)
RISK = np.array([0.5, 0.2, 0.6, 0.3])
TONNES = arrays(np.float64, 4, elements=st.floats(0, 1e6, width=32))


def market(*imports: float, members: int | None = None) -> Market:
    inside = NONE.copy()
    if members is not None:
        inside[members] = True
    return Market(np.array(imports), inside, 0.0, 0.5, RISK)


def test_a_new_partner_is_best_used_until_it_is_as_large_as_the_largest() -> None:
    found = best_use(market(60, 30, 10, 0), np.array([3, 3, 2]), [100, 5, 100], Rule.LARGEST_FIRST)
    assert found.tonnes.tolist() == [30, 5, 25]  # the second, with 30, is then as large
    assert found.gain01.tolist() == [0.3, 0.05, 0.25]


def test_the_largest_partner_itself_gains_nothing() -> None:
    for rule in Rule:
        found = best_use(market(60, 30, 10, 0), np.array([0]), [50], rule)
        assert found.gain01.tolist() == [0.0]


def test_own_production_is_no_partner() -> None:
    """Of 60, 30, 10: with 30 tonnes N-1 falls to .3, with 60 no further, as the second stays, with
    95 to .05, and with 100 to nothing."""
    found = best_use(
        market(60, 30, 10, 0, members=3), np.full(5, 3), [30, 60, 75, 95, 400], Rule.LARGEST_FIRST
    )
    assert found.tonnes.tolist() == [30, 30, 75, 95, 100]
    assert found.gain01 == pytest.approx([0.3, 0.3, 0.45, 0.55, 0.6])
    found = best_use(market(60, 30, 10, 0, members=3), np.array([3]), [100], Rule.PRO_RATA)
    assert found.gain01 == pytest.approx([0.6])


def test_without_imports_there_is_nothing_to_gain() -> None:
    assert np.isnan(best_use(market(0, 0, 0, 0), np.array([1]), [5], Rule.PRO_RATA).gain01).all()


def test_what_a_use_changes_by_hand() -> None:
    """60, 30, 10 becomes 30, 30, 10, 30: N-1 from .6 to .3; HHI from .46 to .28; the share of the
    first from .6 to .3; GeoPolRisk .5 × (.3 × −.5 + .3 × .3) = −.03."""
    found = change(market(60, 30, 10, 0), 3, [30.0], Rule.LARGEST_FIRST, named=0)
    assert found.n1_01 == pytest.approx([-0.3])
    assert found.hhi01 == pytest.approx([-0.18])
    assert found.named01 == pytest.approx([-0.3])
    assert found.geopolrisk01 == pytest.approx([-0.03])


@given(
    TONNES,
    st.integers(0, 3),
    st.floats(0, 4e6, width=32),
    st.sampled_from(Rule),
    st.sampled_from([None, 0]),
)
def test_the_best_use_is_no_worse_than_any_other(
    imports: np.ndarray, place: int, offered: float, rule: Rule, member: int | None
) -> None:
    if member is not None:
        imports[member] = 0.0
    this = market(*imports, members=member)
    found = best_use(this, np.array([place]), [offered], rule)
    if imports.sum() == 0:
        return
    uses = np.linspace(0, offered, 23)
    falls = -change(this, place, uses, rule, named=-1).n1_01
    assert found.gain01[0] >= falls.max() - 1e-6
    at = change(this, place, found.tonnes, rule, named=-1)
    assert -at.n1_01[0] == pytest.approx(found.gain01[0], abs=1e-9)


@given(TONNES, st.integers(0, 3), st.lists(st.floats(0, 4e6, width=32), min_size=2, max_size=2))
def test_more_on_offer_never_gains_less(
    imports: np.ndarray, place: int, offered: list[float]
) -> None:
    imports[0] = 0.0
    for rule in Rule:
        less, more = best_use(
            market(*imports, members=0), np.array([place, place]), sorted(offered), rule
        ).gain01
        assert np.isnan(less) or more >= less - 1e-12


def test_tonnes_of_lithium_are_counted_as_carbonate() -> None:
    metal, oxide = product("lithium", "t Li", "processing"), product("lithium", "t", "processing")
    assert metal is not None
    assert oxide is not None
    assert metal.factor == pytest.approx(5.323, abs=0.0015)
    assert oxide.factor == pytest.approx(2.473, abs=0.0015)
    ore = product("copper", "t", "extraction")
    assert ore is not None
    assert not ore.exact
    assert product("natural_gas", "Mio m3", "") is None
