"""Statistics over the last years of a table; NaN, without a warning, where no year has a value."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from riskscore.learning.data.panel import Floats

#: Added to shares before a logarithm: a hundredth of a tenth of a percent of the world.
SMALLEST = 1e-5


def last(values: npt.NDArray[Any], count: int) -> npt.NDArray[Any]:
    """The last ``count`` columns, or all where there are fewer."""
    return values[:, -count:]


def over_years(statistic: Callable[..., Any], values: npt.NDArray[Any]) -> Floats:
    """(rows,) a NumPy ``nan*`` statistic of each row; NaN where the row is NaN throughout."""
    with warnings.catch_warnings():
        # NumPy warns of rows without a number; here they are ordinary and stay unknown.
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(statistic(values, axis=1), np.float64)


def log_share(share: Floats) -> Floats:
    """Logarithm of a share; nothing exported counts as a thousandth of a percent."""
    return np.asarray(np.log(np.nan_to_num(share) + SMALLEST), np.float64)


def log_quantity(quantity: Floats) -> Floats:
    """Logarithm of a quantity plus a thousandth of the series' greatest, so that 0 has one."""
    greatest = over_years(np.nanmax, quantity)[:, np.newaxis]
    return log(quantity + 1e-3 * greatest)


def log(values: Floats) -> Floats:
    """Logarithm; NaN where the value is not positive."""
    result = np.full(values.shape, np.nan)
    np.log(values, out=result, where=values > 0)
    return result


def ratio(part: Floats, whole: Floats) -> Floats:
    """Log of part over whole, 1 % added so that nothing has a logarithm; NaN without a whole."""
    result = np.full(part.shape, np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return log(result + 0.01)


def carried(values: Floats) -> Floats:
    """Each NaN takes the last value before it: what one would have looked up in that year."""
    column = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    newest = np.maximum.accumulate(column, axis=1)
    return values[np.arange(len(values))[:, np.newaxis], newest]
