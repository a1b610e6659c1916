"""The supply risk of the European Commission, SR, and import reliance.

Shares and rates are 0..1 unless a name says otherwise. Arguments may be arrays of equal shape: one
material per element. NaN means unknown and makes the answer NaN, except where a formula has a
variant for it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats, over
from riskscore.engine.errors import NumberError


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
    """Join the world's and the EU's mix: HHI_GS·IR/2 + HHI_EU·(1 − IR/2).

    Parameters
    ----------
    global_hhi_wgi, eu_hhi_wgi : array_like
        Both HHI_WGI,t on the Commission's scale (0..10 before t). Where one is NaN the other alone
        counts: "GSonly" and "EUonly" in the Commission's tables.
    import_reliance : array_like
        IR, 0..1.

    Returns
    -------
    ndarray
        On the scale of the two mixes.

    Raises
    ------
    NumberError
        If the import reliance leaves 0..1.

    References
    ----------
    European Commission (2017), Methodology for establishing the EU list of critical raw materials,
    §2.1.

    Examples
    --------
    >>> ec_core(4.0, 2.0, 1.0).tolist(), ec_core(float("nan"), 2.0, 1.0).tolist()
    (3.0, 2.0)
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
    """Compute the Commission's supply risk, about 0..6; critical from 1.

    SR = [HHI_GS·IR/2 + HHI_EU·(1 − IR/2)]·(1 − EoL-RIR)·SI_SR.

    Parameters
    ----------
    global_hhi_wgi, eu_hhi_wgi, import_reliance : array_like
        As in ``ec_core``.
    eol_rir : array_like
        End-of-life recycling input rate, 0..1.
    substitution_index : array_like
        SI_SR, 0..1; 1 is no substitute.

    Returns
    -------
    ndarray
        SR.

    Raises
    ------
    NumberError
        If a rate leaves 0..1.

    References
    ----------
    European Commission (2017), Methodology for establishing the EU list of critical raw materials.

    Examples
    --------
    >>> float(ec_supply_risk(4.0, 2.0, 1.0, eol_rir=0.5, substitution_index=0.9))
    1.35
    """
    recycled, substitution = _rates(eol_rir=eol_rir, substitution_index=substitution_index)
    core = ec_core(global_hhi_wgi, eu_hhi_wgi, import_reliance)
    return np.asarray(core * (1 - recycled) * substitution)


def ec_bottleneck(*stages: npt.ArrayLike) -> Floats:
    """Take the greater supply risk over the stages (extraction, processing).

    Parameters
    ----------
    *stages : array_like
        SR of each stage; an unknown one (NaN) does not count.

    Returns
    -------
    ndarray
        SR of the bottleneck.

    Examples
    --------
    >>> ec_bottleneck([1.0, 2.0], [3.0, float("nan")]).tolist()
    [3.0, 2.0]
    """
    result = np.asarray(stages[0], dtype=np.float64)
    for stage in stages[1:]:
        result = np.fmax(result, np.asarray(stage, dtype=np.float64))
    return result


def ec_group(members: npt.ArrayLike) -> Floats:
    """Value a group of materials (HREE, LREE, PGM): the arithmetic mean of its members.

    Parameters
    ----------
    members : array_like
        Values of the members along the last axis.

    Returns
    -------
    ndarray
        One value a group.

    Examples
    --------
    >>> float(ec_group([1.0, 2.0, 6.0]))
    3.0
    """
    return np.asarray(np.asarray(members, dtype=np.float64).mean(axis=-1))


def ec_critical(supply_risk: npt.ArrayLike, importance: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Say which materials are critical: SR ≥ 1 and economic importance ≥ 2.8.

    Parameters
    ----------
    supply_risk, importance : array_like
        As printed, with one decimal.

    Returns
    -------
    ndarray of bool
        True where critical.

    Examples
    --------
    >>> ec_critical([1.0, 0.9], [2.8, 5.0]).tolist()
    [True, False]
    """
    sr, ei = np.asarray(supply_risk, dtype=np.float64), np.asarray(importance, dtype=np.float64)
    return np.asarray((sr >= 1.0) & (ei >= 2.8))


def import_reliance(
    imports: npt.ArrayLike, exports: npt.ArrayLike, production: npt.ArrayLike
) -> Floats:
    """Compute IR = (imports − exports) / (production + imports − exports), clipped to 0..1.

    Parameters
    ----------
    imports, exports, production : array_like
        In one unit.

    Returns
    -------
    ndarray
        0..1; a net exporter relies on nobody (0). NaN where apparent consumption is not above zero.

    Examples
    --------
    >>> import_reliance([30.0, 0.0], [10.0, 5.0], [20.0, 50.0]).tolist()
    [0.5, 0.0]
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
    """Compute NIR = (M − X + ΔS)/(P + M − X + ΔS), not clipped: negative for a net exporter.

    Parameters
    ----------
    production, imports, exports : array_like
        In one unit.
    stock_release : array_like
        What stocks gave up.

    Returns
    -------
    ndarray
        NaN where apparent consumption is not above zero.

    References
    ----------
    USGS, Mineral Commodity Summaries, net import reliance.

    Examples
    --------
    >>> float(net_import_reliance(20.0, 30.0, 10.0))
    0.5
    """
    net = (
        np.asarray(imports, dtype=np.float64)
        - np.asarray(exports, dtype=np.float64)
        + np.asarray(stock_release, dtype=np.float64)
    )
    return over(net, np.asarray(production, dtype=np.float64) + net)
