"""The indicators: one frozen row each, for what publishers state and for what methods score.

An *observation* is a value as its publisher states it; an *indicator* is what a method scores. It
is derived from observations by a pure rule (``riskscore.engine.derive``) or, at project level, from
evidence and maps. To add one: a row in its dimension's module of ``riskscore/engine/indicators/``,
a rule in ``riskscore/engine/derive/``, a leaf in a method.

An ordinal row lists its ``levels``; the stored number is the index into that list.
"""

from __future__ import annotations

from riskscore.engine.errors import UnknownIndicator
from riskscore.engine.indicators.awaited_rows import AWAITED, AWAITED_OBSERVATIONS
from riskscore.engine.indicators.concentration_rows import CONCENTRATION
from riskscore.engine.indicators.control_rows import CONTROLS
from riskscore.engine.indicators.geopolitical_rows import GEOPOLITICAL
from riskscore.engine.indicators.indigenous_rows import INDIGENOUS
from riskscore.engine.indicators.labour_rows import LABOUR
from riskscore.engine.indicators.levels import (
    ADVANCEMENT_LEVELS,
    AGREEMENT_LEVELS,
    ALIGNMENT_LEVELS,
    ARTISANAL,
    CONSENT_LEVELS,
    FUNDAMENTAL,
    GOOD_LEVELS,
    LISTED_LEVELS,
    LISTING_LEVELS,
    NO_RESTRICTION,
    PARTNERSHIP_LEVELS,
    RESTRICTION_LEVELS,
    RIGHTS_LEVELS,
    WGI_LABELS,
)
from riskscore.engine.indicators.owner_rows import OWNERS
from riskscore.engine.indicators.published_rows import OBSERVATIONS
from riskscore.engine.indicators.row import Indicator, Level

__all__ = [
    "ADVANCEMENT_LEVELS",
    "AGREEMENT_LEVELS",
    "ALIGNMENT_LEVELS",
    "ARTISANAL",
    "AWAITED",
    "AWAITED_OBSERVATIONS",
    "CONCENTRATION",
    "CONSENT_LEVELS",
    "CONTROLS",
    "FUNDAMENTAL",
    "GEOPOLITICAL",
    "GOOD_LEVELS",
    "INDICATORS",
    "INDIGENOUS",
    "LABOUR",
    "LEARNED",
    "LISTED_LEVELS",
    "LISTING_LEVELS",
    "NO_RESTRICTION",
    "OBSERVATIONS",
    "OWNERS",
    "PARTNERSHIP_LEVELS",
    "RESTRICTION_LEVELS",
    "RIGHTS_LEVELS",
    "WGI_LABELS",
    "Indicator",
    "Level",
    "get",
]

INDICATORS: dict[str, Indicator] = {
    row.key: row
    for row in (
        *OBSERVATIONS,
        *AWAITED_OBSERVATIONS,
        *AWAITED,
        *GEOPOLITICAL,
        *CONCENTRATION,
        *LABOUR,
        *INDIGENOUS,
        *OWNERS,
        *CONTROLS,
    )
}

#: The indicator that each kind of learned model feeds. A method decides whether, and how much, it
#: counts.
LEARNED = {"disruption": "geo.disruption", "labour": "lab.predicted"}


def get(key: str) -> Indicator:
    """The row of ``key``; raises UnknownIndicator, which suggests the nearest key."""
    try:
        return INDICATORS[key]
    except KeyError:
        raise UnknownIndicator(key, INDICATORS) from None
