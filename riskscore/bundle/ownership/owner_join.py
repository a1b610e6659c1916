"""From facilities with owners to owners of our projects: each join checked, each refusal counted.

A list says which facility is which project. It is taken as a proposal: country, distance and
**mineral** are worked out again from both sides, and a facility whose owners are those of its
namesake in another country is refused, since its compiler took one for the other.
"""

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from riskscore.bundle.fixture_rows import Project
from riskscore.bundle.ownership.owner_tables import OwnerRow
from riskscore.engine.inputs.geometry import haversine_km
from riskscore.sources.names import Names, UnknownName, folded
from riskscore.sources.ownership.company_words import plain
from riskscore.sources.ownership.gsmc import STATED_ON, FacilityRecord, LinkRecord

#: Farther apart than this, two sites of one name are not taken for one.
REACH_KM = 50.0
#: Farther apart than this, a join is doubted.
FAR_KM = 10.0
#: Names less alike than this (of 1) are doubted.
ALIKE = 0.6
#: What a statement is believed, and with a doubt about its join. Of 244 sites of the file that were
#: compared with company reports, 86 % shared an owner's name; what was sold since is wrong.
CREDIBILITY, DOUBTED = 0.5, 0.3
STEEL = "steel"
#: Words of names that many sites have.
GENERIC = frozenset(
    [
        "mine",
        "mines",
        "mina",
        "minas",
        "mining",
        "project",
        "proyecto",
        "plant",
        "smelter",
        "refinery",
        "deposit",
        "complex",
        "operation",
        "operations",
        "el",
        "la",
        "los",
        "las",
        "de",
        "del",
        "do",
        "da",
        "des",
        "du",
        "the",
        "of",
        "and",
        "y",
        "e",
        "a",
        "salar",
        "cerro",
        "rio",
        "san",
        "santa",
        "santo",
        "north",
        "south",
        "east",
        "west",
        "norte",
        "sur",
        "nord",
        "sud",
        "open",
        "pit",
        "underground",
        "gold",
        "copper",
        "iron",
        "ore",
        "lithium",
        "zinc",
        "lead",
        "nickel",
        "tin",
        "silver",
        "coal",
        "steel",
        "works",
        "unit",
        "block",
        "area",
        "new",
        "old",
        "i",
        "ii",
        "iii",
        "1",
        "2",
        "3",
    ]
)


class Owned(NamedTuple):
    """An accepted join: the project, the facility, how they were joined, and what is doubtful."""

    project: Project
    facility: FacilityRecord
    basis: str
    doubt: str


@dataclass
class Joins:
    """What became of a list of joins. ``refused`` counts by reason, with (project, facility)."""

    accepted: list[Owned] = field(default_factory=list)
    refused: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass
