"""What somebody looks for, whatever it is: the best first, of each kind a few."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, transaction

from riskscore.curation.search import folding, named_things, project_terms
from riskscore.curation.search.named_things import Named
from riskscore.models import Company, ExternalId, Project

#: In the order in which equally good ones stand.
KINDS = ("project", "place", "region", "mineral", "company", "source", "release", "method")
#: So many candidates of a kind are compared; what fits is found among them.
CANDIDATES = 200
#: The rank of what fits by more than its name.
FITS = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found. ``key`` is what its page is asked for by: the code of a place or
    mineral, else the number of the row. ``rank``: 0 is best."""

    kind: str
    key: str
    title: str
    subtitle: str
    rank: int


class _Candidate(NamedTuple):
    number: int
    key: str
    name: str
    words: str


def find(text: str, kinds: Collection[str] = KINDS, most: int = 8) -> list[Hit]:
    """What fits a text, at most so many of each of the kinds; best first.

    Every word must be the beginning of a word of what is found; a project is also found by its
    place, the regions of it, and its minerals. Exact names and keys come first, then names that
    begin with the text, then names with all the words, then what fits by place and mineral.
    """
    words = folding.words(text)
    if not words:
        return []
    named = named_things.with_any_of(words)
    hits = _of_named(named, words, kinds, most)
    if "company" in kinds:
        hits += _of_companies(text, words, most)
    if "project" in kinds:
        hits += _of_projects(text, words, named, most)
    return sorted(hits, key=lambda hit: (hit.rank, KINDS.index(hit.kind)))


def rank_of(words: Sequence[str], name: str) -> int:
    """How well a folded name answers: 0 it is the text; 1 begins with its words, 2 with its
    letters; 3 has all its words; 4 has words that begin like all of them; 5 fits otherwise."""
    asked, own = " ".join(words), name.split()
    if name == asked:
        return 0
    if name.startswith(asked):
        return 1 if name.startswith(f"{asked} ") else 2
    if set(words) <= set(own):
        return 3
    begin = all(any(mine.startswith(word) for mine in own) for word in words)
    return 4 if begin else FITS


def _of_named(
    named: Iterable[Named], words: Sequence[str], kinds: Collection[str], most: int
) -> list[Hit]:
    hits = [
        Hit(
            one.kind,
            one.key,
            one.title,
            one.subtitle,
            min(rank_of(words, name) for name in (*one.names, *one.elsewhere)),
        )
        for one in named
        if one.kind in kinds and all(map(one.has, words))
    ]
    return [hit for kind in KINDS for hit in _best(hits, kind, most)]


def _best(hits: Iterable[Hit], kind: str, most: int) -> list[Hit]:
    of_kind = (hit for hit in hits if hit.kind == kind)
    return sorted(of_kind, key=lambda hit: (hit.rank, len(hit.title), hit.title))[:most]


def _of_companies(text: str, words: Sequence[str], most: int) -> list[Hit]:
    rows: list[Company] = list(project_terms.companies(text)[:CANDIDATES])
    names = folding.folded([row.name for row in rows])
    hits = [
        Hit("company", str(row.pk), row.name, "owner", rank_of(words, name))
        for row, name in zip(rows, names, strict=True)
    ]
    return _best(hits, "company", most)


# --- Projects -------------------------------------------------------------------------------------
_CHOSEN = "SELECT id, key, name, riskscore_folded(name) FROM riskscore_project"


def _of_projects(text: str, words: Sequence[str], named: Sequence[Named], most: int) -> list[Hit]:
    asked = " ".join(words)
    found = {one.number: one for one in _candidates(text, words, named)}
    ranked = sorted(
        (
            (0 if asked == one.key.replace("-", " ") else rank_of(words, one.words), one)
            for one in found.values()
        ),
        key=lambda pair: (pair[0], len(pair[1].name), pair[1].name, pair[1].number),
    )[:most]
    about = _about([one.number for _, one in ranked])
    return [
        Hit("project", str(one.number), one.name, about[one.number], rank) for rank, one in ranked
    ]


def _candidates(text: str, words: Sequence[str], named: Sequence[Named]) -> list[_Candidate]:
    """Those by key, by the beginning of the name, by words of the name, by place and mineral."""
    meaning = named_things.meant(words, named)
    asks: list[tuple[str, list[Any]]] = [
        ("key = %s OR id = ANY(%s)", [text.strip().lower(), _known_as(text)]),
        ("riskscore_folded(name) LIKE %s", [f"{' '.join(words)}%"]),
        ("terms @@ %s::tsquery", [project_terms.condition(words)]),
        ("terms @@ %s::tsquery", [project_terms.condition(words, meaning)]),
    ]
    found: list[_Candidate] = []
    with transaction.atomic(), connection.cursor() as cursor:
        # What is rare must not be looked for row by row, whatever the planner thinks of it. Where
        # words stand for a region, whose index is slow to join, it knows from what is there.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for at, (where, values) in enumerate(asks):
            if len(found) >= CANDIDATES:
                break
            if at == len(asks) - 1 and meaning.phrases:
                cursor.execute("SET LOCAL enable_seqscan = on")
            cursor.execute(f"{_CHOSEN} WHERE {where} LIMIT {CANDIDATES}", values)
            found += [_Candidate(*row) for row in cursor.fetchall()]
    return found


def _known_as(text: str) -> list[int]:
    """Projects that others know by this very word."""
    known = ExternalId.objects.filter(value=folding.plain(text))
    return list(known.values_list("project_id", flat=True)[:CANDIDATES])


def _about(numbers: Sequence[int]) -> dict[int, str]:
    """Place, kind and minerals of projects, in words."""
    rows = Project.objects.filter(pk__in=numbers).select_related("place")
    return {row.pk: _words(row) for row in rows.prefetch_related("minerals__mineral")}


def _words(row: Project) -> str:
    minerals = ", ".join(sorted(part.mineral.name for part in row.minerals.all()))
    parts = [row.place.name, row.kind, minerals]
    if row.state != Project.State.PUBLISHED:
        parts.append(row.state)
    return " · ".join(part for part in parts if part)
