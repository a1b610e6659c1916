"""What a new release or champion changed, exactly: inputs before against after, cell by cell.

A figure about one place can reach a project in another: a mine's output moves the mineral's
concentration everywhere. So nothing is guessed from the rows of the release; the tables that the
method reads are derived as of both editions, and the cells that differ say which projects.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.models import Max, Min, Q

from riskscore.engine.inputs.axes import Table
from riskscore.engine.method import Method as Specification
from riskscore.jobs import scope
from riskscore.models import (
    Edition,
    Job,
    LandLayer,
    LearnedModel,
    LearnedSwitch,
    Project,
    Score,
)
from riskscore.scoring import inputs
from riskscore.scoring.project_inputs import map_distances, owner_inputs
from riskscore.scoring.project_inputs.land_distances import Site

Bools = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Changed:
    """Codes of places, of minerals, and of places with a mineral ("CHL copper"); project ids."""

    places: set[str] = field(default_factory=set)
    minerals: set[str] = field(default_factory=set)
    pairs: set[str] = field(default_factory=set)
    projects: list[int] = field(default_factory=list)

    @property
    def parameters(self) -> dict[str, Any]:
        """What :data:`AFFECTED` needs."""
        return {
            "projects": self.projects,
            "places": sorted(self.places),
            "minerals": sorted(self.minerals),
            "pairs": sorted(self.pairs),
        }


def mark(job: Job) -> None:
    """Mark what has changed since the last time, if the job is about what is stale.

    A job that stands apart marks nothing: what is current stays as it is.
    """
    if job.apart or not scope.is_about_the_stale(job.scope):
        return
    done = _marked_until(job)
    if done is None:
        return  # nothing is scored yet, so everything is stale without a mark
    columns = columns_of(job)
    for edition in _with_news(done, job.edition_id):
        before, after = (
            inputs.Pinned(number, job.as_of, job.lens.importer_id) for number in (done, edition)
        )
        _record(job, edition, changed(before, after, columns))
        done = edition


def changed(before: inputs.Pinned, after: inputs.Pinned, columns: set[str]) -> Changed:
    """What differs in these columns between two editions."""
    old, new = inputs.known_at(before), inputs.known_at(after)
    if old.axes != new.axes:
        # A place or mineral came in between, and the process still kept tables without it.
        inputs.known_at.cache_clear()
        old, new = inputs.known_at(before), inputs.known_at(after)
    changes = Changed()
    for column in columns & (old.tables.keys() | new.tables.keys()):
        _add(changes, new.axes.places, new.axes.minerals, _differs(column, old.tables, new.tables))
    if "ind.language" in columns:
        changes.projects = _moved(old, new)
    changes.projects += _nearer(before.edition, after.edition, columns)
    if "own.outside_partners" in columns:
        changes.projects += owner_inputs.owned_from(_realigned(old, new))
    return changes


def _differs(column: str, old: Mapping[str, Table], new: Mapping[str, Table]) -> tuple[str, Bools]:
    """The level's axes ("place", "mineral" or both), and which of its cells differ."""
    table = new.get(column) or old[column]
    axes = table.level.value.removeprefix("importer_")
    unknown = np.full(table.values.shape, np.nan)
    pairs = (
        tuple(unknown if one is None else one for one in values)
        for values in (
            [side[column].values if column in side else None for side in (old, new)],
            [side[column].standard_errors if column in side else None for side in (old, new)],
        )
    )
    differ = [~((a == b) | (np.isnan(a) & np.isnan(b))) for a, b in pairs]
    return axes, differ[0] | differ[1]


def _add(
    changes: Changed, places: tuple[str, ...], minerals: tuple[str, ...], differs: tuple[str, Bools]
) -> None:
    axes, cells = differs
    if axes == "place":
        changes.places |= {places[at] for at in np.flatnonzero(cells)}
    elif axes == "mineral":
        changes.minerals |= {minerals[at] for at in np.flatnonzero(cells)}
    else:
        changes.pairs |= {f"{places[at]} {minerals[of]}" for at, of in np.argwhere(cells)}


def _realigned(old: inputs.Known, new: inputs.Known) -> list[str]:
    """Places whose agreements with the buyer differ: who is at home there may own elsewhere."""
    if not old.tables.keys() | new.tables.keys() >= {owner_inputs.ALIGNMENT}:
        return []
    _, cells = _differs(owner_inputs.ALIGNMENT, old.tables, new.tables)
    return [new.axes.places[at] for at in np.flatnonzero(cells)]


