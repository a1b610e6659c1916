"""Rows of up to a thousand projects by their keys."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from riskscore.curation.extracts import extract_tables
from riskscore.models import Export, Lens

MOST_KEYS = 1_000
TABLES = (Export.What.SCORES, Export.What.PROJECTS)
_NUMBERS = """
SELECT p.key, p.id, s.id
FROM riskscore_project p
LEFT JOIN riskscore_score s ON s.project_id = p.id AND s.lens_id = %s
WHERE p.key = ANY(%s) AND p.state = 'published'
"""

Found = list[tuple[str, dict[str, Any]]]
Missing = list[tuple[str, str]]


def rows_of(what: str, keys: Sequence[str], lens: Lens) -> tuple[Found, Missing, int]:
    """(key, row) in the order of the keys; (key, why) of those without; the newest edition.

    Why: ``unknown``, no published project has the key; ``not_scored`` through this lens.
    """
    asked = list(dict.fromkeys(keys))
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [lens.pk, asked])
        known = {key: (project, score) for key, project, score in cursor.fetchall()}
        cursor.execute("SELECT coalesce(max(number), 0) FROM riskscore_edition")
        edition = int(cursor.fetchone()[0])
    of_scores = what == Export.What.SCORES
    numbers = {key: both[of_scores] for key, both in known.items()}
    rows = extract_tables.of_numbers(what, [n for n in numbers.values() if n is not None])
    found = [(key, rows[numbers[key]]) for key in asked if numbers.get(key) in rows]
    has = {key for key, _ in found}
    missing = [
        (key, "not_scored" if key in known else "unknown") for key in asked if key not in has
    ]
    return found, missing, edition
