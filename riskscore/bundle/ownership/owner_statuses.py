"""Statuses of the file of owners: for the projects whose join has held, hardly to be believed.

The join is the one of owners: country, distance and mineral are checked, a namesake's is refused.
"""

from collections import Counter
from typing import NamedTuple

from riskscore.bundle.facts_layout import Status
from riskscore.bundle.ownership.owner_join import Joins
from riskscore.sources.ownership.gsmc import STATED_ON
from riskscore.sources.tables.status_words import UNKNOWN, status_of

#: Less than what a statement needs to go before others (``riskscore/sql/project_facts.sql``).
CREDIBILITY, DOUBTED = 0.3, 0.2
UNVERIFIED = "unverified: collected from the web by a language model"


class FileStatuses(NamedTuple):
    """The statuses, how often the file says that it does not know, and how often each word that is
    not understood."""

    rows: list[Status]
    unknown: int
    not_understood: Counter[str]


def file_statuses(joins: Joins, release: str) -> FileStatuses:
    """One status for each project of an accepted join, by the table of words."""
    rows: dict[str, Status] = {}
    unknown, not_understood = 0, Counter[str]()
    for project, facility, _, doubt in joins.accepted:
        status = status_of(facility.status)
        if status == UNKNOWN or not facility.status:
            unknown += 1
        elif status is None:
            not_understood[facility.status] += 1
        else:
            note = f"{UNVERIFIED}; {doubt}" if doubt else UNVERIFIED
            belief = DOUBTED if doubt else CREDIBILITY
            rows[project.key] = Status(release, project.key, status, STATED_ON, belief, note)
    return FileStatuses(list(rows.values()), unknown, not_understood)
