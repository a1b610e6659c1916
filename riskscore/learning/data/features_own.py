"""Features of a series' own trade: level, growth, volatility, unit values, destinations."""

import numpy as np

from riskscore.learning.data.panel import Floats, Panel, over
from riskscore.learning.data.targets import median3
from riskscore.learning.data.windows import (
    SMALLEST,
    last,
    log,
    log_quantity,
    log_share,
    over_years,
    ratio,
)

SMALL = 0.005
PRICE_YEARS = 9


def columns(panel: Panel) -> dict[str, Floats]:
    """(series,) each, as known at the end of the panel's last year."""
    return {
        **_levels(panel),
        **_growth(panel),
        **_volatility(panel),
        **_history(panel),
        **_unit_values(panel),
        **_destinations(panel),
    }


def _levels(panel: Panel) -> dict[str, Floats]:
    end = panel.value.shape[1] - 1
    share, logged = panel.share, log_share(panel.share)
    quantity_level = ratio(panel.quantity[:, end], median3(panel.quantity, end))
    share_level = ratio(share[:, end], median3(share, end))
    return {
        "share": logged[:, end],
        "share_mean_10": over_years(np.nanmean, last(logged, 10)),
        "quantity_level": quantity_level,
        "share_level": share_level,
        "level": np.fmax(quantity_level, share_level),
    }


def _growth(panel: Panel) -> dict[str, Floats]:
    results = {}
    quantity, share = log_quantity(panel.quantity), log_share(panel.share)
    for years in (1, 2, 3):
        results[f"growth_quantity_{years}"] = quantity[:, -1] - quantity[:, -1 - years]
        results[f"growth_share_{years}"] = share[:, -1] - share[:, -1 - years]
    return results


def _volatility(panel: Panel) -> dict[str, Floats]:
    share = np.diff(log_share(panel.share), axis=1)
    quantity = np.diff(log_quantity(panel.quantity), axis=1)
    return {
        "volatility_quantity_5": over_years(np.nanstd, last(quantity, 5)),
        "volatility_share_5": over_years(np.nanstd, last(share, 5)),
        "volatility_share_10": over_years(np.nanstd, last(share, 10)),
        "typical_move": over_years(np.nanmedian, np.abs(last(share, 8))),
        "variation_share_5": _variation(last(panel.share, 5)),
        "variation_quantity_5": _variation(last(panel.quantity, 5)),
        "worst_share_10": over_years(np.nanmin, last(share, 10)),
        "worst_quantity_5": over_years(np.nanmin, last(quantity, 5)),
    }


def _variation(values: Floats) -> Floats:
    return over(over_years(np.nanstd, values), over_years(np.nanmean, values))


def _history(panel: Panel) -> dict[str, Floats]:
    share = np.nan_to_num(panel.share)
    logged, end = log_share(share), share.shape[1] - 1
    median = np.nan_to_num(median3(panel.share, end))
    floor = over_years(np.nanmin, last(share, 5))
    return {
        "below_peak": logged[:, end] - over_years(np.nanmax, last(logged, 10)),
        "above_floor_5": log(median + SMALLEST) - log(floor + SMALLEST),
        "years_without_10": over_years(np.nanmean, last(panel.value <= 0, 10)),
        "years_small_10": over_years(np.nanmean, last(share < SMALL, 10)),
        "quantity_gaps_10": over_years(np.nanmean, last(np.isnan(panel.quantity), 10)),
    }


def unit_values(panel: Panel) -> Floats:
    """(series, years) log of thousand USD per tonne; NaN where either is nothing or unknown."""
    return log(over(panel.value, np.nan_to_num(panel.quantity)))


def prices(panel: Panel) -> Floats:
    """(minerals, 9) log unit value of the last years, median over exporters weighted by value."""
    values, weights = last(unit_values(panel), PRICE_YEARS), last(panel.value, PRICE_YEARS)
    result = np.full((len(panel.minerals), values.shape[1]), np.nan)
    for mineral in range(len(panel.minerals)):
        rows = panel.mineral == mineral
        for year in range(values.shape[1]):
            result[mineral, year] = _weighted_median(values[rows, year], weights[rows, year])
    return result


def _weighted_median(values: Floats, weights: Floats) -> float:
    not_nan = ~np.isnan(values)
    if not not_nan.any():
        return np.nan
    order = np.argsort(values[not_nan], kind="stable")
    sums = np.cumsum(weights[not_nan][order])
    return float(values[not_nan][order][np.searchsorted(sums, sums[-1] / 2)])


def _unit_values(panel: Panel) -> dict[str, Floats]:
    values = unit_values(panel)
    return {
        "unit_value_gap": np.abs(values[:, -1] - prices(panel)[panel.mineral, -1]),
        "unit_value_change": values[:, -1] - values[:, -2],
        "unit_value_volatility": over_years(np.nanstd, np.diff(last(values, 7), axis=1)),
    }


def _destinations(panel: Panel) -> dict[str, Floats]:
    hhi = panel.destination_hhi
    return {
        "destination_hhi": hhi[:, -1],
        "destination_change": hhi[:, -1] - hhi[:, -2],
        "destinations": log(panel.partners[:, -1] + 0.5),
    }
