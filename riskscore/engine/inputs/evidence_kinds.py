"""The one table of evidence: what each kind of statement is about, how much, and for how long.

Strengths, half-lives and lives are judgement; each row says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

YEAR_DAYS = 365.25


class Effect(StrEnum):
    """What a statement does to its indicators."""

    HARM = "harm"  # raises them
    RELIEF = "relief"  # lowers the harm in *.evidence and ind.conflict; a control elsewhere
    CONTROL = "control"  # lowers the residual score only
    STAGE = "stage"  # is the newest word, and a control while it is a consent


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. It loses half its weight every ``half_life`` years (0: never), and is forgotten
    after ``lasts`` years unless the statement itself says when it expires."""

    name: str
    effect: Effect
    indicators: tuple[str, ...]
    strength: float
    half_life: float
    lasts: float
    why: str

    @property
    def half_life_days(self) -> float:
        """The half-life in days; infinite for what does not fade."""
        return self.half_life * YEAR_DAYS if self.half_life else float("inf")

    @property
    def lasts_days(self) -> float:
        """Its life in days."""
        return self.lasts * YEAR_DAYS


#: The first of each pair is eased by relief, as methods 1 and 2 count it; the second by nothing.
LAB, IND, GEO = ("lab.evidence", "lab.events"), ("ind.conflict", "ind.events"), ("geo.events",)
UNION = ("lab.evidence", "ctl.union")
H, R, C, S = Effect.HARM, Effect.RELIEF, Effect.CONTROL, Effect.STAGE
_ROWS = (
    Kind("forced_labour", H, LAB, 1.0, 3, 9, "the gravest; practices of a site change in years"),
    Kind("child_labour", H, LAB, 1.0, 3, 9, "as grave; the same"),
    Kind("fatality", H, LAB, 0.8, 3, 9, "one death tells of safety for years"),
    Kind("strike", H, LAB, 0.4, 2, 6, "a dispute, often settled by the next agreement"),
    Kind("accident", H, LAB, 0.6, 3, 9, "how a site is run changes slowly"),
    Kind("inspection_finding", H, LAB, 0.4, 2, 6, "the next inspection should find it mended"),
    Kind("union_recognised", R, UNION, 0.3, 3, 9, "people can speak for themselves"),
    Kind("collective_agreement", R, UNION, 0.3, 2, 6, "agreements run two to four years"),
    Kind("resettlement", H, IND, 1.0, 6, 18, "who was moved stays moved"),
    Kind("conflict", H, IND, 0.8, 3, 9, "protest that is over fades as labour harm does"),
    Kind("court_ruling", H, IND, 0.6, 5, 15, "a ruling binds until it is carried out"),
    Kind("court_case", H, IND, 0.4, 3, 9, "a claim that a court hears; its end is a ruling"),
    Kind("pollution", H, IND, 0.5, 4, 12, "water and soil recover slowly"),
    Kind("sanction", H, GEO, 1.0, 5, 15, "in force until lifted; the day it ends is its expiry"),
    Kind("permit_withdrawn", H, GEO, 0.8, 3, 9, "a state that took a permit once may do so again"),
    Kind("remedy", R, ("lab.evidence", "ind.conflict", "ctl.remedy"), 0.3, 3, 9,
         "what was made good, in either dimension"),
    Kind("consent", S, ("ind.consent", "ctl.consent", "ind.events"), 1.0, 0, 3,
         "the stage stands until a newer word; as a control it is to be renewed"),
    Kind("grievance_mechanism", C, ("ctl.grievance",), 1.0, 0, 3, "a channel is to be shown anew"),
    Kind("certification", C, ("ctl.certification",), 1.0, 0, 3, "audits of IRMA are valid 3 years"),
)  # fmt: skip
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ROWS}
#: How far an incident reached, and the share of its severity that counts; unstated counts in full.
REACH = {"": 1.0, "people": 0.6, "community": 0.8, "district": 1.0, "country": 1.0}
#: The kinds that are incidents: dated, and bad for somebody.
EVENTS = tuple(kind.name for kind in _ROWS if kind.effect == Effect.HARM)


def of(effect: Effect, indicator: str) -> tuple[str, ...]:
    """The kinds that do this to an indicator."""
    return tuple(k.name for k in _ROWS if k.effect == effect and indicator in k.indicators)
