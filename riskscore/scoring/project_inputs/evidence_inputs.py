"""Project-level indicators from evidence: values on a day, and the year of the newest fact."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from riskscore.engine.inputs import evidence_kinds, evidence_values
from riskscore.engine.inputs.units import Years
from riskscore.scoring.project_inputs import statements

Floats = npt.NDArray[np.float64]


#: Which kinds of evidence say something of which project-level indicator.
KINDS_OF = {
    **{
        key: evidence_kinds.of(evidence_kinds.Effect.HARM, key)
        for key in ("lab.evidence", "ind.conflict", *evidence_values.EVENT_KEYS)
    },
    "ind.consent": ("consent",),
}


def of_projects(
    ids: Sequence[int], row_of: Mapping[int, int], edition: int, as_of: date
) -> tuple[dict[str, Floats], dict[str, Years]]:
    """(n,) values and years by indicator, from the newest version, as of the edition, of each
    statement. ``row_of`` maps ids of projects to rows; other projects are left out."""
    found, n = statements.of_projects(ids, row_of, edition), len(row_of)
    values = evidence_values.project_indicators(found, n, as_of)
    return values, _years(found, n, as_of)


def _years(found: evidence_values.Statements, n: int, day: date) -> dict[str, Years]:
    """The year of the newest statement in force behind each indicator; 0 where there is none."""
    counts = (found.happened_on <= np.datetime64(day)) & (found.status != "retracted")
    happened = found.happened_on.astype("datetime64[Y]").astype(np.int64) + 1970
    result = {}
    for indicator, kinds in KINDS_OF.items():
        rows = counts & np.isin(found.kind.astype(str), kinds)
        result[indicator] = np.zeros(n, np.int16)
        np.maximum.at(result[indicator], found.unit[rows], happened[rows].astype(np.int16))
    return result
