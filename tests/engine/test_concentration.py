"""Concentration and supply risk, by hand."""

import numpy as np
import pytest

from riskscore.engine import NumberError
from riskscore.engine.formulas import concentration as con
from riskscore.engine.formulas import geopolrisk
from riskscore.engine.formulas import supply_risk as risk

NAN = float("nan")


def test_every_name_states_its_scale() -> None:
    amounts = [60.0, 30.0, 10.0]
    assert con.hhi01(amounts) == pytest.approx(0.46)
    assert con.hhi10k(amounts) == pytest.approx(4600)
    assert con.hhi_normalised(amounts) == pytest.approx((0.46 - 1 / 3) / (2 / 3))
    assert con.effective_number(amounts) == pytest.approx(1 / 0.46)
    assert con.concentration_ratio(amounts) == pytest.approx(0.6)
    assert con.concentration_ratio([40.0, 30.0, 20.0, 10.0], 3) == pytest.approx(0.9)
    assert con.concentration_ratio(amounts, 9) == pytest.approx(1.0)


def test_a_matrix_gives_one_number_per_row_and_unknown_producers_are_left_out() -> None:
    table = [[1.0, 1.0, NAN], [5.0, 0.0, 0.0], [NAN, NAN, NAN], [0.0, 0.0, 0.0]]
    found = con.hhi01(table)
    assert found[:2].tolist() == [0.5, 1.0]
    assert np.isnan(found[2:]).all()


def test_scale_does_not_matter_even_at_the_ends_of_floating_point() -> None:
    for size in (1e300, 1.0, 1e-300):
        assert con.hhi01(np.array([3.0, 1.0]) * size) == pytest.approx(0.625)
    assert con.hhi01([5e-324, 5e-324]) == pytest.approx(0.5)


def test_one_producer_is_one_and_no_market_is_unknown() -> None:
    assert con.hhi01([7.0]) == 1.0
    assert np.isnan(con.hhi_normalised([7.0]))
    assert np.isnan(con.hhi01([]))


@pytest.mark.parametrize("amounts", [[-1.0, 2.0], [float("inf"), 1.0]])
def test_impossible_amounts_are_refused(amounts: list[float]) -> None:
    with pytest.raises(NumberError, match="finite and not negative"):
        con.hhi01(amounts)


def test_governance_weighs_squared_shares() -> None:
    # One country, WGI −2.5 (risk 10), t 1.5: the Commission's ceiling of 15.
    assert con.hhi_wgi([1.0], con.wgi_risk10([-2.5]), 1.5) == pytest.approx(15.0)
    half = con.hhi_wgi([1.0, 1.0], con.wgi_risk01([2.5, -2.5]))
    assert half == pytest.approx(0.25)
    assert con.wgi_risk01([3.0, -3.0]).tolist() == [0.0, 1.0]


def test_rest_of_world_is_never_one_country() -> None:
    low, high = con.rest_of_world_bounds([40.0, 20.0], 40.0)
    assert low == pytest.approx(0.2)
    # Two blocks no larger than the smallest named share.
    assert high == pytest.approx(0.2 + 2 * 0.04)
    assert con.rest_of_world_bounds([50.0, 50.0], 0.0) == (0.5, 0.5)
    assert np.isnan(con.rest_of_world_bounds([], 5.0)).all()


def test_removing_and_adding_a_producer_moves_the_index() -> None:
    market = [50.0, 30.0, 20.0]
    assert con.delta_hhi01(market, 0, -50.0) == pytest.approx(0.52 - 0.38)
    assert con.delta_hhi01(market, 3, 100.0) == pytest.approx(0.345 - 0.38)
    with pytest.raises(NumberError, match="cannot lose"):
        con.delta_hhi01(market, 2, -21.0)
    assert con.merger_delta_hhi10k(0.3, 0.2) == pytest.approx(1200)


def test_the_commissions_formula_by_hand() -> None:
    # (6·0.8/2 + 2·(1 − 0.4))·(1 − 0.25)·0.9
    found = risk.ec_supply_risk(6.0, 2.0, 0.8, 0.25, 0.9)
    assert found == pytest.approx((6 * 0.4 + 2 * 0.6) * 0.75 * 0.9)
    assert risk.ec_critical([1.0, 0.9, 1.0], [2.8, 9.0, 2.7]).tolist() == [True, False, False]
    with pytest.raises(NumberError, match="percent"):
        risk.ec_supply_risk(6.0, 2.0, 80.0)


def test_import_reliance_by_hand() -> None:
    assert risk.import_reliance(80.0, 20.0, 40.0) == pytest.approx(0.6)
    assert risk.import_reliance(10.0, 90.0, 100.0) == 0.0
    assert risk.net_import_reliance(100.0, 10.0, 60.0) == pytest.approx(-1.0)
    assert risk.net_import_reliance(40.0, 80.0, 20.0, 20.0) == pytest.approx(80 / 120)


def test_partners_of_unknown_governance_are_in_the_middle_and_members_carry_no_risk() -> None:
    assert geopolrisk.partner_risk([NAN, -2.5, 2.5]).tolist() == [0.5, 1.0, 0.0]
    assert geopolrisk.partner_risk([-2.5, -2.5], [True, False]).tolist() == [0.0, 1.0]


def test_geopolrisk_by_hand() -> None:
    found = geopolrisk.geopolrisk([75.0, 25.0], [30.0, 10.0], [1.0, 0.5], 60.0, [60.0, 20.0])
    assert found.hhi == pytest.approx(0.625)
    assert found.import_risk == pytest.approx(0.35)
    assert found.score == pytest.approx(0.625 * 0.35)
    assert found.price == pytest.approx(2.0)
    assert found.characterisation == pytest.approx(found.score * 2.0 / 0.409412948)
