"""From tables to arrays: what was known at an edition, as the engine wants it.

Everything that depends on place and mineral is loaded once per (edition, day, importer) and kept
by the process; a chunk only adds its projects.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import connection

from riskscore.engine.catalogue import LEARNED, LISTED_LEVELS, Level
from riskscore.engine.derive.derivation import derive
from riskscore.engine.inputs import geometry
from riskscore.engine.inputs.axes import NOWHERE, Axes, Observations, Table
from riskscore.engine.inputs.units import Units
from riskscore.models import LearnedModel, Mineral, Place, PlaceMember
from riskscore.models.learned import in_force
from riskscore.releases import effective
from riskscore.scoring.project_inputs import evidence_inputs, map_distances, owner_inputs
from riskscore.scoring.project_inputs.land_distances import Site

Floats = npt.NDArray[np.float64]


class Pinned(NamedTuple):
    """What a job fixes about its inputs: the edition known, the day described, the importer."""

    edition: int
    as_of: date
    importer: str


@dataclass(frozen=True, slots=True)
class Known:
    """All inputs above the project: tables by indicator, their axes (with the number that each
    mineral is stored by), and the mapped localities."""

    axes: Axes
    mineral_numbers: npt.NDArray[np.int32]
    tables: dict[str, Table]
    localities: geometry.Localities


@dataclass(frozen=True, slots=True)
class Projects:
    """A chunk's projects as they are now: units for the engine, and what the score row keeps."""

    ids: npt.NDArray[np.int64]
    input_versions: npt.NDArray[np.int64]
    units: Units


@lru_cache(maxsize=8)
def known_at(pinned: Pinned) -> Known:
    """Tables of every indicator, from the observations that were effective at the edition."""
    axes = axes_of(pinned)
    releases = effective.in_force(pinned.edition)
    shared = _shared(
        axes.places, axes.minerals, tuple(releases.complete), tuple(releases.corrected)
    )
    tables = derive({**shared, **_of_buyer(axes, releases)}, axes)
    tables |= _unlisted(learned(axes, pinned.edition), tables)
    numbers = dict(Mineral.objects.values_list("code", "number"))
    return Known(
        axes,
        np.array([numbers[code] for code in axes.minerals], np.int32),
        tables,
        _localities(releases.ids),
    )


@lru_cache(maxsize=2)
def _shared(
    places: tuple[str, ...],
    minerals: tuple[str, ...],
    complete: tuple[int, ...],
    corrected: tuple[int, ...],
) -> dict[str, Observations]:
    """What is the same from every buyer's side: all but bilateral trade. Most rows are, and reading
    them is most of the time that another buyer's tables take."""
    nobody = Axes(places, minerals, "WLD", frozenset(), date.max)
    releases = effective.InForce(list(complete), list(corrected), {})
    return observations(nobody, releases, "AND indicator NOT LIKE 'baci.%%'")


def _of_buyer(axes: Axes, releases: effective.InForce) -> dict[str, Observations]:
    """The buyer's own bilateral trade; nobody in particular has none."""
    if not axes.members:
        return {}
    return observations(axes, releases, "AND indicator LIKE 'baci.%%'")


#: A prediction's interval counts as one of 95 %: so many standard errors wide.
WIDTH = 2 * 1.96


def learned(axes: Axes, edition: int) -> dict[str, Table]:
    """Predictions of the models that are in force at the edition; none in force, no table."""
    return predicted(axes, in_force(edition))


def with_models(known: Known, models: Iterable[LearnedModel]) -> Known:
    """The same inputs as if exactly these learned models counted. Nothing is stored."""
    stated = {key: table for key, table in known.tables.items() if key not in LEARNED.values()}
    return replace(known, tables={**stated, **_unlisted(predicted(known.axes, models), stated)})


def predicted(axes: Axes, models: Iterable[LearnedModel]) -> dict[str, Table]:
    """What models predict, by indicator; those of a kind that no indicator reads give none."""
    rows = _rows(
        "SELECT m.kind, p.place_id, p.mineral_id, p.probability, p.high - p.low"
        " FROM riskscore_prediction p JOIN riskscore_learnedmodel m ON m.id = p.model_id"
        " WHERE m.kind = ANY(%s) AND m.id = ANY(%s)",
        [sorted(LEARNED), [model.pk for model in models]],
    )
    places = {code: index for index, code in enumerate(axes.places)}
    minerals = {code: index for index, code in enumerate(axes.minerals)}
    result: dict[str, Floats] = {}
    for kind, place, mineral, probability, width in rows:
        shape = (2, len(places), len(minerals))
        values = result.setdefault(LEARNED[kind], np.full(shape, np.nan))
        values[:, places[place], minerals[mineral]] = probability, width / WIDTH
    return {key: Table(Level.PLACE_MINERAL, *values) for key, values in result.items()}


