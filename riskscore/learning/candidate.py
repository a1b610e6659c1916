"""A candidate: the trained model, everything its card says, and its predictions with reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from riskscore.learning import disruption, labour
from riskscore.learning.data import features
from riskscore.learning.data.mineral_groups import group_of
from riskscore.learning.data.panel import Floats, Panel
from riskscore.learning.data.rows import Flags, Rows
from riskscore.learning.fit.model import Model
from riskscore.learning.report import coverage, drift, naive_label, small_producers
from riskscore.learning.report import metrics as report_metrics
from riskscore.learning.report.importance import Predictor, partial_dependence, permutation
from riskscore.learning.report.shapley import shapley

#: Rows of the background from which the reasons of a prediction are counted.
BACKGROUND = 16
#: So many features get a curve on the card.
CURVES = 8
LABOUR_REASONS = {
    "human development": ("hdr.hdi",),
    "governance": tuple(name for name in labour.PLACE_FEATURES if name.startswith("wgi.")),
    "conflict": ("deaths",),
    "population": ("population",),
    "conventions": ("dol.c138", "dol.c182"),
    "size of output": ("share_of_world",),
    "the mineral elsewhere": ("mineral_listed_elsewhere",),
}


@dataclass(frozen=True, slots=True)
class Predicted:
    """(n,) predictions for pairs of place and mineral codes; (n, reasons) contributions.

    ``mean`` plus a row's contributions is its probability; ``judged`` whether the pair lies in the
    population that the model was judged on.
    """

    place: list[str]
    mineral: list[str]
    year: int
    probability: Floats
    low: Floats
    high: Floats
    mean: Floats
    reasons: tuple[str, ...]
    contributions: Floats
    judged: Flags

    def beside(self, other: "Predicted") -> "Predicted":
        """These predictions, and then the others."""
        rows = ("probability", "low", "high", "mean", "contributions", "judged")
        joined: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in rows
        }
        return replace(
            self, place=self.place + other.place, mineral=self.mineral + other.mineral, **joined
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """What training yields; ``facts`` are plain values for the card, ``metrics`` among them."""

    model: Model
    features: tuple[str, ...]
    facts: dict[str, Any]
    predicted: Predicted


def of_disruption(
    panel: Panel, by_code: Panel, producers: coverage.Producers, seed: int
) -> Candidate:
    """Back-test, train on all that is known, and predict the year after the panel's last.

    Small producers are predicted too where the model holds for them; ``producers`` are the
    (mineral, place) pairs of which the card counts who is predicted, who not, and why.
    """
    rows = disruption.rows_of(panel)
    test = disruption.backtest(rows, seed)
    metrics = report_metrics.reported(test, seed, panel.minerals)
    metrics["obvious_label"] = naive_label.compared(by_code, seed)
    metrics["small_producers"] = small_producers.judged(test, seed)
    told = metrics["small_producers"]["told"]
    model = disruption.trained(test, seed)
    model = small_producers.calibrated(model, test) if told else model
    last = rows.year == int(panel.years[-1])
    now = rows.where(rows.inside & last)
    taught, held = rows.where(rows.judged), rows.where(test.held)
    about = {feature.name: feature.about for feature in features.FEATURES}
    facts = {
        "metrics": metrics,
        "reach": coverage.reached(panel, producers, small_told=told),
        "features": [
            {"feature": row.name, "worse": row.worse, "about": row.about}
            for row in features.FEATURES
        ],
        **_leanings(test.fixed_probability, held.x, held.outcome, about, seed),
        "drift": _drifted(model, taught.x, now.x, features.NAMES),
    }
    background = _sampled(taught, seed)
    predicted = _of_series(model, panel, now, background, seed)
    if model.of_small:
        beside = _of_series(model.of_small, panel, rows.where(rows.small & last), background, seed)
        predicted = predicted.beside(beside)
    return Candidate(model, features.NAMES, facts, predicted)


def _of_series(model: Model, panel: Panel, now: Rows, background: Floats, seed: int) -> Predicted:
    """What is said of these rows of the panel's last year, for the next."""
    return _predicted(
        model,
        now.x,
        background,
        [panel.places[number] for number in now.place],
        [panel.minerals[number] for number in now.mineral],
        int(panel.years[-1]) + 1,
        _columns(features.REASONS, features.NAMES),
        now.inside,
        seed,
    )


def _leanings(
    predictor: Predictor, x: Floats, outcome: Floats, about: Mapping[str, str], seed: int
) -> dict[str, Any]:
    """Importance of every feature on these rows, and curves of the greatest."""
    importance = permutation(predictor, x, outcome, about, seed)
    names = [row["feature"] for row in importance[:CURVES]]
    columns = {name: list(about).index(name) for name in names}
    return {
        "importance": importance,
        "partial_dependence": partial_dependence(predictor, x, columns, seed),
    }


def _drifted(model: Model, taught: Floats, now: Floats, names: tuple[str, ...]) -> dict[str, float]:
    """PSI of each feature and of the predictions, what was taught against what is predicted."""
    said = drift.psi(model.probability(taught), model.probability(now))
    return {"predictions": said, **drift.drifted(taught, now, names)}


def _sampled(taught: Rows, seed: int) -> Floats:
    generator = np.random.default_rng(seed)
    return taught.x[generator.choice(len(taught), min(BACKGROUND, len(taught)), replace=False)]


def _columns(
    reasons: Mapping[str, Sequence[str]], names: Sequence[str]
) -> dict[str, tuple[int, ...]]:
    return {reason: tuple(names.index(name) for name in owned) for reason, owned in reasons.items()}


def _predicted(
    model: Model,
    x: Floats,
    background: Floats,
    place: list[str],
    mineral: list[str],
    year: int,
    reasons: Mapping[str, tuple[int, ...]],
    judged: Flags,
    seed: int,
) -> Predicted:
    mean, added = shapley(model.probability, x, background, reasons, seed)
    low, high = model.interval(x)
    start = np.full(len(x), mean)
    return Predicted(
        place, mineral, year, model.probability(x), low, high, start, tuple(reasons), added, judged
    )


def of_labour(pairs: labour.Pairs, names: Sequence[tuple[str, str]], seed: int) -> Candidate:
    """Choose, train and predict pairs, listed or not; ``names`` are (place, mineral).

    A place of which nothing is known gets no prediction: it would be the typical place's.
    """
    groups = np.array([group_of(mineral) for _, mineral in names])
    model, metrics = labour.trained(pairs, groups, seed)
    judged = ~np.isnan(pairs.listed)
    x = pairs.features(judged)
    told = np.flatnonzero(pairs.told).tolist()
    generator = np.random.default_rng(seed)
    background = x[generator.choice(len(x), min(BACKGROUND, len(x)), replace=False)]
    facts = {
        "metrics": metrics,
        **_leanings(model.probability, x[judged], pairs.listed[judged], labour.ABOUT, seed),
        "drift": _drifted(model, x[judged], x[told], labour.NAMES),
        "features": [
            {"feature": name, "worse": worse, "about": labour.ABOUT[name]}
            for name, worse in zip(labour.NAMES, labour.WORSE, strict=True)
        ],
    }
    predicted = _predicted(
        model,
        x[told],
        background,
        [names[number][0] for number in told],
        [names[number][1] for number in told],
        labour.YEAR,
        _columns(LABOUR_REASONS, labour.NAMES),
        judged[told],
        seed,
    )
    return Candidate(model, labour.NAMES, facts, predicted)
