"""Who holds the supply: of a place what it mines and refines, of a mineral in whose hands it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.safestring import SafeString

from riskscore.admin.profiles.numbers_from import NumbersFrom
from riskscore.admin.profiles.subject import Subject
from riskscore.engine.arrays import Bools
from riskscore.models import Mineral
from riskscore.sourcing.briefings import words
from riskscore.sourcing.chain import world_shares
from riskscore.sourcing.chain.stage_tables import MINING, PRODUCTION, REFINING, Output
from riskscore.sourcing.chain.world_shares import Now
from riskscore.sourcing.drawings import plots
from riskscore.sourcing.drawings.svg import svg

KEYS = (PRODUCTION, MINING, REFINING)
#: Shares below this are not worth a line.
LEAST_SHARE01 = 0.0005
MOST_HOLDERS = 12


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the world's output at a stage; ``releases`` are those that it is from."""

    code: str
    name: str
    share01: float
    bar: SafeString
    share: str
    tonnes: str
    rank: int | None
    years: str
    releases: Sequence[str]


@dataclass(frozen=True, slots=True)
class Stage:
    """Who holds a stage of a mineral. ``rest``: the share of places that nobody names."""

    name: str
    holders: Sequence[Share]
    others: int
    largest: str
    hhi: str
    rest: str
    years: str
    releases: Sequence[str]


# --- A place --------------------------------------------------------------------------------------
def of_places(subject: Subject, cited: NumbersFrom) -> dict[str, list[Share]]:
    """By stage (mined, refined): the minerals that it has a share of, the largest first."""
    now = world_shares.now()
    here = np.array([place in (subject.places or ()) for place in now.axes.places])
    names = dict(Mineral.objects.values_list("code", "name"))
    return {
        stage: _of_stage(now, outputs, here, names, cited)
        for stage, outputs in (("mined", now.world.mined), ("refined", now.world.refined))
    }


def _of_stage(
    now: Now, outputs: Sequence[Output], here: Bools, names: Mapping[str, str], cited: NumbersFrom
) -> list[Share]:
    found = []
    for mineral, output in zip(now.axes.minerals, outputs, strict=True):
        share = float(np.nansum(output.held.share01[here]))
        if share >= LEAST_SHARE01:
            rank = 1 + int(np.sum(np.nan_to_num(output.held.share01) > share))
            alone = int(here.sum()) == 1
            tonnes = output.tonnes[here]
            known = None if np.isnan(tonnes).all() else float(np.nansum(tonnes))
            found.append(
                _share(
                    mineral, names[mineral], share, known, output, cited, rank if alone else None
                )
            )
    return sorted(found, key=lambda one: (-one.share01, one.code))


def _share(
    code: str, name: str, share: float, tonnes: float | None, output: Output,
    cited: NumbersFrom, rank: int | None = None,
) -> Share:  # fmt: skip
    return Share(
        code, name, share, svg(plots.bar(share)), words.percent(share), words.tonnes(tonnes), rank,
        words.years(output.years), cited.cite([output.source], output.years),
    )  # fmt: skip


# --- A mineral ------------------------------------------------------------------------------------
def of_mineral(subject: Subject, cited: NumbersFrom, places: Mapping[str, str]) -> list[Stage]:
    """Mining and refining, as far as a release says who does it."""
    now = world_shares.now()
    at = now.axes.mineral(subject.mineral)
    stages = (("Mining", now.world.mined[at]), ("Refining", now.world.refined[at]))
    return [
        _stage(name, output, now, cited, places)
        for name, output in stages
        if output.held.largest >= 0
    ]


def _stage(
    name: str, output: Output, now: Now, cited: NumbersFrom, places: Mapping[str, str]
) -> Stage:
    held = output.held
    share = np.nan_to_num(held.share01)
    order = [int(i) for i in np.argsort(-share, kind="stable") if share[i] > 0]
    holders = [
        _share(
            now.axes.places[i], places.get(now.axes.places[i], now.axes.places[i]),
            float(share[i]), None if np.isnan(output.tonnes[i]) else float(output.tonnes[i]),
            output, cited,
        )
        for i in order[:MOST_HOLDERS]
    ]  # fmt: skip
    rest = words.percent(held.rest01) if held.rest01 > 0 else ""
    low, high = words.index(held.hhi_low01), words.index(held.hhi_high01)
    return Stage(
        name, holders, len(order) - len(holders), words.percent(held.n1_01),
        low if low == high else f"{low} to {high}", rest,
        words.years(output.years), cited.cite([output.source], output.years),
    )  # fmt: skip
