"""What the readers of files yield: a source, and the records in its publisher's own words.

:mod:`riskscore.sources.names` turns the words for places and minerals into our codes, so that a
new alias never touches a parser.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Source:
    """Who publishes something, under which licence, and how the publisher is to be named.

    ``attribution`` is the publisher's wording; ``{edition}`` in it stands for the edition of a
    release, which no constant knows.
    """

    code: str
    publisher: str
    title: str
    url: str
    licence: str
    redistributable: bool
    attribution: str

    def cited(self, edition: str) -> str:
        """The wording with an edition; a word that both would say ("version") stands once."""
        before, gap, after = self.attribution.partition("{edition}")
        if not gap:
            return self.attribution
        *_, last = before.rstrip().rsplit(" ", 1)
        first, _, rest = edition.strip().partition(" ")
        named = rest if rest and first.casefold() == last.casefold() else edition.strip()
        return f"{before}{named}{after}"


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One value as its publisher states it, before it is stored.

    ``place``, ``mineral`` and ``importer`` are the publisher's own terms (None: does not apply).
    An ordinal indicator's ``value`` is the index into that indicator's levels. ``since`` and
    ``until`` are the first and the last day on which a measure was in force. ``verified`` is
    False where the compiler of the file worked from memory or inferred the row. ``stage`` tells
    apart several figures of one place, mineral and year (the product, the good); where it is left
    out the label says it. ``row`` and ``column`` are where the value stands in the file.
    """

    indicator: str
    place: str | None
    year: int
    value: float
    mineral: str | None = None
    importer: str | None = None
    project: str | None = None
    standard_error: float | None = None
    quality: str = ""
    label: str = ""
    since: date | None = None
    until: date | None = None
    verified: bool = True
    stage: str = ""
    row: int | None = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """One site as its publisher states it; minerals are (term, role) pairs in the file's order."""

    source_id: str
    name: str
    place: str
    lat: float
    lon: float
    kind: str
    minerals: tuple[tuple[str, str], ...]
    stage: str = ""
    confidence: str = ""
    steel: bool = False


@dataclass(frozen=True, slots=True)
class LocalityRecord:
    """One point of a people's language, in degrees."""

    code: str
    name: str
    family: str
    lat: float
    lon: float


class ExportRecord(NamedTuple):
    """What one place exported under one HS6 code in one year: thousand USD, tonnes.

    ``quantity`` is None where nobody stated it; ``destination_hhi`` is the sum of squared shares
    (0..1) of the destinations, ``partners`` their number. The order of the fields is that of the
    bundle's table and of COPY into the database.
    """

    hs6: str
    place: str
    year: int
    value: float
    quantity: float | None
    partners: int
    destination_hhi: float


@dataclass(frozen=True, slots=True)
class MineralRecord:
    """One row of the table of minerals."""

    code: str
    name: str
    basis: str
    trade_stage: str
    hs6: tuple[str, ...]
    eol_rir: float


Parse = Callable[[bytes], Iterator[Any]]
"""A publisher's parser: the bytes of a file to its records; BadFile at the first fault."""
