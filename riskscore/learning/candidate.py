"""A candidate: the trained model, the facts of its card, and its predictions with reasons."""

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
from riskscore.learning.report import (
    coverage,
    drift,
    gate,
    naive_label,
    small_producers,
    survivors,
)
from riskscore.learning.report import metrics as report_metrics
from riskscore.learning.report.importance import Predictor, partial_dependence, permutation
from riskscore.learning.report.shapley import shapley

#: Rows of the background from which the reasons of a prediction are counted.
BACKGROUND = 16
#: So many features get a curve on the card.
CURVES = 8
#: Digits of a prediction: further ones differ between machines, and mean nothing. So a model that
#: is trained again elsewhere says the same, and a file of predictions holds all there is.
DIGITS = 6
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

    ``mean`` plus a row's contributions is its probability; ``evaluated`` whether the pair lies in
    the population that the model was evaluated on (the stored column is called ``judged``).
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
    evaluated: Flags

    def joined_with(self, other: "Predicted") -> "Predicted":
        """These predictions followed by ``other``'s, of the same year and reasons."""
        rows = ("probability", "low", "high", "mean", "contributions", "evaluated")
        joined: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in rows
        }
        return replace(
            self, place=self.place + other.place, mineral=self.mineral + other.mineral, **joined
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """What training yields. ``facts`` are plain values for the card, ``metrics`` among them."""

    model: Model
    features: tuple[str, ...]
    facts: dict[str, Any]
    predicted: Predicted


def of_disruption(
    panel: Panel, by_code: Panel, producers: survivors.LastOutput, seed: int
) -> Candidate:
    """Back-test, train on all that is known, and predict the year after the panel's last.

    Small producers are predicted too where the model holds for them; ``producers`` are the
    (mineral, place) pairs, with their newest year of output, of which the card counts who is
    predicted, who not, and why.
    """
    rows = disruption.rows_of(panel)
    test = disruption.backtest(rows, seed)
    metrics = report_metrics.reported(test, seed, panel.minerals)
    metrics["obvious_label"] = naive_label.compared(by_code, seed)
    metrics["small_producers"] = small_producers.evaluated(test, seed)
    metrics["survivors"] = survivors.estimated(test, panel, producers)
    reported = metrics["small_producers"]["told"]
    model = disruption.trained(test, seed)
    model = small_producers.calibrated(model, test) if reported else model
    last = rows.year == int(panel.years[-1])
    now = rows.where(rows.inside & last)
    training, held = rows.where(rows.evaluated), rows.where(test.held)
    about = {feature.name: feature.about for feature in features.FEATURES}
    facts = {
        "metrics": metrics,
        "choice": report_metrics.choice(test),
        "gate": gate.shown("disruption", metrics),
        "reach": coverage.counted(panel, producers, small_producers_reported=reported),
        "features": [
            {"feature": row.name, "worse": row.worse, "about": row.about}
            for row in features.FEATURES
        ],
        **_leanings(test.fixed_probability, held.x, held.outcome, about, seed),
        "drift": _drifted(model, training.x, now.x, features.NAMES),
    }
    background = _sampled(training, seed)
    predicted = _of_series(model, panel, now, background, seed)
    if model.for_small_producers:
        below = rows.where(rows.small_producers & last)
        others = _of_series(model.for_small_producers, panel, below, background, seed)
        predicted = predicted.joined_with(others)
    return Candidate(model, features.NAMES, facts, predicted)


def _of_series(model: Model, panel: Panel, now: Rows, background: Floats, seed: int) -> Predicted:
    """Predictions for the year after the panel's last, of rows of that last year."""
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


def _drifted(
    model: Model, training: Floats, now: Floats, names: tuple[str, ...]
) -> dict[str, float]:
    """PSI of each feature and of the predictions: the training rows against those predicted."""
    shift = drift.psi(model.probability(training), model.probability(now))
    return {"predictions": shift, **drift.drifted(training, now, names)}


def _sampled(training: Rows, seed: int) -> Floats:
    generator = np.random.default_rng(seed)
    return training.x[
        generator.choice(len(training), min(BACKGROUND, len(training)), replace=False)
    ]


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
    evaluated: Flags,
    seed: int,
) -> Predicted:
    mean, added = shapley(model.probability, x, background, reasons, seed)
    low, high = model.interval(x)
    probability, start = _rounded(model.probability(x)), _rounded(np.full(len(x), mean))
    return Predicted(
        place,
        mineral,
        year,
        probability,
        _rounded(low),
        _rounded(high),
        start,
        tuple(reasons),
        _adding_up(probability - start, _rounded(added)),
        evaluated,
    )


def _rounded(values: Floats) -> Floats:
    return np.asarray(np.round(values, DIGITS), np.float64)


def _adding_up(total: Floats, parts: Floats) -> Floats:
    """(n, k) rounded parts, of which each row's greatest takes what rounding left over."""
    row = np.arange(len(parts))
    greatest = np.abs(parts).argmax(axis=1)
    result = parts.copy()
    result[row, greatest] += total - parts.sum(axis=1)
    return _rounded(result)


def of_labour(pairs: labour.Pairs, names: Sequence[tuple[str, str]], seed: int) -> Candidate:
    """Choose, train and predict pairs, listed or not; ``names`` are (place, mineral).

    A place without human development and governance gets no prediction: every input would be
    imputed, so the answer would be the typical place's.
    """
    groups = np.array([group_of(mineral) for _, mineral in names])
    model, metrics = labour.trained(pairs, groups, seed)
    evaluated = ~np.isnan(pairs.listed)
    x = pairs.features(evaluated)
    predictable = np.flatnonzero(pairs.predictable).tolist()
    generator = np.random.default_rng(seed)
    background = x[generator.choice(len(x), min(BACKGROUND, len(x)), replace=False)]
    facts = {
        "metrics": metrics,
        "gate": gate.shown("labour", metrics),
        **_leanings(model.probability, x[evaluated], pairs.listed[evaluated], labour.ABOUT, seed),
        "drift": _drifted(model, x[evaluated], x[predictable], labour.NAMES),
        "features": [
            {"feature": name, "worse": worse, "about": labour.ABOUT[name]}
            for name, worse in zip(labour.NAMES, labour.WORSE, strict=True)
        ],
    }
    predicted = _predicted(
        model,
        x[predictable],
        background,
        [names[number][0] for number in predictable],
        [names[number][1] for number in predictable],
        labour.YEAR,
        _columns(LABOUR_REASONS, labour.NAMES),
        evaluated[predictable],
        seed,
    )
    return Candidate(model, labour.NAMES, facts, predicted)
