"""From dated statements about projects to project-level indicators. A pure rule, stated once.

An adverse statement counts strength × severity × reach × credibility × status × decay, and several
join as independent reasons, 1 − Π(1 − s): each one more can only raise the value. Half-lives and
lives stand in the table of kinds; what is past its life is forgotten, so an old harm ends as
*unknown*, never as "safe". A stated expiry ends a statement, or keeps it until then. A disputed
statement counts by its credibility, halved; a retracted one not at all; a superseded one never gets
here.

Of each harm there are two readings: ``lab.evidence`` and ``ind.conflict``, which relief lowers (so
methods 1 and 2), and ``lab.events``, ``ind.events`` and ``geo.events``, which nothing lowers. There
relief is a control, and a community's refusal is an incident: a later consent does not undo it.

What only the project itself says: harm that it admits counts in full; relief and controls count
half; its own word that people consented is worth "consulted".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Bools, Floats
from riskscore.engine.catalogue import CONSENT_LEVELS
from riskscore.engine.errors import FrameError
from riskscore.engine.inputs.evidence_kinds import KINDS, REACH, Effect, of

Words = npt.NDArray[np.object_]

STATUS = {"verified": 1.0, "reported": 0.7, "disputed": 0.35, "retracted": 0.0}
CERTIFICATION = {
    "transparency": 0.25, "50": 0.5, "75": 0.75, "100": 1.0,
    "copper_mark": 0.5, "tsm_a": 0.4, "tsm_aa": 0.5, "tsm_aaa": 0.6, "icmm": 0.25,
    "audit": 0.25, "inspection": 0.15,
}  # fmt: skip
"""Strength of a certificate by level. The first four are those of IRMA; `docs/evidence.md` has the
reasons of the others."""
REFUSALS = {"contested": 0.7, "refused": 0.9}
"""Strength as an incident of the stages at which people said no."""
EVENT_KEYS = ("lab.events", "ind.events", "geo.events")
"""The readings of harm that nothing lowers."""
OWN_WORD = 0.5
"""Share of its strength that relief or a control keeps when only the project states it."""


@dataclass(frozen=True, slots=True)
class Statements:
    """All statements about some projects, one per element. ``unit`` is the project's position in
    the units; dates are datetime64[D], ``expires_on`` NaT where none is stated; ``severity`` and
    ``credibility`` are 0..1; ``level`` is a consent stage or a certification level; ``reach`` says
    how far an incident was felt."""

    unit: npt.NDArray[np.integer]
    kind: Words
    level: Words
    happened_on: npt.NDArray[np.datetime64]
    expires_on: npt.NDArray[np.datetime64]
    severity: Floats
    credibility: Floats
    status: Words
    self_disclosed: Bools
    reach: Words

    def __post_init__(self) -> None:
        if len({len(getattr(self, name)) for name in self.__slots__}) > 1:
            raise FrameError("the columns of Statements differ in length")

    def take(self, rows: Bools) -> Statements:
        """The statements where the mask is true."""
        return Statements(*(getattr(self, name)[rows] for name in self.__slots__))

    def of(self, *kinds: str) -> Statements:
        """The statements of some kinds."""
        return self.take(np.isin(self.kind.astype(str), kinds))

    def standing(self, day: np.datetime64) -> Statements:
        """The statements in effect on the day: dated by then, not expired, not retracted."""
        alive = np.isnat(self.expires_on) | (self.expires_on >= day)
        return self.take((self.happened_on <= day) & alive & (self.status != "retracted"))


def project_indicators(statements: Statements, size: int, as_of: date) -> dict[str, Floats]:
    """(size,) arrays of ``lab.evidence``, ``ind.consent``, ``ind.conflict``, ``*.events`` and
    ``ctl.*`` on the day; NaN for projects about which nothing is known."""
    day = np.datetime64(as_of, "D")
    standing = statements.standing(day)
    return {
        **{key: incidents(standing, size, day, key) for key in EVENT_KEYS},
        "lab.evidence": harm(standing, size, day, "lab.evidence"),
        "ind.conflict": harm(standing, size, day, "ind.conflict"),
        "ind.consent": consent_stage(standing, size),
        "ctl.consent": consent_control(standing, size, day),
        "ctl.certification": certification(standing, size, day),
        "ctl.grievance": control(standing.of("grievance_mechanism"), size, day),
        "ctl.union": _relief(standing, size, day, "ctl.union"),
        "ctl.remedy": _relief(standing, size, day, "ctl.remedy"),
    }


def harm(standing: Statements, size: int, day: np.datetime64, indicator: str) -> Floats:
    """(size,) 0..100: adverse statements joined, lowered by relief; NaN without adverse ones."""
    adverse = _alive(standing.of(*of(Effect.HARM, indicator)), day)
    relief = _alive(standing.of(*of(Effect.RELIEF, indicator)), day)
    gravity = weights(adverse, day)
    eased = _strength(relief) * _weight(relief, day) * _word(relief)
    value = 100.0 * _joined(gravity, adverse, size) * (1.0 - _joined(eased, relief, size))
    return np.where(_has(adverse, size), value, np.nan)


def incidents(standing: Statements, size: int, day: np.datetime64, indicator: str) -> Floats:
    """(size,) 0..100: incidents joined; NaN without any. No statement can lower it."""
    adverse = _alive(of_events(standing, indicator), day)
    value = 100.0 * _joined(weights(adverse, day), adverse, size)
    return np.where(_has(adverse, size), value, np.nan)


def of_events(statements: Statements, indicator: str) -> Statements:
    """The statements that are incidents for one of EVENT_KEYS."""
    adverse = np.isin(statements.kind.astype(str), of(Effect.HARM, indicator))
    if indicator == "ind.events":
        refused = np.isin(statements.level.astype(str), list(REFUSALS))
        adverse = adverse | (statements.kind == "consent") & refused
    return statements.take(adverse)


def weights(adverse: Statements, day: np.datetime64) -> Floats:
    """(n,) 0..1: what each incident counts on the day, were it the only one."""
    reach = _lookup(REACH, adverse.reach)
    return _gravity(adverse) * adverse.severity * reach * _weight(adverse, day)


def consent_stage(standing: Statements, size: int) -> Floats:
    """(size,) index into CONSENT_LEVELS of the newest statement; the worst of one day.

    A consent that is disputed counts as contested, one that only the project states as consulted;
    its own word never betters what others have said before.
    """
    result = np.full(size, np.nan)
    rows = _stages(standing)
    stage, own = _stage(rows), rows.self_disclosed.astype(bool)
    for at in np.lexsort((stage, rows.happened_on)):
        unit = rows.unit[at]
        if not (own[at] and stage[at] < result[unit]):
            result[unit] = stage[at]
    return result


def consent_control(standing: Statements, size: int, day: np.datetime64) -> Floats:
    """(size,) strength of a consent agreement that is still the newest word on consent."""
    agreed = consent_stage(standing, size) == CONSENT_LEVELS.index("consented")
    rows = _stages(standing)
    return np.where(agreed, control(rows.take(rows.level == "consented"), size, day), np.nan)


def certification(standing: Statements, size: int, day: np.datetime64) -> Floats:
    """(size,) strength of the best certificate; a level that no scheme of ours has is ignored."""
    rows = standing.of("certification")
    valid = np.isin(rows.level.astype(str), list(CERTIFICATION))
    rows = rows.take(valid)
    return control(rows, size, day, _lookup(CERTIFICATION, rows.level))


def control(
    rows: Statements, size: int, day: np.datetime64, strength: Floats | None = None
) -> Floats:
    """(size,) greatest strength × credibility of controls that still count; NaN without any."""
    full = _strength(rows) if strength is None else strength
    worth = full * rows.credibility * _lookup(STATUS, rows.status) * _word(rows)
    fresh = _is_alive(rows, day)
    result = np.full(size, np.nan)
    np.fmax.at(result, rows.unit[fresh], worth[fresh])
    return result


def _stages(standing: Statements) -> Statements:
    rows = standing.of("consent")
    return rows.take(np.isin(rows.level.astype(str), CONSENT_LEVELS))


def _stage(rows: Statements) -> Floats:
    stage = _lookup({level: float(i) for i, level in enumerate(CONSENT_LEVELS)}, rows.level)
    agreed, own = rows.level == "consented", rows.self_disclosed.astype(bool)
    stage = np.where(agreed & own, CONSENT_LEVELS.index("consulted"), stage)
    return np.where(agreed & (rows.status == "disputed"), CONSENT_LEVELS.index("contested"), stage)


def _age(rows: Statements, day: np.datetime64) -> Floats:
    """Days since each statement's date."""
    return np.asarray((day - rows.happened_on) / np.timedelta64(1, "D"), dtype=np.float64)


