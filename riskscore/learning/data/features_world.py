"""What the mineral's world market says: concentration, growth, prices, how restless it is."""

import numpy as np

from riskscore.learning.data.features_own import prices
from riskscore.learning.data.panel import Floats, Ints, Panel, over, totals
from riskscore.learning.data.windows import last, log, log_share, over_years

SMALL = 0.005


def columns(panel: Panel) -> dict[str, Floats]:
    """(series,) each; all series of a mineral share a value, except ``peers_volatility``."""
    by_mineral = {**_market(panel), **_prices(prices(panel))}
    results = {name: values[panel.mineral] for name, values in by_mineral.items()}
    results["peers_volatility"] = mean_of_others(
        volatility(panel), panel.mineral, len(panel.minerals), prior=0.0
    )
    return results


def _market(panel: Panel) -> dict[str, Floats]:
    count = len(panel.minerals)
    hhi = totals(np.nan_to_num(panel.share) ** 2, panel.mineral, count)
    value = log(totals(panel.value, panel.mineral, count) + 1.0)
    quantity = log(totals(panel.quantity, panel.mineral, count) + 1.0)
    return {
        "world_hhi": hhi[:, -1],
        "world_hhi_change": hhi[:, -1] - hhi[:, -2],
        "world_quantity_growth": quantity[:, -1] - quantity[:, -2],
        "world_value_growth_3": value[:, -1] - value[:, -4],
        "world_value": value[:, -1],
    }


def _prices(price: Floats) -> dict[str, Floats]:
    return {
        "price_change_1": price[:, -1] - price[:, -2],
        "price_change_3": price[:, -1] - price[:, -4],
        "price_cycle": price[:, -1] - over_years(np.nanmean, price),
        "price_volatility": over_years(np.nanstd, np.diff(price, axis=1)),
    }


def volatility(panel: Panel) -> Floats:
    """(series,) ten-year volatility of the log share; NaN for exporters too small to count."""
    moves = np.diff(log_share(panel.share), axis=1)
    counts = np.nan_to_num(panel.share[:, -1]) > SMALL
    return np.where(counts, over_years(np.nanstd, last(moves, 10)), np.nan)


def mean_of_others(values: Floats, group: Ints, count: int, prior: float) -> Floats:
    """(series,) mean of the group's other known values, with ``prior`` pseudo-rows of the mean."""
    not_nan = ~np.isnan(values)
    filled = np.nan_to_num(values)
    typical = filled.sum() / max(not_nan.sum(), 1)
    total = np.bincount(group, filled, count)[group] - filled
    number = np.bincount(group, not_nan, count)[group] - not_nan + prior
    return over(total + prior * typical, np.asarray(number, np.float64))
