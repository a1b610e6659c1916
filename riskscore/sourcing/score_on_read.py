"""A project's score from any buyer's side, computed when somebody asks: what a job would write."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from riskscore.models import Job, Lens
from riskscore.models.scores import NODES
from riskscore.scoring.binary_copy import Ragged
from riskscore.scoring.compute import Array, Computed, compute

#: Columns of the score seen from nobody's side that say how to compute the same from a buyer's.
PINS = (
    "project_id",
    "method_id",
    "method__code",
    "edition",
    "as_of",
    "job_id",
    "project__place_id",
)
#: What a stored row has as NULL where it is unknown; elsewhere NaN stays NaN.
_NULLABLE = frozenset({*NODES, "interval_low", "interval_high"})


def columns_of(importer: str, seen_by_nobody: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a score row as a job for the importer would write them, or none of them.

    Method version, edition, day, seed and draws are those of the score seen from nobody's side, of
    which ``seen_by_nobody`` has :data:`PINS`; the project is as it is now. Nothing is written.
    Empty where the project is gone.
    """
    pins = seen_by_nobody
    drawn = Job.objects.filter(id=pins["job_id"]).values_list("seed", "draws").first()
    seed, draws = drawn or (Job().seed, Job().draws)
    job = Job(
        lens=Lens(method_code=pins["method__code"], importer_id=importer),
        method_id=pins["method_id"],
        edition_id=pins["edition"],
        as_of=pins["as_of"],
        seed=seed,
        draws=draws,
    )
    computed = compute(job, [pins["project_id"]])
    return _row(computed) if len(computed.frame) else {}


def _row(computed: Computed) -> dict[str, Any]:
    """The only row of what was computed, in the words of the database."""
    each: dict[str, Array | Ragged] = {**computed.columns, **computed.about}
    return {name: _cell(name, values) for name, values in each.items()}


def _cell(name: str, values: Array | Ragged) -> Any:
    if isinstance(values, Ragged):
        part = values.values[values.starts[0] : values.starts[1]]
        return part.tolist()
    if values.ndim > 1:
        return values[0].tolist()
    value = values[0]
    if isinstance(value, bytes):
        # NumPy leaves out zero bytes at the end.
        return value.ljust(16, b"\0")
    return None if name in _NULLABLE and np.isnan(value) else value.item()
