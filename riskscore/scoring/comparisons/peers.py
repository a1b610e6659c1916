"""Where a score stands among those of its mineral, or of its country.

With few peers all are looked at; with many a random sample, the same one each time, whose size is
given. So a page costs the same however many projects there are, and nothing is sorted whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from riskscore.models import Project, Score
from riskscore.models.scores import NODES

#: So many peers are all looked at; of more, a sample of this size.
ALL_UP_TO, SAMPLE = 10_000, 1_000
#: Points of a step of the distribution.
STEP = 5
BINS = 100 // STEP
NEAREST = 8
#: Points below this are rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Near:
    """A peer: ``apart`` is how far its dimensions lie from this project's, in points on average
    over the ``shared`` ones, which both have; ``one_sided``: those that only one of the two has."""

    project_id: int
    key: str
    name: str
    place: str
    composite: float | None
    band: int
    apart: float
    shared: int
    one_sided: Sequence[str]
    is_alike: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The ranked projects of one mineral or country, seen by one score.

    ``counts``: how many have a composite of 0–5, 5–10, … 95–100. ``lower``: the share 0..1 of the
    assessed ones whose composite is lower, None where this one is not assessed. ``looked_at`` of
    ``of`` peers, both with the project itself; ``of`` is None where there are more than were
    counted.
    """

    code: str
    counts: Sequence[int]
    assessed: int
    lower: float | None
    looked_at: int
    of: int | None
    nearest: Sequence[Near]

    @property
    def is_sample(self) -> bool:
        """Whether only some of the peers were looked at."""
        return self.of is None


_OF_MINERAL = "SELECT project_id AS id FROM riskscore_projectmineral WHERE mineral_id = %(code)s"
_OF_PLACE = "SELECT id FROM riskscore_project WHERE place_id = %(code)s AND state = 'published'"
_SAMPLE = {
    _OF_MINERAL: "EXISTS (SELECT FROM riskscore_projectmineral m"
    " WHERE m.project_id = p.id AND m.mineral_id = %(code)s)",
    _OF_PLACE: "p.place_id = %(code)s AND p.state = 'published'",
}
_SAMPLED = """
SELECT p.id FROM riskscore_project p WHERE {chosen} ORDER BY md5(p.key), p.id LIMIT %(sample)s
"""
_APART = " + ".join(f"abs(coalesce({node} - %({node})s::float8, 0))" for node in NODES[1:])
_KNOWN = " + ".join(f"(({node} - %({node})s::float8) IS NOT NULL)::int" for node in NODES[1:])
_ONE_SIDED = " + ".join(
    f"(({node} IS NULL) <> (%({node})s::float8 IS NULL))::int" for node in NODES[1:]
)
# Steps and nearest of one pass: reading the peers is what costs.
_SEEN = f"""
WITH peers AS MATERIALIZED ({{ids}}),
ranked AS MATERIALIZED (
    SELECT s.project_id, s.composite, ({_APART}) / nullif({_KNOWN}, 0) AS apart,
        {_ONE_SIDED} AS one_sided
    FROM peers JOIN riskscore_score s ON s.project_id = peers.id AND s.lens_id = %(lens)s
    JOIN riskscore_project p ON p.id = peers.id
    WHERE p.state = 'published' AND NOT p.flags && %(unranked)s::varchar[]
)
SELECT 'step', least(width_bucket(composite, 0, 100, {BINS}), {BINS})::bigint AS step, count(*),
    count(*) FILTER (WHERE composite < %(composite)s::float8), NULL::float8
FROM ranked GROUP BY step
UNION ALL (
    SELECT 'near', project_id, 0, 0, apart FROM ranked
    WHERE project_id <> %(project)s AND apart IS NOT NULL
    ORDER BY one_sided, apart, project_id LIMIT {NEAREST}
)
"""  # noqa: S608 - our own words


def of_mineral(score: Score, code: str) -> Group:
    """Among the ranked projects that yield a mineral, in whichever role."""
    return _group(score, code, _OF_MINERAL)


def of_place(score: Score, code: str) -> Group:
    """Among the ranked projects of a country."""
    return _group(score, code, _OF_PLACE)


def _group(score: Score, code: str, chosen: str) -> Group:
    nodes = {node: getattr(score, node) for node in NODES}
    given: dict[str, Any] = {
        "code": code, "lens": score.lens_id, "project": score.project_id, "sample": SAMPLE,
        "unranked": [str(flag) for flag in Project.UNRANKED],
    }  # fmt: skip
    (count,) = _fetch(f"SELECT count(*) FROM ({chosen} LIMIT {ALL_UP_TO + 1}) few", given)[0]  # noqa: S608
    few = count <= ALL_UP_TO
    ids = chosen if few else _SAMPLED.format(chosen=_SAMPLE[chosen])
    rows = _fetch(_SEEN.format(ids=ids), {**given, **nodes})
    steps = [row for row in rows if row[0] == "step"]
    near = {row[1]: row[4] for row in rows if row[0] == "near"}
    return _seen(score, code, steps, _nearest(score, near), count if few else None)


def _nearest(score: Score, apart: dict[int, float]) -> list[Near]:
    """The peers by name: those with the same dimensions first, of these the nearest."""
    rows = Score.objects.filter(lens=score.lens_id, project__in=apart).select_related(
        "project__place"
    )
    near = [_near(score, row, apart[row.project_id]) for row in rows]
    return sorted(near, key=lambda one: (len(one.one_sided), one.apart, one.key))


def _near(score: Score, row: Score, apart: float) -> Near:
    pairs = {node: (getattr(score, node), getattr(row, node)) for node in NODES}
    known = {node: sum(x is not None for x in pairs[node]) for node in NODES[1:]}
    return Near(
        row.project_id, row.project.key, row.project.name, row.project.place.name,
        row.composite, row.band, apart,
        shared=sum(number == 2 for number in known.values()),
        one_sided=[node for node, number in known.items() if number == 1],
        is_alike=all(_same(*pair) for pair in pairs.values()),
    )  # fmt: skip


def _same(one: float | None, other: float | None) -> bool:
    return one == other or (None not in (one, other) and abs(one - other) < ROUNDING)  # type: ignore[operator]


def _seen(
    score: Score, code: str, steps: Sequence[Any], nearest: Sequence[Near], of: int | None
) -> Group:
    counts = [0] * BINS
    for _, step, number, *_rest in steps:
        if step is not None:
            counts[step - 1] = number
    assessed = sum(counts)
    lower = sum(row[3] for row in steps if row[1] is not None)
    known = score.composite is not None and assessed
    return Group(
        code=code,
        counts=counts,
        assessed=assessed,
        lower=lower / assessed if known else None,
        looked_at=sum(row[2] for row in steps),
        of=of,
        nearest=nearest,
    )


def _fetch(sql: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())
