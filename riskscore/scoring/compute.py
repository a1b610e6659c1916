"""Load → engine: the scores of some projects as columns, before anything is written."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from riskscore.engine.catalogue import LEARNED
from riskscore.engine.explain.without import scored_without
from riskscore.engine.frame import Frame
from riskscore.engine.inputs.gather import Gathered, gather_all
from riskscore.engine.method import Fitted
from riskscore.engine.method import Method as Specification
from riskscore.engine.result import Result
from riskscore.engine.uncertainty.intervals import spread
from riskscore.models import Job
from riskscore.models.scores import NODES
from riskscore.scoring import inputs
from riskscore.scoring.about_inputs import about_inputs
from riskscore.scoring.binary_copy import Ragged
from riskscore.scoring.methods import fitted_method

Floats = npt.NDArray[np.float64]
Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is known of some projects, before a method says which of it counts."""

    known: inputs.Known
    projects: inputs.Projects

    def inputs(self, method: Specification) -> Gathered:
        """What a method reads, and what it is about: a row per project, in the order of ids."""
        return gather_all(self.known.tables, self.projects.units, method, self.known.axes)

    def frame(self, method: Specification) -> Frame:
        """The values alone."""
        return self.inputs(method).frame


def load(pinned: inputs.Pinned, project_ids: Sequence[int]) -> Loaded:
    """What was known of projects at an edition; those that are gone are left out."""
    known = inputs.known_at(pinned)
    return Loaded(known, inputs.projects(project_ids, known, pinned))


@dataclass(frozen=True, slots=True)
class Computed:
    """Scores before they are written: what was known, the method, what it read of that, and the
    columns to be stored: the numbers, and what is told beside them."""

    loaded: Loaded
    fitted: Fitted
    frame: Frame
    columns: dict[str, Array]
    about: dict[str, Array | Ragged]


def compute(job: Job, project_ids: list[int]) -> Computed:
    """Score projects with what a job pinned: the same numbers whenever it is called."""
    loaded = load(inputs.Pinned(job.edition_id, job.as_of, job.lens.importer_id), project_ids)
    fitted = fitted_method(job.method_id)
    found = loaded.inputs(fitted.method)
    interval = _interval(fitted, found.frame, job)
    result = fitted.score(found.frame)
    columns = _columns(loaded.projects, result, interval, job.method_id)
    about = about_inputs(found, loaded.projects.units, fitted.method, loaded.known.mineral_numbers)
    about["node_without_learned"] = _without_learned(fitted, result)
    return Computed(loaded, fitted, found.frame, columns, about)


def _interval(fitted: Fitted, frame: Frame, job: Job) -> tuple[Floats, Floats]:
    """5 % and 95 % quantiles of the composite over the job's draws; NaN when it has none."""
    if not job.draws:
        unknown = np.full(len(frame), np.nan)
        return unknown, unknown
    noise = replace(fitted.method.uncertainty, seed=job.seed, draws=job.draws)
    quantiles = spread(fitted, frame, noise)
    return quantiles.low["composite"], quantiles.high["composite"]


def _without_learned(fitted: Fitted, result: Result) -> Ragged:
    """A score per node where a learned model counts, nothing where none does."""
    counted, scores = scored_without(fitted, result, LEARNED.values())
    lengths = np.zeros(len(result.frame), np.int64)
    lengths[counted] = len(NODES)
    values = np.column_stack([scores[node] for node in NODES]) + 0.0
    return Ragged(values.ravel(), np.concatenate(([0], np.cumsum(lengths))))


def _columns(
    projects: inputs.Projects, result: Result, interval: tuple[Floats, Floats], method_id: int
) -> dict[str, Array]:
    """The staged columns of the numbers. NaN is "not assessed" and "unknown"."""
    values: dict[str, Array] = {node: result.scores[node] for node in NODES}
    values["interval_low"], values["interval_high"] = interval
    values["coverage"] = result.coverage["composite"]
    for name, by_node in (
        ("node_low", result.low),
        ("node_high", result.high),
        ("node_coverage", result.coverage),
        ("context", result.context),
        ("residual", result.residual),
    ):
        values[name] = np.column_stack([by_node[node] for node in NODES])
    values["inputs"], values["contributions"] = result.inputs, result.contributions
    # Adding 0.0 makes -0.0 and 0.0 the same bytes: the sign of a zero depends on the batch.
    values = {name: array + 0.0 for name, array in values.items()}
    values["band"] = result.bands("composite").astype(np.int64)
    digest = digests(list(values.values()), method_id)
    values |= {
        "project_id": projects.ids,
        "input_version": projects.input_versions,
        "digest": digest,
    }
    return values


def digests(columns: list[Array], method_id: int) -> npt.NDArray[np.bytes_]:
    """(n,) BLAKE2b of each row's numbers and of the method's id: equal scores, equal digest."""
    table = np.column_stack(columns).astype("<f8")
    table[np.isnan(table)] = np.nan
    salt = method_id.to_bytes(8, "big")
    rows = (hashlib.blake2b(row.tobytes(), digest_size=16, salt=salt).digest() for row in table)
    return np.array(list(rows), dtype="S16")
