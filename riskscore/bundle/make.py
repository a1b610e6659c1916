"""From a directory of publisher files to the bundle: same input, same bytes.

Nothing is typed in here: every value of the bundle comes from a file that releases.csv names
with its SHA-256, through the sources' parsers and one table of aliases.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from riskscore.bundle import (
    facts_layout,
    layer_make,
    layout,
    project_facts,
    publications,
    reference,
)
from riskscore.bundle import (
    outlines as drawn,
)
from riskscore.bundle.bundle_report import Report, written_report
from riskscore.bundle.fixture_rows import Locality, Mineral, Project, Release
from riskscore.bundle.fixture_tables import rows_of, write
from riskscore.bundle.layout import exports_file, observations_file
from riskscore.bundle.ownership.owner_make import write_owners
from riskscore.bundle.publications import Publication
from riskscore.bundle.resolve import Resolver
from riskscore.bundle.sites import Collection, Site, duplicates, flagged, outputs, sites
from riskscore.bundle.usgs import usgs_amounts
from riskscore.engine.inputs.borders import Borders
from riskscore.sources.coded_observations import CodedObservation
from riskscore.sources.names import Names, shipped
from riskscore.sources.publishers import baci, busch, ec, icmm, wmd
from riskscore.sources.publishers.world_atlas import OutlineRecord
from riskscore.sources.source_records import MineralRecord, SourceRecord
from riskscore.sources.tables.minerals import EOL_RIR_YEAR, REFINERY_OUTPUT

REPORT_FILE = "bundle_report.md"


@dataclass
class _Bench:
    """Where files come from and go to, and the releases used so far."""

    source_dir: Path
    target: Path
    releases: list[Release] = field(default_factory=list)
    trade_codes: Sequence[tuple[str, str, str]] = ()

    def read(self, publication: Publication) -> list[Any]:
        """All records of a publication's files."""
        return list(publication.records(self.source_dir))

    def keep(self, publication: Publication, rows: int) -> None:
        """Note the release and how many rows of the bundle come from it."""
        self.releases.append(publication.release(self.source_dir, rows))

    def observe(self, publication: Publication, rows: Sequence[CodedObservation]) -> None:
        """Write a release's observations and note the release."""
        file = observations_file(publication.code)
        self.keep(publication, write(self.target, layout.OBSERVATION, rows, file))


def make(source_dir: Path, target: Path) -> Report:
    """Read the publisher files below ``source_dir``, write the tables below ``target``.

    ``source_dir`` holds data/, figures/ and cases/. Files of ``target`` that are no table of the
    bundle (methods/, README.md) are left alone. Raises BadFile, with ``target`` untouched, for
    the first file that is missing or cannot be read as its publisher's.
    """
    target.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".bundle-", dir=target) as scratch:
        report = _made(_Bench(source_dir, Path(scratch), trade_codes=_trade_codes(target)))
        for pattern in (observations_file("*"), exports_file("*")):
            for stale in target.glob(pattern):
                stale.unlink()
        for file in sorted(Path(scratch).rglob("*")):
            if file.is_file():
                place = target / file.relative_to(scratch)
                place.parent.mkdir(exist_ok=True)
                file.replace(place)
    return report


def _trade_codes(target: Path) -> list[tuple[str, str, str]]:
    """(HS6 code, mineral, stage) of the compiled table, which is kept where the bundle is made; a
    folder that has none yet gets a bundle without other stages."""
    if not (target / layout.TRADE_CODES.file).exists():
        return []
    return [
        (hs6, mineral, stage) for mineral, hs6, stage, *_ in rows_of(target, layout.TRADE_CODES)
    ]


def _made(bench: _Bench) -> Report:
    minerals: list[MineralRecord] = bench.read(publications.MINERALS)
    outlines: list[OutlineRecord] = bench.read(publications.OUTLINES)
    names = shipped(mineral.code for mineral in minerals)
    resolver = Resolver(names)
    observed = _observations(bench, resolver, minerals)
    bench.keep(publications.OUTLINES, len(outlines))
    drawn.make(bench.target, publications.OUTLINES.code, outlines, names)
    rows = _reference(bench, names, minerals, outlines, observed["ec.trade"])
    mapped, deposits = _sites(bench, names, outlines)
    every, same = [*mapped, *deposits], duplicates(deposits, mapped)
    projects = list(flagged(every, outputs(observed["wmd.production"]), REFINERY_OUTPUT, same))
    write(bench.target, layout.PROJECTS, projects)
    write(bench.target, layout.PROJECT_MINERALS, (row for site in every for row in site.minerals))
    statuses = _facts(bench, projects)
    confirmed = _localities(bench)
    layer_make.make(bench.source_dir, bench.target, confirmed)
    _exports(bench, resolver)
    owners = publications.OWNERS
    made = write_owners(
        bench.target, owners.code, bench.read(owners), projects, every, resolver.names
    )
    bench.keep(owners, made.rows)
    write(bench.target, facts_layout.STATUSES, [*statuses, *made.statuses])
    write(bench.target, layout.RELEASES, bench.releases)
    unstated = _unstated(bench)
    report = Report(sorted(bench.releases), projects, every, rows, resolver.left_out, unstated)
    (bench.target / REPORT_FILE).write_text(written_report(report) + made.report, encoding="utf-8")
    return report


