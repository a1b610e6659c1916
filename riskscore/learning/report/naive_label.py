"""The naive label, computed for comparison only, and why it is not used.

*Exports next year below 60 % of this year's*, by HS6 code, for every exporter. Its AUC is higher
and means less: many of its exporters produce nothing, many of its events only undo a spike of one
year, and trade that moves from one code to another counts as an event.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from riskscore.learning.data import features, targets
from riskscore.learning.data.panel import Floats, Flows, Panel, build
from riskscore.learning.data.rows import SMALLEST_TRAINED_ON, Rows, gathered
from riskscore.learning.disruption import FIRST_HELD_OUT, LAST_TRAINING_YEAR
from riskscore.learning.fit.estimators import MEMBERS, fit, predict
from riskscore.learning.fit.evaluate import auc

#: Any year with this part of world trade counts, whoever the exporter is.
SMALLEST = targets.SMALLEST_SHARE


def by_code(
    flows: Flows,
    codes: Mapping[str, Sequence[str]],
    producers: Collection[tuple[str, str]],
    inputs: Mapping[str, Mapping[tuple[str, int], float]],
) -> Panel:
    """The panel with each HS6 code as if it were a mineral; ``producer`` still marks producers."""
    single = {code: (code,) for listed in codes.values() for code in listed}
    pairs = {(code, place) for mineral, place in producers for code in codes.get(mineral, ())}
    return build(flows, single, frozenset(pairs), inputs)


def fell_from_this_year(panel: Panel, column: int) -> Floats:
    """(series,) 1 where next year's value is below 60 % of this year's."""
    now, after = panel.value[:, column], panel.value[:, column + 1]
    return np.asarray(after < targets.FALL * now, np.float64)


def compared(panel: Panel, seed: int) -> dict[str, Any]:
    """AUC of the boosted member alone on the same years, and why the label misleads."""
    columns = range(features.FIRST_COLUMN, panel.value.shape[1] - 1)
    rows = gathered(panel, (int(panel.years[0]) + column for column in columns))
    rows = rows.where(rows.learnt)
    obvious = np.concatenate(
        [
            fell_from_this_year(panel, column)[
                targets.exporters(panel, column, SMALLEST_TRAINED_ON)
            ]
            for column in columns
        ]
    )
    sound = rows.outcome
    counted = replace(rows, outcome=obvious, inside=rows.share >= SMALLEST)
    training = counted.where(counted.inside & (counted.year <= LAST_TRAINING_YEAR))
    held = counted.inside & (counted.year >= FIRST_HELD_OUT)
    predicted = predict(fit(training, seed, MEMBERS[:1]), counted.x[held])
    return _reported(counted.where(held), predicted, rows.inside[held], sound[held])


def _reported(
    rows: Rows, predicted: Floats, producing: np.ndarray[Any, Any], sound: Floats
) -> dict[str, Any]:
    events = rows.outcome == 1
    return {
        "label": "next year's export value below 60 % of this year's, by HS6 code, all exporters",
        "rows": len(rows),
        "events": int(events.sum()),
        "auc": auc(rows.outcome, predicted),
        "not_producers": float(1 - producing.mean()),
        "events_not_below_the_median": float(np.mean(sound[events] != 1)),
        "used": False,
    }
