"""One row of a shortlist in words, and as a box on the two axes."""

from collections.abc import Sequence
from typing import Any

from riskscore.sourcing.briefings import words
from riskscore.sourcing.briefings.words import Names
from riskscore.sourcing.drawings.plots import Spot

Row = dict[str, Any]
MOST_OWNERS, MOST_NEIGHBOURS = 4, 3


def spots(items: Sequence[Row], marked: str = "") -> list[Spot]:
    """The boxes of projects whose gain is known; the number is that of the row. ``marked``: key of
    the one that is asked about."""
    return [
        Spot(
            number,
            item["name"],
            (100 * item["gain_low01"], 100 * item["gain_high01"]),
            (item["human_cost"]["low"], item["human_cost"]["high"]),
            item["not_dominated"],
            item["key"] == marked,
        )
        for number, item in enumerate(items, 1)
        if item["gain_low01"] is not None and item["gain_high01"] is not None
    ]


def seen(number: int, item: Row, names: Names) -> Row:
    """What a row says, as texts."""
    return {
        "number": number,
        "name": item["name"],
        "where": words.place(item["place"], names),
        "status": item["status"] or "status unknown",
        "gain": words.gain(item["gain_low01"], item["gain_high01"]),
        "can_give": can_give(item),
        "cost": words.between(item["human_cost"]["low"], item["human_cost"]["high"]),
        "labour": cost(item["labour"]),
        "indigenous": cost(item["indigenous"]),
        "owners": owners(item, names),
        "owned": owned(item, names),
        "offtake": offtake(item, names),
        "communities": communities(item),
        "refining": words.spelled(refining(item), names),
        "decides": decides(item),
        "verdict": words.spelled(_verdict(item), names),
        "why": words.spelled(item["why"], names),
        "unknown": ", ".join(item["unknown"]),
    }


def _verdict(item: Row) -> str:
    return f"{item['verdict']['word'].capitalize()}: {item['verdict']['why']}"


def can_give(item: Row) -> str:
    """Tonnes of traded product a year, between bounds."""
    low, high = item["tonnes_low"], item["tonnes_high"]
    if high is None:
        return "not known" if not low else f"{words.tonnes(low)} or more"
    if round(low) == round(high):
        return words.tonnes(high)
    return f"{words.tonnes(low)} to {words.tonnes(high)}"


def cost(dimension: Row) -> str:
    """A dimension of human cost: its score, and all that it can be."""
    bounds = words.between(dimension["low"], dimension["high"])
    if dimension["score"] is None:
        return f"not assessed ({bounds})"
    return f"{dimension['score']:.0f} ({bounds})"


def owners(item: Row, names: Names, most: int = MOST_OWNERS) -> str:
    """Owners with share, home, and whether somebody has looked."""
    if not item["owners"]:
        return words.UNKNOWN
    return words.listed([_owner(owner, names) for owner in item["owners"]], most)


def _owner(owner: Row, names: Names) -> str:
    share = "share unknown" if owner["share"] is None else words.percent(owner["share"])
    home = words.place(owner["place"], names) if owner["place"] else "home unknown"
    return f"{owner['name']} ({home}, {share}, {owner['state']})"


def owned(item: Row, names: Names) -> str:
    """What the owners of each place hold at most: real beside nominal diversification."""
    adjusted = item["owner_adjusted"]
    if not adjusted:
        return ""
    homes = words.listed([words.place(code, names) for code in adjusted["places"]], 4)
    gained = words.gain(adjusted["gain_low01"], adjusted["gain_high01"])
    return f"counted where owners who may control it are at home ({homes}): {gained}"


def offtake(item: Row, names: Names) -> str:
    """Contracts on record."""
    if not item["offtake"]:
        return "none on record"
    told = [
        f"{row['buyer'] or words.place(row['place'], names)} {words.percent(row['share'])}"
        for row in item["offtake"]
    ]
    return words.listed(told, 3)


def communities(item: Row, most: int = MOST_NEIGHBOURS) -> str:
    """The nearest registered communities."""
    if not item["communities"]:
        return "no register covers it"
    told = []
    for row in item["communities"]:
        people = f" ({row['people']})" if row["people"] else ""
        told.append(f"{row['name']}{people} {row['km']:.0f} km")
    return words.listed(told, most)


def refining(item: Row) -> str:
    """Which way its output takes through refining, and what is taken so."""
    found = item["refining"]
    assumed = f" Taken so: {found['assumed']}." if found["assumed"] else ""
    return f"{found['why'][:1].upper()}{found['why'][1:].rstrip('.')}.{assumed}"


def decides(item: Row) -> str:
    """The one fact that would tell it apart from most others."""
    found = item["would_decide"]
    if not found:
        return "no single fact"
    what = f"{found['fact']}: {found['indicator']}" if found["indicator"] else str(found["fact"])
    return f"{what} (would decide {found['comparisons']:.0f} more comparisons)"