def _unstated(bench: _Bench) -> Counter[tuple[str, str]]:
    """What stands in place of a number in the USGS editions, by (indicator, mark)."""
    names = (name for name, _ in publications.SUMMARIES.files)
    return usgs_amounts.unstated(*(publications.content(bench.source_dir, name) for name in names))


def _observations(
    bench: _Bench, resolver: Resolver, minerals: Sequence[MineralRecord]
) -> dict[str, list[CodedObservation]]:
    """Write the observations of every release; return them by indicator."""
    codes: dict[str, tuple[str, ...]] = {}
    for mineral in minerals:
        for hs6 in mineral.hs6:
            codes[hs6] = (*codes.get(hs6, ()), mineral.code)
    stages = baci.other_stages(bench.trade_codes, codes)
    prepared: dict[str, Callable[[Iterable[SourceRecord]], Iterable[SourceRecord]]] = {
        publications.PRODUCTION.code: wmd.settled,
        publications.IMPORTS.code: partial(baci.by_mineral, minerals=codes, stages=stages),
        publications.SUMMARIES.code: usgs_amounts.newest_first,
    }
    result: dict[str, list[CodedObservation]] = {}
    for publication in (*publications.OBSERVED, publications.IMPORTS):
        prepare = prepared.get(publication.code, iter)
        records = prepare(bench.read(publication))
        rows = resolver.observations(publication.source.code, records)
        bench.observe(publication, rows)
        for row in rows:
            result.setdefault(row.indicator, []).append(row)
    return result


def _reference(
    bench: _Bench,
    names: Names,
    minerals: Sequence[MineralRecord],
    outlines: Sequence[OutlineRecord],
    trade: Sequence[CodedObservation],
) -> list[Mineral]:
    """Write places, memberships, minerals and recycling rates; return the minerals."""
    continents = bench.read(publications.CONTINENTS)
    bench.keep(publications.CONTINENTS, len(continents))
    places = reference.places(
        names,
        (publications.OUTLINES.code, outlines),
        (publications.CONTINENTS.code, continents),
    )
    write(bench.target, layout.PLACES, places)
    write(bench.target, layout.PLACE_MEMBERS, reference.members())
    assessed = frozenset(
        row.mineral for row in trade if row.mineral and row.label == ec.DEFAULT_LABEL
    )
    rows = list(reference.mineral_rows(publications.MINERALS.code, minerals, assessed))
    write(bench.target, layout.MINERALS, rows)
    bench.observe(publications.MINERALS, list(reference.recycling(rows, EOL_RIR_YEAR)))
    return rows


def _sites(
    bench: _Bench, names: Names, outlines: Sequence[OutlineRecord]
) -> tuple[list[Site], list[Site]]:
    """The sites that are no coal mine, and the lithium deposits."""
    borders = Borders(
        (code, outline.polygons)
        for outline in outlines
        if (code := names.place(outline.place)) is not None
    )
    result = []
    for publication, prefix in ((publications.SITES, "icmm"), (publications.DEPOSITS, "busch")):
        records = [site for site in bench.read(publication) if not icmm.is_coal(site)]
        bench.keep(publication, len(records))
        collection = Collection(publication.code, publication.source.code, prefix, records)
        result.append(sites(collection, borders, names))
    return result[0], result[1]


def _facts(bench: _Bench, projects: Sequence[Project]) -> list[facts_layout.Status]:
    """Write incidents of the register of conflicts and rates of the deposits; their statuses."""
    cases = bench.read(publications.CONFLICTS)
    events, _ = project_facts.incidents(publications.CONFLICTS.code, cases, projects)
    bench.keep(publications.CONFLICTS, write(bench.target, facts_layout.EVENTS, events))
    records = list(busch.rates(publications.content(bench.source_dir, publications.RATES)))
    release = publications.DEPOSITS.code
    twins = project_facts.Twins(release, projects)
    write(bench.target, facts_layout.CAPACITIES, project_facts.capacities(release, records, twins))
    return list(project_facts.statuses(release, records, twins))


def _localities(bench: _Bench) -> frozenset[str]:
    """Write the places of languages; their codes."""
    publication = publications.LOCALITIES
    rows = [
        Locality(publication.code, row.code, row.name, row.family, row.lat, row.lon)
        for row in bench.read(publication)
    ]
    bench.keep(publication, write(bench.target, layout.LOCALITIES, rows))
    return frozenset(row.code for row in rows)


def _exports(bench: _Bench, resolver: Resolver) -> None:
    """Write the panel of exports; exporters that are no place of ours are counted and left out."""
    publication = publications.EXPORTS
    rows = []
    for row in bench.read(publication):
        place = resolver.place(publication.source.code, row.place)
        if place is not None:
            rows.append(row._replace(place=place))
    file = exports_file(publication.code)
    bench.keep(publication, write(bench.target, layout.EXPORT, rows, file))
