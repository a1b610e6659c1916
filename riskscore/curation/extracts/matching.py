"""Which projects the lines of a list mean, such as a supplier's: candidates with explained scores.

Many lines are looked for by one query, equal ones once, and each by indexes: by key, by numbers
that others know a project by, by name without words such as "mine", by words of the name, and
within a place by the beginnings of its words, where a letter may have slipped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from riskscore.curation.extracts import likeness
from riskscore.curation.extracts.likeness import Asked, Part, Site
from riskscore.curation.search import folding
from riskscore.intake import aliases
from riskscore.sources.names import PROJECTS, Names, UnknownName

#: Lines of one request, candidates that are shown of each, and that are looked at in each way.
MOST_LINES, MOST_SHOWN, MOST_LOOKED_AT = 1_000, 3, 60
#: Lines of one query, so that a thousand that are like many sites end within its time.
MOST_AT_ONCE = 200
#: Letters by which a word begins as another does, although one was mistyped later.
BEGINNING = 4


@dataclass(frozen=True, slots=True)
class Line:
    """What a list says of one site: any of its name or key, its place and its mineral, in words."""

    name: str
    place: str = ""
    mineral: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project that a line may mean. ``score`` is the sum of the points of its parts, 0..100;
    ``stands_for``: the key of the project of the same site that counts, if it is a duplicate."""

    key: str
    name: str
    place: str
    minerals: Sequence[str]
    stands_for: str
    score: float
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Match:
    """A line's candidates, the best first; ``verdict`` is match, several, possible or none.

    ``notes``: words of the line that nobody understood, and so do not count.
    """

    line: Line
    verdict: str
    candidates: Sequence[Candidate]
    notes: Sequence[str]


def match(lines: Sequence[Line]) -> list[Match]:
    """The matches of some lines, in their order; only published projects are found."""
    each = list(dict.fromkeys(lines))
    asked, notes = _understood(each)
    found = _candidates(each, asked)
    matches = {
        line: _match(line, one, found.get(at, ()), notes[at])
        for at, (line, one) in enumerate(zip(each, asked, strict=True))
    }
    return [matches[line] for line in lines]


def _understood(lines: Sequence[Line]) -> tuple[list[Asked], list[list[str]]]:
    known = aliases.known_names()
    asked, notes = [], []
    names = folding.folded([line.name for line in lines])
    for line, name, bare in zip(lines, names, _bare(names), strict=True):
        said: list[str] = []
        place, minerals = _place(known, line, said), _minerals(known, line, said)
        asked.append(Asked(name, bare, place, minerals, line.name))
        notes.append(said)
    return asked, notes


def _place(known: Names, line: Line, notes: list[str]) -> str:
    try:
        code = known.place(line.place) if line.place else ""
    except UnknownName as error:
        code = ""
        notes.append(str(error))
    return code or ""


def _minerals(known: Names, line: Line, notes: list[str]) -> frozenset[str]:
    try:
        codes = known.minerals_of(PROJECTS, line.mineral) if line.mineral else ()
    except UnknownName as error:
        codes = ()
        notes.append(str(error))
    return frozenset(codes)


def _bare(names: Sequence[str]) -> list[str]:
    """Folded names without words such as "mine"; the whole name where nothing else is left."""
    sql = (
        "SELECT coalesce(nullif(riskscore_site_name(name), ''), name)"
        " FROM unnest(%s::text[]) WITH ORDINALITY each(name, at) ORDER BY at"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(names)])
        return [name for (name,) in cursor.fetchall()]


