"""A candidate: the trained model, everything its card says, and its predictions with reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from riskscore.learning import disruption, drift, features, labour, report, unsound
from riskscore.learning.disruption import Backtest
from riskscore.learning.importance import partial_dependence, permutation
from riskscore.learning.model import Model
from riskscore.learning.panel import Floats, Panel
from riskscore.learning.rows import Rows
from riskscore.learning.shapley import shapley

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

    ``mean`` plus a row's contributions is its probability.
    """

    place: list[str]
    mineral: list[str]
    year: int
    probability: Floats
    low: Floats
    high: Floats
    mean: float
    reasons: tuple[str, ...]
    contributions: Floats


@dataclass(frozen=True, slots=True)
class Candidate:
    """What training yields; ``facts`` are plain values for the card, ``metrics`` among them."""

    model: Model
    features: tuple[str, ...]
    facts: dict[str, Any]
    predicted: Predicted


def of_disruption(panel: Panel, by_code: Panel, seed: int) -> Candidate:
    """Back-test, train on all that is known, and predict the year after the panel's last."""
    rows = disruption.rows_of(panel)
    test = disruption.backtest(rows, seed)
    metrics = report.reported(test, seed, panel.minerals)
    metrics["obvious_label"] = unsound.compared(by_code, seed)
    model = disruption.trained(test, seed)
    now = rows.where(rows.inside & (rows.year == int(panel.years[-1])))
    taught = rows.where(rows.judged)
    facts = {
        "metrics": metrics,
        "features": [
            {"feature": row.name, "worse": row.worse, "about": row.about}
            for row in features.FEATURES
        ],
        **_leanings(test, seed),
        "drift": _drifted(model, taught.x, now.x, features.NAMES),
    }
    predicted = _predicted(
        model,
        now.x,
        _sampled(taught, seed),
        [panel.places[number] for number in now.place],
        [panel.minerals[number] for number in now.mineral],
        int(panel.years[-1]) + 1,
        _columns(features.REASONS, features.NAMES),
        seed,
    )
    return Candidate(model, features.NAMES, facts, predicted)


def _leanings(test: Backtest, seed: int) -> dict[str, Any]:
    """Importance and curves of the fixed fit, on the held-out years."""
    held = test.rows.where(test.held)
    importance = permutation(test.fixed_probability, held.x, held.outcome, seed)
    names = [row["feature"] for row in importance[:CURVES]]
    return {
        "importance": importance,
        "partial_dependence": partial_dependence(test.fixed_probability, held.x, names, seed),
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
    seed: int,
) -> Predicted:
    mean, added = shapley(model.probability, x, background, reasons, seed)
    low, high = model.interval(x)
    return Predicted(
        place, mineral, year, model.probability(x), low, high, mean, tuple(reasons), added
    )


def of_labour(pairs: labour.Pairs, names: Sequence[tuple[str, str]], seed: int) -> Candidate:
    """Choose, train and predict pairs, listed or not; ``names`` are (place, mineral).

    A place of which nothing is known gets no prediction: it would be the typical place's.
    """
    model, metrics = labour.trained(pairs, seed)
    judged = ~np.isnan(pairs.listed)
    x = pairs.features(judged)
    told = np.flatnonzero(pairs.told).tolist()
    generator = np.random.default_rng(seed)
    background = x[generator.choice(len(x), min(BACKGROUND, len(x)), replace=False)]
    facts = {
        "metrics": metrics,
        "features": [
            {"feature": name, "worse": worse}
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
        seed,
    )
    return Candidate(model, labour.NAMES, facts, predicted)
