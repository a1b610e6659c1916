"""What stands among the places of a table and is none: the world, groups, remainders, areas that
nobody names. It never enters a sum of places.

``aggregates.csv`` beside this file lists the words and codes that publishers use: UN M49 regions,
Comtrade's areas "not elsewhere specified" (but "Other Asia, nes", which is Taiwan), the World
Bank's regions and income groups, unions of states. A word that is a place of ours is a place.
"""

import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files

from riskscore.engine.catalogue import INDICATORS
from riskscore.engine.inputs.plausible import adds_up
from riskscore.sources.readers.delimited import csv_rows

REST, WORLD = "ROW", "WLD"
#: Publishers whose own total, and what they name no country for, is of use beside their sums.
TOTALS_OF_USE = ("usgs.", "iea.")
#: Of a folded word; "Other Asia, nes" has a country.
PATTERN = re.compile(
    r"(rest of|other countries|all other|sub ?total|grand total|total world|world total)\b.*"
    r"|(?!other asia).*\b(nes|n e s|not elsewhere specified|not specified)"
    r"|zz[a-z]{1,2}( .*)?"  # UNDP's groups of countries: ZZA.VHHD
)
GROUP_REASON, OWN_TRADE = "a group of places", "a place's trade with itself"


@cache
def terms() -> dict[str, str]:
    """Words and codes of aggregates, each with what it is."""
    content = files(__package__).joinpath("aggregates.csv").read_bytes()
    return {row["term"]: row["reason"] for _, row in csv_rows(content, ("term", "reason"))}


def by_pattern(folded: str) -> str | None:
    """What a folded word is that is built like an aggregate's name; None: it is not."""
    return "an area that is not specified" if PATTERN.fullmatch(folded) else None


@cache
def _is_summed(indicator: str) -> bool:
    """Looked up once for a file of a million rows."""
    return indicator in INDICATORS and adds_up(INDICATORS[indicator])


def why_in_no_sum(
    indicator: str, place: str | None, importer: str | None, groups: Collection[str]
) -> str | None:
    """Why an observation, in our codes, is in no sum of its indicator; None: it may be.

    ``groups``: the codes of places that are no country. Figures that are not summed over places
    (an index, a treaty, an agreement with a group) may be a group's.
    """
    if not _is_summed(indicator):
        return None
    if place is not None and place in groups:
        of_use = indicator.startswith(TOTALS_OF_USE) and place in (REST, WORLD)
        return None if of_use else f"place left out: {GROUP_REASON}, in a sum of countries"
    if importer is None:
        return None
    if importer in groups:
        return f"importer left out: {GROUP_REASON}, in a sum of countries"
    return OWN_TRADE if importer == place else None
