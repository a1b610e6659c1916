"""Distances to registered communities as they are kept, so that lists and pages only read them.

They are measured by :mod:`map_distances`, as scores are: one rule. Whoever changes a register or
moves a project calls ``keep`` or ``keep_all`` in the transaction of the change.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from riskscore.models import CommunityDistance, LandLayer, Project
from riskscore.scoring.project_inputs import land_distances, map_distances
from riskscore.scoring.project_inputs.land_distances import Site

#: Projects are measured one by one beside each other, but never while all of them are.
DISTANCE_LOCK = 0x7269736B_0004
BATCH = 10_000
COLUMNS = ("key", "id", "latitude", "longitude", "stage", "kind", "place_id")


class Placed(NamedTuple):
    """A project's public key, and where it lies."""

    key: str
    site: Site


def keep(projects: Iterable[int]) -> None:
    """Measure these projects by all known now, and keep what differs from before."""
    with transaction.atomic():
        _lock("pg_advisory_xact_lock_shared")
        wanted, edition = list(projects), land_distances.latest()
        for at in range(0, len(wanted), BATCH):
            _write(_placed(Project.objects.filter(id__in=wanted[at : at + BATCH])), edition)


def keep_all() -> None:
    """Measure every project. A register has changed: call it once its new version is stored."""
    with transaction.atomic():
        _lock("pg_advisory_xact_lock")
        edition = land_distances.latest()
        versions = land_distances.current(edition, LandLayer.Kind.COMMUNITIES)
        in_force = LandLayer.objects.filter(id__in=[version.id for version in versions])
        CommunityDistance.objects.exclude(layer__in=in_force).delete()
        for placed in _everywhere(_known_in(in_force)):
            _write(placed, edition)
        with connection.cursor() as cursor:
            # Else lists are planned by what was there before, until autovacuum comes by.
            cursor.execute("ANALYZE riskscore_communitydistance")


def _known_in(registers: QuerySet[LandLayer]) -> QuerySet[Project]:
    """The projects about which any of these registers can know: most speak of whole countries."""
    if registers.filter(Q(mapped__isnull=False) | Q(places=[])).exists():
        return Project.objects.all()
    codes = {code for places in registers.values_list("places", flat=True) for code in places}
    return Project.objects.filter(place__in=codes)


def keep_of(layer: LandLayer) -> None:
    """Measure the projects of which a register said something, which is withdrawn."""
    with transaction.atomic():
        _lock("pg_advisory_xact_lock")
        held = Project.objects.filter(community_distances__layer__code=layer.code)
        keep(list(held.order_by("id").values_list("id", flat=True)))


def is_empty() -> bool:
    """Whether nothing is kept though a register is in force: the database is older than this."""
    latest = land_distances.latest()
    in_force = land_distances.current(latest, LandLayer.Kind.COMMUNITIES)
    return bool(in_force) and not CommunityDistance.objects.exists()


def of_projects(keys: Iterable[str]) -> QuerySet[CommunityDistance]:
    """What is kept of these projects, the nearest first."""
    kept = CommunityDistance.objects.filter(project__in=list(keys))
    return kept.select_related("layer").defer("layer__mapped").order_by("km", "layer__code")


def within(km: float, prefix: str = "") -> Q:
    """That a project is known to lie so near to a community; ``prefix`` leads to the project.

    A join, not EXISTS: there is one nearest at most, and a page can follow the index of the near.
    """
    nearest = f"{prefix}community_distances"
    return Q(**{f"{nearest}__nearest": True, f"{nearest}__km__lte": km})


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [DISTANCE_LOCK])


def _placed(projects: QuerySet[Project]) -> list[Placed]:
    return [Placed(key, Site(*row)) for key, *row in projects.values_list(*COLUMNS)]


def _everywhere(projects: QuerySet[Project]) -> Iterator[list[Placed]]:
    last = 0
    while placed := _placed(projects.filter(id__gt=last).order_by("id")[:BATCH]):
        yield placed
        last = placed[-1].site.id


_COLUMNS = ("project_key", "layer_id", "km", "name", "people", "nearest")
_NAMES = ", ".join(_COLUMNS)
_MEASURED = (
    "unnest(%(project_key)s::text[], %(layer_id)s::bigint[], %(km)s::float8[], %(name)s::text[],"
    f" %(people)s::text[], %(nearest)s::boolean[]) AS measured ({_NAMES})"
)
_DELETE = f"""
DELETE FROM riskscore_communitydistance kept
WHERE project_key = ANY(%(keys)s) AND NOT EXISTS (
    SELECT FROM {_MEASURED}
    WHERE {" AND ".join(f"kept.{name} = measured.{name}" for name in _COLUMNS)})
"""  # noqa: S608 - our own names
_INSERT = f"""
INSERT INTO riskscore_communitydistance ({_NAMES}) SELECT {_NAMES} FROM {_MEASURED}
ON CONFLICT (project_key, layer_id) DO NOTHING
"""  # noqa: S608 - our own names


def _write(placed: Sequence[Placed], edition: int) -> None:
    """Replace what is kept of projects by what is measured now; what is the same stays."""
    rows = list(_measured(placed, edition))
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
    found = dict(zip(_COLUMNS, columns or [[] for _ in _COLUMNS], strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, {**found, "keys": [one.key for one in placed]})
        cursor.execute(_INSERT, found)


def _measured(placed: Sequence[Placed], edition: int) -> Iterator[tuple[Any, ...]]:
    found = map_distances.neighbours([one.site for one in placed], edition)
    for one, near in zip(placed, found, strict=True):
        for rank, each in enumerate(near):
            yield one.key, each.layer.pk, each.km, each.name, each.people, rank == 0
