"""Sites that may be one: by name, distance, kind and minerals. One rule for files, forms and lists.

Two sites are asked about when they are of one kind (a mine and a deposit are) and
- have the same name but for words like "mine", within NAME_KM, and share a mineral (within NEAR_KM
  whatever they yield);
- or lie within NEAR_KM, share a mineral, and one's name is a part of the other's or a slip of it;
- or lie within POINT_KM and share a mineral, whatever they are called, and one is on record;
- or lie within NEAR_KM, share a mineral, and a name has no Latin letters to compare it by.

Candidates come from two indexes and are bounded for each site, so that a million sites cost a
million times one.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from psycopg.types.json import Jsonb

from riskscore.intake import staging
from riskscore.sources.near_names import is_slip

NAME_KM, NEAR_KM, POINT_KM = 50.0, 5.0, 0.5
#: Degrees of latitude that NAME_KM may be.
NAME_DEGREES = 0.46
#: Candidates of one site by name and by square; more are not looked at.
MOST_BY_NAME, MOST_NEAR = 50, 200
#: New sites of one statement: where all lie among MOST_NEAR others it takes 0.7 s.
AT_ONCE = 100
STAGED_SITES = "staged_site"
FOUND = "alike_site"
#: The row, and the fields of what it may be.
_FOUND_COLUMNS = """
    asked bigint PRIMARY KEY, key text, name text, km float8, project bigint, line bigint
"""
ANOTHER = "none"
"""What a file says of a site that is no other: ``duplicate_of`` is this word."""


class Same(NamedTuple):
    """The site that another may be: a project, or (``project`` None) an earlier row of the file."""

    key: str
    name: str
    km: float
    project: int | None
    line: int | None

    def words(self) -> str:
        """Which it is and how far away."""
        which = self.key if self.line is None else f"line {self.line}"
        return f"{which} {self.name}, {self.km:.1f} km away"


_SITE = """
p.id, NULL::bigint AS line, p.key, p.name, riskscore_site_name(riskscore_folded(p.name)) AS site,
p.latitude, p.longitude, p.kind, ARRAY(SELECT mineral_id FROM riskscore_projectmineral
                           WHERE project_id = p.id)::text[] AS minerals
"""
# Each project is looked up by its number, and its name and minerals are told once: a subquery with
# a limit stays one. Joined, all would be read, 1.3 s for a million, whoever is asked about.
_KNOWN = f"""
SELECT p.* FROM (
    (SELECT k.id FROM riskscore_project k
     WHERE riskscore_site_name(riskscore_folded(k.name)) = s.site AND s.site <> ''
       AND k.latitude BETWEEN s.latitude - {NAME_DEGREES} AND s.latitude + {NAME_DEGREES}
     LIMIT {MOST_BY_NAME})
    UNION
    (SELECT k.id FROM riskscore_project k
     WHERE riskscore_site_cell(k.latitude, k.longitude)
           = ANY (s.cells) LIMIT {MOST_NEAR})) near
CROSS JOIN LATERAL (
    SELECT {_SITE} FROM riskscore_project p
    WHERE p.id = near.id AND p.state <> 'archived' LIMIT 1) p
"""  # noqa: S608 - our own numbers
# Each part follows an index in its order, whatever the planner thinks of a limit, and looks at so
# many rows and no more: the time for a site does not grow with the file.
_EARLIER = f"""
SELECT NULL::bigint AS id, e.line, e.key, e.name, e.site, e.latitude, e.longitude, e.kind,
    e.minerals
FROM (
    (SELECT k.* FROM {STAGED_SITES} k
     WHERE k.site = s.site AND s.site <> ''
       AND k.latitude BETWEEN s.latitude - {NAME_DEGREES} AND s.latitude + {NAME_DEGREES}
     ORDER BY k.site, k.latitude LIMIT {MOST_BY_NAME})
    UNION
    (SELECT k.* FROM unnest(array_prepend(s.cell, array_remove(s.cells, s.cell))) near
     CROSS JOIN LATERAL (
        SELECT * FROM {STAGED_SITES} k WHERE k.cell = near AND k.line < s.line
        ORDER BY k.cell, k.line DESC LIMIT {MOST_NEAR}) k
     LIMIT {MOST_NEAR})) e
