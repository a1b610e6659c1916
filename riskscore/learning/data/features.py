"""What the disruption model looks at: one table of features, all known at the end of a year.

A feature is made from ``panel.until(year)``, so that nothing later can reach it. ``worse`` is +1
where theory says that a higher value is riskier, -1 where safer, 0 where theory is silent; tree
models must obey it.
"""

from dataclasses import dataclass

import numpy as np

from riskscore.learning.data import features_own, features_place, features_world, rates
from riskscore.learning.data.panel import Floats, Panel


@dataclass(frozen=True, slots=True)
class Feature:
    """A name, the expected direction, and what it is in plain words with its unit."""

    name: str
    worse: int
    about: str


OWN = (
    Feature("share", -1, "share of world export value, log"),
    Feature("share_mean_10", -1, "log share, mean of ten years"),
    Feature("quantity_level", -1, "quantity over its three-year median, log"),
    Feature("share_level", -1, "share over its three-year median, log"),
    Feature("level", -1, "the higher of the two levels: what is left to fall, log"),
    Feature("growth_quantity_1", 0, "growth of quantity over one year, log"),
    Feature("growth_quantity_2", 0, "growth of quantity over two years, log"),
    Feature("growth_quantity_3", 0, "growth of quantity over three years, log"),
    Feature("growth_share_1", 0, "growth of share over one year, log"),
    Feature("growth_share_2", 0, "growth of share over two years, log"),
    Feature("growth_share_3", 0, "growth of share over three years, log"),
    Feature("volatility_quantity_5", 1, "standard deviation of log growth of quantity, 5 years"),
    Feature("volatility_share_5", 1, "standard deviation of log growth of share, 5 years"),
    Feature("volatility_share_10", 1, "standard deviation of log growth of share, 10 years"),
    Feature("typical_move", 1, "median absolute log growth of share, 8 years"),
    Feature("variation_share_5", 1, "coefficient of variation of the share, 5 years"),
    Feature("variation_quantity_5", 1, "coefficient of variation of the quantity, 5 years"),
    Feature("worst_share_10", -1, "worst yearly log growth of share in 10 years"),
    Feature("worst_quantity_5", -1, "worst yearly log growth of quantity in 5 years"),
    Feature("below_peak", -1, "log share against its ten-year peak"),
    Feature("above_floor_5", 1, "three-year median share against the five-year low, log"),
    Feature("years_without_10", 1, "part of ten years without exports"),
    Feature("years_small_10", 1, "part of ten years with less than 0.5 % of the world"),
    Feature("quantity_gaps_10", 0, "part of ten years without a stated quantity"),
    Feature("unit_value_gap", 1, "absolute log unit value against the world's median"),
    Feature("unit_value_change", 0, "log change of the unit value"),
    Feature("unit_value_volatility", 1, "standard deviation of log unit-value changes, 6 years"),
    Feature("destination_hhi", 1, "concentration of destinations, 0..1"),
    Feature("destination_change", 0, "change of that concentration over one year"),
    Feature("destinations", -1, "number of destinations, log"),
)
WORLD = (
    Feature("world_hhi", 0, "concentration of the mineral's exporters, 0..1"),
    Feature("world_hhi_change", 0, "change of that concentration over one year"),
    Feature("world_quantity_growth", 0, "growth of world exports by quantity, log"),
    Feature("world_value_growth_3", 0, "growth of world export value over three years, log"),
    Feature("world_value", -1, "world export value of the mineral, log"),
    Feature("price_change_1", 0, "log change of the median unit value, one year"),
    Feature("price_change_3", 0, "log change of the median unit value, three years"),
    Feature("price_cycle", 0, "log median unit value against its eight-year mean"),
    Feature("price_volatility", 1, "standard deviation of yearly log price changes, 8 years"),
    Feature("peers_volatility", 1, "mean volatility of the mineral's other exporters"),
)
PLACE = (
    Feature("place_shock", 0, "mean log change of the place's other mineral shares"),
    Feature("place_growth", 0, "log growth of the place's whole mineral exports"),
    Feature("place_minerals", 0, "number of minerals the place exports"),
    Feature("place_dependence", 0, "the mineral's part of the place's mineral exports"),
    Feature("place_volatility", 1, "mean volatility of the place's other minerals"),
    Feature("stability", -1, "WGI political stability, the year before"),
    Feature("stability_change", -1, "its change over three years"),
    Feature("stability_error", 0, "its standard error: how well anybody knows"),
    Feature("governance", -1, "mean of the six WGI estimates, the year before"),
    Feature("governance_change", -1, "its change over three years"),
    Feature("deaths", 1, "conflict deaths per million, log, the year before"),
    Feature("deaths_change", 0, "its change over one year"),
    Feature("population", 0, "population, log"),
)
RATES = (
    Feature("event_now", 1, "whether this year is an event"),
    Feature("events_10", 1, "events in ten years"),
    Feature("rate_series", 1, "the series' event rate so far, drawn to the mean"),
    Feature("rate_mineral", 1, "the rate among the mineral's other exporters"),
    Feature("rate_place", 1, "the rate among the place's other minerals"),
    Feature("rate_mineral_3", 1, "the same among the mineral's others, last three years"),
    Feature("rate_place_3", 1, "the same among the place's others, last three years"),
)
FEATURES = (*OWN, *WORLD, *PLACE, *RATES)
NAMES = tuple(feature.name for feature in FEATURES)
#: The reasons that an explanation names: each feature belongs to one.
REASONS: dict[str, tuple[str, ...]] = {
    "size": ("share", "share_mean_10", "world_value", "years_small_10"),
    "level against its own past": (
        "quantity_level",
        "share_level",
        "level",
        "below_peak",
        "above_floor_5",
    ),
    "growth": tuple(f.name for f in OWN if f.name.startswith("growth_")),
    "volatility": tuple(
        f.name for f in OWN if f.name.startswith(("volatility_", "variation_", "worst_", "typical"))
    ),
    "gaps in the record": ("years_without_10", "quantity_gaps_10"),
    "unit values": tuple(f.name for f in OWN if f.name.startswith("unit_value_")),
    "destinations": tuple(f.name for f in OWN if f.name.startswith("destination")),
    "world market": tuple(f.name for f in WORLD if f.name != "world_value"),
    "the place's other minerals": tuple(f.name for f in PLACE if f.name.startswith("place_")),
    "governance and conflict": tuple(f.name for f in PLACE if not f.name.startswith("place_")),
    "past events": tuple(f.name for f in RATES),
}
#: The single numbers that a good model must beat; both stand among the features.
VOLATILITY = "variation_share_5"
GOVERNANCE = "governance"
PERSISTENCE = "rate_series"
#: Years of history that a feature year needs before it.
FIRST_COLUMN = 3


def matrix(panel: Panel, year: int) -> Floats:
    """(series, features) as published by the end of ``year``; NaN where there is no figure."""
    seen = panel.until(year)
    results = {
        **features_own.columns(seen),
        **features_world.columns(seen),
        **features_place.columns(seen),
        **rates.columns(seen),
    }
    table = np.column_stack([results[name] for name in NAMES])
    return np.where(np.isfinite(table), table, np.nan)
