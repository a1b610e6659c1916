"""Statements of evidence as the engine wants them: what was known about some projects."""

from collections.abc import Mapping, Sequence

import numpy as np

from riskscore.engine.inputs.evidence_values import Statements
from riskscore.releases import effective

_STATEMENTS = f"""
SELECT project_id, kind, level, happened_on, expires_on, severity, credibility, status,
    self_disclosed, reach
FROM {effective.EVIDENCE} e WHERE project_id = ANY(%(ids)s) ORDER BY id
"""  # noqa: S608 - our own names


def of_projects(
    ids: Sequence[int], row_of: Mapping[int, int], edition: int = effective.LATEST
) -> Statements:
    """The newest version, as of the edition, of each statement about these projects.

    ``row_of`` gives each project its position in the units; what has none is left out.
    """
    rows = effective.fetch(_STATEMENTS, {"ids": list(ids), "edition": edition})
    rows = [(row_of[row[0]], *row[1:]) for row in rows if row[0] in row_of]
    columns = list(zip(*rows, strict=True)) or [()] * 10
    return Statements(
        unit=np.array(columns[0], np.int64),
        kind=np.array(columns[1], object),
        level=np.array(columns[2], object),
        happened_on=np.array(columns[3], "datetime64[D]"),
        expires_on=np.array(columns[4], "datetime64[D]"),
        severity=np.array(columns[5], np.float64),
        credibility=np.array(columns[6], np.float64),
        status=np.array(columns[7], object),
        self_disclosed=np.array(columns[8], bool),
        reach=np.array(columns[9], object),
    )