WHERE e.line < s.line
"""  # noqa: S608 - our own names
_PAIRS = """
SELECT asked, id, line, key, name, km, own_site, site, why FROM (
    SELECT pair.*, CASE
        WHEN km <= %(name_km)s AND own_site = site AND site <> ''
             AND (shared OR km <= %(near_km)s OR minerals = '{{}}' OR own_minerals = '{{}}') THEN 1
        WHEN km > %(near_km)s OR NOT shared THEN NULL
        WHEN own_site <> '' AND site <> '' AND (
             string_to_array(own_site, ' ') <@ string_to_array(site, ' ')
             OR string_to_array(site, ' ') <@ string_to_array(own_site, ' ')) THEN 2
        WHEN km <= %(point_km)s AND line IS NULL THEN 3
        WHEN own_site !~ '[a-z]' AND octet_length(own_site) > length(own_site)
             OR site !~ '[a-z]' AND octet_length(site) > length(site) THEN 3
        WHEN left(site, 1) = left(own_site, 1) AND abs(length(site) - length(own_site)) <= 2 THEN 4
    END AS why
    FROM (
        SELECT s.asked, s.site AS own_site, s.minerals AS own_minerals, c.id, c.line, c.key, c.name,
            c.site, c.minerals, c.minerals && s.minerals AS shared,
            riskscore_site_km(s.latitude, s.longitude, c.latitude, c.longitude) AS km
        FROM ({asked}) s CROSS JOIN LATERAL ({candidates}) c
        WHERE riskscore_site_class(c.kind) = riskscore_site_class(s.kind)
          -- what every reason needs, told quickly: the distance of the others is never computed
          AND (c.site = s.site OR c.minerals && s.minerals AND (
               c.line IS NULL OR left(c.site, 1) = left(s.site, 1)
               OR string_to_array(c.site, ' ') && string_to_array(s.site, ' ')))
        OFFSET 0
    ) pair
) judged
WHERE why IS NOT NULL ORDER BY asked, why, km, id, line
"""
_KM = {"name_km": NAME_KM, "near_km": NEAR_KM, "point_km": POINT_KM}
_ASKED_STAGED = f"""
SELECT line AS asked, * FROM {STAGED_SITES} WHERE line = ANY(%(lines)s)
"""  # noqa: S608 - our own name
_ASKED_PROJECTS = f"""
SELECT p.id AS asked, {_SITE}, riskscore_site_cells(p.latitude, p.longitude) AS cells
FROM riskscore_project p WHERE p.id = ANY(%(ids)s)
"""  # noqa: S608 - our own names


def stage_sites(staged: str) -> None:
    """The new sites of a file, with what they are compared by, until the transaction ends."""
    staging.derive(
        STAGED_SITES,
        "SELECT line, key, name, riskscore_site_name(riskscore_folded(name)) AS site,"  # noqa: S608
        " latitude, longitude, kind, minerals, riskscore_site_cell(latitude, longitude) AS cell,"
        " riskscore_site_cells(latitude, longitude) AS cells"
        " FROM ("
        "SELECT line, key, row->>'name' AS name, (row->>'latitude')::float8 AS latitude,"
        " (row->>'longitude')::float8 AS longitude, row->>'kind' AS kind,"
        " ARRAY(SELECT part->>0 FROM jsonb_array_elements(row->'minerals') part) AS minerals"
        f" FROM {staged} WHERE id IS NULL) new ORDER BY cell, line",
    )
    staging.execute(f"CREATE UNIQUE INDEX ON {STAGED_SITES} (line)")
    staging.execute(f"CREATE INDEX ON {STAGED_SITES} (site, latitude)")
    staging.execute(f"CREATE INDEX ON {STAGED_SITES} (cell, line)")
    staging.execute(f"CREATE TEMP TABLE IF NOT EXISTS {FOUND} ({_FOUND_COLUMNS}) ON COMMIT DROP")
    staging.execute(f"TRUNCATE {FOUND}")


def of_lines(lines: Sequence[int]) -> dict[int, Same]:
    """The site that each new row may be: a known project before an earlier row. It is kept until
    the transaction ends."""
    if not lines:
        return {}
    found = {**of_earlier_lines(lines), **_best(_KNOWN, lines)}
    rows = [(line, *same) for line, same in found.items()]
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        staging.execute(
            f"INSERT INTO {FOUND} SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[],"  # noqa: S608
            " %s::float8[], %s::bigint[], %s::bigint[])",
            columns,
        )
    return found


def found_of_lines(lines: Sequence[int]) -> dict[int, Same]:
    """What :func:`of_lines` has said in this transaction of some of these rows."""
    rows = staging.fetch(f"SELECT * FROM {FOUND} WHERE asked = ANY(%s)", [list(lines)])  # noqa: S608
    return {asked: Same(*same) for asked, *same in rows}


def of_earlier_lines(lines: Sequence[int]) -> dict[int, Same]:
    """The earlier row of the same file that each new row may be."""
    return _best(_EARLIER, lines) if lines else {}


def _best(candidates: str, lines: Sequence[int]) -> dict[int, Same]:
    found: dict[int, Same] = {}
    for line, same in _pairs(_ASKED_STAGED, candidates, {"lines": list(lines)}):
        found.setdefault(line, same)
    return found


def of_projects(ids: Sequence[int]) -> Iterator[tuple[int, Same]]:
    """(project, another that it may be), likeliest first for each project."""
    candidates = f"SELECT * FROM ({_KNOWN}) other WHERE other.id <> s.id"  # noqa: S608
    yield from _pairs(_ASKED_PROJECTS, candidates, {"ids": list(ids)})


class NewSite(NamedTuple):
    """A site that is about to be entered: name, kind, degrees, codes of its minerals."""

    name: str
    kind: str
    latitude: float
    longitude: float
    minerals: Sequence[str]


_ASKED_NEW = """
SELECT at AS asked, riskscore_site_name(riskscore_folded(name)) AS site, latitude, longitude, kind,
    ARRAY(SELECT jsonb_array_elements_text(minerals)) AS minerals,
    riskscore_site_cells(latitude, longitude) AS cells
