"""Screening of units by how much is known of them, before anything is scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskscore.engine.arrays import Bools, Floats, Strings, over
from riskscore.engine.frame import Frame


@dataclass(frozen=True, slots=True)
class Screening:
    """Rules of a screening. Source: COINr (``Screen``).

    ``known`` is the least share (0..1) of columns that are known, ``nonzero`` the least share of
    the known ones that are not zero. With ``after_imputation`` a cell that the method fills counts
    as known.
    """

    known: float = 2 / 3
    nonzero: float = 0.0
    after_imputation: bool = False
    force_in: tuple[str, ...] = ()
    force_out: tuple[str, ...] = ()


def known_share(frame: Frame) -> Floats:
    """(n,) share of the columns that are known."""
    return np.asarray((~np.isnan(frame.values)).mean(axis=1))


def nonzero_share(frame: Frame) -> Floats:
    """(n,) share of the known columns that are not zero; NaN where nothing is known."""
    not_nan = ~np.isnan(frame.values)
    return over(((frame.values != 0) & not_nan).sum(axis=1), not_nan.sum(axis=1))


def screen(frame: Frame, rules: Screening) -> Bools:
    """(n,) true for units that pass; forced ones pass or fail whatever they know."""
    keep = known_share(frame) >= rules.known - 1e-12
    keep &= np.nan_to_num(nonzero_share(frame)) >= rules.nonzero - 1e-12
    keys: Strings = np.asarray(frame.keys).astype(str)
    keep |= np.isin(keys, rules.force_in)
    return np.asarray(keep & ~np.isin(keys, rules.force_out), dtype=bool)
