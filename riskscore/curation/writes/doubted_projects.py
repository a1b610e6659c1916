"""What is implausible about projects that are to be stored: as forms and files judge it."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from riskscore.curation.writes.known_codes import Codes
from riskscore.curation.writes.planned_projects import Planned
from riskscore.curation.writes.write_faults import Fault, Implausible
from riskscore.intake.sites import alike_sites
from riskscore.intake.sites.alike_sites import NewSite, Same
from riskscore.intake.sites.positions import Doubt, Positions, Site
from riskscore.models import Project

Held = Mapping[int, Mapping[str, Sequence[object]]]


class Doubted(StrEnum):
    """What is done with what may be a slip: ask, as a form; store all the same; or store new
    projects as drafts with flags that say why, as a file."""

    ASK = "ask"
    ACCEPT = "accept"
    DRAFT = "draft"


def judge(plans: Sequence[Planned], codes: Codes, doubted: Doubted) -> None:
    """Add what is impossible to the faults of each plan; turn what is doubted into drafts.

    Raises Implausible where it is to be asked about, or nothing else can be done.
    """
    places, sames = _doubts(plans, codes), _sames(plans)
    asked: list[Fault] = []
    for number, plan in enumerate(plans):
        place, same = places.get(number), sames.get(number)
        if place and place.is_swapped:
            words = f"{place.words}: swap them back."
            plan.faults.append(Fault(f"{plan.at}/latitude", words))
        elif doubted is Doubted.DRAFT and plan.is_new:
            _draft(plan, place, same)
        else:
            asked += _questions(plan, place, same)
    if asked and doubted is not Doubted.ACCEPT and not any(plan.faults for plan in plans):
        raise Implausible(asked)


def _doubts(plans: Sequence[Planned], codes: Codes) -> dict[int, Doubt]:
    """By number: what is wrong with the points of projects that are new or moved."""
    moved = [
        (number, plan.project)
        for number, plan in enumerate(plans)
        if plan.is_moved and not plan.faults
    ]
    sites = [
        Site(one.place_id, one.latitude, one.longitude, codes.places[one.place_id])
        for _, one in moved
    ]
    found = Positions().doubts(sites) if sites else []
    return {
        number: doubt for (number, _), doubt in zip(moved, found, strict=True) if doubt is not None
    }


def _sames(plans: Sequence[Planned]) -> dict[int, Same]:
    """By number: the known projects that new ones may be, where nobody has said which."""
    new = [
        (number, plan)
        for number, plan in enumerate(plans)
        if plan.is_new and not plan.faults and not plan.project.duplicate_of_id
    ]
    found = alike_sites.of_new([_site(plan) for _, plan in new])
    return {number: found[at] for at, (number, _) in enumerate(new) if at in found}


def _site(plan: Planned) -> NewSite:
    minerals = [row.mineral_id for row in plan.parts.get("minerals", ())]
    one = plan.project
    return NewSite(one.name, one.kind, one.latitude, one.longitude, minerals)


def _questions(plan: Planned, place: Doubt | None, same: Same | None) -> Iterator[Fault]:
    if place:
        words = f"{place.words}. Check the point and the country."
        yield Fault(f"{plan.at}/latitude", words)
    if same:
        words = f"It may be a project that is known: {same.words()}."
        yield Fault(f"{plan.at}/name", words)


def _draft(plan: Planned, place: Doubt | None, same: Same | None) -> None:
    flags = [Project.Flag.DUPLICATE.value] if same else []
    if place:
        flags.append(Project.Flag.PLACE_DISPUTED.value)
    if flags:
        plan.project.state = Project.State.DRAFT
        plan.project.flags = list(dict.fromkeys([*plan.project.flags, *flags]))
        plan.project.duplicate_of_id = same.project if same else None
