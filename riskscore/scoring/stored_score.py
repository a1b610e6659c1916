"""The stored inputs and contributions of a score, from which explanations are made."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any, Self

from riskscore.engine.explain.without import Stored
from riskscore.models import Score, ScoreHistory
from riskscore.models.scores import NODES

#: The importer that is nobody in particular.
NOBODY = "WLD"
Numbers = Sequence[float | None]

#: Columns of a score (and of its history) that are read under their own names.
OWN_COLUMNS = (
    *NODES, "project_id", "edition", "as_of", "inputs", "contributions", "node_low", "node_high",
    "node_coverage", "context", "residual", "place_id", "input_minerals", "input_years",
    "input_first_years", "input_errors", "node_minerals", "mineral_scores",
    "node_without_learned",
)  # fmt: skip
#: All columns, for ``.values()``.
COLUMNS = (*OWN_COLUMNS, "project__kind", "lens__importer_id")


def not_nan(value: float | None) -> float | None:
    """The number, or None where it is NaN: nobody knows."""
    return None if value is None or math.isnan(value) else value


def by_node(values: Numbers) -> dict[str, float | None]:
    """What a column keeps in the order of NODES; empty where it keeps nothing."""
    known = map(not_nan, values)
    return dict(zip(NODES, known, strict=True)) if len(values) else {}


def values_of(row: Score | ScoreHistory, columns: Iterable[str]) -> dict[str, Any]:
    """Of an instance what ``.values(*columns)`` gives of its row."""
    return {column: reduce(getattr, column.split("__"), row) for column in columns}


def _at(values: Sequence[int] | None, at: int) -> int | None:
    return None if values is None else values[at] or None


@dataclass(frozen=True, slots=True)
class About:
    """What one stored input is about: the number of its mineral, its years and standard error, None
    where there is none (or where a row is from before these were kept)."""

    mineral: int | None = None
    year: int | None = None
    first_year: int | None = None
    standard_error: float | None = None


@dataclass(frozen=True, slots=True)
class MineralScores:
    """The scores by node if they were about one mineral of the project; None is not assessed."""

    mineral: int
    scores: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class StoredScore:
    """One row of scores or of their history. ``scores`` by node, 0..100, None not assessed;
    ``inputs`` and ``contributions`` one per leaf; the other sequences one per node of NODES."""

    project_id: int
    kind: str
    importer: str
    edition: int
    as_of: date
    scores: Mapping[str, float | None]
    inputs: Numbers
    contributions: Numbers
    node_low: Numbers
    node_high: Numbers
    node_coverage: Numbers
    context: Numbers
    residual: Numbers
    place_id: str | None
    input_minerals: Sequence[int] | None
    input_years: Sequence[int] | None
    input_first_years: Sequence[int] | None
    input_errors: Numbers | None
    node_minerals: Sequence[int] | None
    mineral_scores: Numbers | None
    node_without_learned: Numbers | None

    @classmethod
    def from_values(cls, row: Mapping[str, Any]) -> Self:
        """From a row of ``.values(*COLUMNS)``."""
        return cls(
            kind=row["project__kind"],
            importer=row["lens__importer_id"],
            scores={node: row[node] for node in NODES},
            **{name: row[name] for name in OWN_COLUMNS if name not in NODES},
        )

    @classmethod
    def from_instance(cls, row: Score | ScoreHistory) -> Self:
        """From an instance, whose project and lens had better be selected with it."""
        return cls.from_values(values_of(row, COLUMNS))

    @property
    def imports(self) -> bool:
        """Whether it is seen from a buyer's side."""
        return self.importer != NOBODY

    def about(self, leaf: int) -> About:
        """What the input of a leaf, by its position, is about."""
        errors = self.input_errors
        return About(
            _at(self.input_minerals, leaf),
            _at(self.input_years, leaf),
            _at(self.input_first_years, leaf),
            None if errors is None else not_nan(errors[leaf]),
        )

    def mineral_of(self, node: str) -> int | None:
        """The number of the mineral that decided a node, None where the node chooses none."""
        return _at(self.node_minerals, NODES.index(node))

    def by_mineral(self) -> list[MineralScores]:
        """What each of the project's minerals would give the nodes that choose one."""
        cells, width = self.mineral_scores or (), 1 + len(NODES)
        rows = [cells[start : start + width] for start in range(0, len(cells), width)]
        return [
            MineralScores(
                int(row[0] or 0), {n: not_nan(v) for n, v in zip(NODES, row[1:], strict=True)}
            )
            for row in rows
        ]

    @property
    def for_engine(self) -> Stored:
        """What the engine needs to score the stored inputs again."""
        return Stored(self.inputs, self.scores, self.kind, self.imports)

    def at_node(self, column: str, node: str) -> float | None:
        """One number of a sequence that has one per node, None where it is unknown."""
        return not_nan(getattr(self, column)[NODES.index(node)])
