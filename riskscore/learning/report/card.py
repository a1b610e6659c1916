"""Model cards: what a model is for, what it was made of, how good it is, and where it errs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

DISRUPTION: dict[str, Any] = {
    "title": "Supply disruption: probability that exports fall next year",
    "target": (
        "next year's exports of the mineral from the place, all HS6 codes summed, below 60 % of "
        "their three-year median in quantity and in share of world export value"
    ),
    "population": (
        "places that produce the mineral by World Mining Data and hold at least 1 % of world "
        "export value. Smaller producers, from 0.2 %, are judged apart, predicted only where the "
        "model holds for them (metrics, small_producers: told), and marked as not judged"
    ),
    "intended_use": (
        "to rank producing exporters by the chance of a sharp fall within a year, beside the "
        "weighted score; not a forecast of prices, of war, or of one mine"
    ),
    "timing": (
        "a nowcast: trade of a year is published in the next or the one after; governance and "
        "conflict are taken one year late, as they could be looked up"
    ),
    "known_bias": [
        "trade is what customs report: sanctions, smuggling and late reporters look like falls",
        "survivors: who produces is known for 2018–2024 only, so producers that had ended before "
        "are missing from every earlier year, and whoever ends falls. The rates of the training "
        "years are too low for it; metrics, survivors, says by how much in the years where both "
        "can be seen",
        "most events are ordinary swings of exporters with less than a tenth of the world's "
        "trade, not political acts",
        "export restrictions are known since 2020 only and could not be learnt from; they stand "
        "in the score as an indicator of their own",
        "a few trading hubs produce a little themselves and are judged by what passes through "
        "them, gold above all",
        "governance hardly adds anything to what trade itself says",
        "small producers fall more often and are ranked less well than the population; of those "
        "without recorded exports nothing is said, which is no good news",
    ],
}
LABOUR: dict[str, Any] = {
    "title": "Forced or child labour: probability that a pair would be listed",
    "target": "the mineral from the place is on the US Department of Labor's list (2022)",
    "population": (
        "places and minerals that really produce by World Mining Data; the United States are "
        "unknown, because the list leaves them out"
    ),
    "intended_use": (
        "to point at pairs that are not, or not yet, listed; a listed pair keeps its listing as "
        "an indicator, and the model's word adds nothing to it"
    ),
    "timing": "listings of 2022 against facts of 2022 or before; the list itself looks back",
    "known_bias": [
        "reporting bias above all: a listing needs somebody who looked; closed countries are "
        "listed less than they deserve, poor and open ones more",
        "listings are mostly about artisanal mining: a large industrial site inherits them",
        "few events: read the interval, not the number",
    ],
}
DISPLACEMENT: dict[str, Any] = {
    "title": "Displacement and conflict at projects",
    "target": "a verified statement that people were moved, or fought, over the project",
    "population": "projects that curators reviewed",
    "intended_use": "none until there is enough curated evidence",
    "timing": "evidence on file",
    "known_bias": ["remote places are reported less, so they look safer than they are"],
}
#: The sections of a page that come first; a database keeps no order of its own.
FIRST = (
    *("target", "population", "intended_use", "timing", "known_bias", "trained_on"),
    *(
        "data_releases",
        "reach",
        "gate",
        "metrics",
        "track_record",
        "drift_alert",
        "drift",
        "importance",
    ),
    *("partial_dependence", "features"),
)
DIGITS = 6
CARDS = {"disruption": DISRUPTION, "labour": LABOUR, "displacement": DISPLACEMENT}


def card(kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The card of a model: what is always true of its kind, and ``facts`` of this version.

    Numbers have six digits: further ones differ between machines, and mean nothing.
    """
    return {"kind": kind, **CARDS[kind], **{name: _plain(fact) for name, fact in facts.items()}}


def _plain(fact: Any) -> Any:
    match fact:
        case float():
            return float(f"{fact:.{DIGITS}g}")
        case dict():
            return {name: _plain(part) for name, part in fact.items()}
        case list() | tuple():
            return [_plain(part) for part in fact]
        case _:
            return fact


def markdown(card: Mapping[str, Any]) -> str:
    """The card as a page of Markdown."""
    lines = [f"# {card['title']}", ""]
    for name in (*(name for name in FIRST if name in card), *sorted({*card} - {*FIRST, "title"})):
        lines += [f"## {name.replace('_', ' ')}", "", *_shown(card[name]), ""]
    return "\n".join(lines).rstrip() + "\n"


def _shown(value: Any) -> Iterator[str]:
    match value:
        case dict() if value and all(isinstance(part, dict) for part in value.values()):
            yield from _table(list(value.values()), list(value))
        case dict():
            yield from (f"- {name}: {_cell(part)}" for name, part in value.items())
        case list() if value and all(isinstance(part, dict) for part in value):
            yield from _table(value, [])
        case list():
            yield from (f"- {_cell(part)}" for part in value)
        case _:
            yield _cell(value)


def _table(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Iterator[str]:
    header = [*([""] if names else []), *rows[0]]
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for number, row in enumerate(rows):
        cells = [*names[number : number + 1], *(_cell(row.get(name, "")) for name in rows[0])]
        yield "| " + " | ".join(cells) + " |"


def _cell(value: Any) -> str:
    match value:
        case float():
            return f"{value:.4g}"
        case [[_, _], *_]:
            return "; ".join(f"{_cell(x)} → {_cell(y)}" for x, y in value)
        case list() | tuple():
            return ", ".join(_cell(part) for part in value)
        case dict():
            return "; ".join(f"{name} {_cell(part)}" for name, part in value.items())
        case _:
            return str(value)
