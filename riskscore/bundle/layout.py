"""The tables of the bundle as they stand in its files: columns, their order, and keys."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from riskscore.bundle import cells
from riskscore.bundle.cells import Column
from riskscore.bundle.fixture_rows import (
    Locality,
    Mineral,
    Place,
    PlaceMember,
    Project,
    ProjectMineral,
    Region,
    RegionMember,
    Release,
    TradeCode,
)
from riskscore.sources.coded_observations import CodedObservation
from riskscore.sources.source_records import ExportRecord
from riskscore.sources.tables.observations import QUALITIES

PLACE_KINDS = ("country", "group")
PROJECT_KINDS = ("mine", "smelter", "refinery", "plant", "deposit")
STAGES = ("", "producing", "construction", "evaluation")
PLACE_RULES = ("label", "coordinates", "nearest")
FLAGS = ("duplicate", "steel", "no_known_output", "low_confidence", "place_disputed")
ROLES = ("primary", "secondary", "other")
PRODUCTION_STAGES = ("mine", "refinery")
TRADE_STAGES = ("ore", "refined", "product")
HS6_SEPARATOR = ";"
OBSERVATIONS = "observations"
EXPORTS = "exports"
# Releases of this source are panels of exports, not observations.
EXPORTS_SOURCE = "baci-exports"
# Releases of this source are owners of sites.
OWNERS_SOURCE = "gsmc"


@dataclass(frozen=True)
class Table:
    """A file, the row type that its lines become, its columns, and what makes a row unique."""

    file: str
    row: type[NamedTuple]
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @cached_property
    def header(self) -> list[str]:
        """The column names, in the file's order."""
        return [column.name for column in self.columns]


RELEASES = Table(
    "releases.csv",
    Release,
    (
        cells.text("code"),
        cells.text("source"),
        cells.text("publisher"),
        cells.text("title"),
        cells.text("edition"),
        cells.text("licence"),
        cells.truth("redistributable"),
        cells.words("url"),
        cells.text("file"),
        cells.text("sha256"),
        cells.integer("rows"),
        cells.text("attribution"),
    ),
    key=("code",),
)
PLACES = Table(
    "places.csv",
    Place,
    (
        cells.text("code"),
        cells.text("name"),
        cells.one_of("kind", PLACE_KINDS),
        cells.words("region"),
        cells.words("iso_numeric"),
        cells.many_of("aliases", None),
        cells.truth("verified"),
        cells.words("source"),
    ),
    key=("code",),
)
PLACE_MEMBERS = Table(
    "place_members.csv",
    PlaceMember,
    (
        cells.text("group"),
        cells.text("member"),
        cells.optional_day("since"),
        cells.optional_day("until"),
        cells.truth("verified"),
        cells.text("source"),
    ),
    key=("group", "member", "since"),
)
REGIONS = Table(
    "regions.csv",
    Region,
    (
        cells.text("code"),
        cells.text("name"),
        cells.words("number"),
        cells.many_of("aliases", None),
        cells.truth("verified"),
        cells.text("source"),
    ),
    key=("code",),
)
REGION_MEMBERS = Table(
    "region_members.csv",
    RegionMember,
    (
        cells.text("region"),
        cells.text("place"),
        cells.truth("verified"),
        cells.text("source"),
    ),
    key=("region", "place"),
)
MINERALS = Table(
    "minerals.csv",
    Mineral,
    (
        cells.text("code"),
        cells.text("name"),
        cells.words("basis"),
        cells.one_of("production_stage", PRODUCTION_STAGES),
        cells.words("trade_stage"),
        cells.many_of("hs6", None, HS6_SEPARATOR),
        cells.optional_real("eol_rir"),
        cells.many_of("aliases", None),
        cells.text("source"),
    ),
    key=("code",),
)
TRADE_CODES = Table(
    "trade_codes.csv",
    TradeCode,
    (
        cells.text("mineral"),
        cells.text("hs6"),
        cells.one_of("stage", TRADE_STAGES),
        cells.text("what"),
        cells.truth("verified"),
        cells.text("source"),
    ),
    key=("mineral", "hs6"),
)
LOCALITIES = Table(
    "localities.csv.gz",
    Locality,
    (
        cells.text("release"),
        cells.text("code"),
        cells.text("name"),
        cells.words("family"),
        cells.real("lat", -90, 90),
        cells.real("lon", -180, 180),
    ),
    key=("release", "code"),
)
PROJECTS = Table(
    "projects.csv.gz",
    Project,
    (
        cells.text("key"),
        cells.text("release"),
        cells.text("name"),
        cells.one_of("kind", PROJECT_KINDS),
        cells.one_of("stage", STAGES),
        cells.text("place"),
        cells.text("place_label"),
        cells.one_of("place_rule", PLACE_RULES),
        cells.real("lat", -90, 90),
        cells.real("lon", -180, 180),
        cells.words("confidence"),
        cells.many_of("flags", FLAGS),
        cells.optional("duplicate_of"),
        cells.text("source_id"),
    ),
    key=("key",),
)
PROJECT_MINERALS = Table(
    "project_minerals.csv.gz",
    ProjectMineral,
    (
        cells.text("project"),
        cells.text("mineral"),
        cells.one_of("role", ROLES),
        cells.text("term"),
    ),
    key=("project", "mineral"),
)
OBSERVATION = Table(
    OBSERVATIONS,
    CodedObservation,
    (
        cells.text("indicator"),
        cells.optional("place"),
        cells.optional("mineral"),
        cells.optional("importer"),
        cells.integer("year"),
        cells.real("value"),
        cells.optional_real("standard_error"),
        cells.one_of("quality", QUALITIES),
        cells.words("label"),
        cells.optional_day("since"),
        cells.optional_day("until"),
        cells.truth("verified"),
    ),
    key=("indicator", "place", "mineral", "importer", "year", "label", "since"),
)
EXPORT = Table(
    EXPORTS,
    ExportRecord,
    (
        cells.text("hs6"),
        cells.text("place"),
        cells.integer("year"),
        cells.real("value_kusd", 0),
        cells.optional_real("quantity_t"),
        cells.integer("partners"),
        cells.real("destination_hhi", 0, 1),
    ),
    key=("hs6", "place", "year"),
)
SMALL = (RELEASES, PLACES, PLACE_MEMBERS, MINERALS, LOCALITIES, PROJECTS, PROJECT_MINERALS)


def observations_file(release: str) -> str:
    """The file of a release's observations, relative to the bundle's directory."""
    return f"{OBSERVATIONS}/{release}.csv.gz"


def exports_file(release: str) -> str:
    """The file of a release's exports, relative to the bundle's directory."""
    return f"{EXPORTS}/{release}.csv.gz"
