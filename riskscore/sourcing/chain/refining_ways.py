"""Which way a project's output takes through refining, in words: whether it may be called
diversifying for a buyer."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from riskscore.engine.arrays import Floats
from riskscore.engine.sourcing import stages as of
from riskscore.engine.sourcing.stages import BOTTLENECK01, Held, Way
from riskscore.models import Project
from riskscore.scoring.stored_score import not_nan

REFINERS = frozenset({Project.Kind.SMELTER, Project.Kind.REFINERY, Project.Kind.PLANT})


class Share(NamedTuple):
    """A place and what it holds, 0..1."""

    place: str
    share01: float


@dataclass(frozen=True, slots=True)
class Basis:
    """What verdicts on projects are made from, for one buyer and mineral, along the places (P,).

    ``refined_t`` and ``comparable_t`` are refined and mine output as one publisher counts them;
    ``buyer01`` is the part of the ore it buys that the buyer itself can refine, NaN where unknown.
    """

    buyer: str
    mineral: str
    places: tuple[str, ...]
    refining: Held
    refined_t: Floats
    comparable_t: Floats
    mined_t: Floats
    refined_imports_t: Floats
    buyer01: float
    buyer_is_largest: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a project may be called diversifying at refining; None: nobody knows.

    ``bottleneck`` is the place that holds most of refining; ``assumed`` is what is not known.
    """

    diversifying: bool | None
    way: Way
    bottleneck: Share | None
    why: str
    assumed: str


def diversifying(place: str, kind: str, basis: Basis) -> Verdict:
    """Whether a project of a kind at a place may be called diversifying at refining.

    Where one place holds at least 90 % of refining, a mine elsewhere is taken to ship there unless
    most of what its country mines is seen to be refined there (output, or the buyer's imports of
    refined forms from it), or the buyer itself refines most of the ore that it buys.
    """
    at = basis.places.index(place) if place in basis.places else -1
    here = _refined_here01(basis, at)
    seen = of.Seen(at, kind in REFINERS, here, basis.buyer01, basis.buyer_is_largest)
    taken = of.way(basis.refining, seen)
    largest = basis.refining.largest
    held = None if largest < 0 else Share(basis.places[largest], basis.refining.n1_01)
    why, assumed = _words(basis, place, taken, held, here)
    return Verdict(of.is_diversifying(taken), taken, held, why, assumed)


def _refined_here01(basis: Basis, at: int) -> float:
    """The greater of two signs: refined output over mine output of one publisher, and the buyer's
    refined imports from there over its mine output; NaN where neither is on record."""
    if at < 0:
        return float("nan")
    made = of.own_part01(float(basis.refined_t[at]), float(basis.comparable_t[at]))
    sold = of.own_part01(float(basis.refined_imports_t[at]), float(basis.mined_t[at]))
    return float(np.fmax(made, sold))


def _words(
    basis: Basis, place: str, taken: Way, held: Share | None, here01: float
) -> tuple[str, str]:
    """Why, and what is assumed."""
    if held is None:
        return f"nobody on record says who refines {basis.mineral}", ""
    there = f"{percent(held.share01)} of {basis.mineral} is refined in {held.place}"
    seen = not_nan(here01)
    home = f"{place} is seen to refine {percent(seen)} of what it mines" if seen is not None else (
        f"how much of what it mines {place} refines is not on record")  # fmt: skip
    unsold = "no contract says where its output is refined"
    return {
        Way.UNKNOWN: (there, ""),
        Way.OPEN: (f"{there}, less than {percent(BOTTLENECK01)}; {home}", unsold),
        Way.ITSELF: (f"{there}; the project refines, in {place}", "it sells what it refines"),
        Way.AT_HOME: (f"{there}; {home}", "the project's output is refined as its country's is"),
        Way.BY_BUYER: (f"{there}, which buys itself", "")
        if basis.buyer_is_largest
        else (
            f"{there}; {basis.buyer} can refine {percent(basis.buyer01)} of the ore that it buys",
            "tonnes of ore and of what is refined from it are taken as alike",
        ),
        Way.BOTTLENECK: (
            f"{there}, and so is the project"
            if place == held.place
            else f"{there}; {home}; it is taken to be refined in {held.place}",
            "" if place == held.place else unsold,
        ),
    }[taken]


def percent(share01: float) -> str:
    return "unknown" if np.isnan(share01) else f"{share01 * 100:.0f} %"
