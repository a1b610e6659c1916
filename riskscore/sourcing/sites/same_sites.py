"""Projects that stand for the same site: one of them is counted, and it speaks for all."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Q

from riskscore.models import Project


class Site(NamedTuple):
    """The project that is counted, and all that stand for it, itself first."""

    main: int
    members: tuple[int, ...]


def of(projects: Iterable[int]) -> dict[int, Site]:
    """The site of each of these projects, archived ones among its members left out."""
    asked = set(projects)
    rows = Project.objects.filter(pk__in=asked).values_list("pk", "duplicate_of")
    main_of = {key: main or key for key, main in rows}
    mains = set(main_of.values())
    others = Project.objects.filter(duplicate_of__in=mains).exclude(state=Project.State.ARCHIVED)
    below: dict[int, list[int]] = {main: [main] for main in mains}
    for key, main in others.order_by("key").values_list("pk", "duplicate_of"):
        below[main or key].append(key)
    return {key: Site(main, tuple(below[main])) for key, main in main_of.items()}


def among(projects: Iterable[int]) -> Q:
    """The condition that a statement is about one of these projects or another of its site."""
    members = {member for site in of(projects).values() for member in site.members}
    return Q(project__in=members)