def _weight(rows: Statements, day: np.datetime64) -> Floats:
    """Credibility × status × decay."""
    half_life = np.array([KINDS[str(kind)].half_life_days for kind in rows.kind], np.float64)
    decay = 0.5 ** (_age(rows, day) / half_life)
    return np.asarray(rows.credibility * _lookup(STATUS, rows.status) * decay)


def _is_alive(rows: Statements, day: np.datetime64) -> Bools:
    """Whether each statement is within the life of its kind, or says itself until when it holds."""
    lasts = np.array([KINDS[str(kind)].lasts_days for kind in rows.kind], np.float64)
    return ~np.isnat(rows.expires_on) | (_age(rows, day) <= lasts)


def _alive(rows: Statements, day: np.datetime64) -> Statements:
    return rows.take(_is_alive(rows, day))


def _strength(rows: Statements) -> Floats:
    return np.array([KINDS[str(kind)].strength for kind in rows.kind], np.float64)


def _gravity(rows: Statements) -> Floats:
    refused = np.array([REFUSALS.get(str(level), 1.0) for level in rows.level], np.float64)
    return _strength(rows) * np.where(rows.kind == "consent", refused, 1.0)


def _relief(standing: Statements, size: int, day: np.datetime64, indicator: str) -> Floats:
    """(size,) 0..1 of relief as a control: the strongest, faded; NaN without any."""
    rows = _alive(standing.of(*of(Effect.RELIEF, indicator)), day)
    worth = _weight(rows, day) * _word(rows)
    result = np.full(size, np.nan)
    np.fmax.at(result, rows.unit, worth)
    return result


def _word(rows: Statements) -> Floats:
    return np.where(rows.self_disclosed.astype(bool), OWN_WORD, 1.0)


def _lookup(table: dict[str, float], words: Words) -> Floats:
    return np.array([table[str(word)] for word in words], dtype=np.float64)


def _joined(reasons: Floats, rows: Statements, size: int) -> Floats:
    """1 − Π(1 − s) per unit, 0 without any."""
    left = np.ones(size)
    np.multiply.at(left, rows.unit, 1.0 - np.clip(reasons, 0.0, 1.0))
    return np.asarray(1.0 - left)


def _has(rows: Statements, size: int) -> Bools:
    return np.bincount(rows.unit, minlength=size) > 0
