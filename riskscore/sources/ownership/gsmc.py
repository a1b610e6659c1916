"""Owners and statuses of facilities, collected from the web by a language model: not verified.

Two files: facilities with the names of their owners (apart by " ; ", shares hardly ever), and
which facility stands for which project of ours (by name and country, within 50 km). The notes of
the file are read for nothing. A status has no day of its own: it is that of the edition.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from riskscore.sources.names import folded
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import degrees
from riskscore.sources.source_records import Source

SOURCE = Source(
    code="gsmc",
    publisher="Global Strategic Minerals Corp.",
    title="Open facilities data: owners, statuses",
    url="",
    licence="MIT",
    redistributable=True,
    attribution="Global Strategic Minerals Corp., open facilities data, February 2026: collected "
    "from the web by a language model, not verified.",
)
STATED_ON = date(2026, 2, 1)
FACILITY = (
    "facility_id", "name", "iso3", "lat", "lon", "metals", "owners", "operators", "status",
)  # fmt: skip
LINK = ("key", "facility_id")
SHARE = re.compile(r"\s*\((\d{1,3}(?:\.\d+)?)\s?%(?: stake)?\)$")
#: Words in place of a name. Who stands behind them is unknown, so they are no owners.
NO_NAME = {
    folded(words): reason
    for reason, several in {
        "no name": (
            "unknown", "none", "n/a", "government", "state owned", "state", "private", "various",
        ),
        "people or small holders without a name": (
            "natural person(s)", "small shareholder(s)", "accionariado difundido", "public",
            "local communities", "artisanal miners", "private mexican group",
        ),
        "a group without a name": (
            "chinese consortium", "japanese/korean consortium", "japanese-korean consortium",
            "japanese korean consortium",
        ),
        "not an owner": ("keith (owner)", "chris (sales/operations)"),
    }.items()
    for words in several
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatedOwner:
    """A name as the file has it, without its share; ``share`` 0..1 where one is written."""

    name: str
    share: float | None


@dataclass(frozen=True, slots=True)
class FacilityRecord:
    """A facility with its owners. ``metals`` and ``status`` are the file's words; ``left_out`` are
    words in place of names, with the reason."""

    facility_id: str
    name: str
    place: str
    lat: float
    lon: float
    metals: tuple[str, ...]
    owners: tuple[StatedOwner, ...]
    operators: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    status: str = ""


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """That a facility of the file is said to be a project of ours, by its key."""

    project: str
    facility_id: str


def parse(content: bytes) -> Iterator[FacilityRecord]:
    """Every facility that names an owner."""
    for row, cells in csv_rows(content, FACILITY):
        if not cells["owners"].strip():
            continue
        lat, lon = degrees(cells["lat"], cells["lon"], row)
        names = _split(cells["owners"], ";")
        yield FacilityRecord(
            facility_id=cells["facility_id"],
            name=cells["name"].strip(),
            place=cells["iso3"],
            lat=lat,
            lon=lon,
            metals=_split(cells["metals"], "|"),
            owners=tuple(_owner(name) for name in names if folded(name) not in NO_NAME),
            operators=_split(cells["operators"], ";"),
            left_out=tuple(
                (name, NO_NAME[folded(name)]) for name in names if folded(name) in NO_NAME
            ),
            status=cells["status"].strip(),
        )


def parse_links(content: bytes) -> Iterator[LinkRecord]:
    """Which facility is said to be which project; what else the file has is worked out anew."""
    for _, cells in csv_rows(content, LINK):
        yield LinkRecord(cells["key"], cells["facility_id"])


def _split(text: str, mark: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(mark) if part.strip()))


def _owner(name: str) -> StatedOwner:
    match = SHARE.search(name)
    share = float(match[1]) / 100 if match else None
    return StatedOwner(SHARE.sub("", name)[:200], share if share and share <= 1 else None)
