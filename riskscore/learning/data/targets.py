"""The disruption label, and the producers for whom it is defined.

*Disruption*: next year's exports of a mineral from a place, all HS6 codes summed, lie below 60 %
of their median over the last three years, in quantity **and** in share of the world's export
value. Both are asked for: a falling price alone, or a misprinted quantity alone, is no event.
"""

import numpy as np
import numpy.typing as npt

from riskscore.learning.data.panel import Floats, Panel

#: Below this part of the three-year median it is an event.
FALL = 0.6
#: Who exports less than this share of the world's value is outside the population.
SMALLEST_SHARE = 0.01
#: The panel holds whoever reached this share of a code in *any* year. Who exports less than this in
#: a past year is in it only for what he did before or would do later: that group knows the future.
SMALLEST_RECORDED = 0.002
#: Of three years, so many must state a quantity for their median to mean something.
QUANTITIES_NEEDED = 2


def median3(values: Floats, column: int) -> Floats:
    """(series,) median of the three years that end in ``column``; NaN where none is known."""
    last = values[:, column - 2 : column + 1]
    # Sorted, unknown values come last: of two the mean counts, of one that one.
    low, middle, high = np.sort(last, axis=1).T
    fewer = np.where(np.isnan(middle), low, (low + middle) / 2)
    return np.asarray(np.where(np.isnan(high), fewer, middle), np.float64)


def exporters(panel: Panel, column: int, smallest: float = SMALLEST_SHARE) -> npt.NDArray[np.bool_]:
    """(series,) who exports enough in the year of ``column`` and has a history to fall from."""
    not_nan = (~np.isnan(panel.quantity[:, column - 2 : column + 1])).sum(axis=1)
    share = panel.share
    large = np.nan_to_num(share[:, column]) >= smallest
    before = np.fmin(median3(panel.quantity, column), median3(share, column))
    chosen: npt.NDArray[np.bool_] = large & (not_nan >= QUANTITIES_NEEDED) & (before > 0)
    return chosen


def population(panel: Panel, column: int) -> npt.NDArray[np.bool_]:
    """(series,) the producers among the exporters: a re-exporter's trade says nothing of supply."""
    return exporters(panel, column) & panel.producer


def small_producers(panel: Panel, column: int) -> npt.NDArray[np.bool_]:
    """(series,) producers below the population, down to the share the panel is complete for."""
    recorded = exporters(panel, column, SMALLEST_RECORDED)
    return recorded & panel.producer & ~population(panel, column)


def fallen(panel: Panel, column: int, ahead: int = 1, fall: float = FALL) -> Floats:
    """(series,) 1 event, 0 none, NaN unknown, ``ahead`` years after the year of ``column``.

    A share that held decides alone; a share that fell needs the quantity, and without one the
    outcome is unknown.
    """
    share = panel.share
    share_fell = share[:, column + ahead] < fall * median3(share, column)
    quantity = panel.quantity[:, column + ahead]
    quantity_fell = np.where(
        np.isnan(quantity), np.nan, quantity < fall * median3(panel.quantity, column)
    )
    return np.where(share_fell, quantity_fell, 0.0)


def still_down(panel: Panel, column: int) -> Floats:
    """(series,) 1 where the exports fell and are still down a year later; else 0, or NaN."""
    both = fallen(panel, column) + fallen(panel, column, 2)
    return np.where(np.isnan(both), np.nan, both == 2)
