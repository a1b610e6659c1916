"""Published supply-risk formulas: the European Commission's SR and GeoPolRisk.

Shares and rates are 0..1 unless a name says otherwise. Arguments may be arrays of equal shape: one
material per element. NaN means unknown and makes the answer NaN, except where a formula has a
variant for it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats, over
from riskscore.engine.errors import NumberError
from riskscore.engine.formulas.concentration import hhi01, wgi_risk01

COPPER_KUSD_PER_T = 0.409412948
"""GeoPolRisk's reference: the OECD average midpoint of copper, 2017–2021, by which the
characterisation factor divides (kg Cu-eq per kg)."""


def _rates(**named: npt.ArrayLike) -> list[Floats]:
    """Arguments as floats; NumberError names one that leaves 0..1."""
    arrays = []
    for name, value in named.items():
        array = np.asarray(value, dtype=np.float64)
        if ((array < 0) | (array > 1)).any():
            raise NumberError(f"{name} must lie between 0 and 1; is it in percent?")
        arrays.append(array)
    return arrays


def ec_core(
    global_hhi_wgi: npt.ArrayLike, eu_hhi_wgi: npt.ArrayLike, import_reliance: npt.ArrayLike
) -> Floats:
    """HHI_GS·IR/2 + HHI_EU·(1 − IR/2); where one mix is unknown (NaN), the other alone.

    Both HHI_WGI,t are on the Commission's scale (0..10 before t). "GSonly" and "EUonly" in the
    Commission's tables are the single-mix variants. Source: EC methodology 2017, §2.1.
    """
    (reliance,) = _rates(import_reliance=import_reliance)
    world, eu = np.broadcast_arrays(
        np.asarray(global_hhi_wgi, dtype=np.float64), np.asarray(eu_hhi_wgi, dtype=np.float64)
    )
    both = world * reliance / 2 + eu * (1 - reliance / 2)
    return np.where(np.isnan(world), eu, np.where(np.isnan(eu), world, both))


def ec_supply_risk(
    global_hhi_wgi: npt.ArrayLike,
    eu_hhi_wgi: npt.ArrayLike = np.nan,
    import_reliance: npt.ArrayLike = 1.0,
    eol_rir: npt.ArrayLike = 0.0,
    substitution_index: npt.ArrayLike = 1.0,
) -> Floats:
    """SR = [HHI_GS·IR/2 + HHI_EU·(1 − IR/2)]·(1 − EoL-RIR)·SI_SR, about 0..6; critical from 1.

    ``eol_rir`` is the end-of-life recycling input rate, ``substitution_index`` is SI_SR (1 = no
    substitute), both 0..1.
    """
    recycled, substitution = _rates(eol_rir=eol_rir, substitution_index=substitution_index)
    core = ec_core(global_hhi_wgi, eu_hhi_wgi, import_reliance)
    return np.asarray(core * (1 - recycled) * substitution)


def ec_bottleneck(*stages: npt.ArrayLike) -> Floats:
    """The greater SR over the stages (extraction, processing); an unknown stage does not count."""
    result = np.asarray(stages[0], dtype=np.float64)
    for stage in stages[1:]:
        result = np.fmax(result, np.asarray(stage, dtype=np.float64))
    return result


def ec_group(members: npt.ArrayLike) -> Floats:
    """Value of a group of materials (HREE, LREE, PGM): the arithmetic mean of its members."""
    return np.asarray(np.asarray(members, dtype=np.float64).mean(axis=-1))


def ec_critical(supply_risk: npt.ArrayLike, importance: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """SR ≥ 1 and economic importance ≥ 2.8, on the printed (one-decimal) values."""
    sr, ei = np.asarray(supply_risk, dtype=np.float64), np.asarray(importance, dtype=np.float64)
    return np.asarray((sr >= 1.0) & (ei >= 2.8))


def import_reliance(
    imports: npt.ArrayLike, exports: npt.ArrayLike, production: npt.ArrayLike
) -> Floats:
    """IR = (imports − exports) / (production + imports − exports), clipped to 0..1.

    A net exporter relies on nobody (0). NaN where apparent consumption is not above zero.
    """
    net = np.asarray(imports, dtype=np.float64) - np.asarray(exports, dtype=np.float64)
    rate = over(net, np.asarray(production, dtype=np.float64) + net)
    return np.clip(np.where(np.isnan(rate) & (net <= 0), 0.0, rate), 0.0, 1.0)


def net_import_reliance(
    production: npt.ArrayLike,
    imports: npt.ArrayLike,
    exports: npt.ArrayLike,
    stock_release: npt.ArrayLike = 0.0,
) -> Floats:
    """NIR = (M − X + ΔS)/(P + M − X + ΔS), not clipped: negative for a net exporter (USGS).

    ``stock_release`` is what stocks gave up. NaN where apparent consumption is not above zero.
    """
    net = (
        np.asarray(imports, dtype=np.float64)
        - np.asarray(exports, dtype=np.float64)
        + np.asarray(stock_release, dtype=np.float64)
    )
    return over(net, np.asarray(production, dtype=np.float64) + net)


class GeoPolRisk(NamedTuple):
    """One importer, material and year. ``score`` and ``import_risk`` 0..1; ``price`` kUSD/t;
    ``midpoint`` score × price; ``characterisation`` kg Cu-eq per kg."""

    hhi: float
    import_risk: float
    score: float
    price: float
    midpoint: float
    characterisation: float


UNKNOWN_PARTNER = 0.5
"""Risk of a partner without an estimate, as geopolrisk-py sets it."""


def partner_risk(stability: npt.ArrayLike, inside: npt.ArrayLike = False) -> Floats:  # noqa: FBT002
    """g = clip((2.5 − WGI political stability)/5, 0, 1); 0.5 unknown; 0 inside the importer."""
    estimate = np.asarray(stability, dtype=np.float64)
    risk = np.where(np.isnan(estimate), UNKNOWN_PARTNER, wgi_risk01(estimate))
    return np.where(np.asarray(inside, dtype=bool), 0.0, risk)


def geopolrisk_import_risk(
    imports: npt.ArrayLike, risk: npt.ArrayLike, home_production: npt.ArrayLike
) -> Floats:
    """Σ g·f / (F + p): imports per partner (t) weighted by its risk, over imports and own output.

    Partners are the last axis of ``imports``, so a matrix (materials, partners) with one
    ``home_production`` per material gives one number per material. NaN where there is neither
    import nor output, or either is unknown.
    """
    f = np.asarray(imports, dtype=np.float64)
    exposed = (f * np.asarray(risk, dtype=np.float64)).sum(axis=-1)
    return over(exposed, f.sum(axis=-1) + np.asarray(home_production, dtype=np.float64))


def geopolrisk(
    production: npt.ArrayLike,
    imports: npt.ArrayLike,
    risk: npt.ArrayLike,
    home_production: float,
    value: npt.ArrayLike | None = None,
) -> GeoPolRisk:
    """GeoPolRisk score = HHI of world production × import risk (JOSS 10.21105/joss.09600).

    ``production``: per country, any unit. ``imports`` and ``value``: per partner, t and thousand
    USD (kUSD/t is the price). ``risk``: per partner, 0..1, from ``partner_risk``.
    """
    share = float(geopolrisk_import_risk(imports, risk, home_production))
    tonnes = float(np.sum(np.asarray(imports, dtype=np.float64)))
    worth = np.nan if value is None else float(np.sum(np.asarray(value, dtype=np.float64)))
    return geopolrisk_of(float(hhi01(production)), share, float(over(worth, tonnes)))


def geopolrisk_of(hhi: float, import_risk: float, price: float) -> GeoPolRisk:
    """The score from its parts: HHI01 of world production, import risk 0..1, price in kUSD/t.

    A part that is NaN makes NaN of what is made from it, and of nothing else.
    """
    score = hhi * import_risk
    midpoint = score * price
    return GeoPolRisk(hhi, import_risk, score, price, midpoint, midpoint / COPPER_KUSD_PER_T)
