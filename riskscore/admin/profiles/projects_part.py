"""Projects of a place or mineral that matter most: by risk, and by what they can give."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from riskscore.admin.map import map_rows
from riskscore.admin.map.map_question import Asked
from riskscore.admin.profiles.subject import Subject
from riskscore.models import Capacity, Lens, Project
from riskscore.sourcing.briefings import words
from riskscore.sourcing.sites.capacities import kt_in

MOST = 10


@dataclass(frozen=True, slots=True)
class Giver:
    """What a project is said to give of a mineral in a year, and who says so."""

    name: str
    link: str
    where: str
    mineral: str
    amount: str
    year: int
    basis: str
    release: str
    url: str


def riskiest(subject: Subject, lens: Lens | None, highest: float | None) -> list[map_rows.Row]:
    """The ranked projects with the highest composite; ``highest`` is that of the first, as counted:
    None if none is assessed."""
    if lens is None or highest is None:
        return []
    asked = Asked(mineral=subject.mineral, places=subject.places)
    return map_rows.worst(asked, lens, MOST, highest)


def largest(subject: Subject) -> Sequence[Giver]:
    """Those with the largest stated capacity: of a mineral the first ten, of a place the largest of
    each mineral. The newest statement about a project counts; what is in a unit that is no weight
    comes last, and a range counts as its least."""
    stated = Capacity.objects.filter(project__state=Project.State.PUBLISHED)
    stated = stated.exclude(project__flags__overlap=list(Project.UNRANKED))
    if subject.mineral:
        stated = stated.filter(mineral=subject.mineral)
    else:
        stated = stated.filter(project__place__in=subject.places or ())
    newest = stated.order_by("project_id", "mineral_id", "-year", "-id")
    newest = newest.distinct("project_id", "mineral_id")
    rows = sorted(newest.select_related("project__place", "mineral", "release"), key=_order)
    if not subject.mineral:
        rows = list({row.mineral_id: row for row in reversed(rows)}.values())[::-1]
        return [_giver(row) for row in sorted(rows, key=lambda row: row.mineral_id)]
    return [_giver(row) for row in rows[:MOST]]


def _order(row: Capacity) -> tuple[float, int]:
    factor = kt_in(row.unit, row.mineral_id)
    amount = row.low if row.amount is None else row.amount
    return -(amount or 0.0) * (factor or 0.0), row.project_id


def _giver(row: Capacity) -> Giver:
    held = (row.amount,) if row.amount is not None else (row.low, row.high)
    amount = "–".join(words.number(value) for value in held if value is not None)
    return Giver(
        row.project.name, reverse("admin:riskscore_project_change", args=[row.project_id]),
        row.project.place.name, row.mineral.name, f"{amount} {row.unit}", row.year,
        row.get_basis_display(), row.release.code if row.release else "", row.url,
    )  # fmt: skip
