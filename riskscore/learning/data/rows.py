"""The rows a model learns from: one series in one year, its features, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskscore.learning.data import features, targets
from riskscore.learning.data.panel import Floats, Ints, Panel
from riskscore.learning.data.refusals import OneClass, OnePlace, TooFewEvents, UnusableInput

Flags = npt.NDArray[np.bool_]

#: Exporters down to this share are trained on too (their falls look alike), never evaluated.
SMALLEST_TRAINED_ON = 0.003
#: Below this many events in the training years no model is fitted.
FEWEST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class Rows:
    """(n, k) features and (n,) parallel columns.

    ``inside`` marks the declared population, ``small_producers`` the producers below it, who are
    evaluated apart, and ``learnt`` the rows that may be trained on. ``outcome`` and ``later`` are
    1, 0 or NaN (not published); ``share`` is of world export value, 0..1.
    """

    x: Floats
    outcome: Floats
    later: Floats
    year: Ints
    mineral: Ints
    place: Ints
    inside: Flags
    small_producers: Flags
    learnt: Flags
    share: Floats

    def where(self, chosen: Flags) -> "Rows":
        """The chosen rows."""
        return Rows(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def __len__(self) -> int:
        return len(self.year)

    @property
    def evaluated(self) -> Flags:
        """(n,) rows of the population that have an outcome."""
        return self.inside & ~np.isnan(self.outcome)


def gathered(panel: Panel, years: Iterable[int]) -> Rows:
    """The rows of these feature years; outcomes beyond the panel's end are NaN."""
    parts = [_of_year(panel, year) for year in years]
    if not parts:
        raise UnusableInput("no feature year lies within the panel. Load more years of trade.")
    return Rows(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Rows.__dataclass_fields__
        )
    )


def _of_year(panel: Panel, year: int) -> Rows:
    column = int(year - panel.years[0])
    learnt, small_producers = (
        targets.exporters(panel, column, SMALLEST_TRAINED_ON),
        targets.small_producers(panel, column),
    )
    rows = learnt | small_producers
    unknown = np.full(len(rows), np.nan)
    left = panel.value.shape[1] - 1 - column
    outcome = targets.fallen(panel, column) if left >= 1 else unknown
    later = targets.still_down(panel, column) if left >= 2 else unknown
    return Rows(
        x=features.matrix(panel, year)[rows],
        outcome=outcome[rows],
        later=later[rows],
        year=np.full(int(rows.sum()), year),
        mineral=panel.mineral[rows],
        place=panel.place[rows],
        inside=targets.population(panel, column)[rows],
        small_producers=small_producers[rows],
        learnt=learnt[rows],
        share=panel.share[rows, column],
    )


def check(rows: Rows, fewest: int = FEWEST_EVENTS) -> None:
    """Raise a Refusal that names what makes these rows unfit for training."""
    if rows.x.size == 0 or np.isinf(rows.x).any() or np.isnan(rows.x).all():
        raise UnusableInput("the features hold no usable number. Check the trade panel.")
    silent = np.isnan(rows.x).all(axis=0)
    if silent.any():
        names = ", ".join(np.array(features.NAMES)[silent])
        raise UnusableInput(f"nothing at all is known of {names}. Load the bundle first.")
    evaluated = rows.where(rows.evaluated)
    classes = np.unique(evaluated.outcome)
    if classes.size < 2:
        raise OneClass(
            f"all {len(evaluated)} outcomes are the same: there is nothing to tell apart."
        )
    if np.unique(evaluated.place).size < 2:
        raise OnePlace("all rows are of one place: nothing can be held out. Load other exporters.")
    events = int(evaluated.outcome.sum())
    if events < fewest:
        raise TooFewEvents(f"{events} events where {fewest} are needed. Load more years of trade.")
