"""The bundle's tables into the database: all of it or nothing, and nothing twice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from django.db import transaction

from riskscore import intake
from riskscore.bundle import fixture_rows, fixture_tables, layout, load_facts
from riskscore.bundle.layer_load import load_layers, load_outlines
from riskscore.bundle.load_scenarios import load_scenarios
from riskscore.bundle.ownership.owner_load import load_owners
from riskscore.curation import method_edits
from riskscore.engine.errors import MethodError
from riskscore.intake import capacity_ranges
from riskscore.models import (
    Edition,
    Locality,
    Mineral,
    Place,
    PlaceMember,
    Project,
    ProjectMineral,
    Region,
    RegionMember,
    Release,
    Source,
    TradeCode,
)
from riskscore.releases.editions import next_edition
from riskscore.scoring.project_inputs import kept_communities
from riskscore.sources.bad_file import BadFile
from riskscore.training import shipped


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one load added. All zero when everything was there already."""

    releases: int
    observations: int
    projects: int
    methods: int
    models: int = 0
    layers: int = 0
    owners: int = 0
    scenarios: int = 0


PUT_BACK = (
    "The file was edited in place: put it back as it was (git checkout), and let the change be a"
    " new version in a file of its own."
)


def load(directory: Path) -> Loaded:
    """Load what the database has not yet: releases, projects, methods, models and scenarios.

    Projects that exist are left as curators made them. Raises BadFile, with nothing loaded, for a
    fault in any table, for a broken seal, and for a release or method that is loaded with other
    contents.
    """
    bundle = fixture_tables.read(directory)
    with transaction.atomic():
        new = _new_releases(bundle.releases)
        _load_places(bundle)
        _load_regions(bundle)
        _load_minerals(bundle.minerals)
        _load_trade_codes(bundle)
        releases = _load_releases(new, next_edition("bundle")) if new else {}
        observed = sum(
            intake.record(releases[code], _observations(bundle, code))
            for code in bundle.observed
            if code in releases
        )
        for code in bundle.traded:
            if code in releases:
                intake.record_exports(releases[code], bundle.exports(code))
        _load_localities(bundle.localities, releases)
        load_outlines(directory, bundle.place_codes)
        projects = _load_projects(bundle)
        layers = load_layers(directory)
        if kept_communities.is_empty():
            kept_communities.keep_all()
        owners = load_owners(directory, bundle, releases)
        load_facts.load(load_facts.Facts(bundle.events, bundle.statuses, bundle.capacities))
        if new or projects:
            capacity_ranges.refresh()
        methods = _load_methods(directory / "methods")
        models = shipped.load(directory / "learned")
        scenarios = load_scenarios(directory / "scenarios")
        return Loaded(len(new), observed, projects, methods, models, layers, owners, scenarios)


def _new_releases(stated: Iterable[fixture_rows.Release]) -> list[fixture_rows.Release]:
    present = dict(Release.objects.values_list("code", "sha256"))
    for release in stated:
        if present.get(release.code, release.sha256) != release.sha256:
            raise BadFile(
                "this release is loaded already, from another file",
                file=fixture_tables.RELEASES.file,
                column="code",
                value=release.code,
                remedy="Give the new file a release code of its own; releases never change.",
            )
    return [release for release in stated if release.code not in present]


def _load_places(bundle: fixture_tables.Bundle) -> None:
    Place.objects.bulk_create(
        [
            Place(
                code=row.code,
                name=row.name,
                kind=row.kind,
                region=row.region,
                iso_numeric=row.iso_numeric,
                aliases=list(row.aliases),
                verified=row.verified,
                source=row.source,
            )
            for row in bundle.places
        ],
        ignore_conflicts=True,
    )
    PlaceMember.objects.bulk_create(
        [
            PlaceMember(
                group_id=row.group,
                member_id=row.member,
                since=row.since,
                until=row.until,
                verified=row.verified,
                source=row.source,
            )
            for row in bundle.place_members
        ],
        ignore_conflicts=True,
    )


def _load_regions(bundle: fixture_tables.Bundle) -> None:
    """Regions that are not there yet, with their members; what is there stays as it is."""
    stated = list(fixture_tables.rows_of(bundle.directory, layout.REGIONS))
    within = list(fixture_tables.rows_of(bundle.directory, layout.REGION_MEMBERS))
    codes = {row[0] for row in stated}
    fixture_tables.check_known(layout.REGION_MEMBERS, within, "region", codes)
    fixture_tables.check_known(layout.REGION_MEMBERS, within, "place", bundle.place_codes)
    new = codes - set(Region.objects.values_list("code", flat=True))
    Region.objects.bulk_create(Region(**row._asdict()) for row in stated if row[0] in new)
    RegionMember.objects.bulk_create(
        RegionMember(region_id=region, place_id=place, verified=verified, source=source)
        for region, place, verified, source in within
        if region in new
    )


