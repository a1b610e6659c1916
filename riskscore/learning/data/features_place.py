"""What the place says: shocks to its other minerals, governance, conflict.

Governance and conflict are those of the year before the feature year: estimates of a year are
published in the next, so this is what could be looked up when the year ended.
"""

from collections.abc import Mapping

import numpy as np

from riskscore.learning.data.features_world import mean_of_others, volatility
from riskscore.learning.data.panel import Floats, Panel, over
from riskscore.learning.data.windows import SMALLEST, carried, last, log, over_years

SMALL = 0.005
DIMENSIONS = ("voice", "stability", "effectiveness", "regulation", "law", "corruption")
#: Observation keys that a panel should know; what it lacks is unknown, not zero.
STABILITY_ERROR = "wgi.stability.error"
POPULATION = "hdr.population"
DEATHS = ("ucdp.state", "ucdp.onesided")
KNOWN = (*(f"wgi.{name}" for name in DIMENSIONS), STABILITY_ERROR, *DEATHS, POPULATION)


def columns(panel: Panel) -> dict[str, Floats]:
    """(series,) each, as known at the end of the panel's last year."""
    by_place = {**_governance(panel), **_conflict(panel)}
    results = {name: values[panel.place] for name, values in by_place.items()}
    return {**results, **_exports(panel)}


def _exports(panel: Panel) -> dict[str, Floats]:
    share = np.nan_to_num(panel.share)
    before = log(over_years(np.nanmean, share[:, -4:-1]) + SMALLEST)
    counts = share[:, -2] > SMALL
    moved = np.where(counts, log(share[:, -1] + SMALLEST) - before, np.nan)
    size = len(panel.places)
    now = np.bincount(panel.place, panel.value[:, -1], size).astype(np.float64)
    earlier = np.bincount(panel.place, panel.value[:, -2], size).astype(np.float64)
    return {
        "place_shock": mean_of_others(moved, panel.place, size, prior=2.0),
        "place_growth": log((now + 1.0) / (earlier + 1.0))[panel.place],
        "place_minerals": np.bincount(panel.place, counts, size)[panel.place].astype(np.float64),
        "place_dependence": over(panel.value[:, -1], now[panel.place]),
        "place_volatility": mean_of_others(volatility(panel), panel.place, size, prior=3.0),
    }


def _input(inputs: Mapping[str, Floats], key: str, shape: tuple[int, int]) -> Floats:
    return carried(inputs[key]) if key in inputs else np.full(shape, np.nan)


def _governance(panel: Panel) -> dict[str, Floats]:
    shape = (len(panel.places), len(panel.years))
    estimates = [_input(panel.inputs, f"wgi.{name}", shape) for name in DIMENSIONS]
    mean = np.mean(estimates, axis=0)
    stability = estimates[DIMENSIONS.index("stability")]
    earlier = max(len(panel.years) - 5, 0)
    return {
        "stability": stability[:, -2],
        "stability_change": stability[:, -2] - stability[:, earlier],
        "stability_error": _input(panel.inputs, STABILITY_ERROR, shape)[:, -2],
        "governance": mean[:, -2],
        "governance_change": mean[:, -2] - mean[:, earlier],
    }


def _conflict(panel: Panel) -> dict[str, Floats]:
    """A place that the count of deaths does not cover in a year has none on record: 0."""
    shape = (len(panel.places), len(panel.years))
    people = _input(panel.inputs, POPULATION, shape)[:, -2]
    counted = [panel.inputs[key] for key in DEATHS if key in panel.inputs]
    total = last(np.sum([np.nan_to_num(part) for part in counted] or [np.zeros(shape)], axis=0), 3)
    deaths = np.log1p(over(total, people[:, np.newaxis] * np.ones(total.shape)))
    return {
        "deaths": deaths[:, -2],
        "deaths_change": deaths[:, -2] - deaths[:, -3],
        "population": log(people),
    }
