"""What is seen of an export by those who wait for it (riskscore/jobs/waiting.py)."""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from riskscore.jobs.waiting import Kind, Seen
from riskscore.models import Export

#: A new attempt counts above all rows of the one before, so that the mark only rises.
_ATTEMPT = 10**12


def look(exports: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Seen]:
    """How exports stand, by id."""
    rows = Export.objects.filter(pk__in=exports).values_list("pk", "state", "attempts", "rows")
    return {
        number: Seen(
            attempts * _ATTEMPT + 2 * written + (state in Export.TERMINAL),
            state in Export.TERMINAL,
        )
        for number, state, attempts, written in rows
    }


def show(export: uuid.UUID) -> Mapping[str, Any]:
    """How far an export is: id, state and rows written."""
    state, rows = Export.objects.values_list("state", "rows").get(pk=export)
    return {"id": str(export), "state": state, "rows": rows}


EXPORT = Kind(look, show)
