"""What stops or begins, and what is left: shocks applied to all supplies at once.

Three axes: importers (I), minerals (M), partners (P). A shock hits cells (M, P), for all importers
or for some. Cuts combine as independent losses, 1 − Π(1 − cut); tonnes of output add up before they
become a part of the place's output, lost ones against new ones. What is lost is lost: nobody else
delivers it. A supply that nothing hits keeps its bits, and so does one that every shock has been
taken from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from riskscore.engine.arrays import Bools, Floats, over
from riskscore.engine.errors import NumberError

LEAST_OUTPUT_T = 1e-6
"""Output of less than a gram a year is none: nothing can be a part of it."""


@dataclass(frozen=True, slots=True)
class Shock:
    """One thing that happens to some cells.

    Parameters
    ----------
    where : ndarray of bool, shape (M, P)
        The minerals and places whose exports it hits.
    buyers : ndarray of bool, shape (I,)
        The importers that feel a cut; what is counted in tonnes or as growth all feel.
    cut : float
        Share of the exports that is lost, 0..1.
    more : float
        Share by which exports and output grow, ≥ 0; 1 doubles them.
    lost_t, new_t : float
        Tonnes of output a year that each cell loses or gains, ≥ 0. They count in proportion to the
        place's output, and reach each importer in proportion to what it buys there.
    made : ndarray of bool, shape (M, P), optional
        The minerals and places whose output it hits, which the place's own use and the world's
        output lose too; without it only exports change.
    maybe : ndarray of bool, shape (M, P), optional
        Cells whose exports it may hit as well: what is not known of them.

    Raises
    ------
    NumberError
        If a cut is no share, or an amount negative or not finite.
    """

    where: Bools
    buyers: Bools
    cut: float = 0.0
    more: float = 0.0
    lost_t: float = 0.0
    new_t: float = 0.0
    made: Bools | None = None
    maybe: Bools | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.cut <= 1:
            raise NumberError(f"a cut is a share from 0 to 1, not {self.cut:g}")
        for amount in (self.more, self.lost_t, self.new_t):
            if not (np.isfinite(amount) and amount >= 0):
                raise NumberError(f"an amount must be finite and not negative, not {amount:g}")

    def at_most(self) -> Shock:
        """The same if it hits whatever it may hit."""
        where = self.where if self.maybe is None else self.where | self.maybe
        return replace(self, where=where, maybe=None)


@dataclass(frozen=True, slots=True)
class Left:
    """Factors by which supplies are multiplied; 1 where nothing happens.

    ``exports`` (I, M, P) is what each importer still gets, ``output`` (M, P) what each place still
    makes, ``unplaced`` (M, P) where tonnes could not be counted: no output is on record that they
    would be a part of.
    """

    exports: Floats
    output: Floats
    unplaced: Bools


def left(shocks: Sequence[Shock], output_t: Floats, importers: int) -> Left:
    """What all shocks together leave.

    ``output_t`` (M, P) is each place's output in tonnes a year, NaN where unknown. The order of the
    shocks does not matter, bit for bit.
    """
    exports = np.ones((importers, *output_t.shape))
    output = np.ones(output_t.shape)
    for shock in sorted((one for one in shocks if one.cut > 0), key=lambda one: one.cut):
        exports[shock.buyers] *= np.where(shock.where, 1.0 - shock.cut, 1.0)
        if shock.made is not None:
            output *= np.where(shock.made, 1.0 - shock.cut, 1.0)
    made = np.where(output_t >= LEAST_OUTPUT_T, output_t, 0.0)
    sold, unplaced = _grown([(one, one.where) for one in shocks], made)
    used, unused = _grown([(one, one.made) for one in shocks if one.made is not None], made)
    return Left(exports * sold, output * used, unplaced | unused)


def _grown(hit: Sequence[tuple[Shock, Bools]], made: Floats) -> tuple[Floats, Bools]:
    """(M, P) factor of what is lost and gained in tonnes and shares of output, and where tonnes
    have no output to be a part of."""
    lost, new, more = (_sum_of(hit, name, made.shape) for name in ("lost_t", "new_t", "more"))
    kept = 1.0 - np.minimum(over(lost, made, 0.0), 1.0)
    return kept * (1.0 + more) + over(new, made, 0.0), ((lost > 0) | (new > 0)) & (made == 0)


def _sum_of(hit: Sequence[tuple[Shock, Bools]], name: str, shape: tuple[int, ...]) -> Floats:
    """(M, P) what the shocks add up to in each cell, in an order of their own."""
    result = np.zeros(shape)
    for amount, where in sorted(
        ((getattr(one, name), where) for one, where in hit if getattr(one, name) > 0),
        key=lambda pair: pair[0],
    ):
        result += amount * where
    return result


def remaining(amounts: Floats, factor: Floats) -> Floats:
    """Amounts after the shocks. What is unknown stays unknown."""
    return np.asarray(amounts * factor, dtype=np.float64)


def lost_share01(before: Floats, after: Floats) -> Floats:
    """Share of an amount that is lost; negative where it grows, NaN where there is none."""
    return over(before - after, before)


def output_hit01(output: Floats, exports: Floats) -> Floats:
    """(..., M) share of the world's output that lies in places hit, weighted by the cut.

    ``output`` (M, P) in any unit, ``exports`` (..., M, P) the factors. It says how much could be
    missing if those who refine or trade what these places sell lost as much as they do.
    """
    known = np.nan_to_num(output)
    gone = (known * np.clip(1.0 - exports, 0.0, 1.0)).sum(axis=-1)
    return over(gone, np.broadcast_to(known.sum(axis=-1), gone.shape))
