"""Units down, indicators across, NaN where nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats, Strings
from riskscore.engine.counter import Keys
from riskscore.engine.errors import FrameError, did_you_mean


@dataclass(frozen=True, slots=True)
class Frame:
    """Units down, columns across, NaN where a value is not known.

    Parameters
    ----------
    keys : ndarray of str, shape (n,)
        Stable public names of the units; they key the random draws.
    columns : tuple of str
        Names of the k columns, each once.
    values : ndarray, shape (n, k)
        Raw values in each indicator's unit, finite or NaN; kept column by column (Fortran order).
    standard_errors : ndarray, shape (n, k), optional
        Standard errors in the same units; NaN where none is stated.
    group : ndarray of str, shape (n,), optional
        Kind of each unit, for weights by kind and imputation by group.
    error_keys : mapping of str to ndarray, shape (n,)
        Per column, what its errors belong to (a place, a mineral): units with one key share one
        error. Without it each unit has its own.

    Raises
    ------
    FrameError
        If shapes do not fit, a column is named twice, or a value is infinite.

    Examples
    --------
    >>> frame = Frame.from_columns({"a": [2.0, float("nan")]}, keys=["x", "y"])
    >>> len(frame), frame.columns
    (2, ('a',))
    """

    keys: Strings
    columns: tuple[str, ...]
    values: Floats
    standard_errors: Floats | None = None
    group: Strings | None = None
    error_keys: Mapping[str, Keys] = field(default_factory=dict)
    repeated: InitVar[bool] = False

    def __post_init__(self, repeated: bool) -> None:
        n, k = len(self.keys), len(self.columns)
        if not repeated:
            self._refuse_repeated_keys()
        if len(set(self.columns)) < k:
            raise FrameError(f"a column is named twice in {self.columns}")
        for name in ("values", "standard_errors"):
            array = getattr(self, name)
            if array is None:
                continue
            array = np.asfortranarray(array, dtype=np.float64)
            if array.shape != (n, k):
                raise FrameError(
                    f"{name} has shape {array.shape}; {n} units × {k} columns expected"
                )
            object.__setattr__(self, name, array)
        if self.group is not None and len(self.group) != n:
            raise FrameError(f"group has {len(self.group)} elements for {n} units")
        self._refuse_infinite()

    def _refuse_repeated_keys(self) -> None:
        names = np.asarray(self.keys).tolist()
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise FrameError(f"the key {str(twice)!r} stands for more than one unit")

    def _refuse_infinite(self) -> None:
        for name, column in zip(self.columns, self.values.T, strict=True):
            infinite = np.isinf(column)
            if infinite.any():
                unit = str(self.keys[int(infinite.argmax())])
                raise FrameError(
                    f"column {name!r} is infinite at unit {unit!r}; use NaN if unknown"
                )
        self._refuse_bad_errors()

    def _refuse_bad_errors(self) -> None:
        if self.standard_errors is None:
            return
        for name, errors in zip(self.columns, self.standard_errors.T, strict=True):
            bad = np.isinf(errors) | (errors < 0)
            if bad.any():
                unit, error = str(self.keys[int(bad.argmax())]), errors[int(bad.argmax())]
                raise FrameError(
                    f"column {name!r} has the standard error {error:g} at unit {unit!r}; "
                    "a standard error is finite and not negative, NaN if nobody states one"
                )

    def __len__(self) -> int:
        return len(self.keys)

    def index(self, column: str) -> int:
        """Position of a column.

        Parameters
        ----------
        column : str
            Name of the column.

        Returns
        -------
        int
            Its position along the second axis of ``values``.

        Raises
        ------
        FrameError
            If there is no such column; the message names the nearest one.

        Examples
        --------
        >>> Frame.from_columns({"a": [1.0], "b": [2.0]}).index("b")
        1
        """
        try:
            return self.columns.index(column)
        except ValueError:
            hint = did_you_mean(column, self.columns)
            raise FrameError(f"the frame has no column {column!r}{hint}") from None

    def column(self, column: str) -> Floats:
        """One column as a view of ``values``, without a copy.

        Parameters
        ----------
        column : str
            Name of the column.

        Returns
        -------
        ndarray, shape (n,)
            Raw values, contiguous in memory.

        Raises
        ------
        FrameError
            If there is no such column; the message names the nearest one.

        Examples
        --------
        >>> Frame.from_columns({"a": [1.0, 3.0]}).column("a").tolist()
        [1.0, 3.0]
        """
        return self.values[:, self.index(column)]

    def take(self, rows: slice | npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Frame:
        """Make a frame of some of the units, with the same columns.

        Parameters
        ----------
        rows : slice or ndarray
            Positions, or true for each unit to keep.

        Returns
        -------
        Frame
            The chosen units, in the order of ``rows``.

        Examples
        --------
        >>> Frame.from_columns({"a": [1.0, 3.0]}, keys=["x", "y"]).take(slice(1, 2)).keys.tolist()
        ['y']
        """
        errors = None if self.standard_errors is None else self.standard_errors[rows]
        group = None if self.group is None else self.group[rows]
        shared = {name: keys[rows] for name, keys in self.error_keys.items()}
        values = self.values[rows]
        return Frame(self.keys[rows], self.columns, values, errors, group, shared, repeated=True)

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, npt.ArrayLike], keys: npt.ArrayLike | None = None
    ) -> Frame:
        """Make a frame from named columns.

        Parameters
        ----------
        columns : mapping of str to array_like, shape (n,)
            Raw values, NaN where not known.
        keys : array_like of str, shape (n,), optional
            Names of the units; numbers from 0 by default.

        Returns
        -------
        Frame
            Without standard errors and groups.

        Raises
        ------
        FrameError
            If columns differ in length or hold an infinite value.

        Examples
        --------
        >>> Frame.from_columns({"a": [1.0], "b": [2.0]}).values.tolist()
        [[1.0, 2.0]]
        """
        arrays = [np.asarray(values, dtype=np.float64) for values in columns.values()]
        if len({array.shape for array in arrays}) > 1:
            shapes = {name: np.shape(values) for name, values in columns.items()}
            raise FrameError(f"columns differ in length: {shapes}")
        n = len(arrays[0]) if arrays else 0
        names = np.asarray(np.arange(n) if keys is None else keys).astype(np.str_)
        values = np.empty((n, len(arrays)), order="F")
        for i, array in enumerate(arrays):
            values[:, i] = array
        return cls(names, tuple(columns), values)
