"""The disruption model, from a panel to an evaluated candidate.

Feature years up to 2015 train, a rolling origin over 2008–2016 chooses and calibrates, and the
years from 2017 on are held out for the report. What is then used is fitted on every year whose
outcome is published, and calibrated on all predictions that were made out of sample.

Two models are fitted: a plain logistic regression, and the blend whose members 2008–2016 keep. The
blend is used only if its lead is certain on the years that choose *and* again on those held out
(``fit.preference``). So the held-out years can veto the blend and never choose it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from riskscore.learning.data import features
from riskscore.learning.data.panel import Floats, Panel
from riskscore.learning.data.rows import Flags, Rows, check, gathered
from riskscore.learning.fit import blending
from riskscore.learning.fit.calibrate import Sigmoid, line, venn_abers
from riskscore.learning.fit.estimators import MEMBERS, PLAIN, Fitted, blend, fit, predict
from riskscore.learning.fit.model import Model
from riskscore.learning.fit.preference import Lead, lead, leads_everywhere
from riskscore.learning.fit.rolling import fill, published_before, rolling

LAST_TRAINING_YEAR = 2015
CHOOSING = tuple(range(2008, 2017))
#: Held out is every later year whose outcome is known: a new year of trade joins by itself.
FIRST_HELD_OUT = 2017


@dataclass(frozen=True, slots=True)
class Tested:
    """One model's out-of-sample predictions: ``choosing`` by rolling origin, ``held`` by one fit.

    ``raw`` is (n,) over all rows, NaN where nothing was predicted; ``calibration`` was fitted on
    the choosing years alone; ``fixed`` are the members of the fit that the held-out years see.
    """

    raw: Floats
    calibration: Sigmoid
    fixed: Fitted

    @property
    def predicted(self) -> Floats:
        """(n,) calibrated probabilities."""
        return self.calibration(self.raw)


@dataclass(frozen=True, slots=True)
class Backtest:
    """Both models on the same rows, and the leads of the blend by the years they were found in.

    ``blends`` are all that were compared on the choosing years, which also chose the members.
    """

    rows: Rows
    plain: Tested
    blended: Tested
    leads: Mapping[str, Lead]
    blends: list[dict[str, Any]]

    @property
    def is_plain(self) -> bool:
        """Whether the plain model is the one in use: the blend's lead is not certain everywhere."""
        return not leads_everywhere(self.leads)

    @property
    def used(self) -> Tested:
        """The model in use."""
        return self.plain if self.is_plain else self.blended

    @property
    def raw(self) -> Floats:
        """(n,) what the model in use says, not calibrated."""
        return self.used.raw

    @property
    def predicted(self) -> Floats:
        """(n,) calibrated probabilities of the model in use."""
        return self.used.predicted

    @property
    def held(self) -> Flags:
        """(n,) evaluated rows of the held-out years."""
        return _held(self.rows)

    @property
    def chosen(self) -> Flags:
        """(n,) evaluated rows of the years that choose and calibrate."""
        return _chosen(self.rows)

    def fixed_probability(self, x: Floats) -> Floats:
        """(n,) calibrated probabilities of the fit that is evaluated on the held-out years."""
        return self.used.calibration(predict(self.used.fixed, x))


def _held(rows: Rows) -> Flags:
    return rows.evaluated & (rows.year >= FIRST_HELD_OUT)


def _chosen(rows: Rows) -> Flags:
    return rows.evaluated & np.isin(rows.year, CHOOSING)


def rows_of(panel: Panel) -> Rows:
    """All rows of the panel, from the first year with enough history to the last year."""
    first = int(panel.years[0]) + features.FIRST_COLUMN
    return gathered(panel, range(first, int(panel.years[-1]) + 1))


def backtest(rows: Rows, seed: int) -> Backtest:
    """Predict the choosing years by rolling origin and the held-out years by the fixed fit."""
    check(rows.where(rows.year <= LAST_TRAINING_YEAR))
    parts = rolling(rows, CHOOSING, seed)
    chosen = _chosen(rows)
    evaluated, outcome = {name: part[chosen] for name, part in parts.items()}, rows.outcome[chosen]
    names = blending.kept(evaluated, outcome, rows.place[chosen], seed)
    fitted = fit(published_before(rows, LAST_TRAINING_YEAR + 1), seed)
    fill(parts, fitted, rows, rows.year >= FIRST_HELD_OUT)
    plain, blended = (_tested(parts, fitted, rows, members) for members in ((PLAIN,), names))
    leads = {
        period: _lead(rows.where(part), blended.predicted[part], plain.predicted[part], seed)
        for period, part in (("choosing", chosen), ("held_out", _held(rows)))
    }
    return Backtest(rows, plain, blended, leads, blending.compared(evaluated, outcome))


def _tested(
    parts: Mapping[str, Floats], fitted: Fitted, rows: Rows, members: Sequence[str]
) -> Tested:
    raw, chosen = blend({name: parts[name] for name in members}), _chosen(rows)
    calibration = line(raw[chosen], rows.outcome[chosen])
    return Tested(raw, calibration, {name: fitted[name] for name in members})


def _lead(rows: Rows, blended: Floats, plain: Floats, seed: int) -> Lead:
    return lead(rows.outcome, blended, plain, rows.place, seed)


def trained(test: Backtest, seed: int) -> Model:
    """The model to use, fitted on all outcomes, calibrated on all out-of-sample predictions."""
    rows, evaluated = test.rows, test.rows.evaluated & ~np.isnan(test.raw)
    raw, outcome = test.raw[evaluated], rows.outcome[evaluated]
    members = tuple(member for member in MEMBERS if member.name in test.used.fixed)
    return Model(fit(rows, seed, members), line(raw, outcome), venn_abers(raw, outcome))
