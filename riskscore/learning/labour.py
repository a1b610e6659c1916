"""Forced or child labour: is this mineral from this place on the US Department of Labor's list?

Rows are (place, mineral) pairs that really produce. A listed pair keeps its listing as an
indicator; predictions are for pairs that are not listed, or not yet. So each place is evaluated
with its own listings hidden: no input of a row comes from its own place's listings.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from riskscore.learning.data.panel import Floats, Ints
from riskscore.learning.data.refusals import OneClass, TooFewEvents, UnusableInput
from riskscore.learning.fit.calibrate import line, venn_abers
from riskscore.learning.fit.estimators import log_odds, probability
from riskscore.learning.fit.evaluate import (
    DRAWS,
    auc,
    auc_of_draws,
    by_group,
    calibration_curve,
    clustered,
    interval,
    intervals,
    log_loss,
    measured,
)
from riskscore.learning.fit.model import Model
from riskscore.learning.fit.preference import Lead, lead

#: Features of the place, in the order of the columns; then the mineral's own two.
PLACE_FEATURES = (
    "hdr.hdi",
    "wgi.voice",
    "wgi.stability",
    "wgi.effectiveness",
    "wgi.regulation",
    "wgi.law",
    "wgi.corruption",
    "deaths",
    "population",
    "dol.c138",
    "dol.c182",
)
NAMES = (*PLACE_FEATURES, "share_of_world", "mineral_listed_elsewhere")
ABOUT = {
    "hdr.hdi": "human development of the place",
    "wgi.voice": "voice and accountability",
    "wgi.stability": "political stability",
    "wgi.effectiveness": "government effectiveness",
    "wgi.regulation": "regulatory quality",
    "wgi.law": "rule of law",
    "wgi.corruption": "control of corruption",
    "deaths": "conflict deaths per million people, log",
    "population": "people, log",
    "dol.c138": "convention on the minimum age ratified",
    "dol.c182": "convention on the worst forms of child labour ratified",
    "share_of_world": "the place's share of the mineral's world output, log",
    "mineral_listed_elsewhere": "log-odds that the mineral is listed in other places",
}
WORSE = (-1, -1, -1, -1, -1, -1, -1, 1, 0, -1, -1, 0, 1)
HDI, GOVERNANCE = 0, tuple(range(1, 7))
FEWEST_EVENTS, FEWEST_PLACES = 40, 10
#: The listings are those of this year.
YEAR = 2022
#: Pseudo-pairs of the mean rate from which a mineral's rate elsewhere starts.
PRIOR = 5.0
FOLDS = 10


@dataclass(frozen=True, slots=True)
class Pairs:
    """(n,) pairs; ``inputs`` is (n, 12) without the mineral's rate, ``listed`` 1, 0 or NaN."""

    inputs: Floats
    listed: Floats
    place: Ints
    mineral: Ints

    @property
    def predictable(self) -> npt.NDArray[np.bool_]:
        """(n,) whether the place has human development or any governance estimate."""
        return np.asarray(~np.isnan(self.inputs[:, [HDI, *GOVERNANCE]]).all(axis=1), np.bool_)

    def features(self, shown: npt.NDArray[np.bool_]) -> Floats:
        """(n, 13): the mineral's rate counts only pairs that are shown and of another place."""
        usable = shown & ~np.isnan(self.listed)
        listed = np.where(usable, self.listed, 0.0)
        base = listed.sum() / max(int(usable.sum()), 1)
        count = int(self.mineral.max()) + 1
        events = np.bincount(self.mineral, listed, count)[self.mineral]
        number = np.bincount(self.mineral, usable, count)[self.mineral]
        # A place has at most one pair of a mineral, so leaving out the pair leaves out the place.
        events, number = events - listed, number - usable
        rate = (events + base * PRIOR) / (number + PRIOR)
        return np.column_stack([self.inputs, log_odds(rate)])


def check(pairs: Pairs) -> None:
    """Raise a Refusal that names what makes these pairs unfit for training."""
    evaluated = ~np.isnan(pairs.listed)
    if np.isinf(pairs.inputs).any() or not evaluated.any():
        raise UnusableInput("the pairs hold no usable number. Load production and listings first.")
    events = int(pairs.listed[evaluated].sum())
    places = np.unique(pairs.place[evaluated & (pairs.listed == 1)]).size
    if events == int(evaluated.sum()) or events == 0:
        raise OneClass(
            f"all {int(evaluated.sum())} pairs are alike: there is nothing to tell apart."
        )
    if events < FEWEST_EVENTS or places < FEWEST_PLACES:
        raise TooFewEvents(
            f"{events} listed pairs in {places} places where {FEWEST_EVENTS} in {FEWEST_PLACES} "
            "are needed."
        )


def _ridge(c: float) -> Callable[[int], Any]:
    """Penalised logistic regression: a Bayesian one's mode, with normal priors of variance c."""

    def make(_seed: int) -> Any:
        return make_pipeline(
            SimpleImputer(strategy="median"),
            StandardScaler(),
            LogisticRegression(C=c, max_iter=1000),
        )

    return make


def _boosted(seed: int) -> Any:
    return HistGradientBoostingClassifier(
        max_iter=100,
        learning_rate=0.05,
        max_leaf_nodes=6,
        min_samples_leaf=20,
        l2_regularization=5.0,
        monotonic_cst=list(WORSE),
        random_state=seed,
    )


