"""Units down, indicators across, NaN where nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats, Strings
from riskscore.engine.counter import Keys
from riskscore.engine.errors import FrameError, did_you_mean


@dataclass(frozen=True, slots=True)
class Frame:
    """n units × k columns. ``values`` is stored column by column (Fortran order).

    ``keys`` are stable public names of the units (they key random draws). ``group`` is the kind of
    each unit, for weights by kind and imputation by group. ``standard_errors`` has the shape of
    ``values`` or is None. ``error_keys`` gives, per column, (n,) keys of what its errors belong to
    (a place, a mineral): units with one key share one error. Without it each unit has its own.
    """

    keys: Strings
    columns: tuple[str, ...]
    values: Floats
    standard_errors: Floats | None = None
    group: Strings | None = None
    error_keys: Mapping[str, Keys] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n, k = len(self.keys), len(self.columns)
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
        """Position of a column; raises FrameError with the nearest name."""
        try:
            return self.columns.index(column)
        except ValueError:
            hint = did_you_mean(column, self.columns)
            raise FrameError(f"the frame has no column {column!r}{hint}") from None

    def column(self, column: str) -> Floats:
        """(n,) contiguous view of one column."""
        return self.values[:, self.index(column)]

    def take(self, rows: slice | npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Frame:
        """The same columns for some units."""
        errors = None if self.standard_errors is None else self.standard_errors[rows]
        group = None if self.group is None else self.group[rows]
        shared = {name: keys[rows] for name, keys in self.error_keys.items()}
        return Frame(self.keys[rows], self.columns, self.values[rows], errors, group, shared)

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, npt.ArrayLike], keys: npt.ArrayLike | None = None
    ) -> Frame:
        """A frame from named columns of equal length; units are numbered when no keys are given."""
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
