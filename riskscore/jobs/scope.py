"""Which projects a job is about: a wrong scope is refused before a job exists."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from riskscore.errors import ValidationError
from riskscore.models import (
    Lens,
    Mineral,
    Place,
    Project,
    ProjectList,
    ProjectMineral,
    Score,
    StaleMark,
)
from riskscore.models.scores import Band

NOW = "now"
BANDS = {str(band.label).replace(" ", "_"): band for band in Band}


class BadScope(ValidationError):
    """The scope of a job is not understood; the message says which part and what is allowed."""

    code = "bad_scope"
    remedy = "Give one of what the message allows."


def projects(scope: Mapping[str, Any], lens: Lens) -> QuerySet[Project]:
    """The published projects with a mineral that ``scope`` names, each once.

    ``{"all": true}``, ``{"keys": ["icmm-00026"]}`` or ``{"filter": {…}}`` with one or more of
    ``place``, ``mineral``, ``kind``, ``band`` (as now seen through the lens), ``list`` (of a
    curator) and ``stale_since``. Raises BadScope for anything else, and for what does not exist.
    """
    if len(scope) != 1:
        raise BadScope('scope: give exactly one of "all", "keys" or "filter"')
    ((how, what),) = scope.items()
    scoreable = Project.objects.filter(
        Exists(ProjectMineral.objects.filter(project=OuterRef("pk"))),
        state=Project.State.PUBLISHED,
    )
    if how == "all" and what is True:
        return scoreable
    if how == "keys":
        return scoreable.filter(key__in=_checked_keys(what))
    if how == "filter":
        return scoreable.filter(*_conditions(what, lens))
    raise BadScope(f'scope: {how!r} is not understood; give "all": true, "keys" or "filter"')


def is_about_the_stale(scope: Mapping[str, Any]) -> bool:
    """Whether the scope depends on what is stale, so that new releases must be marked first."""
    return "stale_since" in scope.get("filter", ())


def _checked_keys(keys: Any) -> list[str]:
    given = _texts("scope.keys", keys)
    missing = set(given).difference(
        Project.objects.filter(key__in=given).values_list("key", flat=True)
    )
    if missing:
        raise BadScope(f"scope.keys: no project {', '.join(sorted(missing)[:5])}")
    return given


def _conditions(filters: Any, lens: Lens) -> list[Q | Exists]:
    if not isinstance(filters, Mapping) or not filters:
        raise BadScope(f"scope.filter: give one or more of {', '.join(FILTERS)}")
    unknown = set(filters).difference(FILTERS)
    if unknown:
        raise BadScope(f"scope.filter: {sorted(unknown)[0]!r} is not one of {', '.join(FILTERS)}")
    return [FILTERS[name](filters[name], lens) for name in FILTERS if name in filters]


def _place(values: Any, _lens: Lens) -> Q:
    countries = Place.objects.filter(kind=Place.Kind.COUNTRY)
    return Q(place__in=_checked("place", values, countries.values_list("code", flat=True)))


def _mineral(values: Any, _lens: Lens) -> Exists:
    codes = _checked("mineral", values, Mineral.objects.values_list("code", flat=True))
    return Exists(ProjectMineral.objects.filter(project=OuterRef("pk"), mineral__in=codes))


def _kind(values: Any, _lens: Lens) -> Q:
    return Q(kind__in=_checked("kind", values, Project.Kind.values))


def _band(values: Any, lens: Lens) -> Exists:
    chosen = [BANDS[name] for name in _checked("band", values, BANDS)]
    return Exists(Score.objects.filter(project=OuterRef("pk"), lens=lens, band__in=chosen))


def _list(values: Any, _lens: Lens) -> Exists:
    names = _checked("list", values, ProjectList.objects.values_list("name", flat=True))
    return Exists(ProjectList.objects.filter(projects=OuterRef("pk"), name__in=names))


def _stale_since(value: Any, lens: Lens) -> Q:
    """Inputs changed after the current score was made, at that moment or before; or no score."""
    marks = StaleMark.objects.filter(lens=lens)
    current = Score.objects.filter(
        ~Exists(marks.filter(project=OuterRef("project"), edition__gt=OuterRef("edition"))),
        project=OuterRef("pk"),
        lens=lens,
        input_version__gte=OuterRef("input_version"),
    )
    if value == NOW:
        return ~Q(Exists(current))
    moment = _moment(value)
    marked = Exists(marks.filter(project=OuterRef("pk"), since__lte=moment))
    return ~Q(Exists(current)) & (Q(updated_at__lte=moment) | Q(marked))


FILTERS: dict[str, Callable[[Any, Lens], Q | Exists]] = {
    "place": _place,
    "mineral": _mineral,
    "kind": _kind,
    "band": _band,
    "list": _list,
    "stale_since": _stale_since,
}


def _checked(name: str, values: Any, allowed: Any) -> list[str]:
    given = _texts(f"scope.filter.{name}", values)
    for value in sorted(set(given).difference(allowed)):
        group = " (a group: name its members)" if Place.objects.filter(code=value).exists() else ""
        raise BadScope(f"scope.filter.{name}: {value!r} is unknown{group}")
    return given


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadScope(
            'scope.filter.stale_since: give "now", a day or a moment such as 2026-01-31T06:00Z'
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _texts(where: str, values: Any) -> list[str]:
    if (
        not isinstance(values, list)
        or not values
        or not all(isinstance(value, str) for value in values)
    ):
        raise BadScope(f"{where}: give a list with at least one text")
    return values
