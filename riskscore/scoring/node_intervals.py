"""The 90 % interval of each node of a score. The table keeps the composite's alone."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from riskscore.engine.uncertainty.intervals import spread
from riskscore.models import Job
from riskscore.models.scores import NODES
from riskscore.scoring.compute import compute
from riskscore.scoring.replay import Row
from riskscore.scoring.stored_score import not_nan

Interval = tuple[float, float]


def of(row: Row) -> Mapping[str, Interval]:
    """The 5 % and 95 % quantiles by node, of the draws of the score's job; without a node that is
    not assessed. Empty where the job drew nothing, or the score does not come out again."""
    return _of(row.job_id, row.project_id, row.composite, row.input_version)


@lru_cache(maxsize=512)
def _of(job_id: UUID, project: int, composite: float | None, _version: int) -> dict[str, Interval]:
    job = Job.objects.select_related("lens").filter(id=job_id).first()
    if job is None or not job.draws or composite is None:
        return {}
    draws, job.draws = job.draws, 0
    computed = compute(job, [project])
    if not len(computed.frame) or not_nan(float(computed.columns[NODES[0]][0])) != composite:
        return {}
    noise = replace(computed.fitted.method.uncertainty, seed=job.seed, draws=draws)
    found = spread(computed.fitted, computed.frame, noise)
    each = {node: (float(found.low[node][0]), float(found.high[node][0])) for node in NODES}
    return {node: pair for node, pair in each.items() if not_nan(pair[0]) is not None}
