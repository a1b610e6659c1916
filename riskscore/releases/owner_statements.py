"""Which statements about owners are in force, and where owners are at home.

As for evidence, the newest version of each statement is in force at an edition. Every reader of
owners goes through here.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

from riskscore.models import Domicile, Ownership
from riskscore.releases import effective

#: More companies than this above each other are taken for a ring.
MOST_STEPS = 10


def _newest(table: str) -> str:
    return f"""(
    SELECT s.* FROM {table} s
    WHERE s.edition_id <= %(edition)s AND NOT EXISTS (
        SELECT FROM {table} newer
        WHERE newer.supersedes_id = s.id AND newer.edition_id <= %(edition)s)
)"""  # noqa: S608 - our own names


#: The newest version of each statement, rejected ones too, as a table expression.
#: Parameter: ``edition``.
OWNERSHIPS = _newest("riskscore_ownership")
DOMICILES = _newest("riskscore_domicile")


class Fact(NamedTuple):
    """One thing that is said of a company, with the state and credibility of who says it."""

    value: Any
    state: str
    credibility: float


class Home(NamedTuple):
    """What is known of a company: its own word first, then that of its parents, nearest first.

    ``top`` is the company at the end of the chain of parents: itself if none is known.
    """

    place: Fact | None
    state_owned: Fact | None
    top: int


_UPWARDS = f"""
WITH RECURSIVE up AS (
    SELECT d.company_id AS company, d.company_id AS at, d.place_id, d.state_owned, d.parent_id,
        d.state, d.credibility, 0 AS step
    FROM {DOMICILES} d WHERE d.company_id = ANY(%(companies)s) AND d.state <> 'rejected'
    UNION ALL
    SELECT up.company, d.company_id, d.place_id, d.state_owned, d.parent_id, d.state,
        d.credibility, up.step + 1
    FROM up JOIN {DOMICILES} d ON d.company_id = up.parent_id
    WHERE d.state <> 'rejected' AND up.step < %(most)s
)
SELECT company, at, place_id, state_owned, parent_id, state, credibility FROM up
ORDER BY company, step
"""  # noqa: S608 - our own names


def homes(companies: Iterable[int], edition: int = effective.LATEST) -> dict[int, Home]:
    """What is known of each of these companies; nothing is said of one without a statement."""
    asked = {"companies": sorted(set(companies)), "edition": edition, "most": MOST_STEPS}
    chains: dict[int, list[tuple[Any, ...]]] = {}
    for company, *step in effective.fetch(_UPWARDS, asked):
        chains.setdefault(company, []).append(tuple(step))
    return {company: _home(company, chain) for company, chain in chains.items()}


def _home(company: int, chain: list[tuple[Any, ...]]) -> Home:
    place = state_owned = None
    top, seen = company, set[int]()
    for at, place_id, owned, parent, state, credibility in chain:
        if at in seen:
            return Home(place, state_owned, min(seen))  # a ring is one party, however it is entered
        seen.add(at)
        if place is None and place_id is not None:
            place = Fact(place_id, state, credibility)
        if state_owned is None and owned is not None:
            state_owned = Fact(owned, state, credibility)
        top = parent or at
    return Home(place, state_owned, top)


_AT_HOME = f"""
WITH RECURSIVE home (company) AS (
    SELECT d.company_id FROM {DOMICILES} d
    WHERE d.place_id = ANY(%(places)s) AND d.state <> 'rejected'
    UNION
    SELECT d.company_id FROM {DOMICILES} d JOIN home ON d.parent_id = home.company
    WHERE d.place_id IS NULL AND d.state <> 'rejected'
)
SELECT company FROM home
"""  # noqa: S608 - our own names


def at_home_in(places: Collection[str]) -> list[int]:
    """The companies that are at home in one of these places, by their own or their parents'."""
    asked = {"places": list(places), "edition": effective.LATEST}
    return [company for (company,) in effective.fetch(_AT_HOME, asked)]


def owners() -> QuerySet[Ownership]:
    """The statements about owners that count now: the newest versions that nobody rejected."""
    standing = Ownership.objects.filter(superseded_by__isnull=True)
    return standing.exclude(state=Ownership.State.REJECTED)


def owners_on(projects: Iterable[int], day: date) -> list[Ownership]:
    """The owners of these projects on a day, each once, with company and release.

    Where periods of one owner overlap, the later one holds.
    """
    held = owners().filter(
        Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day), project__in=projects
    )
    newest = held.order_by("project_id", "company_id", F("since").desc(nulls_last=True), "-id")
    return list(newest.distinct("project_id", "company_id").select_related("company", "release"))


def current_domicile(company: int) -> Domicile | None:
    """The newest version of what is said of a company."""
    return Domicile.objects.filter(company=company, superseded_by__isnull=True).first()


def subsidiaries(companies: Iterable[int]) -> set[int]:
    """These companies, and all that are said to stand below them."""
    result, edge = set(companies), set(companies)
    while edge:
        below = Domicile.objects.filter(parent__in=edge).values_list("company_id", flat=True)
        edge = set(below) - result
        result |= edge
    return result