FROM jsonb_to_recordset(%(sites)s) AS new
    (at bigint, name text, kind text, latitude float8, longitude float8, minerals jsonb)
"""


def of_new(sites: Sequence[NewSite]) -> dict[int, Same]:
    """By its place among new sites: the project that each may be, likeliest first."""
    asked = [{"at": at, **site._asdict()} for at, site in enumerate(sites)]
    found: dict[int, Same] = {}
    for first in range(0, len(asked), AT_ONCE):
        part = Jsonb(asked[first : first + AT_ONCE])
        for at, same in _pairs(_ASKED_NEW, _KNOWN, {"sites": part}):
            found.setdefault(at, same)
    return found


def of_one(name: str, kind: str, at: tuple[float, float], minerals: Sequence[str]) -> Same | None:
    """The same of one site."""
    return of_new([NewSite(name, kind, *at, list(minerals))]).get(0)


def _pairs(asked: str, candidates: str, values: dict[str, object]) -> Iterator[tuple[int, Same]]:
    query = _PAIRS.format(asked=asked, candidates=candidates)
    for row in staging.fetch(query, {**_KM, **values}):
        number, project, line, key, name, km, own, other, why = row
        if why != LIKE or is_slip(own, other):
            yield number, Same(key, name, km, project, line)


#: The last of the reasons above: of it the database cannot say whether it holds.
LIKE = 4
