"""How well scores tell projects with an event from others. Arrays in, plain numbers out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from riskscore.learning.fit.evaluate import auc, auc_of_draws, clustered, interval

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]
DRAWS, SEED = 1000, 0
#: Fewer countries with an event than these, and their draws say little.
FEW_COUNTRIES = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """Projects with their scores as of a day (NaN: not assessed), country, region, and whether an
    event of the list is about them (1 or 0)."""

    scores: Mapping[str, Floats]
    place: Words
    region: Words
    event: Floats


def judged(projects: Judged) -> dict[str, Any]:
    """By score: AUC overall, within country, by region, and of the country's mean alone."""
    return {name: _of_score(projects, values) for name, values in projects.scores.items()}


def _of_score(projects: Judged, values: Floats) -> dict[str, Any]:
    known = ~np.isnan(values)
    score, event = values[known], projects.event[known]
    place, region = projects.place[known], projects.region[known]
    events = int(event.sum())
    result: dict[str, Any] = {
        "projects": int(known.sum()),
        "events": events,
        "countries_with_event": len(set(place[event == 1])),
        "not_assessed": int((~known).sum()),
    }
    if not 0 < events < known.sum():
        return {**result, "auc": None}
    codes = np.unique(place.astype(str), return_inverse=True)[1]
    weights = clustered(codes, DRAWS, SEED)
    whole = np.ones((1, len(event)))
    return {
        **result,
        "auc": auc(event, score),
        "auc_ci": _interval(auc_of_draws(event, score, weights)),
        "within_country": _number(float(within_country(event, score, codes, whole)[0])),
        "within_country_ci": _interval(within_country(event, score, codes, weights)),
        "country_alone": auc(event, _means(score, codes)),
        "few_countries": result["countries_with_event"] < FEW_COUNTRIES,
        "by_region": _by_region(event, score, region),
    }


def within_country(
    event: Floats, score: Floats, codes: npt.NDArray[Any], weights: Floats
) -> Floats:
    """(draws,) AUC over the pairs (event, other) of one country each; NaN where none has both.

    ``weights`` is (draws, n): how often each row's country was drawn; its pairs count so often.
    """
    better, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for one in np.unique(codes[event == 1]):
        rows = codes == one
        count = float(event[rows].sum())
        drawn = count * (rows.sum() - count) * weights[:, np.flatnonzero(rows)[0]]
        if drawn.any():
            better += drawn * auc(event[rows], score[rows])
            pairs += drawn
    result = np.full(len(weights), np.nan)
    np.divide(better, pairs, out=result, where=pairs > 0)
    return result


def _means(score: Floats, codes: npt.NDArray[Any]) -> Floats:
    """Each project's score replaced by the mean of its country."""
    totals = np.bincount(codes, weights=score)
    return np.asarray((totals / np.bincount(codes))[codes])


def _by_region(event: Floats, score: Floats, region: Words) -> dict[str, Any]:
    result = {}
    for name in sorted(set(region)):
        rows = region == name
        result[str(name) or "unknown"] = {
            "projects": int(rows.sum()),
            "events": int(event[rows].sum()),
            "auc": _number(auc(event[rows], score[rows])),
        }
    return result


def _interval(draws: Floats) -> list[float] | None:
    return None if np.isnan(draws).all() else list(interval(draws))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
