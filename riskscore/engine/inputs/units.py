"""Projects as arrays: where each lies, of what kind it is, and which minerals it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Floats, Strings
from riskscore.engine.errors import FrameError

Years = npt.NDArray[np.int16]
ROLE = {"primary": 0, "secondary": 1, "other": 2}


@dataclass(frozen=True, slots=True)
class Units:
    """Projects as arrays.

    Parameters
    ----------
    keys : ndarray of str, shape (n,)
        Public keys of the projects.
    place : ndarray of int, shape (n,)
        Index into the axes' places; -1 where not known.
    kind : ndarray of str, shape (n,)
        Kind of the project (mine, smelter, …), the group of its frame row.
    mineral_start : ndarray of int, shape (n + 1,)
        The minerals of unit i are ``mineral[mineral_start[i]:mineral_start[i + 1]]``.
    mineral : ndarray of int
        Indices into the axes' minerals.
    role : ndarray of int
        Per element of ``mineral``: 0 primary, 1 secondary, 2 other.
    inputs : mapping of str to ndarray, shape (n,)
        Project-level indicators in their own units; NaN where not known.
    years : mapping of str to ndarray, shape (n,)
        The year of the newest fact behind a project-level indicator; 0 where there is none.

    Raises
    ------
    FrameError
        If lengths do not fit.
    """

    keys: Strings
    place: npt.NDArray[np.int32]
    kind: Strings
    mineral_start: npt.NDArray[np.int64]
    mineral: npt.NDArray[np.int32]
    role: npt.NDArray[np.int8]
    inputs: Mapping[str, Floats]
    years: Mapping[str, Years] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.keys)
        if not (len(self.place) == len(self.kind) == n == len(self.mineral_start) - 1):
            raise FrameError("the columns of Units differ in length")
        ends = (int(self.mineral_start[0]), int(self.mineral_start[-1]))
        if ends != (0, len(self.mineral)) or len(self.mineral) != len(self.role):
            raise FrameError("mineral_start must run from 0 to the number of minerals")

    def __len__(self) -> int:
        return len(self.keys)

    def only(self, mineral: int) -> Units:
        """The same units with this one of their minerals, and none where they do not have it."""
        keep = self.mineral == mineral
        counts = np.bincount(self.owner[keep], minlength=len(self))
        start = np.concatenate([[0], np.cumsum(counts)])
        return replace(self, mineral_start=start, mineral=self.mineral[keep], role=self.role[keep])

    @property
    def owner(self) -> npt.NDArray[np.int64]:
        """The unit of each element of ``mineral``."""
        return np.repeat(np.arange(len(self)), np.diff(self.mineral_start))