def _load_minerals(stated: Iterable[fixture_rows.Mineral]) -> None:
    Mineral.objects.bulk_create(
        [
            Mineral(
                code=row.code,
                name=row.name,
                basis=row.basis,
                production_stage=row.production_stage,
                trade_stage=row.trade_stage,
                hs6=list(row.hs6),
                eol_rir=row.eol_rir,
                aliases=list(row.aliases),
            )
            for row in stated
        ],
        ignore_conflicts=True,
    )


def _load_trade_codes(bundle: fixture_tables.Bundle) -> None:
    """Codes of other stages that are not there yet; what is there stays as it is."""
    stated = list(fixture_tables.rows_of(bundle.directory, layout.TRADE_CODES))
    fixture_tables.check_known(layout.TRADE_CODES, stated, "mineral", bundle.mineral_codes)
    TradeCode.objects.bulk_create(
        (
            TradeCode(mineral_id=mineral, hs6=hs6, stage=stage, what=what, verified=ok, source=by)
            for mineral, hs6, stage, what, ok, by in stated
        ),
        ignore_conflicts=True,
    )


def _load_releases(stated: Iterable[fixture_rows.Release], edition: Edition) -> dict[str, Release]:
    loaded = {}
    for row in stated:
        source, _ = Source.objects.get_or_create(
            code=row.source,
            defaults={"publisher": row.publisher, "title": row.title, "url": row.url},
        )
        loaded[row.code] = Release.objects.create(
            code=row.code,
            source=source,
            published_edition=row.edition,
            licence=row.licence,
            redistributable=row.redistributable,
            attribution=row.attribution,
            url=row.url,
            file=row.file,
            sha256=row.sha256,
            rows=row.rows,
            edition=edition,
        )
    return loaded


def _observations(bundle: fixture_tables.Bundle, release: str) -> Iterator[intake.NewObservation]:
    for row in bundle.observations(release):
        yield intake.NewObservation(project=None, stage=row.stage, **row._asdict())


def _load_localities(stated: Iterable[fixture_rows.Locality], releases: dict[str, Release]) -> None:
    Locality.objects.bulk_create(
        [
            Locality(
                release=releases[row.release],
                code=row.code,
                name=row.name,
                family=row.family,
                latitude=row.lat,
                longitude=row.lon,
            )
            for row in stated
            if row.release in releases
        ]
    )


def _load_projects(bundle: fixture_tables.Bundle) -> int:
    present = set(Project.objects.values_list("key", flat=True))
    new = [row for row in bundle.projects if row.key not in present]
    releases = dict(Release.objects.values_list("code", "id"))
    ids = {
        project.key: project.pk
        for project in Project.objects.bulk_create(
            [_project(row, releases[row.release]) for row in new]
        )
    }
    ProjectMineral.objects.bulk_create(
        [
            ProjectMineral(
                project_id=ids[row.project], mineral_id=row.mineral, role=row.role, term=row.term
            )
            for row in bundle.project_minerals
            if row.project in ids
        ]
    )
    _link_duplicates(new)
    kept_communities.keep(ids.values())
    return len(new)


def _project(row: fixture_rows.Project, release: int) -> Project:
    return Project(
        key=row.key,
        name=row.name,
        place_id=row.place,
        place_label=row.place_label,
        place_rule=row.place_rule,
        latitude=row.lat,
        longitude=row.lon,
        kind=row.kind,
        stage=row.stage,
        flags=list(row.flags),
        confidence=row.confidence,
        release_id=release,
        source_id=row.source_id,
    )


def _link_duplicates(new: Iterable[fixture_rows.Project]) -> None:
    """The other of two projects may come later in the table, so the links are made last."""
    pairs = {row.key: row.duplicate_of for row in new if row.duplicate_of}
    ids = dict(Project.objects.filter(key__in={*pairs, *pairs.values()}).values_list("key", "id"))
    for key, other in pairs.items():
        Project.objects.filter(key=key).update(duplicate_of=ids[other])


def _load_methods(directory: Path) -> int:
    before = method_edits.published_methods()
    for path in sorted(directory.glob("*.yaml")):
        try:
            method_edits.publish_method(yaml.safe_load(path.read_text()), reason="bundle")
        except (MethodError, method_edits.MethodTaken, yaml.YAMLError) as error:
            edited = isinstance(error, method_edits.MethodTaken)
            raise BadFile(
                " ".join(str(error).split()),
                file=f"methods/{path.name}",
                remedy=PUT_BACK if edited else "Correct the method file.",
            ) from error
    return method_edits.published_methods() - before
