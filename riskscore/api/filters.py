"""Conditions on projects, for listings of projects and of what hangs on them."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from riskscore.api.framework.filtersets import Filter
from riskscore.api.framework.query_fields import ChoiceField, KnownField, SearchField, Several
from riskscore.api.project_parts.communities import CommunityFilters
from riskscore.api.project_parts.owner_fields import OwnerFilters, countries
from riskscore.models import Mineral, Place, Project, ProjectMineral


def places() -> set[str]:
    """The codes of all places, groups among them."""
    return set(Place.objects.values_list("code", flat=True))


def minerals() -> set[str]:
    """The codes of all minerals."""
    return set(Mineral.objects.values_list("code", flat=True))


class ProjectFilters(CommunityFilters, OwnerFilters):
    """Filters by what a project is."""

    place = Filter(
        Several(
            KnownField(countries),
            help_text="Only projects in these countries: ISO 3166 alpha-3 codes.",
        ),
        "place_id__in",
    )
    mineral = Filter(
        Several(
            KnownField(minerals),
            help_text="Only projects that yield one of these minerals, in any role.",
        ),
        method="yielding",
    )
    primary_mineral = Filter(
        Several(
            KnownField(minerals),
            help_text="Only projects whose primary mineral is one of these.",
        ),
        method="mainly_yielding",
    )
    kind = Filter(
        Several(ChoiceField(Project.Kind.values), help_text="Only projects of these kinds."),
        "kind__in",
    )
    flag = Filter(
        Several(
            ChoiceField(Project.Flag.values), help_text="Only projects with one of these flags."
        ),
        "flags__overlap",
    )
    q = Filter(
        SearchField(help_text="Part of the name, or the beginning of the key."), method="named"
    )

    def yielding(self, rows: QuerySet[Any], _name: str, codes: list[str]) -> QuerySet[Any]:
        """Those that yield one of the minerals."""
        return self._yielding(rows, mineral__in=codes)

    def mainly_yielding(self, rows: QuerySet[Any], _name: str, codes: list[str]) -> QuerySet[Any]:
        """Those whose primary mineral is one of them."""
        return self._yielding(rows, mineral__in=codes, role="primary")

    def named(self, rows: QuerySet[Any], _name: str, words: str) -> QuerySet[Any]:
        """Those with the words in their name, or at the beginning of their key."""
        in_name = Q(**{f"{self.path}name__icontains": words})
        return rows.filter(in_name | Q(**{f"{self.path}key__istartswith": words}))

    def _yielding(self, rows: QuerySet[Any], **conditions: Any) -> QuerySet[Any]:
        """EXISTS, since a join would repeat the row."""
        project = OuterRef(f"{self.path}pk")
        return rows.filter(Exists(ProjectMineral.objects.filter(project=project, **conditions)))
