"""The tables that everything else refers to: places, memberships, minerals."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from riskscore.bundle.fixture_rows import Mineral, Place, PlaceMember
from riskscore.sources.coded_observations import CodedObservation
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

    ``outlines`` and ``continents`` are (release code, records); ``source`` names the releases
    that a row's number and region come from.
    """
    numbers = {
        code: outline.iso_numeric
        for outline in reversed(outlines[1])
        if (code := names.place(outline.place)) and outline.iso_numeric
    }
    regions: dict[str, str] = {}
    for record in continents[1]:
        if code := names.place(record.place):
            # Somaliland and Northern Cyprus come after the place that they belong to.
            regions.setdefault(code, record.continent)
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
    release: str, records: Sequence[MineralRecord], assessed: frozenset[str]
) -> Iterator[Mineral]:
    """Every mineral. A recycling rate of 0 counts only where the Commission assessed the mineral
    (``assessed``): for the others the file's 0 is a blank."""
    short = Counter(_short(record.name) for record in records)
    words = _words(records)
    for record in records:
        unique = short[_short(record.name)] == 1
        name = _short(record.name) if unique else record.name
        known = record.eol_rir > 0 or record.code in assessed
        yield Mineral(
            code=record.code,
            name=name,
            basis=record.basis,
            production_stage="refinery" if record.code in REFINERY_OUTPUT else "mine",
            trade_stage=record.trade_stage,
            hs6=record.hs6,
            eol_rir=record.eol_rir if known else None,
            aliases=tuple(word for word in words[record.code] if word != name),
            source=release,
        )


def _short(name: str) -> str:
    """A name of World Mining Data without its basis: ``Lithium`` for ``Lithium (Li2O)``."""
    return name.split(" (")[0]


def _words(records: Iterable[MineralRecord]) -> dict[str, list[str]]:
    """What publishers call each mineral, for whoever searches; words for several are left out."""
    result: dict[str, dict[str, str]] = defaultdict(dict)
    for record in records:
        result[record.code][folded(record.name)] = record.name
    for _source, term, codes in mineral_terms():
        if len(codes) == 1:
            result[codes[0]].setdefault(folded(term), term)
    return {code: [words[key] for key in sorted(words)] for code, words in result.items()}


def recycling(rows: Iterable[Mineral], year: int) -> Iterator[CodedObservation]:
    """End-of-life recycling input rates as observations, where known."""
    for row in rows:
        if row.eol_rir is not None:
            yield CodedObservation(
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
