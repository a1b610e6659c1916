"""What is stale or missing about projects, dimension by dimension, through one lens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from riskscore.engine.inputs.data_age import Gaps, gaps, years_used
from riskscore.engine.inputs.gather import gather_all
from riskscore.engine.spec.tree import Node
from riskscore.models import Edition, Lens, Method
from riskscore.models.methods import scoring_method
from riskscore.models.scores import NODES
from riskscore.scoring import inputs
from riskscore.scoring.methods import fitted_method


@dataclass(frozen=True, slots=True)
class Missing:
    """One unknown fact: what knowing it would give to the coverage, 0..1, of its dimension and of
    the whole, and whether its dimension could then be assessed."""

    indicator: str
    gain: float
    gain_of_whole: float
    would_assess: bool

    @property
    def percent(self) -> str:
        """The gain in words."""
        return f"+{100 * self.gain:.0f} %"


@dataclass(frozen=True, slots=True)
class Dimension:
    """How fresh a dimension is. Years are None where no fact has one; ``best`` where nothing can
    raise the coverage. ``missing`` has the most useful fact first."""

    code: str
    newest_year: int | None
    oldest_year: int | None
    age: int | None
    years: dict[str, int]
    missing: tuple[Missing, ...]

    @property
    def best(self) -> Missing | None:
        """The single new fact that would raise the dimension's coverage most."""
        return next((fact for fact in self.missing if fact.gain > 0), None)


@dataclass(frozen=True, slots=True)
class ProjectFreshness:
    """The dimensions of one project, and the fact that would help the whole most."""

    project_id: int
    dimensions: tuple[Dimension, ...]
    best: Missing | None


def of(project_ids: Sequence[int], lens: Lens, as_of: date | None = None) -> list[ProjectFreshness]:
    """The freshness of these projects, in the order of their ids, as known now.

    Meant for a page of projects; what belongs to places is kept by the process. Raises
    ``Edition.DoesNotExist`` or ``Method.DoesNotExist`` when nothing is loaded yet.
    """
    day = as_of or timezone.now().date()
    pinned = inputs.Pinned(Edition.objects.latest("number").number, day, lens.importer_id)
    known = inputs.known_at(pinned)
    method = scoring_method(lens.method_code)
    if method is None:
        raise Method.DoesNotExist(f"no published version of {lens.method_code}")
    fitted = fitted_method(method.pk)
    projects = inputs.projects(project_ids, known, pinned)
    found = gather_all(known.tables, projects.units, fitted.method)
    years = years_used(found, fitted.method)
    result = gaps(fitted, found.frame, NODES)
    return [
        _project(int(key), row, fitted.method.root, result, years[row], day.year)
        for row, key in enumerate(projects.ids)
    ]


def _project(
    key: int, row: int, root: Node, result: Gaps, years: npt.NDArray[np.int16], this_year: int
) -> ProjectFreshness:
    dimensions = tuple(
        _dimension(child, row, root.code, result, years, this_year)
        for child in root.children
        if isinstance(child, Node) and child.code in NODES
    )
    best = int(result.best(root.code)[row])
    code = result.leaves[best]
    every = [fact for part in dimensions for fact in part.missing]
    return ProjectFreshness(
        key, dimensions, next((f for f in every if best >= 0 and f.indicator == code), None)
    )


def _dimension(
    node: Node,
    row: int,
    root: str,
    result: Gaps,
    years: npt.NDArray[np.int16],
    this_year: int,
) -> Dimension:
    at = {leaf.code: result.leaves.index(leaf.code) for leaf in node.leaves()}
    dated = {code: int(years[index]) for code, index in at.items() if years[index] > 0}
    missing = [
        Missing(
            code,
            float(result.gains[node.code][row, index]),
            float(result.gains[root][row, index]),
            bool(result.opens[node.code][row, index]),
        )
        for code, index in at.items()
        if result.unknown[row, index]
    ]
    missing.sort(key=lambda fact: (fact.gain, fact.would_assess), reverse=True)
    return Dimension(
        code=node.code,
        newest_year=max(dated.values(), default=None),
        oldest_year=min(dated.values(), default=None),
        age=this_year - max(dated.values()) if dated else None,
        years=dated,
        missing=tuple(missing),
    )
