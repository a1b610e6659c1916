"""The rows of the bundle's own tables. None stands for an empty cell: "does not apply".

Its observations and exports are those of :mod:`riskscore.sources` (CodedObservation, ExportRecord).
"""

from datetime import date
from typing import NamedTuple


class Release(NamedTuple):
    """One edition of one source, and the publisher file that it was read from."""

    code: str
    source: str
    publisher: str
    title: str
    edition: str
    licence: str
    redistributable: bool
    url: str
    file: str
    sha256: str
    rows: int
    attribution: str


class Place(NamedTuple):
    """A country or a group; ``verified`` is False where the code was given from memory."""

    code: str
    name: str
    kind: str
    region: str
    iso_numeric: str
    aliases: tuple[str, ...]
    verified: bool
    source: str


class PlaceMember(NamedTuple):
    """A country's membership of a group, first and last day included."""

    group: str
    member: str
    since: date | None
    until: date | None
    verified: bool
    source: str


class Region(NamedTuple):
    """A part of the world; ``number`` is its code in UN M49, ``verified`` False for usual names."""

    code: str
    name: str
    number: str
    aliases: tuple[str, ...]
    verified: bool
    source: str


class RegionMember(NamedTuple):
    """That a place lies in a region."""

    region: str
    place: str
    verified: bool
    source: str


class Mineral(NamedTuple):
    """A mineral; ``production_stage`` is what World Mining Data counts, ``trade_stage`` what the
    HS6 codes stand for. ``eol_rir`` is a share, None where nobody assessed it."""

    code: str
    name: str
    basis: str
    production_stage: str
    trade_stage: str
    hs6: tuple[str, ...]
    eol_rir: float | None
    aliases: tuple[str, ...]
    source: str


class TradeCode(NamedTuple):
    """A customs code that carries a mineral at another stage than its own ``hs6`` do."""

    mineral: str
    hs6: str
    stage: str
    what: str
    verified: bool
    source: str


class Locality(NamedTuple):
    """One point of a people's language, in degrees."""

    release: str
    code: str
    name: str
    family: str
    lat: float
    lon: float


class Project(NamedTuple):
    """A site. ``place`` is decided by ``place_rule``; ``place_label`` is the publisher's word."""

    key: str
    release: str
    name: str
    kind: str
    stage: str
    place: str
    place_label: str
    place_rule: str
    lat: float
    lon: float
    confidence: str
    flags: tuple[str, ...]
    duplicate_of: str | None
    source_id: str


class ProjectMineral(NamedTuple):
    """A mineral of a site; ``term`` is the publisher's word for it."""

    project: str
    mineral: str
    role: str
    term: str
