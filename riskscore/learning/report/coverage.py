"""Which producing pairs have a prediction, which have none, and why."""

from collections import Counter
from collections.abc import Collection
from typing import Any

import numpy as np

from riskscore.learning.data import targets
from riskscore.learning.data.panel import Panel

Producers = Collection[tuple[str, str]]
NO_CODE = "no customs code of the mineral is in the panel"
NEVER = "no exports on record: never 0.2 % of a code"
NOT_NOW = "no exports on record in the last year"
NO_HISTORY = "too few quantities, or no exports to fall from, in the last three years"
TOO_SMALL = "below 0.2 % of world exports in the last year"
NOT_REPORTED = "0.2 to 1 % of world exports: the model does not hold there"


def counted(
    panel: Panel, producers: Producers, *, small_producers_reported: bool
) -> dict[str, Any]:
    """Counts of the producing (mineral, place) pairs, for the year after the panel's last."""
    result = Counter(_of_pairs(panel, producers, small_producers_reported=small_producers_reported))
    population, small = result.pop("population", 0), result.pop("small", 0)
    return {
        "producing_pairs": len(producers),
        "predicted": population + small,
        "of_the_judged_population": population,
        "outside_it": small,
        "not_predicted": sum(result.values()),
        "why_not": dict(sorted(result.items())),
    }


def _of_pairs(panel: Panel, producers: Producers, *, small_producers_reported: bool) -> list[str]:
    reported = _of_series(panel, small_producers_reported=small_producers_reported)
    series = {
        (panel.minerals[mineral], panel.places[place]): reported[number]
        for number, (mineral, place) in enumerate(zip(panel.mineral, panel.place, strict=True))
    }
    return [series.get(pair, NEVER if pair[0] in panel.minerals else NO_CODE) for pair in producers]


def _of_series(panel: Panel, *, small_producers_reported: bool) -> list[str]:
    """Per series the first group that applies, as if its place were a producer.

    The group is one that is predicted, or the reason why there is no prediction.
    """
    column = len(panel.years) - 1
    groups = [
        (targets.population(panel, column), "population"),
        (
            targets.small_producers(panel, column),
            "small" if small_producers_reported else NOT_REPORTED,
        ),
        (~(panel.value[:, column] > 0), NOT_NOW),
        (~targets.exporters(panel, column, 0.0), NO_HISTORY),
    ]
    reported = np.select([flags for flags, _ in groups], [word for _, word in groups], TOO_SMALL)
    return [str(word) for word in reported]
