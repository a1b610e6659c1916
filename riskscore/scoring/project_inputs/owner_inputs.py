"""What statements about owners say of projects: concentration, states, owners outside partners."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskscore.engine.catalogue import ALIGNMENT_LEVELS
from riskscore.engine.inputs import owner_values
from riskscore.engine.inputs.axes import Axes, Table
from riskscore.engine.inputs.owner_values import Bounds, Holdings
from riskscore.releases import effective, owner_statements
from riskscore.releases.owner_statements import Fact, Home

Floats = npt.NDArray[np.float64]
NOBODY = Home(None, None, 0)
#: The indicator that says who is a partner.
ALIGNMENT = "geo.alignment"


class Moment(NamedTuple):
    """What was known and which day is described."""

    edition: int
    as_of: date


class Held(NamedTuple):
    """The owners of some projects on a day, one per element, and what is known of each."""

    holdings: Holdings
    homes: list[Home]


# Where periods of one owner overlap, the later one holds.
_STATED = f"""
SELECT DISTINCT ON (project_id, company_id) project_id, company_id, share, state, credibility
FROM {owner_statements.OWNERSHIPS} o
WHERE project_id = ANY(%(ids)s) AND state <> 'rejected'
    AND coalesce(since, '-infinity') <= %(day)s AND coalesce(until, 'infinity') >= %(day)s
ORDER BY project_id, company_id, since DESC NULLS LAST, id DESC
"""  # noqa: S608 - our own names


def held(ids: Sequence[int], row_of: Mapping[int, int], at: Moment) -> Held:
    """The owners of these projects, by the statements in force at the edition."""
    asked = {"ids": list(ids), "edition": at.edition, "day": at.as_of}
    rows = [row for row in effective.fetch(_STATED, asked) if row[0] in row_of]
    found = owner_statements.homes((row[1] for row in rows), at.edition) if rows else {}
    homes = [found.get(row[1], NOBODY) for row in rows]
    holdings = Holdings(
        unit=np.array([row_of[row[0]] for row in rows], np.int64),
        holder=np.array(
            [home.top or row[1] for row, home in zip(rows, homes, strict=True)], np.int64
        ),
        share=np.array([row[2] for row in rows], np.float64),
        worth=np.array([owner_values.worth(row[3], row[4]) for row in rows], np.float64),
    )
    return Held(holdings, homes)


def concentration(owned: Held, size: int) -> Bounds:
    """HHI01 of the owners."""
    return owner_values.concentration(owned.holdings, size)


def states(owned: Held, size: int) -> Bounds:
    """The share that states hold."""
    facts = [home.state_owned for home in owned.homes]
    answers = [np.nan if fact is None else float(fact.value) for fact in facts]
    return _part(owned, answers, facts, size)


def outside_partners(owned: Held, size: int, outside: Mapping[str, float]) -> Bounds:
    """The share of owners who are at home where the buyer has no agreement of any kind.

    ``outside`` is 1 or 0 by the code of a place; one that it lacks, or NaN, is unknown.
    """
    facts = [home.place for home in owned.homes]
    answers = [np.nan if fact is None else outside.get(fact.value, np.nan) for fact in facts]
    return _part(owned, answers, facts, size)


def is_outside(alignment: float) -> float:
    """Whether a place is outside the buyer's partners, 1 or 0, by its `ALIGNMENT`."""
    unknown = np.isnan(alignment)
    return np.nan if unknown else float(alignment == ALIGNMENT_LEVELS.index("none"))


def _part(owned: Held, answers: Sequence[float], facts: list[Fact | None], size: int) -> Bounds:
    believed = [
        0.0 if fact is None else owner_values.worth(fact.state, fact.credibility) for fact in facts
    ]
    is_part, weights = np.array(answers, np.float64), np.array(believed, np.float64)
    return owner_values.part_of(owned.holdings, is_part, weights, size)


def owned_from(places: Collection[str]) -> list[int]:
    """The projects with an owner who is at home in one of these places."""
    if not places:
        return []
    owned = owner_statements.owners().filter(company__in=owner_statements.at_home_in(places))
    return sorted(set(owned.values_list("project_id", flat=True)))


def bounds(
    ids: Sequence[int],
    row_of: Mapping[int, int],
    at: Moment,
    outside: Mapping[str, float] | None,
) -> dict[str, Bounds]:
    """(n,) ``own.*`` per project: what is certain at least, and how far the unknown could raise it;
    NaN where no owner is known.

    Without a buyer nobody is ``outside``, and there is no such indicator.
    """
    size = len(row_of)
    owned = held(ids, row_of, at)
    result = {"own.concentration": concentration(owned, size), "own.state": states(owned, size)}
    if outside is not None:
        result["own.outside_partners"] = outside_partners(owned, size, outside)
    return result


def columns(
    ids: Sequence[int],
    row_of: Mapping[int, int],
    at: Moment,
    axes: Axes,
    alignment: Table | None,
) -> dict[str, Floats]:
    """(n,) ``own.*`` per project as scores read them: the least that is certain."""
    outside = None
    if axes.has_importer and alignment is not None:
        outside = dict(zip(axes.places, map(is_outside, alignment.values), strict=True))
    return {key: one.least for key, one in bounds(ids, row_of, at, outside).items()}
