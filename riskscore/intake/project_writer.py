"""Projects into their tables: new ones whole, known ones where they have changed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from riskscore.intake.import_diff import Document
from riskscore.intake.location_check import Surroundings
from riskscore.intake.observation_writer import NewObservation, record
from riskscore.intake.ownership import owner_lists
from riskscore.intake.ownership.company_index import CompanyIndex
from riskscore.intake.project_diff import CAPACITY, PLAIN, Change, Snapshot, news
from riskscore.models import ExternalId, Offtake, Project, ProjectMineral, Release
from riskscore.scoring.project_inputs import kept_communities

#: Parts of a project that a row states as a whole: they replace what was there.
PARTS: dict[str, Any] = {"minerals": ProjectMineral, "offtake": Offtake}


def write(
    batch: Sequence[Document],
    known: dict[int, Snapshot],
    release: Release,
    surroundings: Surroundings,
    companies: CompanyIndex,
) -> None:
    """Write the rows of a batch."""
    fresh = [document for document in batch if document.id is None]
    made = Project.objects.bulk_create(
        [_project(document, release, surroundings) for document in fresh]
    )
    changes: list[tuple[int, Document, dict[str, Any]]] = [
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
    for name, model in PARTS.items():
        touched = [(key, document) for key, document, result in changes if result.get(name)]
        old = [key for key, document in touched if document.id is not None]
        if old:
            model.objects.filter(project__in=old).delete()
        model.objects.bulk_create(
            part for key, document in touched for part in _parts(name, key, document.row)
        )
    owners = {
        key: document.row["owners"] for key, document, result in changes if result.get("owners")
    }
    owner_lists.write(owners, release)
    _write_ids(changes)
    record(release, _capacities(changes))


def _is_placed(document: Document, result: Mapping[str, object]) -> bool:
    """Whether the project is new, or lies elsewhere than before."""
    return document.id is None or bool({"place", "position"} & result.keys())


def _project(document: Document, release: Release, surroundings: Surroundings) -> Project:
    row = document.row
    ids, where = row["external_ids"], (row["place"], row["latitude"], row["longitude"])
    return Project(
        key=document.key,
        place_id=row["place"],
        place_label=row["place_label"][:120],
        place_rule="label",
        latitude=row["latitude"],
        longitude=row["longitude"],
        flags=[Project.Flag.PLACE_DISPUTED] if surroundings.is_disputed(*where) else [],
        release=release,
        source_id=(row["source_id"] or (ids[0][1] if ids else ""))[:60],
        **{name: row[name] for name in PLAIN if row[name]},
    )


def _update(key: int, result: dict[str, Change]) -> None:
    fields: dict[str, Any] = {name: result[name][1] for name in PLAIN if name in result}
    if "place" in result:
        fields |= {"place_id": result["place"][1], "place_rule": "label"}
    if "position" in result:
        fields["latitude"], fields["longitude"] = result["position"][1]  # type: ignore[misc]
    if fields:
        Project.objects.filter(id=key).update(**fields)


def _parts(name: str, key: int, row: dict[str, Any]) -> Iterator[Any]:
    for first, second, third in row[name]:
        match name:
            case "minerals":
                yield ProjectMineral(project_id=key, mineral_id=first, role=second, term=third)
            case _:
                yield Offtake(project_id=key, buyer=first, place_id=second, share=third)


def _write_ids(changes: Sequence[tuple[int, Document, dict[str, Any]]]) -> None:
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
    changes: Sequence[tuple[int, Document, dict[str, Any]]],
) -> Iterator[NewObservation]:
    for key, document, result in changes:
        row = document.row
        if result.get("capacity") is None:
            continue
        primary = next((code for code, role, _ in row["minerals"] if role == "primary"), None)
        yield NewObservation(
            CAPACITY, None, primary, None, key, row["capacity_year"], row["capacity"], None, "",
            row["capacity_unit"], None, None, verified=True,
        )  # fmt: skip