def _unlisted(predictions: dict[str, Table], tables: dict[str, Table]) -> dict[str, Table]:
    """Predicted listings only for what is not listed: a listing on record needs no prediction."""
    predicted, stated = predictions.get("lab.predicted"), tables.get("lab.listed")
    if predicted is None or stated is None:
        return predictions
    listed = stated.values >= LISTED_LEVELS.index("child")
    values = np.where(listed, np.nan, predicted.values)
    return {**predictions, "lab.predicted": replace(predicted, values=values)}


def axes_of(pinned: Pinned) -> Axes:
    """The places and minerals there are, seen from the importer on the day described."""
    groups: dict[str, set[str]] = {
        code: set()
        for code in Place.objects.filter(kind=Place.Kind.GROUP).values_list("code", flat=True)
    }
    for member in PlaceMember.objects.all():
        if (member.since or date.min) <= pinned.as_of <= (member.until or date.max):
            groups[member.group_id].add(member.member_id)
    alone = set() if pinned.importer == "WLD" else {pinned.importer}
    return Axes(
        places=tuple(Place.objects.order_by("code").values_list("code", flat=True)),
        minerals=tuple(Mineral.objects.order_by("code").values_list("code", flat=True)),
        importer=pinned.importer,
        members=frozenset(groups.get(pinned.importer) or alone),
        as_of=pinned.as_of,
        groups={code: frozenset(members) for code, members in groups.items()},
    )


def axes_at_any_time(importer: str) -> Axes:
    """The axes with everybody who ever belonged to the importer as its members."""
    axes = axes_of(Pinned(0, date.max, importer))
    ever = PlaceMember.objects.filter(group_id=importer).values_list("member_id", flat=True)
    return replace(axes, members=axes.members | set(ever))


_OBSERVATIONS = f"""
SELECT indicator, place_id, mineral_id, importer_id, year, value, standard_error, since, until,
    label, stage
FROM {effective.OBSERVATIONS} o
WHERE project_id IS NULL AND (indicator NOT LIKE 'baci.%%' OR importer_id = ANY(%(members)s))
"""  # noqa: S608 - our own names


def observations(
    axes: Axes, releases: effective.InForce, where: str = "", **parameters: Any
) -> dict[str, Observations]:
    """The effective observations, by key; of bilateral trade, the importer's own.

    ``where`` narrows them by a further condition in SQL, which begins with AND.
    """
    rows = effective.fetch(
        f"{_OBSERVATIONS} {where} ORDER BY indicator, id",
        {**releases.parameters, "members": sorted(axes.members), **parameters},
    )
    places = {code: index for index, code in enumerate(axes.places)}
    minerals = {code: index for index, code in enumerate(axes.minerals)}
    result: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        result.setdefault(row[0], []).append(row[1:])
    return {key: _arrays(part, places, minerals) for key, part in result.items()}


def _arrays(
    rows: list[tuple[Any, ...]], places: dict[str, int], minerals: dict[str, int]
) -> Observations:
    place, mineral, importer, year, value, error, since, until, label, stage = zip(
        *rows, strict=True
    )
    return Observations(
        place=_indices(place, places),
        mineral=_indices(mineral, minerals),
        importer=_indices(importer, places),
        year=np.array(year, np.int16),
        value=np.array(value, np.float64),
        standard_error=np.array(error, np.float64),
        since=np.array(since, "datetime64[D]"),
        until=np.array(until, "datetime64[D]"),
        label=np.array(label, object),
        stage=np.array(stage, object),
    )


def _indices(codes: Iterable[str | None], index: dict[str, int]) -> npt.NDArray[np.int32]:
    return np.array([NOWHERE if code is None else index[code] for code in codes], np.int32)


def _localities(release_ids: Sequence[int]) -> geometry.Localities:
    rows = _rows(
        "SELECT latitude, longitude FROM riskscore_locality WHERE release_id = ANY(%s)"
        " ORDER BY release_id, code",
        [list(release_ids)],
    )
    points = np.array(rows, np.float64).reshape(-1, 2)
    return geometry.Localities(points[:, 0], points[:, 1])


