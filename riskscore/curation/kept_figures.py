"""Figures over all projects, kept by the workers: pages read one row, and say how old it is.

They come from the tables alone and are made anew as a whole: late at times, never adrift.
"""

import logging
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from riskscore.curation import coverage_figures, map_grid, movers
from riskscore.models import KeptFigures, Lens

log = logging.getLogger(__name__)

What = KeptFigures.What
COUNTS: Mapping[What, Callable[[Lens], dict[str, Any]]] = {
    What.COVERAGE: coverage_figures.figures,
    What.MOVERS: movers.figures,
}
LOCK = 0x7269736B_0017
#: A count that takes longer is given up, and the figures of before stand; a sweep has a minute.
LONGEST_S = 40


def keep_due() -> int:
    """Count anew the first that is out of date; how many were. One worker at a time."""
    lens = map_grid.kept_lens()
    due = [what for what in What if lens is not None and _is_due(lens, what)]
    return sum(_keep_alone(lens, what) for what in due[:1] if lens is not None)


def is_due() -> bool:
    """Whether something is out of date, by three small queries."""
    lens = map_grid.kept_lens()
    return lens is not None and any(_is_due(lens, what) for what in What)


def _is_due(lens: Lens, what: What) -> bool:
    row = KeptFigures.objects.filter(lens=lens, what=what).defer("content").first()
    if row is None:
        return True
    return map_grid.is_over(row.tried_at, row.took_s) and row.seen != map_grid.changes()


def _keep_alone(lens: Lens, what: What) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return False
        keep(lens, what)
    return True


def keep(lens: Lens, what: What) -> None:
    """Count one set of figures through a lens, in place of what was kept."""
    seen, now, began = map_grid.changes(), timezone.now(), perf_counter()
    kept: dict[str, Any] = {"counted_at": now, "tried_at": now, "seen": seen}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST_S}s'")
            kept["content"] = COUNTS[what](lens)
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError as error:
        log.warning("%s was not counted: %s", what, error)
        del kept["counted_at"]
    kept["took_s"] = perf_counter() - began
    none = {"content": {}, "counted_at": now}
    KeptFigures.objects.update_or_create(
        lens=lens, what=what, defaults=kept, create_defaults={**none, **kept}
    )


def kept(lens: Lens, what: What) -> KeptFigures | None:
    """What is kept, None before it was counted first."""
    row = KeptFigures.objects.filter(lens=lens, what=what).first()
    return row if row is not None and row.content else None
