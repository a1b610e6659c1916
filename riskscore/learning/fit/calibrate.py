"""From a score to a probability that means what it says, and how sure that is.

*Sigmoid*: log-odds are stretched and shifted by a logistic regression on out-of-sample
predictions (Platt 1999). Isotonic regression would need about a thousand events; there are some
hundreds. *Venn–Abers* (Vovk, Petej and Fedorova 2015): the interval between the two isotonic fits
in which the new case is an event, or is none; it is valid without assuming a shape.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.isotonic import isotonic_regression
from sklearn.linear_model import LogisticRegression

from riskscore.learning.data.panel import Floats
from riskscore.learning.fit.estimators import log_odds, probability


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """``log-odds = intercept + slope × log-odds of the raw score``."""

    slope: float
    intercept: float

    def __call__(self, raw: Floats) -> Floats:
        """(n,) calibrated probabilities."""
        return probability(self.intercept + self.slope * log_odds(raw))


def line(raw: Floats, outcome: Floats, weight: Floats | None = None) -> Sigmoid:
    """The maximum-likelihood sigmoid; slope 1 and intercept 0 mean calibrated already."""
    model = LogisticRegression(C=np.inf, max_iter=1000)
    model.fit(log_odds(raw)[:, np.newaxis], outcome, sample_weight=weight)
    return Sigmoid(float(model.coef_[0, 0]), float(model.intercept_[0]))


@dataclass(frozen=True, slots=True)
class VennAbers:
    """Out-of-sample scores in rising order, with their outcomes (1 or 0)."""

    score: Floats
    outcome: Floats

    def interval(self, raw: Floats) -> tuple[Floats, Floats]:
        """(n,) lower and upper probability of each new score."""
        distinct, inverse = np.unique(raw, return_inverse=True)
        bounds = np.array([self._bounds(score) for score in distinct]).reshape(-1, 2)
        return bounds[inverse, 0], bounds[inverse, 1]

    def _bounds(self, score: float) -> tuple[float, float]:
        low, high = (self._fitted(score, event) for event in (0.0, 1.0))
        return low, high

    def _fitted(self, score: float, event: float) -> float:
        """The isotonic fit at the new score, when the new case is taken to be ``event``.

        Equal scores must share a fit: they are pooled before the regression, by mean and weight.
        """
        place = int(np.searchsorted(self.score, score))
        scores = np.insert(self.score, place, score)
        outcomes = np.insert(self.outcome, place, event)
        _, start = np.unique(scores, return_index=True)
        weights = np.diff(np.append(start, scores.size)).astype(np.float64)
        means = np.add.reduceat(outcomes, start) / weights
        fitted = isotonic_regression(means, sample_weight=weights)
        return float(fitted[np.searchsorted(scores[start], score)])


def venn_abers(raw: Floats, outcome: Floats) -> VennAbers:
    """Venn–Abers calibration from out-of-sample scores and their outcomes."""
    order = np.argsort(raw, kind="stable")
    return VennAbers(raw[order], outcome[order])
