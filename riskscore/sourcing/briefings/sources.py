"""Where figures are from: releases with publisher, edition, licence and the years read."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from riskscore.models import LandLayer, Release
from riskscore.releases import effective, register
from riskscore.scoring.indicators.buyer_tables import EXPORTS, OTHERS, TRADE
from riskscore.scoring.indicators.import_dependence import PRODUCTION
from riskscore.sourcing.briefings import words

AGREEMENTS = ("trade.agreement", "trade.restriction")


@dataclass(frozen=True, slots=True)
class Cited:
    """One source. ``what``: what was read from it; empty: several things."""

    title: str
    publisher: str
    edition: str
    licence: str
    years: str = ""
    what: str = ""
    url: str = ""
    release: str = ""


def of_supply(row: dict[str, Any]) -> list[Cited]:
    """The releases behind a buyer's row, those of agreements among them."""
    known = register.in_force(effective.LATEST, (*TRADE, *OTHERS, *AGREEMENTS))
    used = set(row["releases"])
    found = []
    for one in known:
        what, years = _read(one.states, one.source, row)
        if one.citation["release"] in used or set(AGREEMENTS) & one.states:
            found.append(_cited(one.citation, what, years))
    return found


def _read(states: Collection[str], source: str, row: dict[str, Any]) -> tuple[str, str]:
    """What a release was read for, and which years of it."""
    if set(TRADE) & set(states):
        return "imports", words.years(row["import_years"])
    if source == EXPORTS:
        return "exports, for reliance", words.years(row["import_years"])
    if PRODUCTION in states:
        return "output", words.years(row["production_years"])
    if any(state.startswith("wgi.") for state in states):
        return "political stability", str(row["governance_year"] or "")
    if set(AGREEMENTS) & set(states):
        return "agreements and restrictions", f"to {row['year']}"
    return "recycling, trade and substitution parameters", ""


def _cited(citation: dict[str, str], what: str, years: str) -> Cited:
    return Cited(
        citation["title"], citation["publisher"], citation["published_edition"],
        citation["licence"], years, what, citation["url"], citation["release"],
    )  # fmt: skip


def of_releases(codes: Iterable[str]) -> list[Cited]:
    """Releases by their codes."""
    rows = Release.objects.filter(code__in=set(codes)).select_related("source").order_by("code")
    return [
        Cited(
            row.source.title, row.source.publisher, row.published_edition, row.licence,
            url=row.url or row.source.url, release=row.code,
        )
        for row in rows
    ]  # fmt: skip


def release_codes(cited: Sequence[Cited]) -> list[str]:
    """Their codes, each once."""
    return list(dict.fromkeys(one.release for one in cited if one.release))


def of_layers(*kinds: str, places: Collection[str] | None = None) -> list[Cited]:
    """The newest version of each map of some kinds, of those alone that speak of the places."""
    newest: dict[str, LandLayer] = {}
    for row in LandLayer.objects.filter(kind__in=kinds).defer("mapped").order_by("code", "id"):
        newest[row.code] = row
    return [
        Cited(
            row.name, row.steward, row.published_edition, row.licence, what="maps of peoples",
            url=row.source,
        )
        for row in newest.values()
        if row.lands_count and (places is None or set(row.places) & set(places))
    ]  # fmt: skip
