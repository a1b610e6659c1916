"""Past event rates: of the series, of the mineral's other series, of the place's other series."""

import numpy as np

from riskscore.learning.data.panel import Floats, Ints, Panel
from riskscore.learning.data.targets import exporters, fallen, population
from riskscore.learning.data.windows import last

#: Pseudo-years of the mean rate that each pooled rate starts from.
SERIES, GROUP, RECENT = 5.0, 20.0, 5.0
#: Exporters down to this share have events of their own, which say something of the series.
SMALLEST = 0.002


def columns(panel: Panel) -> dict[str, Floats]:
    """(series,) each, from outcomes published by the end of the panel's last year."""
    own, pooled = _outcomes(panel)
    ten, three = last(own, 10), last(pooled, 3)
    minerals, places = len(panel.minerals), len(panel.places)
    base = float(np.nansum(pooled)) / max(int(np.count_nonzero(~np.isnan(pooled))), 1)
    return {
        "event_now": own[:, -1],
        "events_10": np.nansum(ten, axis=1),
        "rate_series": _rate(*_counted(pooled), base, SERIES),
        "rate_mineral": _others(pooled, panel.mineral, minerals, base, GROUP),
        "rate_place": _others(pooled, panel.place, places, base, GROUP),
        "rate_mineral_3": _others(three, panel.mineral, minerals, base, RECENT),
        "rate_place_3": _others(three, panel.place, places, base, RECENT),
    }


def _outcomes(panel: Panel) -> tuple[Floats, Floats]:
    """(series, years) outcomes of the year: of all exporters that count, and of the population."""
    own = np.full(panel.value.shape, np.nan)
    pooled = own.copy()
    for column in range(2, panel.value.shape[1] - 1):
        outcome = fallen(panel, column)
        own[:, column + 1] = np.where(exporters(panel, column, SMALLEST), outcome, np.nan)
        pooled[:, column + 1] = np.where(population(panel, column), outcome, np.nan)
    return own, pooled


def _counted(outcomes: Floats) -> tuple[Floats, Floats]:
    return np.nansum(outcomes, axis=1), (~np.isnan(outcomes)).sum(axis=1).astype(np.float64)


def _rate(events: Floats, years: Floats, base: float, prior: float) -> Floats:
    rate: Floats = (events + base * prior) / (years + prior)
    return rate


def _others(outcomes: Floats, group: Ints, count: int, base: float, prior: float) -> Floats:
    events, years = _counted(outcomes)
    other_events = np.bincount(group, events, count)[group] - events
    other_years = np.bincount(group, years, count)[group] - years
    return _rate(other_events, other_years, base, prior)
