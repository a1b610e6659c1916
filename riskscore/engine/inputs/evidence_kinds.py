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
    RELIEF = "relief"  # lowers the harm on file, and is none itself
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


LAB, IND = ("lab.evidence",), ("ind.conflict",)
H, R, C, S = Effect.HARM, Effect.RELIEF, Effect.CONTROL, Effect.STAGE
_ROWS = (
    Kind("forced_labour", H, LAB, 1.0, 3, 9, "the gravest; practices of a site change in years"),
    Kind("child_labour", H, LAB, 1.0, 3, 9, "as grave; the same"),
    Kind("fatality", H, LAB, 0.8, 3, 9, "one death tells of safety for years"),
    Kind("strike", H, LAB, 0.4, 2, 6, "a dispute, often settled by the next agreement"),
    Kind("union_recognised", R, LAB, 0.3, 3, 9, "people can speak for themselves"),
    Kind("collective_agreement", R, LAB, 0.3, 2, 6, "agreements run two to four years"),
    Kind("resettlement", H, IND, 1.0, 6, 18, "who was moved stays moved"),
    Kind("conflict", H, IND, 0.8, 3, 9, "protest that is over fades as labour harm does"),
    Kind("court_ruling", H, IND, 0.6, 5, 15, "a ruling binds until it is carried out"),
    Kind("remedy", R, (*LAB, *IND), 0.3, 3, 9, "what was made good, in either dimension"),
    Kind("consent", S, ("ind.consent", "ctl.consent"), 1.0, 0, 3,
         "the stage stands until a newer word; as a control it is to be renewed"),
    Kind("grievance_mechanism", C, ("ctl.grievance",), 1.0, 0, 3, "a channel is to be shown anew"),
    Kind("certification", C, ("ctl.certification",), 1.0, 0, 3, "audits of IRMA are valid 3 years"),
)  # fmt: skip
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ROWS}


def of(effect: Effect, indicator: str) -> tuple[str, ...]:
    """The kinds that do this to an indicator."""
    return tuple(k.name for k in _ROWS if k.effect == effect and indicator in k.indicators)
