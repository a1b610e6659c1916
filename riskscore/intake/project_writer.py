"""Projects into their tables: new ones whole, known ones where they have changed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from riskscore.intake.import_diff import Document
from riskscore.intake.observation_writer import NewObservation, record
from riskscore.intake.ownership import owner_lists
from riskscore.intake.ownership.company_index import CompanyIndex
from riskscore.intake.project_diff import (
    CAPACITY,
    PLAIN,
    Change,
    Snapshot,
    bound,
    news,
    terms,
)
from riskscore.intake.sites.new_sites import Doubts
from riskscore.models import ExternalId, Offtake, Project, ProjectMineral, Release
from riskscore.scoring.project_inputs import kept_communities
from riskscore.sources.figure_stages import stage_of

#: A project, the row about it, and what that changes.
Changed = tuple[int, Document, dict[str, Any]]


def write(
    batch: Sequence[Document],
    known: dict[int, Snapshot],
    release: Release,
    doubts: Mapping[int, Doubts],
    companies: CompanyIndex,
) -> None:
    """Write the rows of a batch; new ones of which something is doubted become drafts."""
    fresh = [document for document in batch if document.id is None]
    made = Project.objects.bulk_create(
        [_project(document, release, doubts.get(document.line)) for document in fresh]
    )
    changes: list[Changed] = [
        (project.pk, document, document.row) for project, document in zip(made, fresh, strict=True)
    ]
    for document in batch:
        if document.id is not None:
            result = news(document.row, known[document.id], companies)
            _update(document.id, result)
            changes.append((document.id, document, result))
    kept_communities.keep(
        [key for key, document, result in changes if _is_placed(document, result)]
    )
    _write_minerals([change for change in changes if change[2].get("minerals")])
    _write_offtake([change for change in changes if change[2].get("offtake")], release)
    owners = {
        key: document.row["owners"] for key, document, result in changes if result.get("owners")
    }
    owner_lists.write(owners, release)
    _write_ids(changes)
    record(release, _capacities(changes))


def _is_placed(document: Document, result: Mapping[str, object]) -> bool:
    """Whether the project is new, or lies elsewhere than before."""
    return document.id is None or bool({"place", "position"} & result.keys())


def _project(document: Document, release: Release, doubts: Doubts | None) -> Project:
    row, ids = document.row, document.row["external_ids"]
    stated = {name: row[name] for name in PLAIN if row[name]}
    if doubts:
        stated["state"] = Project.State.DRAFT
    return Project(
        key=document.key,
        place_id=row["place"],
        place_label=row["place_label"][:120],
        place_rule="label",
        latitude=row["latitude"],
        longitude=row["longitude"],
        flags=doubts.flags if doubts else [],
        duplicate_of_id=doubts.duplicate_of if doubts else None,
        release=release,
        source_id=(row["source_id"] or (ids[0][1] if ids else ""))[:60],
        **stated,
    )


def _update(key: int, result: dict[str, Change]) -> None:
    fields: dict[str, Any] = {name: result[name][1] for name in PLAIN if name in result}
    if "place" in result:
        fields |= {"place_id": result["place"][1], "place_rule": "label"}
    if "position" in result:
        fields["latitude"], fields["longitude"] = result["position"][1]  # type: ignore[misc]
    if fields:
        Project.objects.filter(id=key).update(**fields)


def _write_minerals(changes: Sequence[Changed]) -> None:
    """The minerals that a row states replace what was there."""
    old = [key for key, document, _ in changes if document.id is not None]
    ProjectMineral.objects.filter(project__in=old).delete()
    ProjectMineral.objects.bulk_create(
        ProjectMineral(project_id=key, mineral_id=code, role=role, term=term)
        for key, document, _ in changes
        for code, role, term in document.row["minerals"]
    )


def _write_offtake(changes: Sequence[Changed], release: Release) -> None:
    """The buyers that a row states replace the contracts that are not over; one that it states as
    it is on file stays, with its days and source."""
    fresh = {key: list(document.row["offtake"]) for key, document, _ in changes}
    gone = []
    for row in bound(list(fresh)):
        if terms(row) in fresh[row.project_id]:
            fresh[row.project_id].remove(terms(row))
        else:
            gone.append(row.pk)
    if gone:
        Offtake.objects.filter(pk__in=gone).delete()
    Offtake.objects.bulk_create(
        Offtake(project_id=key, buyer=buyer, place_id=place, share=share, release=release)
        for key, stated in fresh.items()
        for buyer, place, share in stated
    )


def _write_ids(changes: Sequence[Changed]) -> None:
    ExternalId.objects.bulk_create(
        [
            ExternalId(project_id=key, scheme=scheme, value=value)
            for key, document, result in changes
            if result.get("external_ids")
            for scheme, value in document.row["external_ids"]
        ],
        ignore_conflicts=True,
    )


def _capacities(
    changes: Sequence[Changed],
) -> Iterator[NewObservation]:
    for key, document, result in changes:
        row = document.row
        if result.get("capacity") is None:
            continue
        primary = next((code for code, role, _ in row["minerals"] if role == "primary"), None)
        yield NewObservation(
            CAPACITY, None, primary, None, key, row["capacity_year"], row["capacity"], None, "",
            row["capacity_unit"], None, None, verified=True,
            stage=stage_of(CAPACITY, row["capacity_unit"]),
        )  # fmt: skip
