"""The tables that everything else refers to: places, memberships, minerals."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from riskscore.bundle.fixture_rows import Mineral, Observation, Place, PlaceMember
from riskscore.sources.names import Names, folded, mineral_terms, place_names
from riskscore.sources.publishers.natural_earth import ContinentRecord
from riskscore.sources.publishers.world_atlas import OutlineRecord
from riskscore.sources.source_records import MineralRecord
from riskscore.sources.tables.minerals import REFINERY_OUTPUT

EUROPEAN_UNION = "EUU"
# Days of accession and of leave, from memory, hence not verified. That 27 of them were members
# in 2020–2024 is what the trade figures' README states.
ACCESSIONS = {
    date(1958, 1, 1): "BEL DEU FRA ITA LUX NLD",
    date(1973, 1, 1): "DNK GBR IRL",
    date(1981, 1, 1): "GRC",
    date(1986, 1, 1): "ESP PRT",
    date(1995, 1, 1): "AUT FIN SWE",
    date(2004, 5, 1): "CYP CZE EST HUN LTU LVA MLT POL SVK SVN",
    date(2007, 1, 1): "BGR ROU",
    date(2013, 7, 1): "HRV",
}
LEFT = {"GBR": date(2020, 1, 31)}
MEMORY = "from memory"


def places(
    names: Names,
    outlines: tuple[str, Sequence[OutlineRecord]],
    continents: tuple[str, Sequence[ContinentRecord]],
) -> Iterator[Place]:
    """Every place, with its ISO number from the outlines and its continent from the names map.

    ``outlines`` and ``continents`` are (release code, readings); ``source`` names the releases
    that a row's number and region come from.
    """
    numbers = {
        code: outline.iso_numeric
        for outline in reversed(outlines[1])
        if (code := names.place(outline.place)) and outline.iso_numeric
    }
    regions: dict[str, str] = {}
    for reading in continents[1]:
        if code := names.place(reading.place):
            # Somaliland and Northern Cyprus come after the place that they belong to.
            regions.setdefault(code, reading.continent)
    for place in place_names():
        used = [
            release
            for release, known in ((outlines[0], numbers), (continents[0], regions))
            if place.code in known
        ]
        yield Place(
            code=place.code,
            name=place.name,
            kind=place.kind,
            region=regions.get(place.code, ""),
            iso_numeric=numbers.get(place.code, ""),
            aliases=place.aliases,
            verified=place.verified,
            source="|".join(used),
        )


def members() -> Iterator[PlaceMember]:
    """The member states of the European Union, first and last day included."""
    for since, codes in ACCESSIONS.items():
        for code in codes.split():
            yield PlaceMember(
                group=EUROPEAN_UNION,
                member=code,
                since=since,
                until=LEFT.get(code),
                verified=False,
                source=MEMORY,
            )


def mineral_rows(
    release: str, readings: Sequence[MineralRecord], assessed: frozenset[str]
) -> Iterator[Mineral]:
    """Every mineral. A recycling rate of 0 counts only where the Commission assessed the mineral
    (``assessed``): for the others the file's 0 is a blank."""
    short = Counter(_short(reading.name) for reading in readings)
    words = _words(readings)
    for reading in readings:
        unique = short[_short(reading.name)] == 1
        name = _short(reading.name) if unique else reading.name
        known = reading.eol_rir > 0 or reading.code in assessed
        yield Mineral(
            code=reading.code,
            name=name,
            basis=reading.basis,
            production_stage="refinery" if reading.code in REFINERY_OUTPUT else "mine",
            trade_stage=reading.trade_stage,
            hs6=reading.hs6,
            eol_rir=reading.eol_rir if known else None,
            aliases=tuple(word for word in words[reading.code] if word != name),
            source=release,
        )


def _short(name: str) -> str:
    """A name of World Mining Data without its basis: ``Lithium`` for ``Lithium (Li2O)``."""
    return name.split(" (")[0]


def _words(readings: Iterable[MineralRecord]) -> dict[str, list[str]]:
    """What publishers call each mineral, for whoever searches; words for several are left out."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for reading in readings:
        found[reading.code][folded(reading.name)] = reading.name
    for _source, term, codes in mineral_terms():
        if len(codes) == 1:
            found[codes[0]].setdefault(folded(term), term)
    return {code: [words[key] for key in sorted(words)] for code, words in found.items()}


def recycling(rows: Iterable[Mineral], year: int) -> Iterator[Observation]:
    """End-of-life recycling input rates as observations, where known."""
    for row in rows:
        if row.eol_rir is not None:
            yield Observation(
                indicator="ec.eol_rir",
                place=None,
                mineral=row.code,
                importer=None,
                year=year,
                value=row.eol_rir,
                standard_error=None,
                quality="secondary",
                label="",
                since=None,
                until=None,
                verified=True,
            )
