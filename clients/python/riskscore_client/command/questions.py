"""What the command asks: one function per word, each given what was written and a client."""

import sys
from argparse import Namespace
from itertools import islice
from typing import Any

from riskscore_client import settings
from riskscore_client.client import Riskscore
from riskscore_client.command import output
from riskscore_client.connection import Value
from riskscore_client.rows import Rows

SCORES = {
    "rank": "rank",
    "key": "key",
    "name": "project",
    "place": "place",
    "composite": "composite",
    "band": "band",
    "geopolitical": "geopol.",
    "concentration": "concentr.",
    "labour": "labour",
    "indigenous": "indigenous",
    "shared_with": "shared with",
}
PROJECTS = {
    "key": "key",
    "name": "project",
    "kind": "kind",
    "stage": "stage",
    "place": "place",
    "latitude": "lat.",
    "longitude": "long.",
}
REGIONS = {"code": "code", "name": "name", "verified": "by the UN", "places": "countries"}
DIMENSIONS = {
    "dimension": "dimension",
    "score": "score",
    "band": "band",
    "coverage": "coverage",
    "contribution": "contribution",
    "low": "at least",
    "high": "at most",
}
FILTERS = ("place", "mineral", "region", "importer", "band", "owner", "kind", "q", "order")


def scores(riskscore: Riskscore, said: Namespace) -> None:
    """Print the ranking."""
    _listing(riskscore.scores, said, SCORES)


def projects(riskscore: Riskscore, said: Namespace) -> None:
    """Print projects."""
    _listing(riskscore.projects, said, PROJECTS)


def _listing(ask: Any, said: Namespace, columns: dict[str, str]) -> None:
    """Print a listing in the way that is wanted; the server is asked for no more than is shown."""
    asked: dict[str, Value] = {name: getattr(said, name, None) for name in FILTERS}
    fields = said.fields or list(columns)
    whole = said.limit == 0
    rows: Rows[Any] = ask(
        fields=",".join(fields) if said.fields or not said.json else None,
        page_size=None if whole else min(said.limit, 1000),
        **asked,
    )
    found = rows.stream() if whole else islice(rows, said.limit)
    if said.json:
        output.as_json(list(found))
    elif said.csv:
        output.as_csv(found, fields)
    else:
        output.as_table(found, {name: columns.get(name, name) for name in fields})


def score(riskscore: Riskscore, said: Namespace) -> None:
    """Print one score, by dimension, with its caution."""
    found = riskscore.explanation(said.key, importer=said.importer)
    if said.json:
        output.as_json(found)
        return
    dimensions = found["dimensions"]
    if said.csv:
        output.as_csv(dimensions, list(DIMENSIONS))
        return
    of = found["score"]
    composite = "" if of["composite"] is None else f"{of['composite']:.1f} "
    judged = f"{composite}{of['band']}, method v{of['method_version']}"
    _say(f"{of['name']}, {of['place_name']} ({of['key']}): {judged}")
    output.as_table(dimensions, DIMENSIONS)
    for note in found["notes"]:
        _say(note)


def sourcing(riskscore: Riskscore, said: Namespace) -> None:
    """Print how a buyer depends on others for a mineral, and the shortlist."""
    asked = riskscore.sourcing
    found: dict[str, Any] = {
        "dependence": list(asked.dependence(said.buyer, said.mineral)),
        "shortlist": asked.shortlist(said.buyer, said.mineral, said.region, top=said.limit),
    }
    if said.json:
        output.as_json(found)
        return
    rows = [_candidate(item) for item in found["shortlist"]["items"]]
    columns = {name: name.replace("_", " ") for name in rows[0]} if rows else {"key": "key"}
    if said.csv:
        output.as_csv(rows, list(columns))
        return
    for row in found["dependence"]:
        _say(_dependence(row))
    considered = found["shortlist"]["considered"]
    _say(f"{len(rows)} of {considered} projects; both axes have bounds, and are never joined:")
    output.as_table(rows, columns)
    for note in found["shortlist"].get("notes", []):
        _say(note)


def _candidate(item: dict[str, Any]) -> dict[str, Any]:
    """One line of a shortlist: shares as percent."""
    cost = item["human_cost"]
    return {
        "key": item["key"],
        "project": item["name"],
        "place": item["place"],
        "verdict": item["verdict"]["word"],
        "n1_falls_by_low_%": _percent(item["gain_low01"]),
        "n1_falls_by_high_%": _percent(item["gain_high01"]),
        "human_cost_low": cost["low"],
        "human_cost_high": cost["high"],
        "would_decide": (item["would_decide"] or {}).get("fact"),
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _dependence(row: dict[str, Any]) -> str:
    largest, start = row["largest"], f"{row['buyer']}, {row['mineral']}, {row['year']}: "
    if not largest:
        return start + (row["why"] or "imports unknown")
    share = f"{largest['share01']:.0%} of {row['imports_t']:,.0f} t come from {largest['place']}"
    hhi = row["import_quantity_hhi01"]
    return start + share + (f", HHI {hhi:.2f}" if hhi is not None else "")


def regions(riskscore: Riskscore, said: Namespace) -> None:
    """Print the regions that have names."""
    found = list(riskscore.sourcing.regions())
    if said.json:
        output.as_json(found)
    elif said.csv:
        output.as_csv(found, list(REGIONS))
    else:
        output.as_table(({**row, "places": len(row["places"])} for row in found), REGIONS)


def login(riskscore: Riskscore, said: Namespace) -> None:
    """Try the key; keep it in its file if it opens something."""
    riskscore.get("/scores", page_size=1, fields="key")
    sys.stderr.write(f"kept in {settings.keep(said.given)}, which only you can read\n")


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
