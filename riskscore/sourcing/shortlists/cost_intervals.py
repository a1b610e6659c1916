"""Human cost as 90 % intervals: what is likely, where bounds say what is possible.

Nothing of it is stored by dimension, so it is drawn anew for the candidates of one question.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.uncertainty.intervals import spread
from riskscore.errors import ValidationError
from riskscore.models import Score
from riskscore.scoring import inputs
from riskscore.scoring.compute import load
from riskscore.scoring.methods import fitted_method
from riskscore.sourcing.shortlists.candidates import COSTS

#: More than these are not drawn while somebody waits.
MOST_DRAWN = 500


def intervals(ids: Sequence[int], lens: int) -> tuple[Floats, Floats]:
    """(n, 2) 5 % and 95 % quantiles of each dimension of COSTS, in the order of ``ids``.

    0 and 100 where a dimension is not assessed. Raises ValidationError for more than 500 projects.
    """
    if len(ids) > MOST_DRAWN:
        raise ValidationError(
            f"{len(ids)} projects are too many to draw intervals for", place="basis",
            remedy="Narrow the question by region, stage or status, or compare by bounds.",
        )  # fmt: skip
    scored = Score.objects.filter(lens=lens, project__in=ids).order_by("-edition").first()
    if scored is None:
        return np.zeros((len(ids), 2)), np.full((len(ids), 2), 100.0)
    pinned = inputs.Pinned(scored.edition, scored.as_of, scored.lens.importer_id)
    return _drawn(pinned, scored.method_id, tuple(ids))


@lru_cache(maxsize=32)
def _drawn(pinned: inputs.Pinned, method: int, ids: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Pinned by edition and day: what was known then does not change."""
    fitted = fitted_method(method)
    loaded = load(pinned, ids)
    found = spread(fitted, loaded.frame(fitted.method))
    at = {int(key): i for i, key in enumerate(loaded.projects.ids)}
    rows = np.array([at.get(key, -1) for key in ids])
    low = np.column_stack([found.low[code] for code in COSTS])[rows]
    high = np.column_stack([found.high[code] for code in COSTS])[rows]
    low[rows < 0], high[rows < 0] = np.nan, np.nan
    return np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), 100.0, high)
