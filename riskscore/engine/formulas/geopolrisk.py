"""GeoPolRisk: how far an importer's supply of one material hangs on unstable places.

Shares and rates are 0..1 unless a name says otherwise. NaN means unknown and makes the answer NaN.
Koyamparambath et al. (2024), JOSS 10.21105/joss.09600.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats, over
from riskscore.engine.formulas.concentration import hhi01, wgi_risk01

COPPER_KUSD_PER_T = 0.409412948
"""GeoPolRisk's reference: the OECD average midpoint of copper, 2017–2021, by which the
characterisation factor divides (kg Cu-eq per kg)."""


class GeoPolRisk(NamedTuple):
    """One importer, material and year.

    Parameters
    ----------
    hhi : float
        HHI (0..1) of world production.
    import_risk, score : float
        0..1.
    price : float
        kUSD per tonne.
    midpoint : float
        Score × price.
    characterisation : float
        kg Cu-eq per kg.
    """

    hhi: float
    import_risk: float
    score: float
    price: float
    midpoint: float
    characterisation: float


UNKNOWN_PARTNER = 0.5
"""Risk of a partner without an estimate, as geopolrisk-py sets it."""


def partner_risk(stability: npt.ArrayLike, inside: npt.ArrayLike = False) -> Floats:  # noqa: FBT002
    """Turn political stability into a partner's risk: clip((2.5 − WGI)/5, 0, 1).

    Parameters
    ----------
    stability : array_like
        WGI political stability, about −2.5..2.5; NaN without an estimate, which counts as 0.5.
    inside : array_like of bool
        True inside the importer, where the risk is 0.

    Returns
    -------
    ndarray
        0..1.

    Examples
    --------
    >>> partner_risk([0.0, float("nan"), -2.0], [False, False, True]).tolist()
    [0.5, 0.5, 0.0]
    """
    estimate = np.asarray(stability, dtype=np.float64)
    risk = np.where(np.isnan(estimate), UNKNOWN_PARTNER, wgi_risk01(estimate))
    return np.where(np.asarray(inside, dtype=bool), 0.0, risk)


def geopolrisk_import_risk(
    imports: npt.ArrayLike, risk: npt.ArrayLike, home_production: npt.ArrayLike
) -> Floats:
    """Weight imports by their partners' risk: Σ g·f / (F + p).

    Parameters
    ----------
    imports : array_like, shape (…, partners)
        Tonnes per partner; a matrix gives one number per material.
    risk : array_like, shape (partners,)
        0..1 per partner, from ``partner_risk``.
    home_production : array_like
        The importer's own output in tonnes, one per material.

    Returns
    -------
    ndarray
        0..1; NaN where there is neither import nor output, or either is unknown.

    Examples
    --------
    >>> float(geopolrisk_import_risk([6.0, 2.0], [0.5, 0.25], 2.0))
    0.35
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
    """Compute the GeoPolRisk score: HHI of world production × import risk.

    Parameters
    ----------
    production : array_like
        Per country, any unit.
    imports : array_like
        Tonnes per partner.
    risk : array_like
        0..1 per partner, from ``partner_risk``.
    home_production : float
        The importer's own output, tonnes.
    value : array_like, optional
        Thousand USD per partner; over the tonnes it is the price.

    Returns
    -------
    GeoPolRisk
        The score and its parts.

    References
    ----------
    Koyamparambath et al. (2024), JOSS 10.21105/joss.09600.

    Examples
    --------
    >>> found = geopolrisk([3.0, 1.0], [6.0, 2.0], [0.5, 0.25], 2.0, value=[60.0, 20.0])
    >>> found.hhi, round(found.import_risk, 3), found.price
    (0.625, 0.35, 10.0)
    """
    share = float(geopolrisk_import_risk(imports, risk, home_production))
    tonnes = float(np.sum(np.asarray(imports, dtype=np.float64)))
    worth = np.nan if value is None else float(np.sum(np.asarray(value, dtype=np.float64)))
    return geopolrisk_of(float(hhi01(production)), share, float(over(worth, tonnes)))


def geopolrisk_of(hhi: float, import_risk: float, price: float) -> GeoPolRisk:
    """Compute the score from its parts.

    Parameters
    ----------
    hhi : float
        HHI (0..1) of world production.
    import_risk : float
        0..1.
    price : float
        kUSD per tonne.

    Returns
    -------
    GeoPolRisk
        A part that is NaN makes NaN of what is made from it, and of nothing else.

    Examples
    --------
    >>> geopolrisk_of(0.5, 0.5, 2.0).midpoint
    0.5
    """
    score = hhi * import_risk
    midpoint = score * price
    return GeoPolRisk(hhi, import_risk, score, price, midpoint, midpoint / COPPER_KUSD_PER_T)
