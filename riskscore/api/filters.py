"""Conditions on projects, for listings of projects and of what hangs on them."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q

from riskscore.api.framework import shapes
from riskscore.api.framework.parameters import Parameter, choice, code, moment, search
from riskscore.api.project_parts.communities import community_within
from riskscore.api.project_parts.owner_fields import by_owner
from riskscore.models import Mineral, Place, Project, ProjectMineral


def countries() -> set[str]:
    """The codes of all countries; no project lies in a group."""
    return set(Place.objects.filter(kind=Place.Kind.COUNTRY).values_list("code", flat=True))


def places() -> set[str]:
    """The codes of all places, groups among them."""
    return set(Place.objects.values_list("code", flat=True))


def minerals() -> set[str]:
    """The codes of all minerals."""
    return set(Mineral.objects.values_list("code", flat=True))


def within(column: str) -> Callable[[list[Any]], Q]:
    """That a column has one of the values."""
    return lambda values: Q(**{f"{column}__in": values})


def of_projects(prefix: str = "") -> tuple[Parameter, ...]:
    """Filters by what a project is; ``prefix`` leads from the listed row to its project."""
    return (
        code(
            "place",
            "Only projects in these countries: ISO 3166 alpha-3 codes.",
            countries,
            many=True,
            where=within(f"{prefix}place_id"),
        ),
        code(
            "mineral",
            "Only projects that yield one of these minerals, in any role.",
            minerals,
            many=True,
            where=lambda codes: _yields(prefix, mineral__in=codes),
        ),
        code(
            "primary_mineral",
            "Only projects whose primary mineral is one of these.",
            minerals,
            many=True,
            where=lambda codes: _yields(prefix, mineral__in=codes, role="primary"),
        ),
        choice(
            "kind",
            Project.Kind.values,
            "Only projects of these kinds.",
            many=True,
            where=within(f"{prefix}kind"),
        ),
        choice(
            "flag",
            Project.Flag.values,
            "Only projects with one of these flags.",
            many=True,
            where=lambda flags: Q(**{f"{prefix}flags__overlap": flags}),
        ),
        community_within(prefix),
        *by_owner(prefix),
        search(
            lambda words: (
                Q(**{f"{prefix}name__icontains": words}) | Q(**{f"{prefix}key__istartswith": words})
            ),
            "Part of the name, or the beginning of the key.",
        ),
    )


def _yields(prefix: str, **conditions: Any) -> Q:
    """That the project has such a mineral. EXISTS, since a join would repeat the row."""
    project = OuterRef(f"{prefix}pk")
    return Q(Exists(ProjectMineral.objects.filter(project=project, **conditions)))


def since(name: str, column: str, about: str) -> Parameter:
    """Rows whose time is at or after a moment."""
    return Parameter(
        name=name,
        schema=shapes.moment(about),
        read=moment,
        where=lambda value: Q(**{f"{column}__gte": value}),
    )
