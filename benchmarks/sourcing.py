"""A shortlist against a plain pandas version of the same, and with a million projects."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from django.conf import settings
from django.utils import timezone

from benchmarks.database import bundled, multiply, multiply_results
from benchmarks.rescoring import PROJECTS, drain_until_ended
from benchmarks.runner import Measured, alternate
from riskscore.engine.sourcing.product import CARBONATE, LITHIUM, OXYGEN
from riskscore.engine.sourcing.told_apart import Options, undominated
from riskscore.jobs import requests
from riskscore.sourcing import regions
from riskscore.sourcing.buyers import Now, buyer_of, mineral_at, now
from riskscore.sourcing.shortlists import candidates as listed
from riskscore.sourcing.shortlists import shortlist
from riskscore.sourcing.shortlists.candidates import Asked, Candidates
from riskscore.sourcing.shortlists.offers import Markets, markets, offers

MINERAL = "lithium"


def question() -> shortlist.Question:
    """Japan × lithium × Latin America."""
    places = regions.places_of(["latin-america"])
    return shortlist.Question(buyer_of(["JPN"]), Asked(MINERAL, places=places))


def score_everything() -> None:
    """Score the bundle in this process."""
    lens = requests.lens_for(settings.DEFAULT_METHOD, "WLD", kept_current=True)
    drain_until_ended(requests.start({"all": True}, lens=lens))


class Loaded(NamedTuple):
    """What both versions compute from: read once, as the database costs both the same."""

    found: Now
    bought: Markets
    chosen: Candidates


def loaded() -> Loaded:
    """Japan's market of lithium, and all projects that yield it."""
    found = now(buyer_of(["JPN"]))
    members = sorted(found.axes.members)
    return Loaded(
        found,
        markets(found, mineral_at(found, MINERAL)),
        listed.candidates(Asked(MINERAL), members, timezone.now().date()),
    )


def ours(given: Loaded) -> tuple[np.ndarray, np.ndarray]:
    """Least gain of each project, and who is on the front."""
    offered = offers(given.chosen, given.found, MINERAL, given.bought)
    low, high = given.chosen.low.max(axis=1), given.chosen.high.max(axis=1)
    return offered.gain_low, undominated(Options(offered.gain_low, offered.gain_high, low, high))


def plain(given: Loaded) -> tuple[np.ndarray, np.ndarray]:
    """The same as one writes it in pandas: a function a row, and a cross join."""
    factor = pd.Series({"t Li": CARBONATE / (2 * LITHIUM), "t": CARBONATE / (2 * LITHIUM + OXYGEN)})
    frame = pd.DataFrame(
        {
            "place": given.chosen.places,
            "factor": pd.Series(given.chosen.units).map(factor),
            "free": 1 - given.chosen.bound01,
            "least": given.chosen.least,
            "most": given.chosen.most,
            "cost_low": pd.DataFrame(given.chosen.low).max(axis=1),
            "cost_high": pd.DataFrame(given.chosen.high).max(axis=1),
        }
    )
    frame["low"] = (frame.least * frame.factor * frame.free).fillna(0.0)
    frame["high"] = (frame.most * frame.factor * frame.free).fillna(np.inf)
    for side in ("low", "high"):
        frame[f"gain_{side}"] = frame.apply(_gain, axis=1, given=given, side=side)
    frame["id"] = range(len(frame))
    pairs = frame.merge(frame, how="cross", suffixes=("", "_other"))
    better = (
        (pairs.gain_low_other >= pairs.gain_high)
        & (pairs.cost_high_other <= pairs.cost_low)
        & ((pairs.gain_low_other > pairs.gain_high) | (pairs.cost_high_other < pairs.cost_low))
    )
    return frame["gain_low"].to_numpy(), ~better.groupby(pairs.id).any().to_numpy()


def _gain(row: "pd.Series[float]", given: Loaded, side: str) -> float:
    gains = []
    for market in given.bought.every:
        imports = pd.Series(market.imports, index=list(given.found.axes.places))
        others = imports.drop(row["place"]).sort_values(ascending=False)
        first, second, own = others.iloc[0], others.iloc[1], imports[row["place"]]
        most = min(row[side], first - second, (first - own) / 2)
        gains.append(float(max(most, 0.0) / imports.sum()))
    return min(gains) if side == "low" else max(gains)


def against_pandas() -> Measured:
    """Gains and front of all projects of lithium in the bundle."""
    with bundled():
        score_everything()
        given = loaded()
        mine, theirs = ours(given), plain(given)
        np.testing.assert_allclose(mine[0], theirs[0], rtol=1e-12, atol=1e-15)
        np.testing.assert_array_equal(mine[1], theirs[1])
        our_s, their_s = alternate(lambda: ours(given), lambda: plain(given))
        shortlist.shortlist(question())
        whole_s, _ = alternate(lambda: shortlist.shortlist(question()), lambda: None)
        return Measured(
            value=whole_s * 1e3,
            unit=f"ms, {our_s * 1e3:.1f} of them gains and front of {len(given.chosen)} projects",
            against="a plain pandas version of gains and front",
            ratio=their_s / our_s,
        )


def million() -> Measured:
    """The whole shortlist with a million projects, against the bundle's."""
    with bundled():
        score_everything()
        shortlist.shortlist(question())
        small_s, _ = alternate(lambda: shortlist.shortlist(question()), lambda: None)
        multiply(PROJECTS)
        multiply_results()
        considered = shortlist.shortlist(question())["considered"]
        large_s, _ = alternate(lambda: shortlist.shortlist(question()), lambda: None, rounds=3)
        return Measured(
            value=large_s,
            unit=f"s with {considered:,} candidates among {PROJECTS:,} projects",
            against="the bundle",
            ratio=small_s / large_s if not math.isclose(large_s, 0) else math.nan,
        )


BENCHMARKS = {"sourcing.shortlist": against_pandas, "sourcing.shortlist.million": million}
