"""The members of the disruption model and their blend.

Learners of different kind are fitted and the mean of their log-odds is taken: each errs
elsewhere. The boosted trees obey the directions that theory gives (the table of features).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import QuantileTransformer
from threadpoolctl import threadpool_limits

from riskscore.learning.data.features import FEATURES
from riskscore.learning.data.panel import Floats
from riskscore.learning.data.rows import Rows

#: Probabilities are kept this far from 0 and 1 before their log-odds are taken.
CLIP = 1e-4
#: Threads that grow trees. Each tree has a seed of its own, so their number changes nothing.
JOBS = 2


@dataclass(frozen=True, slots=True)
class Member:
    """A learner; ``wide`` says whether it also learns from exporters outside the population."""

    name: str
    make: Callable[[int], Any]
    wide: bool


def _boosted(seed: int) -> Any:
    return HistGradientBoostingClassifier(
        max_iter=200,
        learning_rate=0.035,
        max_leaf_nodes=8,
        min_samples_leaf=40,
        l2_regularization=5.0,
        max_features=0.3,
        monotonic_cst=[feature.worse for feature in FEATURES],
        random_state=seed,
    )


def _forest(seed: int) -> Any:
    trees = ExtraTreesClassifier(
        n_estimators=100, min_samples_leaf=10, max_features=0.6, random_state=seed, n_jobs=JOBS
    )
    return make_pipeline(SimpleImputer(strategy="median"), trees)


def logistic(seed: int) -> Any:
    """A penalised logistic regression on ranks: a member, and alone the plain model, used where the
    blend is not better for certain."""
    return make_pipeline(
        SimpleImputer(strategy="median"),
        QuantileTransformer(
            output_distribution="normal", n_quantiles=100, subsample=None, random_state=seed
        ),
        LogisticRegression(C=0.01, max_iter=1000),
    )


MEMBERS = (
    Member("boosted", _boosted, wide=True),
    Member("forest", _forest, wide=True),
    Member("logistic", logistic, wide=False),
)
PLAIN = "logistic"
Fitted = Mapping[str, Any]


def fit(rows: Rows, seed: int, members: tuple[Member, ...] = MEMBERS) -> dict[str, Any]:
    """Fit each member on the rows whose outcome is known; estimators by name."""
    not_nan = ~np.isnan(rows.outcome) & rows.learnt
    results = {}
    # More OpenMP threads than free cores make boosting ten times slower, not faster.
    with threadpool_limits(limits=1):
        for member in members:
            chosen = not_nan if member.wide else not_nan & rows.inside
            model = member.make(seed).fit(rows.x[chosen], rows.outcome[chosen])
            results[member.name] = _alone(model)
    return results


def _alone(model: Any) -> Any:
    """Predict in one thread: several would add the trees' votes in an order of their own."""
    if isinstance(model, Pipeline) and isinstance(model[-1], ExtraTreesClassifier):
        model[-1].set_params(n_jobs=1)
    return model


def log_odds(probability: Floats) -> Floats:
    """Natural log of p / (1 - p), p kept off 0 and 1."""
    kept = np.clip(probability, CLIP, 1 - CLIP)
    return np.asarray(np.log(kept / (1 - kept)), np.float64)


def probability(odds: Floats) -> Floats:
    """The inverse of :func:`log_odds`."""
    return np.asarray(1 / (1 + np.exp(-odds)), np.float64)


def predict_each(fitted: Fitted, x: Floats) -> dict[str, Floats]:
    """(n,) probability of each member."""
    with threadpool_limits(limits=1):
        return {
            name: np.asarray(model.predict_proba(x)[:, 1], np.float64)
            for name, model in fitted.items()
        }


def blend(parts: Mapping[str, Floats]) -> Floats:
    """(n,) probability whose log-odds are the mean of the members'."""
    return probability(np.mean([log_odds(part) for part in parts.values()], axis=0))


def predict(fitted: Fitted, x: Floats) -> Floats:
    """(n,) probability of the blend, not yet calibrated."""
    return blend(predict_each(fitted, x))
