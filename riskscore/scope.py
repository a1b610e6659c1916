"""Which projects a job is about: a wrong scope is refused before a job exists."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from riskscore.models import Mineral, Place, Project

FILTERS = {"place": "place_id__in", "mineral": "minerals__mineral_id__in", "kind": "kind__in"}


class BadScope(ValueError):
    """The scope of a job is not understood; the message says which part and what is allowed."""


def projects(scope: Mapping[str, Any]) -> QuerySet[Project]:
    """The published projects with a mineral that ``scope`` names, each once.

    ``{"all": true}``, ``{"keys": ["icmm-00026"]}`` or
    ``{"filter": {"place": ["CHL"], "mineral": ["lithium"]}}``.
    Raises BadScope for anything else, and for keys and codes that do not exist.
    """
    if len(scope) != 1:
        raise BadScope('scope: give exactly one of "all", "keys" or "filter"')
    ((how, what),) = scope.items()
    scoreable = Project.objects.filter(state=Project.State.PUBLISHED, minerals__isnull=False)
    if how == "all" and what is True:
        return scoreable.distinct()
    if how == "keys":
        return scoreable.filter(key__in=_known_keys(what)).distinct()
    if how == "filter":
        return scoreable.filter(**_conditions(what)).distinct()
    raise BadScope(f'scope: {how!r} is not understood; give "all": true, "keys" or "filter"')


def _known_keys(keys: Any) -> list[str]:
    wanted = _texts("scope.keys", keys)
    missing = set(wanted).difference(
        Project.objects.filter(key__in=wanted).values_list("key", flat=True)
    )
    if missing:
        raise BadScope(f"scope.keys: no project {', '.join(sorted(missing)[:5])}")
    return wanted


def _conditions(filters: Any) -> dict[str, list[str]]:
    if not isinstance(filters, Mapping) or not filters:
        raise BadScope(f"scope.filter: give one or more of {', '.join(FILTERS)}")
    unknown = set(filters).difference(FILTERS)
    if unknown:
        raise BadScope(f"scope.filter: {sorted(unknown)[0]!r} is not one of {', '.join(FILTERS)}")
    conditions = {
        FILTERS[name]: _texts(f"scope.filter.{name}", values) for name, values in filters.items()
    }
    _refuse_unknown("place", Place.objects.values_list("code", flat=True), filters)
    _refuse_unknown("mineral", Mineral.objects.values_list("code", flat=True), filters)
    _refuse_unknown("kind", Project.Kind.values, filters)
    return conditions


def _refuse_unknown(name: str, known: Any, filters: Mapping[str, Any]) -> None:
    for value in set(filters.get(name, ())).difference(known):
        raise BadScope(f"scope.filter.{name}: {value!r} is unknown")


def _texts(where: str, values: Any) -> list[str]:
    if (
        not isinstance(values, list)
        or not values
        or not all(isinstance(value, str) for value in values)
    ):
        raise BadScope(f"{where}: give a list with at least one text")
    return values
