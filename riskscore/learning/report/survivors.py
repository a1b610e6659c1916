"""What it does to the figures that early years know only producers who survived.

World Mining Data says who produces since 2018 only, and whoever produced in any year since then
counts as a producer in every year. Who had stopped before is missing from the rows of 1998 to 2017,
and whoever stops falls. In the first years of production figures both can be seen: the producers
of those years, and those of them who had not stopped by the newest year. The second is what the
earlier years are made of.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from riskscore.learning.data.panel import Panel
from riskscore.learning.data.rows import Flags, Rows
from riskscore.learning.disruption import Backtest
from riskscore.learning.fit.evaluate import auc

#: The newest year with output, by (mineral, place).
LastOutput = Mapping[tuple[str, str], int]
#: Years from a row to the newest production figures, at least: long enough to see who stops.
AHEAD = 4


def estimated(test: Backtest, panel: Panel, last_output: LastOutput) -> dict[str, Any]:
    """Rows, event rate and AUC with those who stopped since, and as if they had never been known.

    Without any row that is early enough, only the years are given.
    """
    first, newest = min(last_output.values(), default=0), max(last_output.values(), default=0)
    stopped = _stopped(test.rows, panel, last_output, newest)
    early = test.held & (test.rows.year >= first) & (test.rows.year <= newest - AHEAD)
    years = {"years": [first, newest - AHEAD], "known_to": newest}
    outcome = test.rows.outcome
    if not early.any():
        return years
    return {
        **years,
        "rows": int(early.sum()),
        "events": int(outcome[early].sum()),
        "stopped_since": int((early & stopped).sum()),
        "events_of_those": int(outcome[early & stopped].sum()),
        **_measured(test, early, ""),
        **_measured(test, early & ~stopped, "_of_survivors"),
    }


def _stopped(rows: Rows, panel: Panel, last_output: LastOutput, newest: int) -> Flags:
    pairs = _pairs(rows, panel)
    return np.array([last_output.get(pair, newest) < newest for pair in pairs], np.bool_)


def _pairs(rows: Rows, panel: Panel) -> Sequence[tuple[str, str]]:
    return [
        (panel.minerals[mineral], panel.places[place])
        for mineral, place in zip(rows.mineral, rows.place, strict=True)
    ]


def _measured(test: Backtest, rows: Flags, suffix: str) -> dict[str, float]:
    outcome = test.rows.outcome[rows]
    if not 0 < outcome.sum() < len(outcome):
        return {}
    return {
        f"rate{suffix}": float(outcome.mean()),
        f"auc{suffix}": auc(outcome, test.predicted[rows]),
    }
