"""Shocks as people state them: JSON checked into rows, with every fault by its JSON Pointer.

What a kind needs and may have stands in one table; the API documents it, the admin form and the
files of the bundle are checked by it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from riskscore.errors import ValidationError

MOST_SHOCKS = 100
MOST_TEXT = 400
MOST_BUYERS = 60
ALL = "all"
"""Stands for every mineral."""


class Kind(StrEnum):
    """What happens."""

    EXPORT_CUT = "export_cut"
    OUTPUT_CUT = "output_cut"
    PROJECT_LOST = "project_lost"
    NEW_CAPACITY = "new_capacity"
    AGREEMENT_SIGNED = "agreement_signed"
    AGREEMENT_ENDED = "agreement_ended"
    SOCIAL_CONDITION = "social_condition"


class Condition(StrEnum):
    """What a buyer no longer buys, told by what is known of the place and mineral."""

    FORCED_LABOUR = "forced_labour"
    CHILD_OR_FORCED_LABOUR = "child_or_forced_labour"
    LABOUR_ABOVE = "labour_above"
    INDIGENOUS_ABOVE = "indigenous_above"


#: Conditions on a score of the projects, which need a ceiling.
WITH_CEILING = (Condition.LABOUR_ABOVE, Condition.INDIGENOUS_ABOVE)
STAGES = ("any", "ore", "processed")
#: Which stage of customs codes, and of production figures, shows a stage of a shock.
IN_TRADE = {"ore": "extraction", "processed": "processing"}
IN_OUTPUT = {"ore": "mine", "processed": "refinery"}
WHEN_AND_WHY = ("since", "until", "about", "source")
#: By kind: the fields that it needs, and those that it may have besides WHEN_AND_WHY.
FIELDS: dict[Kind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Kind.EXPORT_CUT: (("place", "mineral", "cut"), ("stage", "buyers")),
    Kind.OUTPUT_CUT: (("place", "mineral", "cut"), ("stage",)),
    Kind.PROJECT_LOST: (("project",), ("mineral", "tonnes")),
    Kind.NEW_CAPACITY: ((), ("place", "mineral", "project", "tonnes", "more", "stage")),
    Kind.AGREEMENT_SIGNED: (("place", "buyers"), ()),
    Kind.AGREEMENT_ENDED: (("place", "buyers"), ()),
    Kind.SOCIAL_CONDITION: (("condition",), ("mineral", "ceiling", "buyers")),
}


class BadShocks(ValidationError):
    """The shocks of a scenario cannot be meant; ``faults`` says what is wrong where."""

    code = "bad_shocks"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{where}: {what}" for where, what in faults.items()))
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class Known:
    """The codes that shocks may name; of each project its place and minerals, main one first.

    By project and mineral, where anybody states it, in tonnes a year as output is counted:
    ``makes_t`` is what it gives now, ``adds_t`` what its newest plan adds to that.
    """

    places: Collection[str]
    minerals: Collection[str]
    projects: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    makes_t: Mapping[tuple[str, str], float] = field(default_factory=dict)
    adds_t: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def tonnes(self, kind: Kind, project: str, mineral: str) -> float | None:
        """What a project loses or adds when nobody says how much; None where nobody states it."""
        stated = self.makes_t if kind is Kind.PROJECT_LOST else self.adds_t
        return stated.get((project, mineral))


@dataclass(frozen=True, slots=True)
class Stated:
    """One shock. Empty and None are "not said"; ``buyers`` empty is everybody."""

    kind: Kind
    place: str = ""
    mineral: str = ""
    project: str = ""
    stage: str = "any"
    cut: float = 0.0
    more: float = 0.0
    tonnes: float = 0.0
    ceiling: float = 0.0
    condition: str = ""
    buyers: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    about: str = ""
    source: str = ""

    def is_on(self, day: date) -> bool:
        """Whether it is in force on a day; one without dates always is."""
        return (self.since or day) <= day <= (self.until or day)

    def concerns(self, mineral: str) -> bool:
        """Whether it is about a mineral."""
        return self.mineral in (ALL, mineral)


def projects_in(shocks: Any) -> set[str]:
    """The project keys that stated shocks name, whatever else is wrong with them."""
    rows = shocks if isinstance(shocks, list) else []
    named = {row.get("project") for row in rows if isinstance(row, dict)}
    return {key for key in named if isinstance(key, str)}


def parse(shocks: Any, known: Known, at: str = "/shocks") -> tuple[Stated, ...]:
    """Checked shocks. Raises BadShocks with every fault by its JSON Pointer below ``at``."""
    if not isinstance(shocks, list) or not 1 <= len(shocks) <= MOST_SHOCKS:
        raise BadShocks({at: f"give a list of 1 to {MOST_SHOCKS} shocks"})
    faults: dict[str, str] = {}
    rows = [_shock(row, known, f"{at}/{number}", faults) for number, row in enumerate(shocks)]
    if faults:
        raise BadShocks(faults)
    return tuple(row for row in rows if row is not None)


def _shock(row: Any, known: Known, at: str, faults: dict[str, str]) -> Stated | None:
    if not isinstance(row, dict):
        faults[at] = "give an object with kind, place, mineral …"
        return None
    if row.get("kind") not in list(Kind):
        faults[f"{at}/kind"] = f"one of {', '.join(Kind)}"
        return None
    kind = Kind(row["kind"])
    found = dict(_wrong_fields(row, kind))
    found |= {name: what for name, value in row.items() if (what := _wrong(name, value, known))}
    if not found:
        found = dict(_do_not_fit(row, kind, known))
    faults |= {f"{at}/{name}": what for name, what in found.items()}
    return None if found else _made(row, kind, known)


def _wrong_fields(row: Mapping[str, Any], kind: Kind) -> list[tuple[str, str]]:
    needed, more = FIELDS[kind]
    allowed = ("kind", *needed, *more, *WHEN_AND_WHY)
    strange = [(str(name)[:60], f"{kind} has no such field; it has {', '.join(allowed[1:])}")
               for name in row if name not in allowed]  # fmt: skip
    return strange + [(name, f"{kind} needs it") for name in needed if name not in row]


def _wrong(name: str, value: Any, known: Known) -> str:
    """What is wrong with a field by itself; empty if nothing."""
    if name in ("cut", "more", "tonnes", "ceiling"):
        return _wrong_number(name, value)
    if name in ("since", "until"):
        return "" if _day(value) else "say a day such as 2026-01-31"
    if name == "buyers":
        return _wrong_buyers(value, known)
    if not isinstance(value, str) or len(value) > MOST_TEXT or "\0" in value:
        return f"give a text of at most {MOST_TEXT} characters, without NUL"
    return _wrong_code(name, value, known)


def _wrong_code(name: str, value: str, known: Known) -> str:
    lists: dict[str, tuple[Collection[str], str]] = {
        "place": (known.places, "no such place: an ISO 3166 alpha-3 code such as CHL, or a group"),
        "mineral": ((*known.minerals, ALL), "no such mineral: a code, or all"),
        "project": (known.projects, "no such published project"),
        "stage": (STAGES, f"one of {', '.join(STAGES)}"),
        "condition": (list(Condition), f"one of {', '.join(Condition)}"),
    }
    codes, what = lists.get(name, ((value,), ""))
    return "" if value in codes else f"{value[:60]!r}: {what}"


#: Limits of the numbers: from, to.
LIMITS = {"cut": (0.0, 1.0), "more": (0.0, 100.0), "tonnes": (0.0, 1e10), "ceiling": (0.0, 100.0)}


def _wrong_number(name: str, value: Any) -> str:
    low, high = LIMITS[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and math.isfinite(value) and low <= value <= high:
        return ""
    words = {"cut": "a share from 0 to 1: 0.4 is 40 % lost", "more": "a share: 1 doubles it"}
    return f"say a number from {low:g} to {high:g}" + (f" ({words[name]})" if name in words else "")


def _wrong_buyers(value: Any, known: Known) -> str:
    if not isinstance(value, list) or not value or len(value) > MOST_BUYERS:
        return "give a list of place codes; leave it out for everybody"
    wrong = [str(code)[:20] for code in value if not isinstance(code, str)
             or code not in known.places]  # fmt: skip
    return f"no such place: {', '.join(wrong[:5])}" if wrong else ""


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _do_not_fit(row: Mapping[str, Any], kind: Kind, known: Known) -> list[tuple[str, str]]:
    """What is wrong with fields together."""
    wrong = []
    if "since" in row and "until" in row and row["until"] < row["since"]:
        wrong.append(("until", "it ends before it begins"))
    if row.get("place") in ("WLD", "ROW"):
        wrong.append(("place", "that is nowhere in particular: name a country or a group"))
    if kind is Kind.NEW_CAPACITY:
        wrong += _capacity_faults(row)
    if "project" in row:
        wrong += _project_faults(row, kind, known)
    if kind is Kind.SOCIAL_CONDITION and (row["condition"] in WITH_CEILING) != ("ceiling" in row):
        needs = ", ".join(WITH_CEILING)
        wrong.append(("ceiling", f"a score from 0 to 100, for {needs} only"))
    return wrong


def _capacity_faults(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    wrong = []
    if ("tonnes" in row and "more" in row) or not {"tonnes", "more", "project"} & set(row):
        wrong.append(("tonnes", "say either tonnes a year, or more as a share of what there is"))
    if ("project" in row) == ("place" in row):
        wrong.append(("place", "say where: a place and a mineral, or a project with its tonnes"))
    if "place" in row and row.get("mineral", ALL) == ALL:
        wrong.append(("mineral", "say of which mineral"))
    if "project" in row and "more" in row:
        wrong.append(("more", "of a project say tonnes; without them its capacity is meant"))
    return wrong


def _project_faults(row: Mapping[str, Any], kind: Kind, known: Known) -> list[tuple[str, str]]:
    minerals = known.projects[row["project"]][1]
    if not minerals:
        return [("project", "no mineral of this project is known")]
    mineral = row.get("mineral", minerals[0])
    if mineral not in minerals:
        return [("mineral", f"the project yields {', '.join(minerals)}")]
    if "tonnes" not in row and known.tonnes(kind, row["project"], mineral) is None:
        what = "output" if kind is Kind.PROJECT_LOST else "plan"
        return [("tonnes", f"nobody states its {what}: say how many tonnes a year")]
    return []


def _made(row: Mapping[str, Any], kind: Kind, known: Known) -> Stated:
    fields = {name: value for name, value in row.items() if name != "kind"}
    for name in ("since", "until"):
        if name in fields:
            fields[name] = _day(fields[name])
    if project := fields.get("project"):
        place, minerals = known.projects[project]
        mineral = fields.get("mineral", minerals[0])
        fields |= {"place": place, "mineral": mineral}
        if "tonnes" not in fields:
            fields["tonnes"] = known.tonnes(kind, project, mineral)
    if kind in (Kind.SOCIAL_CONDITION, Kind.AGREEMENT_SIGNED, Kind.AGREEMENT_ENDED):
        fields.setdefault("mineral", ALL)
    fields["buyers"] = tuple(sorted(set(fields.get("buyers", ()))))
    return Stated(kind=kind, **fields)


def documented() -> str:
    """One line a kind, for people who write scenarios."""
    return "\n".join(
        f"{kind}: {', '.join(needed) or 'place and mineral, or project; tonnes or more'}"
        + (f" (and may say {', '.join(more)})" if more else "")
        for kind, (needed, more) in FIELDS.items()
    )
