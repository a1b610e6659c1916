"""The equity ledger of a buyer and a mineral in words: tonnes held beside tonnes needed."""

from typing import Any

from riskscore.sourcing.briefings import words
from riskscore.sourcing.briefings.words import Names

Row = dict[str, Any]
MOST_ROWS = 12
SIDES = {"buyer": "The buyer's companies", "allies": "Its allies'", "both": "Both together"}


def seen(ledger: Row, names: Names) -> Row:
    """What each side holds, against what is needed, and the stakes one by one."""
    need, ours = ledger["needed"], [r for r in ledger["rows"] if r["side"] in ("buyer", "ally")]
    return {
        "unit": ledger["unit"],
        "needed": words.kilotonnes(need["needed_kt"]),
        "why": need["why"] or "",
        "note": need["note"],
        "held": [_held(row) for row in ledger["held"]],
        "rows": [_stake(row, names) for row in ours[:MOST_ROWS]],
        "more": max(len(ours) - MOST_ROWS, 0),
        "record": _record(**ledger["record"]),
    }


def _record(sites: int, with_owner_or_offtake: int) -> str:
    return f"An owner or off-take is on record of {with_owner_or_offtake} of {sites} sites."


def _held(row: Row) -> Row:
    return {
        "side": SIDES[row["side"]],
        "sites": row["sites"],
        "stated": _span(row["stated_kt_low"], row["stated_kt_high"]),
        "counted": _span(row["counted_kt_low"], row["counted_kt_high"]),
        "planned": _span(row["planned_stated_kt_low"], row["planned_stated_kt_high"]),
        "of_need": _parts(row["counted_of_need_low"], row["counted_of_need_high"]),
        "why": row["why"] or "",
    }


def _stake(row: Row, names: Names) -> Row:
    return {
        "project": f"{row['project_name']}, {words.place(row['place'], names)}",
        "holder": f"{row['name'] or 'buyer not named'} ({words.place(row['home'], names)})",
        "kind": {"stake": "stake", "offtake": "off-take"}[row["kind"]],
        "share": _parts(row["share_low"], row["share_high"]),
        "state": row["state"],
        "kt": _span(row["stated_kt_low"], row["stated_kt_high"]),
    }


def _span(low: float | None, high: float | None) -> str:
    least, most = words.kilotonnes(low), words.kilotonnes(high)
    return least if least == most else f"{least.removesuffix(' kt')} to {most}"


def _parts(low: float | None, high: float | None) -> str:
    least, most = words.percent(low), words.percent(high)
    return least if least == most else f"{least} to {most}"
