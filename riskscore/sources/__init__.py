"""What publishers say, one module per publisher: ``parse(content)`` is pure and yields readings.

A reading keeps the publisher's own words for places and minerals; :mod:`riskscore.sources.names`
turns them into our codes, so that a new alias never touches a parser.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from types import ModuleType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Source:
    """Who publishes something, under which licence, and how the publisher is to be named."""

    code: str
    publisher: str
    title: str
    url: str
    licence: str
    redistributable: bool
    attribution: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One value as its publisher states it, before it is stored.

    ``place``, ``mineral`` and ``importer`` are the publisher's own terms (None: does not apply).
    An ordinal indicator's ``value`` is the index into that indicator's levels. ``since`` and
    ``until`` are the first and the last day on which a measure was in force. ``verified`` is
    False where the compiler of the file worked from memory or inferred the row.
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


@dataclass(frozen=True, slots=True)
class ProjectReading:
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
class LocalityReading:
    """One point of a people's language, in degrees."""

    code: str
    name: str
    family: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class ExportReading:
    """What one place exported under one HS6 code in one year: thousand USD, tonnes.

    ``quantity`` is None where nobody stated it; ``destination_hhi`` is the sum of squared shares
    (0..1) of the destinations, ``partners`` their number.
    """

    hs6: str
    place: str
    year: int
    value: float
    quantity: float | None
    partners: int
    destination_hhi: float


@dataclass(frozen=True, slots=True)
class MineralReading:
    """One row of the table of minerals."""

    code: str
    name: str
    basis: str
    trade_stage: str
    hs6: tuple[str, ...]
    eol_rir: float


class BadFile(Exception):
    """A file that cannot be used; says where, what was found, why that is wrong, what to do."""

    def __init__(
        self,
        reason: str,
        *,
        remedy: str,
        file: str = "",
        row: int | None = None,
        column: str = "",
        value: object = None,
    ) -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy
        self.file, self.row, self.column, self.value = file, row, column, value

    def __str__(self) -> str:
        spots = [
            self.file,
            "" if self.row is None else f"row {self.row}",
            f"column {self.column}" if self.column else "",
        ]
        where = ", ".join(spot for spot in spots if spot)
        found = "" if self.value is None else f" (found {str(self.value)[:80]!r})"
        return f"{where + ': ' if where else ''}{self.reason}{found}. {self.remedy}"

    def within(self, file: str) -> Self:
        """The same error, naming the file (``parse`` sees bytes and knows no file name)."""
        self.file = self.file or file
        return self


Parse = Callable[[bytes], Iterator[Any]]


def discover() -> dict[str, ModuleType]:
    """Every publisher and table that declares a SOURCE, by the source's code."""
    modules = (
        importlib.import_module(found.name)
        for package in ("publishers", "tables")
        for found in pkgutil.iter_modules(
            [f"{folder}/{package}" for folder in __path__], f"{__name__}.{package}."
        )
    )
    return {module.SOURCE.code: module for module in modules if hasattr(module, "SOURCE")}
