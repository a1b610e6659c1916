"""The disruption model, from a panel to an evaluated candidate.

Feature years up to 2015 train, a rolling origin over 2008–2016 chooses and calibrates, and the
years from 2017 on are held out for the report. What is then used is fitted on every year whose
outcome is published, and calibrated on all predictions that were made out of sample.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from riskscore.learning.data import features
from riskscore.learning.data.panel import Floats, Panel
from riskscore.learning.data.rows import Flags, Rows, check, gathered
from riskscore.learning.fit import blending
from riskscore.learning.fit.calibrate import Sigmoid, line, venn_abers
from riskscore.learning.fit.estimators import MEMBERS, PLAIN, blend, fit, predict
from riskscore.learning.fit.model import Model
from riskscore.learning.fit.rolling import fill, published_before, rolling

LAST_TRAINING_YEAR = 2015
CHOOSING = tuple(range(2008, 2017))
#: Held out is every later year whose outcome is known: a new year of trade joins by itself.
FIRST_HELD_OUT = 2017


@dataclass(frozen=True, slots=True)
class Backtest:
    """Out-of-sample predictions: ``choosing`` by rolling origin, ``held`` by one fixed fit.

    ``raw`` is (n,) over all rows of ``rows``, NaN where nothing was predicted; ``logistic`` the
    same of the plain model; ``calibration`` was fitted on the choosing years alone, which also
    chose the members of the blend (``fixed``) among the ``blends`` that were compared.
    """

    rows: Rows
    raw: Floats
    logistic: Floats
    calibration: Sigmoid
    fixed: Mapping[str, Any]
    blends: list[dict[str, Any]]

    @property
    def held(self) -> Flags:
        """(n,) evaluated rows of the held-out years."""
        return self.rows.evaluated & (self.rows.year >= FIRST_HELD_OUT)

    @property
    def chosen(self) -> Flags:
        """(n,) evaluated rows of the years that choose and calibrate."""
        return self.rows.evaluated & np.isin(self.rows.year, CHOOSING)

    @property
    def predicted(self) -> Floats:
        """(n,) calibrated probabilities."""
        return self.calibration(self.raw)

    @property
    def plain(self) -> Floats:
        """(n,) the plain model's probabilities, calibrated in the same way."""
        chosen = self.chosen
        return line(self.logistic[chosen], self.rows.outcome[chosen])(self.logistic)

    def fixed_probability(self, x: Floats) -> Floats:
        """(n,) calibrated probabilities of the fit that is evaluated on the held-out years."""
        return self.calibration(predict(self.fixed, x))


def rows_of(panel: Panel) -> Rows:
    """All rows of the panel, from the first year with enough history to the last year."""
    first = int(panel.years[0]) + features.FIRST_COLUMN
    return gathered(panel, range(first, int(panel.years[-1]) + 1))


def backtest(rows: Rows, seed: int) -> Backtest:
    """Predict the choosing years by rolling origin and the held-out years by the fixed fit."""
    check(rows.where(rows.year <= LAST_TRAINING_YEAR))
    parts = rolling(rows, CHOOSING, seed)
    chosen = rows.evaluated & np.isin(rows.year, CHOOSING)
    evaluated, outcome = {name: part[chosen] for name, part in parts.items()}, rows.outcome[chosen]
    names = blending.kept(evaluated, outcome, rows.place[chosen], seed)
    fitted = fit(published_before(rows, LAST_TRAINING_YEAR + 1), seed)
    fill(parts, fitted, rows, rows.year >= FIRST_HELD_OUT)
    raw = blend({name: parts[name] for name in names})
    return Backtest(
        rows,
        raw,
        parts[PLAIN],
        line(raw[chosen], outcome),
        {name: fitted[name] for name in names},
        blending.compared(evaluated, outcome),
    )


def trained(test: Backtest, seed: int) -> Model:
    """The model to use, fitted on all outcomes, calibrated on all out-of-sample predictions."""
    rows, evaluated = test.rows, test.rows.evaluated & ~np.isnan(test.raw)
    raw, outcome = test.raw[evaluated], rows.outcome[evaluated]
    members = tuple(member for member in MEMBERS if member.name in test.fixed)
    return Model(fit(rows, seed, members), line(raw, outcome), venn_abers(raw, outcome))