SIMPLER: dict[str, Callable[[int], Any]] = {
    "logistic, C 0.03": _ridge(0.03),
    "logistic, C 0.3": _ridge(0.3),
}
TREES = "boosted trees, monotone"
CANDIDATES: dict[str, Callable[[int], Any]] = {**SIMPLER, TREES: _boosted}
#: Single numbers that a model must beat, each through a logistic regression of its own.
BASELINES: dict[str, tuple[int, ...]] = {
    "hdi": (HDI,),
    "governance": GOVERNANCE,
    "mineral": (len(NAMES) - 1,),
}


def folds(place: Ints, seed: int) -> Ints:
    """(n,) fold of each row; a place lies in one fold whole."""
    distinct, member = np.unique(place, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(distinct.size)
    return (shuffled % FOLDS)[member]


def hidden(
    pairs: Pairs, make: Callable[[int], Any], seed: int, columns: tuple[int, ...] = ()
) -> Floats:
    """(n,) probability of each pair by a model that saw no listing of its place."""
    fold = folds(pairs.place, seed)
    chosen = list(columns or range(len(NAMES)))
    result = np.full(len(fold), np.nan)
    with threadpool_limits(limits=1):
        for number in range(FOLDS):
            inside = fold == number
            x = pairs.features(~inside)[:, chosen]
            training = ~inside & ~np.isnan(pairs.listed)
            model = make(seed).fit(x[training], pairs.listed[training])
            result[inside] = model.predict_proba(x[inside])[:, 1]
    return result


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidate in use, the (n,) predictions of each on hidden places, and the trees' lead."""

    name: str
    predicted: Mapping[str, Floats]
    rival: str
    lead: Lead


def chosen(pairs: Pairs, seed: int) -> Choice:
    """Of the regressions the one with the least log loss on hidden places; the trees if their lead
    over it is certain."""
    evaluated = ~np.isnan(pairs.listed)
    listed, place = pairs.listed[evaluated], pairs.place[evaluated]
    predicted = {name: hidden(pairs, make, seed) for name, make in CANDIDATES.items()}
    loss = {name: log_loss(listed, predicted[name][evaluated]) for name in SIMPLER}
    best = min(loss, key=lambda name: (loss[name], name))
    ahead = lead(listed, predicted[TREES][evaluated], predicted[best][evaluated], place, seed)
    return Choice(TREES if ahead.certain else best, predicted, best, ahead)


def trained(pairs: Pairs, groups: npt.NDArray[np.str_], seed: int) -> tuple[Model, dict[str, Any]]:
    """The model to use, and its metrics for the card, also by (n,) groups of minerals.

    Raises a Refusal where the listings are too few.
    """
    check(pairs)
    evaluated = ~np.isnan(pairs.listed)
    choice = chosen(pairs, seed)
    raw, listed = choice.predicted[choice.name][evaluated], pairs.listed[evaluated]
    x = pairs.features(evaluated)
    with threadpool_limits(limits=1):
        member = CANDIDATES[choice.name](seed).fit(x[evaluated], listed)
    model = Model({"chosen": member}, line(raw, listed), venn_abers(raw, listed))
    return model, _said(pairs, groups, choice, seed)


def _said(pairs: Pairs, groups: npt.NDArray[np.str_], choice: Choice, seed: int) -> dict[str, Any]:
    evaluated = ~np.isnan(pairs.listed)
    listed, weights = pairs.listed[evaluated], clustered(pairs.place[evaluated], DRAWS, seed)
    raw = choice.predicted[choice.name][evaluated]
    drawn = auc_of_draws(listed, raw, weights)
    crossed = _crossed(raw, listed, pairs, evaluated, seed)
    results: dict[str, Any] = {
        **measured(listed, raw).as_dict(),
        "chosen": choice.name,
        "auc_ci": interval(drawn),
        **intervals(listed, raw, weights),
        "simpler": {
            "name": f"the penalised regression ({choice.rival})",
            "used": choice.name != TREES,
            "leads": {f"of the {TREES}": choice.lead.as_dict()},
        },
        "places_with_events": int(np.unique(pairs.place[evaluated][listed == 1]).size),
        "candidates": {
            other: {
                "auc": auc(listed, part[evaluated]),
                "log_loss": log_loss(listed, part[evaluated]),
            }
            for other, part in choice.predicted.items()
        },
        "calibration_curve": calibration_curve(listed, crossed),
        "by_mineral_group": by_group(listed, crossed, groups[evaluated]),
    }
    for baseline, columns in BASELINES.items():
        theirs = hidden(pairs, _ridge(1.0), seed, columns)[evaluated]
        results[f"auc_{baseline}"] = auc(listed, theirs)
        results[f"auc_difference_to_{baseline}"] = results["auc"] - results[f"auc_{baseline}"]
        results[f"auc_difference_to_{baseline}_ci"] = interval(
            drawn - auc_of_draws(listed, theirs, weights)
        )
    return results


def _crossed(
    raw: Floats, listed: Floats, pairs: Pairs, evaluated: npt.NDArray[np.bool_], seed: int
) -> Floats:
    """(n,) probabilities, each calibrated on the half of the places that it is not in."""
    half = folds(pairs.place, seed)[evaluated] % 2
    result = np.empty(len(raw))
    for number in (0, 1):
        other = half != number
        fit = line(raw[other], listed[other])
        result[~other] = probability(fit.intercept + fit.slope * log_odds(raw[~other]))
    return result
