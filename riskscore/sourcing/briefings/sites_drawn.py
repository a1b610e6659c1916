"""The sites on record as dots of a sketch map."""

from django.db.models import QuerySet

from riskscore.models import Project
from riskscore.sourcing.drawings.maps import Point

#: Dots that a map holds; more would be a stain.
MOST = 2000
DEGREES = "Degrees of WGS 84, true to scale at the middle; no outlines are stored."


def dots(rows: QuerySet[Project], of: str) -> tuple[list[Point], str]:
    """Positions of sites, and what the dots are in words; of very many only the first are drawn,
    and the words say so."""
    found = list(rows.order_by("id").values_list("latitude", "longitude")[: MOST + 1])
    if len(found) > MOST:
        return found[:MOST], f"the first {MOST:,} sites of {of} on record, of more"
    return found, f"the {len(found):,} sites of {of} on record"
