"""Peru's Ombudsman: the monthly register of social conflicts, here those about mining.

A case names a company, a district and people, no site: its point is the district's. It is put to
the project whose name the case or the company bears, where that lies within reach; what bears only
the name of its district is left out, and so is what nobody bears. A case stands in the register
for a month, so that its date is the last day of it; the edition is told by the file's name.
"""

import calendar
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from riskscore.engine.inputs.geometry import haversine_km
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside
from riskscore.sources.readers.text import degrees
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Source
from riskscore.sources.tables.columns import Columns
from riskscore.sources.tables.evidence import EvidenceRow
from riskscore.sources.tables.table import Cells, ParsedRows, parse_rows, read

SOURCE = Source(
    code="defensoria",
    publisher="Defensoría del Pueblo, Peru",
    title="Register of social conflicts, mining",
    url="https://www.defensoria.gob.pe/",
    licence="facts of a public body",
    redistributable=True,
    attribution="Defensoría del Pueblo del Perú, register of social conflicts.",
)
PLACE = "PER"
COLUMNS = ("caso", "distrito", "empresa", "estado", "vio_if", "lat", "lon")
MONTH = re.compile(r"(?<!\d)(20\d\d)-(0[1-9]|1[0-2])(?!\d)")
#: How far a site may lie from the point of the district or province that its case names.
REACH_KM = 110.0
#: The register is kept by a public body, but says district and company, not the site.
CREDIBILITY = 0.8
#: By state of the case, then whether it was ever violent. `docs/evidence.md` has the examples.
SEVERITY = {
    "activo": (0.4, 0.7),
    "latente": (0.2, 0.4),
    "resuelto": (0.1, 0.2),
    "retirado": (0.1, 0.2),
}
STATES = {"activo": "active", "latente": "dormant", "resuelto": "settled", "retirado": "withdrawn"}
GENERIC = frozenset(
    {"mina", "mine", "mines", "mining", "minera", "unidad", "project", "proyecto", "deposit"}
)
SHORTEST_NAME = 5
NO_SITE, DISTRICT_ONLY, TOO_FAR = "no project is named", "only its district is named", "too far"


@dataclass(frozen=True, slots=True)
class Case:
    """One case as the register states it at the end of a month."""

    name: str
    company: str
    district: str
    state: str
    violent: bool
    lat: float
    lon: float
    day: date


@dataclass(frozen=True, slots=True)
class NamedSite:
    """A project that a case may be about."""

    key: str
    name: str
    lat: float
    lon: float


def rows(file: BinaryIO, name: str, reading: Reading) -> ParsedRows[Case]:
    """(line, case) of each row, or its BadFile; the file's name says the month (2024-03)."""
    month = MONTH.search(name)
    if month is None:
        raise BadFile(
            "which month the register is of is not said",
            value=name,
            remedy="Name the file by its month, such as conflicts_2024-03.csv.",
        )
    day = last_day(int(month[1]), int(month[2]))
    lines = read(file, name, Columns(COLUMNS, (), reading))
    return parse_rows(lines, lambda cells, line: _case(cells, line, day))


def parse(content: bytes, month: tuple[int, int]) -> Iterator[Case]:
    """Every case of the register of a month (year, month); the first fault raises."""
    name = f"{month[0]}-{month[1]:02}.csv"
    for result in rows(io.BytesIO(content), name, Reading()):
        if isinstance(result, BadFile):
            raise result
        if not isinstance(result, Aside):
            yield result[1]


def last_day(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def _case(cells: Cells, line: int, day: date) -> Case:
    state = folded(cells["estado"])
    if state not in SEVERITY:
        raise BadFile(
            "an unknown state of a case", row=line, column="estado", value=cells["estado"],
            remedy=f"Known: {', '.join(SEVERITY)}.",
        )  # fmt: skip
    lat, lon = degrees(cells["lat"], cells["lon"], line)
    violent = folded(cells["vio_if"]) == "si"
    return Case(cells["caso"], cells["empresa"], cells["distrito"], state, violent, lat, lon, day)


def statements(
    cases: Iterable[Case], sites: Sequence[NamedSite]
) -> Iterator[tuple[Case, EvidenceRow | str]]:
    """Each case with its statement about a project, or with the reason why there is none."""
    names = [(words, site) for site in sites if (words := _name(site.name))]
    for case in cases:
        site = _site(case, names)
        yield case, site if isinstance(site, str) else _statement(case, site)


def _statement(case: Case, site: NamedSite) -> EvidenceRow:
    told = "violent at some time" if case.violent else "no violence recorded"
    return EvidenceRow(
        project=site.key,
        kind="conflict",
        happened_on=case.day,
        url=SOURCE.url,
        level="",
        expires_on=None,
        severity=SEVERITY[case.state][case.violent],
        credibility=CREDIBILITY,
        status="reported",
        self_disclosed=False,
        note=f"{STATES[case.state]}, {told}; district {case.district}; joined by name",
        reach="",
        reference=case.name[:160],
    )


def _site(case: Case, names: Sequence[tuple[str, NamedSite]]) -> NamedSite | str:
    """The nearest project whose name the case bears, or why there is none."""
    about, company = f" {folded(case.name)} ", f" {folded(case.company)} "
    bearing = [(words, site) for words, site in names if f" {words} " in about + company]
    if not bearing:
        return NO_SITE
    own = [site for words, site in bearing if not _is_district(words, case, company)]
    if not own:
        return DISTRICT_ONLY
    distances = [float(haversine_km(case.lat, case.lon, site.lat, site.lon)) for site in own]
    nearest = min(range(len(own)), key=distances.__getitem__)
    return own[nearest] if distances[nearest] <= REACH_KM else TOO_FAR


def _is_district(words: str, case: Case, company: str) -> bool:
    return words == folded(case.district) and f" {words} " not in company


def _name(name: str) -> str:
    """A project's name in bare words; empty where it is too short to tell."""
    words = folded(name.split(",")[0]).split()
    result = " ".join(word for word in words if word not in GENERIC)
    return result if len(result.replace(" ", "")) >= SHORTEST_NAME else ""


def folded(text: str) -> str:
    """Small letters without accents, words apart by one blank."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.findall(r"[a-z0-9]+", plain))