def _moved(old: inputs.Known, new: inputs.Known) -> list[int]:
    """Projects whose distance to the nearest mapped locality differs."""
    sides = (old.localities, new.localities)
    if all(
        np.array_equal(getattr(sides[0], axis), getattr(sides[1], axis))
        for axis in ("latitude", "longitude")
    ):
        return []
    rows = Project.objects.order_by("id").values_list("id", "latitude", "longitude")
    ids, latitude, longitude = np.array(rows, np.float64).reshape(-1, 3).T
    before, after = (side.nearest_km(latitude, longitude) for side in sides)
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    return [int(one) for one in ids[~same]]


def _nearer(before: int, after: int, columns: set[str]) -> list[int]:
    """Projects that lie at another distance from what layers show, or were or became unknown."""
    differ = map_distances.changed(before, after, columns)
    if not differ:
        return []
    rows = Project.objects.filter(state=Project.State.PUBLISHED).order_by("id")
    names = ("id", "latitude", "longitude", "stage", "kind", "place_id")
    sites = [Site(*row) for row in rows.values_list(*names)]
    was, now = (map_distances.columns(sites, edition) for edition in (before, after))
    moved = np.zeros(len(sites), dtype=bool)
    for column in differ:
        old, new = was[column], now[column]
        moved |= ~((old == new) | (np.isnan(old) & np.isnan(new)))
    return [site.id for site, is_moved in zip(sites, moved, strict=True) if is_moved]


def _marked_until(job: Job) -> int | None:
    """The edition up to which changes are marked: the last such job's, or the oldest score's."""
    earlier = Job.objects.filter(
        lens=job.lens_id,
        apart=False,
        started_at__isnull=False,
        scope__filter__has_key="stale_since",
    ).aggregate(last=Max("edition_id"))["last"]
    if earlier is not None:
        return int(earlier)
    first = Score.objects.filter(lens=job.lens_id).aggregate(first=Min("edition"))["first"]
    return None if first is None else int(first)


def columns_of(job: Job) -> set[str]:
    """What the job's method reads, as columns."""
    method = Specification.from_dict(job.method.spec)
    return {leaf.column for leaf in method.leaves} | {item.column for item in method.controls}


_FIGURES = (
    Q(releases__isnull=False)
    | Q(withdrawals__isnull=False)
    | Q(number__in=LandLayer.objects.values("edition"))
)


def figures_came(after: int, until: int) -> list[int]:
    """The editions after one and up to another that brought, or took back, a release or a layer."""
    editions = Edition.objects.filter(_FIGURES, number__gt=after, number__lte=until)
    return list(editions.order_by("number").distinct().values_list("number", flat=True))


def _with_news(after: int, until: int) -> Iterator[int]:
    """Editions at which figures came: a release, a layer, a learned model put into or out of use,
    or all of them turned on or off."""
    decided = LearnedModel.objects.exclude(champion_from=None)
    yield from (
        Edition.objects.filter(
            _FIGURES
            | Q(number__in=LearnedSwitch.objects.values("edition"))
            | Q(number__in=decided.values("champion_from"))
            | Q(number__in=decided.exclude(champion_until=None).values("champion_until")),
            number__gt=after,
            number__lte=until,
        )
        .order_by("number")
        .distinct()
        .values_list("number", flat=True)
    )


#: Which projects ``p`` differ by what is :class:`Changed`, its fields being the parameters.
AFFECTED = """
p.state = 'published'
  AND EXISTS (SELECT FROM riskscore_projectmineral m WHERE m.project_id = p.id)
  AND (
    p.id = ANY(%(projects)s) OR p.place_id = ANY(%(places)s) OR EXISTS (
        SELECT FROM riskscore_projectmineral m WHERE m.project_id = p.id AND (
            m.mineral_id = ANY(%(minerals)s)
            OR p.place_id || ' ' || m.mineral_id = ANY(%(pairs)s))))
"""
# A mark that still waits keeps its moment: the score has been stale since then.
_MARK = f"""
INSERT INTO riskscore_stalemark AS mark (project_id, lens_id, edition, since)
SELECT p.id, %(lens)s, e.number, e.made_at
FROM riskscore_project p, riskscore_edition e
WHERE e.number = %(edition)s AND {AFFECTED}
ORDER BY p.id
ON CONFLICT (project_id, lens_id) DO UPDATE SET edition = EXCLUDED.edition,
    since = CASE WHEN EXISTS (
    SELECT FROM riskscore_score s WHERE s.project_id = mark.project_id AND s.lens_id = mark.lens_id
        AND s.edition >= mark.edition) THEN EXCLUDED.since ELSE mark.since END
WHERE mark.edition < EXCLUDED.edition
"""  # noqa: S608 - our own names


def _record(job: Job, edition: int, changes: Changed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK,
            {"lens": job.lens_id, "edition": edition, **changes.parameters},
        )
