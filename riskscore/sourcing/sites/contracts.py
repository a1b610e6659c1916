"""Off-take that holds: which contracts are about a mineral of these sites on a day."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from riskscore.models import Offtake
from riskscore.sourcing.sites import same_sites


def holding(mineral: str | None, day: date) -> QuerySet[Offtake]:
    """Contracts in force on a day about a mineral (None: any); one that names none is about all."""
    return Offtake.objects.filter(
        Q() if mineral is None else Q(mineral=None) | Q(mineral=mineral),
        Q(since=None) | Q(since__lte=day),
        Q(until=None) | Q(until__gte=day),
    )


def of(projects: Iterable[int], mineral: str | None, day: date) -> dict[int, list[Offtake]]:
    """Contracts by project, those about other projects of its site among them."""
    sites = same_sites.of(projects)
    members = {member for site in sites.values() for member in site.members}
    rows = holding(mineral, day).filter(project__in=members).order_by("place_id", "buyer", "id")
    by_project: dict[int, list[Offtake]] = {}
    for row in rows:
        by_project.setdefault(row.project_id, []).append(row)
    return {
        project: [row for member in site.members for row in by_project.get(member, ())]
        for project, site in sites.items()
    }
