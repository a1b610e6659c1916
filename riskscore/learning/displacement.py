"""Displacement and conflict at projects: trained on curated evidence, once there is enough of it.

Until then it refuses and says what is missing. An event is a verified statement about a project
that people were moved, or fought, over it; a project without a statement is *not* a project
without conflict, so only projects that curators reviewed may stand as the other class.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from riskscore.learning.data.panel import Floats, Ints
from riskscore.learning.data.refusals import OneClass, TooFewEvents, UnusableInput
from riskscore.learning.fit.calibrate import line, venn_abers
from riskscore.learning.fit.evaluate import DRAWS, auc_of_draws, clustered, interval, measured
from riskscore.learning.fit.model import Model
from riskscore.learning.labour import FOLDS, folds

FEWEST_EVENTS, FEWEST_PLACES = 50, 10


@dataclass(frozen=True, slots=True)
class Reviewed:
    """(n, k) features of reviewed projects, (n,) whether an event is on record, their places.

    ``synthetic`` marks an invented set with known truth; every card made from it says so.
    """

    x: Floats
    event: Floats
    place: Ints
    names: tuple[str, ...]
    synthetic: bool = False


def check(reviewed: Reviewed) -> None:
    """Refuse below the declared number of events and places, and say what is missing."""
    if reviewed.x.size == 0 or np.isinf(reviewed.x).any() or np.isnan(reviewed.event).any():
        missing = f"{FEWEST_EVENTS} events in {FEWEST_PLACES} places are missing"
        raise UnusableInput(
            "no reviewed project with usable features is on file; " + missing + ". Curate evidence."
        )
    events = int(reviewed.event.sum())
    places = np.unique(reviewed.place[reviewed.event == 1]).size
    if events < FEWEST_EVENTS or places < FEWEST_PLACES:
        raise TooFewEvents(
            f"{events} events in {places} places are on file; {FEWEST_EVENTS} events in "
            f"{FEWEST_PLACES} places are needed. Missing: {max(FEWEST_EVENTS - events, 0)} events, "
            f"{max(FEWEST_PLACES - places, 0)} places. Curate more evidence."
        )
    if events == len(reviewed.event):
        raise OneClass("every reviewed project has an event: review projects without one too.")


def _make() -> Any:
    return make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=0.1, max_iter=1000),
    )


def trained(reviewed: Reviewed, seed: int) -> tuple[Model, dict[str, Any]]:
    """The model, and its metrics on places that it did not see. Raises a Refusal."""
    check(reviewed)
    fold = folds(reviewed.place, seed)
    raw = np.full(len(fold), np.nan)
    for number in range(FOLDS):
        inside = fold == number
        if inside.any():
            model = _make().fit(reviewed.x[~inside], reviewed.event[~inside])
            raw[inside] = model.predict_proba(reviewed.x[inside])[:, 1]
    drawn = auc_of_draws(reviewed.event, raw, clustered(reviewed.place, DRAWS, seed))
    reported = {
        **measured(reviewed.event, raw).as_dict(),
        "auc_ci": interval(drawn),
        "synthetic": reviewed.synthetic,
    }
    member = _make().fit(reviewed.x, reviewed.event)
    return (
        Model({"logistic": member}, line(raw, reviewed.event), venn_abers(raw, reviewed.event)),
        reported,
    )
