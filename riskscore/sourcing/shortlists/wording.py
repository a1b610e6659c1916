"""Shortlists in words: why a project is there, what is unknown of it, and what nobody can say."""

from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]
DIVERSIFYING, CONCENTRATING, NOT_TOLD = "diversifying", "not diversifying", "not told"
SMALL01 = 0.0005


def percent(share: float) -> str:
    """A share in percent, with as many digits as it has meaning."""
    return f"{100 * share:.1f} %" if abs(share) < 0.1 else f"{100 * share:.0f} %"


def verdict(item: Row, largest: str, least_with_most01: float) -> Row:
    """Whether taking from a project spreads the buyer's imports, and why it is said.

    ``least_with_most01``: the gain in the worst of the years with all that it may give: if there is
    none, knowing its capacity would not help.
    """
    low, high = item["gain_low01"], item["gain_high01"]
    if low is None or high is None:
        return {"word": NOT_TOLD, "why": "no imports are on record to compare with"}
    refining = item["refining"]
    if refining["diversifying"] is False:
        return {"word": CONCENTRATING, "why": refining["why"]}
    if high < SMALL01:
        return {"word": CONCENTRATING, "why": _why_nothing(item, largest)}
    if low < SMALL01:
        return {"word": NOT_TOLD, "why": _why_not_told(high, least_with_most01)}
    return {"word": DIVERSIFYING, "why": f"N-1 falls by {_between(low, high)} of the imports"}


def _why_not_told(high: float, least_with_most01: float) -> str:
    if least_with_most01 < SMALL01:
        return (
            "N-1 falls by nothing that matters with the imports of one of the years, and by up to "
            f"{percent(high)} with those of another"
        )
    return (
        f"nobody states what it can give: from nothing that matters to {percent(high)} of the "
        "imports"
    )


def _why_nothing(item: Row, largest: str) -> str:
    if item["place"] == largest:
        return f"{largest} is the largest partner already"
    return "it can give too little to change anything"


def _between(low: float, high: float) -> str:
    if round(100 * low, 1) == round(100 * high, 1):
        return percent(high)
    return f"{percent(low)} to {percent(high)}"


def why(item: Row) -> str:
    """Why a project stands on the list, in a sentence or two."""
    parts = [f"{item['verdict']['word'].capitalize()}: {item['verdict']['why']}."]
    instead = _instead(item)
    if instead and instead["import_hhi_change01"] > SMALL01:
        parts.append(
            f"In place of the whole largest partner it would raise the HHI of imports by "
            f"{instead['import_hhi_change01']:.2f}, since {item['place']} would then hold more."
        )
    adjusted = item["owner_adjusted"]
    if adjusted and adjusted["gain_low01"] + SMALL01 < (item["gain_low01"] or 0.0):
        parts.append(
            f"Counted by owner ({_listed(adjusted['places'])} may control it) the gain may be only "
            f"{percent(adjusted['gain_low01'])}."
        )
    parts.append(f"Told apart from {item['told_apart_from']} of {item['of']} others.")
    decisive = item["would_decide"]
    if decisive:
        about = f" ({decisive['indicator']})" if decisive["indicator"] else ""
        parts.append(f"One fact would tell it apart from most others: {decisive['fact']}{about}.")
    return " ".join(parts)


def _instead(item: Row) -> Row | None:
    return next(
        (
            use
            for use in item["uses"]
            if use["amount"] == "instead_of_largest" and use["rule"] == "largest_first"
        ),
        None,
    )


def unknown(item: Row) -> list[str]:
    """What nobody states of a project."""
    result = []
    capacity = item["capacity"]
    if capacity is None:
        result.append("capacity")
    elif capacity["low"] != capacity["high"]:
        result.append("capacity (a range)")
    result += [name for name in ("labour", "indigenous") if item[name]["score"] is None]
    if not item["owners"]:
        result.append("owners")
    elif all(owner["share"] is None for owner in item["owners"]):
        result.append("owners' shares")
    if any(owner["state"] == "unverified" for owner in item["owners"]):
        result.append("owners (unverified)")
    if item["status"] is None:
        result.append("status")
    if not item["communities"]:
        result.append("communities (no register covers it)")
    return result


def notes(*, has_trade: bool, mineral: str) -> list[str]:
    """What to keep in mind with every shortlist."""
    trade = (
        []
        if has_trade
        else [f"No imports of {mineral} are on record: what a project would change is unknown."]
    )
    return [
        *trade,
        "Gain: by how much N-1, the share of the imports that hang on the largest partner, falls "
        "at the best use of what a project can give. Human cost: the worse of the labour and the "
        "Indigenous dimension, with bounds. The two are never joined.",
        "Two projects are told apart only where their bounds are apart on both axes.",
        "Owners, unless confirmed, are unverified.",
    ]


def _listed(places: Sequence[str]) -> str:
    return ", ".join(places)
