"""Project-level indicators from evidence: values on a day, and the year of the newest fact."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from riskscore.engine.inputs import evidence_kinds, evidence_values
from riskscore.engine.inputs.units import Years
from riskscore.releases import effective

Floats = npt.NDArray[np.float64]


class Moment(Protocol):
    """The edition that was known, and the day that is described."""

    @property
    def edition(self) -> int: ...
    @property
    def as_of(self) -> date: ...


#: Which kinds of evidence say something of which project-level indicator.
KINDS_OF = {
    "lab.evidence": evidence_kinds.of(evidence_kinds.Effect.HARM, "lab.evidence"),
    "ind.conflict": evidence_kinds.of(evidence_kinds.Effect.HARM, "ind.conflict"),
    "ind.consent": ("consent",),
}

_STATEMENTS = f"""
SELECT project_id, kind, level, happened_on, expires_on, severity, credibility, status,
    self_disclosed
FROM {effective.EVIDENCE} e WHERE project_id = ANY(%(ids)s) ORDER BY id
"""  # noqa: S608 - our own names


def of_projects(
    ids: Sequence[int], row_of: Mapping[int, int], moment: Moment
) -> tuple[dict[str, Floats], dict[str, Years]]:
    """(n,) values and years by indicator, from the newest version, as of the edition, of each
    statement. ``row_of`` maps ids of projects to rows; other projects are left out."""
    rows = effective.fetch(_STATEMENTS, {"ids": list(ids), "edition": moment.edition})
    rows = [(row_of[row[0]], *row[1:]) for row in rows if row[0] in row_of]
    statements = _statements(rows)
    n = len(row_of)
    values = evidence_values.project_indicators(statements, n, moment.as_of)
    return values, _years(statements, n, moment.as_of)


def _statements(rows: list[tuple[Any, ...]]) -> evidence_values.Statements:
    columns = list(zip(*rows, strict=True)) or [()] * 9
    return evidence_values.Statements(
        unit=np.array(columns[0], np.int64),
        kind=np.array(columns[1], object),
        level=np.array(columns[2], object),
        happened_on=np.array(columns[3], "datetime64[D]"),
        expires_on=np.array(columns[4], "datetime64[D]"),
        severity=np.array(columns[5], np.float64),
        credibility=np.array(columns[6], np.float64),
        status=np.array(columns[7], object),
        self_disclosed=np.array(columns[8], bool),
    )


def _years(statements: evidence_values.Statements, n: int, day: date) -> dict[str, Years]:
    """The year of the newest statement in force behind each indicator; 0 where there is none."""
    counts = (statements.happened_on <= np.datetime64(day)) & (statements.status != "retracted")
    happened = statements.happened_on.astype("datetime64[Y]").astype(np.int64) + 1970
    result = {}
    for indicator, kinds in KINDS_OF.items():
        rows = counts & np.isin(statements.kind.astype(str), kinds)
        result[indicator] = np.zeros(n, np.int16)
        np.maximum.at(result[indicator], statements.unit[rows], happened[rows].astype(np.int16))
    return result