def projects(ids: Sequence[int], known: Known, pinned: Pinned) -> Projects:
    """The projects of a chunk that still exist, in the order of their ids."""
    rows = _rows(
        "SELECT id, key, place_id, kind, latitude, longitude, input_version, stage"
        " FROM riskscore_project WHERE id = ANY(%s) ORDER BY id",
        [list(ids)],
    )
    places = {code: index for index, code in enumerate(known.axes.places)}
    row_of = {row[0]: number for number, row in enumerate(rows)}
    start, mineral, role = _minerals(ids, row_of, known.axes)
    latitude, longitude = np.array([row[4:6] for row in rows], np.float64).reshape(-1, 2).T
    evidence, years = evidence_inputs.of_projects(ids, row_of, pinned.edition, pinned.as_of)
    columns = {
        "ind.language": known.localities.nearest_km(latitude, longitude),
        **map_distances.columns(
            [Site(row[0], row[4], row[5], row[7], row[3], row[2]) for row in rows], pinned.edition
        ),
        "con.offtake": _offtake(ids, row_of, pinned.as_of),
        **evidence,
        **_owners(ids, row_of, known, pinned),
    }
    return Projects(
        ids=np.array([row[0] for row in rows], np.int64),
        input_versions=np.array([row[6] for row in rows], np.int64),
        units=Units(
            keys=np.array([row[1] for row in rows], np.str_),
            place=_indices((row[2] for row in rows), places),
            kind=np.array([row[3] for row in rows], np.str_),
            mineral_start=start,
            mineral=mineral,
            role=role,
            inputs=columns,
            years=years,
        ),
    )


def units(project_id: int, axes: Axes) -> Units:
    """One project's place, kind and minerals as they are now, without project-level indicators."""
    rows = _rows(
        "SELECT id, key, place_id, kind FROM riskscore_project WHERE id = %s", [project_id]
    )
    places = {code: index for index, code in enumerate(axes.places)}
    start, mineral, role = _minerals([project_id], {row[0]: 0 for row in rows}, axes)
    return Units(
        keys=np.array([row[1] for row in rows], np.str_),
        place=_indices((row[2] for row in rows), places),
        kind=np.array([row[3] for row in rows], np.str_),
        mineral_start=start,
        mineral=mineral,
        role=role,
        inputs={},
    )


_ROLES = {"primary": 0, "secondary": 1, "other": 2}


def _minerals(
    ids: Sequence[int], row_of: dict[int, int], axes: Axes
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int8]]:
    """Offsets, mineral indices and roles of all projects, one run per project."""
    rows = _rows(
        "SELECT project_id, mineral_id, role FROM riskscore_projectmineral"
        " WHERE project_id = ANY(%s) ORDER BY project_id, mineral_id",
        [list(ids)],
    )
    index = {code: number for number, code in enumerate(axes.minerals)}
    rows = [row for row in rows if row[0] in row_of]
    counts = np.bincount([row_of[row[0]] for row in rows], minlength=len(row_of))
    return (
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        _indices((row[1] for row in rows), index),
        np.array([_ROLES[row[2]] for row in rows], np.int8),
    )


def _offtake(ids: Sequence[int], row_of: dict[int, int], as_of: date) -> Floats:
    """(n,) HHI01 of each project's off-take on the day, by the buyers' places; NaN if none."""
    rows = _rows(
        "SELECT project_id, sum(share), sum(share ^ 2) FROM ("
        " SELECT project_id, place_id, sum(share) AS share FROM riskscore_offtake"
        " WHERE project_id = ANY(%s) AND coalesce(since, '-infinity') <= %s"
        " AND coalesce(until, 'infinity') >= %s GROUP BY project_id, place_id) bought"
        " GROUP BY project_id",
        [list(ids), as_of, as_of],
    )
    result = np.full(len(row_of), np.nan)
    for project, total, squares in rows:
        if project in row_of:
            result[row_of[project]] = squares / total**2
    return result


def _owners(
    ids: Sequence[int], row_of: dict[int, int], known: Known, pinned: Pinned
) -> dict[str, Floats]:
    at = owner_inputs.Moment(pinned.edition, pinned.as_of)
    return owner_inputs.columns(
        ids, row_of, at, known.axes, known.tables.get(owner_inputs.ALIGNMENT)
    )


def _rows(sql: str, params: list[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