class Sites:
    """Our projects and the file's facilities, as a join looks at them."""

    projects: Mapping[str, Project]
    minerals: Mapping[str, Sequence[tuple[str, str]]]
    facilities: Mapping[str, FacilityRecord]
    names: Names
    by_word: dict[str, list[FacilityRecord]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for facility in self.facilities.values():
            for word in _distinctive(facility.name):
                self.by_word[word].append(facility)

    def found(self, metals: Iterable[str]) -> set[str]:
        """The codes of a facility's metals; words that name none of ours are passed over."""
        codes: set[str] = set()
        for metal in metals:
            try:
                codes.update(self.names.minerals_of("icmm", metal, suggest=False))
            except UnknownName:
                continue
        return codes


def join(sites: Sites, links: Sequence[LinkRecord]) -> Joins:
    """Check every proposed join; each is accepted, or refused for the first reason that holds."""
    result, times = Joins(), _times(sites, links)
    for link in links:
        verdict = _verdict(sites, link, times[link.facility_id])
        if isinstance(verdict, str):
            result.refused[verdict].append((link.project, link.facility_id))
            continue
        result.accepted.append(verdict)
        result.left_out.update(verdict.facility.left_out)
    return result


def _times(sites: Sites, links: Iterable[LinkRecord]) -> Counter[str]:
    """How many sites of ours each facility is said to be; duplicates are one site."""
    meant = {
        (link.facility_id, sites.projects[link.project].duplicate_of or link.project)
        for link in links
        if link.project in sites.projects
    }
    return Counter(facility for facility, _ in meant)


def _verdict(sites: Sites, link: LinkRecord, times: int) -> Owned | str:
    project, facility = sites.projects.get(link.project), sites.facilities.get(link.facility_id)
    if project is None:
        return "no project of ours has this key"
    if facility is None:
        return "no facility of the file with an owner has this id"
    if not facility.owners:
        return "its owners have no names"
    if _place(sites.names, facility.place) != project.place:
        return "it lies in another country"
    km = float(haversine_km(project.lat, project.lon, facility.lat, facility.lon))
    if km > REACH_KM:
        return f"it lies more than {REACH_KM:g} km away"
    shared = _shared(sites, project, facility)
    if isinstance(shared, str):
        return shared
    if _is_a_namesakes(sites, facility):
        return "its owners are those of its namesake in another country"
    doubts = list(_doubts(sites, project, facility, km, shared, times))
    alike = "same" if folded(project.name) == folded(facility.name) else "similar"
    basis = f"{alike} name ({facility.name[:80]}), {km:.1f} km apart, both {', '.join(shared)}"
    return Owned(project, facility, basis[:200], "; ".join(doubts)[:200])


def _place(names: Names, code: str) -> str | None:
    try:
        return names.place(code, suggest=False)
    except UnknownName:
        return None


def _shared(sites: Sites, project: Project, facility: FacilityRecord) -> list[str] | str:
    """The minerals of both, or why the mineral could not be found to be the same."""
    is_steel = any(folded(metal) == STEEL for metal in facility.metals)
    if "steel" in project.flags:
        return [STEEL] if is_steel else "a steel plant, and the facility makes no steel"
    found = sites.found(facility.metals)
    if not found:
        return "its mineral is unknown, so it cannot be checked"
    ours = {code for code, _ in sites.minerals.get(project.key, ())}
    return sorted(found & ours) or "it yields another mineral"


def _is_a_namesakes(sites: Sites, facility: FacilityRecord) -> bool:
    """Whether a facility of nearly this name abroad, that is not known to yield the same, has the
    same owner and the same operators."""
    words = _distinctive(facility.name)
    owners, operators = _parties(facility), {plain(name) for name in facility.operators}
    metals = sites.found(facility.metals)
    return any(
        other.place != facility.place
        and (words <= _distinctive(other.name) or _distinctive(other.name) <= words)
        and not metals & sites.found(other.metals)
        and bool(owners & _parties(other))
        and bool(operators & {plain(name) for name in other.operators})
        for word in words
        for other in sites.by_word[word]
    )


def _parties(facility: FacilityRecord) -> set[str]:
    return {plain(owner.name) for owner in facility.owners}


def _distinctive(name: str) -> frozenset[str]:
    """The words of a site's name that few sites share."""
    return frozenset(folded(name).split()) - GENERIC


def _doubts(
    sites: Sites,
    project: Project,
    facility: FacilityRecord,
    km: float,
    shared: list[str],
    times: int,
) -> Iterator[str]:
    if km > FAR_KM:
        yield f"{km:.0f} km apart"
    primary = next(
        (code for code, role in sites.minerals.get(project.key, ()) if role == "primary"), None
    )
    if primary is not None and primary not in shared:
        yield f"the facility does not name {primary}, the project's primary mineral"
    if "low_confidence" in project.flags:
        yield "the publisher of the project is very unsure of its location"
    if difflib.SequenceMatcher(None, folded(project.name), folded(facility.name)).ratio() < ALIKE:
        yield "the names differ"
    if times > 1:
        yield f"the facility is said to be {times} projects"


def owner_rows(joins: Joins, release: str, key_of: Mapping[str, str]) -> list[OwnerRow]:
    """The owners of every accepted join; two spellings of one party at a site are one row."""
    rows: dict[tuple[str, str], OwnerRow] = {}
    for project, facility, basis, doubt in joins.accepted:
        for owner in facility.owners:
            row = OwnerRow(
                project.key, key_of[owner.name], owner.share, release,
                DOUBTED if doubt else CREDIBILITY, STATED_ON, basis, doubt,
            )  # fmt: skip
            known = rows.setdefault((row.project, row.company), row)
            if known.share is None and owner.share is not None:
                rows[row.project, row.company] = row
    return list(rows.values())