# Each way follows an index and looks at so many rows and no more, however many projects there are.
_FIND = f"""
SELECT a.at, f.exact, p.id, p.key, p.name, riskscore_folded(p.name),
    coalesce(nullif(riskscore_site_name(riskscore_folded(p.name)), ''), riskscore_folded(p.name)),
    p.place_id, coalesce(d.key, ''), ARRAY(SELECT pm.mineral_id FROM riskscore_projectmineral pm
        WHERE pm.project_id = p.id ORDER BY pm.role <> 'primary', pm.mineral_id)
FROM unnest(%(at)s::int[], %(key)s::text[], %(bare)s::text[], %(whole)s::text[], %(begin)s::text[])
    a (at, key, bare, whole, begin)
CROSS JOIN LATERAL (
    (SELECT k.id, true AS exact FROM riskscore_project k WHERE k.key = lower(a.key))
    UNION ALL
    (SELECT x.project_id, true FROM riskscore_externalid x WHERE x.value = a.key
     LIMIT {MOST_LOOKED_AT})
    UNION ALL
    (SELECT k.id, false FROM riskscore_project k
     WHERE riskscore_site_name(riskscore_folded(k.name)) = a.bare LIMIT {MOST_LOOKED_AT})
    UNION ALL
    (SELECT k.id, false FROM riskscore_project k WHERE k.terms @@ a.whole::tsquery
     LIMIT {MOST_LOOKED_AT})
    UNION ALL
    (SELECT k.id, false FROM riskscore_project k WHERE k.terms @@ a.begin::tsquery
     LIMIT {MOST_LOOKED_AT * 4})
) f
JOIN riskscore_project p ON p.id = f.id AND p.state = 'published'
LEFT JOIN riskscore_project d ON d.id = p.duplicate_of_id
"""  # noqa: S608 - our own numbers


@dataclass(frozen=True, slots=True)
class _Found:
    key: str
    stands_for: str
    site: Site
    minerals: Sequence[str]


def _candidates(
    lines: Sequence[Line], asked: Sequence[Asked]
) -> dict[int, list[tuple[_Found, bool]]]:
    """By number of the line: what may be meant, and whether by its key; each project once."""
    params: dict[str, list[Any]] = {
        "at": list(range(len(lines))),
        "key": [folding.plain(line.name) for line in lines],
        "bare": [one.bare for one in asked],
        "whole": [_condition(one.bare.split(), "&") for one in asked],
        "begin": [_beginnings(one) for one in asked],
    }
    found: dict[tuple[int, int], tuple[_Found, bool]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        # What is rare must not be looked for row by row, whatever the planner thinks of it.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for start in range(0, len(lines), MOST_AT_ONCE):
            some = slice(start, start + MOST_AT_ONCE)
            cursor.execute(_FIND, {name: values[some] for name, values in params.items()})
            for at, exact, number, key, name, folded, bare, place, stands_for, minerals in cursor:
                site = Site(folded, bare, place, frozenset(minerals), name)
                before = found.get((at, number))
                found[at, number] = (
                    _Found(key, stands_for, site, minerals),
                    exact or bool(before and before[1]),
                )
    result: dict[int, list[tuple[_Found, bool]]] = {}
    for (at, _), one in found.items():
        result.setdefault(at, []).append(one)
    return result


def _condition(words: Sequence[str], joined: str) -> str:
    """A ``tsquery`` of folded words: letters and digits only, hence safe to quote."""
    return f" {joined} ".join(f"'{word}':*" for word in words[: folding.MOST_WORDS])


def _beginnings(asked: Asked) -> str:
    """Any word that begins so, within what is said of place and mineral; "" where nothing is."""
    words = [word[:BEGINNING] for word in asked.bare.split() if len(word) >= BEGINNING]
    tags = [f"'@{asked.place}'"] * bool(asked.place)
    if not tags:
        tags = ["(" + " | ".join(f"'#{code}'" for code in sorted(asked.minerals)) + ")"] * bool(
            asked.minerals
        )
    if not words or not tags:
        return ""
    return f"({_condition(words, '|')}) & {tags[0]}"


def _match(
    line: Line, asked: Asked, found: Iterable[tuple[_Found, bool]], notes: Sequence[str]
) -> Match:
    each = [_candidate(asked, one, by_key=by_key) for one, by_key in found]
    each = [one for one in each if one.score >= likeness.POSSIBLE]
    # Of the same score the one that counts goes first, then by key, so that it is always the same.
    each.sort(key=lambda one: (-one.score, one.stands_for != "", one.key))
    # A duplicate and what it stands for are one site: they do not stand against each other.
    sites: dict[str, float] = {}
    for one in each:
        sites.setdefault(one.stands_for or one.key, one.score)
    verdict = likeness.verdict(sorted(sites.values(), reverse=True))
    return Match(line, verdict, each[:MOST_SHOWN], notes)


def _candidate(asked: Asked, one: _Found, *, by_key: bool) -> Candidate:
    parts = (
        [Part(likeness.KEY, asked.words, one.key, 100.0, 100.0)]
        if by_key
        else likeness.parts(asked, one.site)
    )
    score: Any = round(sum(part.points for part in parts), 2)
    return Candidate(
        one.key, one.site.words, one.site.place, one.minerals, one.stands_for, score, parts
    )
