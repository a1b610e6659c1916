"""Moving imports to another partner, and formulas that point opposite ways."""

import numpy as np
import pytest

from riskscore.engine.errors import NumberError
from riskscore.engine.sourcing.moves import moves
from riskscore.engine.sourcing.supply_mix import Supply

SUPPLY = Supply(np.array([80.0, 20.0, 0.0]), np.array(0.0))
RISK = np.array([0.5, 0.3, 0.7])


def test_a_tenth_moved_by_hand() -> None:
    found = moves(SUPPLY, 0, 0.1, 0.5, RISK)
    assert found.tonnes == 10
    assert found.n1 == pytest.approx([0, -0.1, -0.1])
    # .64 + .04 = .68 before; .49 + .09 = .58; .49 + .04 + .01 = .54
    assert found.hhi == pytest.approx([0, -0.10, -0.14])
    # .5 × (.5 × 80 + .3 × 20) ÷ 100 = .23 before; ± .5 × .2 × 10 ÷ 100
    assert found.geopolrisk == pytest.approx([0, -0.01, 0.01])
    assert found.geopolrisk_part == pytest.approx([0, -0.01 / 0.23, 0.01 / 0.23])
    assert found.opposite().tolist() == [False, False, True]


def test_no_more_is_moved_than_the_partner_sells() -> None:
    assert moves(SUPPLY, 1, 0.5, 0.5, RISK).tonnes == 20


def test_moving_nothing_changes_nothing() -> None:
    found = moves(SUPPLY, 0, 0.0, 0.5, RISK)
    assert not found.hhi.any()
    assert not found.n1.any()
    assert not found.geopolrisk.any()


def test_a_part_is_a_share() -> None:
    with pytest.raises(NumberError, match="between 0 and 1"):
        moves(SUPPLY, 0, 10, 0.5, RISK)
